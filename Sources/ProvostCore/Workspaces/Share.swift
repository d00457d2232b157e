/// A learner lets a named instructor into a workspace for a time.
package struct Share: Hashable, Sendable, Codable {
    package enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// Sees the terminals.
        case watch
        /// Types in them as well.
        case pair
        /// Gets a copy of the files to try things in; the workspace itself stays closed.
        case copy
    }
    package var id: ID<Share>
    package var workspace: ID<Workspace>
    /// Who is let in.
    package var person: Slug
    package var mode: Mode
    package var createdAt: Timestamp
    /// The first instant at which it no longer holds.
    package var until: Timestamp
    package var revokedAt: Timestamp?

    package init(
        id: ID<Share>, workspace: ID<Workspace>, person: Slug, mode: Mode, createdAt: Timestamp, until: Timestamp,
        revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.person = person
        self.mode = mode
        self.createdAt = createdAt
        self.until = until
        self.revokedAt = revokedAt
    }

    package func holds(at instant: Timestamp) -> Bool { revokedAt == nil && instant < until }
}

/// One time that somebody was in a workspace by a share. The learner can list them all.
package struct Visit: Hashable, Sendable, Codable {
    /// Counts up over all visits.
    package var number: Int64
    package var share: ID<Share>
    package var workspace: ID<Workspace>
    package var person: Slug
    package var mode: Share.Mode
    package var beganAt: Timestamp
    /// nil: still there.
    package var endedAt: Timestamp?

    package init(
        number: Int64, share: ID<Share>, workspace: ID<Workspace>, person: Slug, mode: Share.Mode, beganAt: Timestamp,
        endedAt: Timestamp?
    ) {
        self.number = number
        self.share = share
        self.workspace = workspace
        self.person = person
        self.mode = mode
        self.beganAt = beganAt
        self.endedAt = endedAt
    }
}
