import GRDB
package import ProvostCore

extension Store {
    /// Lets somebody into a workspace until a given instant. Throws `notFound` if the workspace or the person does not exist, `invalid`
    /// if it would already be over or it is the learner themselves.
    package func grantShare(_ share: Share, by actor: String) async throws(ProvostError) {
        guard share.until > share.createdAt else {
            throw ProvostError(.invalid, "The share would be over before it begins; give a later time.")
        }
        try await write { db in
            let workspace = try db.workspace(share.workspace)
            guard workspace.state != .deleted else { throw Missing.identified("workspace", share.workspace) }
            guard workspace.person != share.person else {
                throw ProvostError(.invalid, "The workspace is \(share.person)'s own; name somebody else.")
            }
            let person = try db.person(share.person)
            try db.run(
                "INSERT INTO share (id, workspace, person, mode, createdAt, until) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    share.id.text, share.workspace.text, person.id.text, share.mode.rawValue, share.createdAt.milliseconds,
                    share.until.milliseconds,
                ])
            try db.appendAudit(
                actor: actor, action: "workspace.share", subject: share.workspace.text,
                details: [
                    "mode": share.mode.rawValue, "person": share.person.text, "share": share.id.text,
                    "until": share.until.description,
                ], at: share.createdAt)
        }
    }

    /// Takes it back from now on; twice is the same as once. Visits that go on are for the caller to end. Throws `notFound`.
    package func revokeShare(_ id: ID<Share>, by actor: String, at instant: Timestamp) async throws(ProvostError) -> Share {
        try await write { db in
            guard let before = try db.row("\(Share.selection) WHERE s.id = ?", [id.text], Share.decoded) else {
                throw Missing.identified("share", id)
            }
            guard before.revokedAt == nil else { return before }
            try db.run("UPDATE share SET revokedAt = ? WHERE id = ?", [instant.milliseconds, id.text])
            try db.appendAudit(
                actor: actor, action: "workspace.unshare", subject: before.workspace.text, details: ["share": id.text],
                at: instant)
            var after = before
            after.revokedAt = instant
            return after
        }
    }

    /// All that were ever granted, oldest first.
    package func shares(of workspace: ID<Workspace>) async throws(ProvostError) -> [Share] {
        try await read { db in
            try db.rows("\(Share.selection) WHERE s.workspace = ? ORDER BY s.createdAt, s.rowid", [workspace.text], Share.decoded)
        }
    }

    /// The widest one that holds for this person at this instant: pair before watch before copy. nil: they are not let in.
    package func share(
        _ workspace: ID<Workspace>, person: ID<Person>, at instant: Timestamp
    ) async throws(ProvostError) -> Share? {
        try await read { db in
            try db.row(
                """
                \(Share.selection) WHERE s.workspace = ? AND s.person = ? AND s.revokedAt IS NULL AND s.until > ?
                ORDER BY CASE s.mode WHEN 'pair' THEN 0 WHEN 'watch' THEN 1 ELSE 2 END, s.until DESC LIMIT 1
                """, [workspace.text, person.text, instant.milliseconds], Share.decoded)
        }
    }

    /// Records that somebody came in by a share, and returns the visit's number. Throws `denied` when the share does not hold any more.
    package func beginVisit(_ id: ID<Share>, at instant: Timestamp) async throws(ProvostError) -> Int64 {
        try await write { db in
            guard let share = try db.row("\(Share.selection) WHERE s.id = ?", [id.text], Share.decoded) else {
                throw Missing.identified("share", id)
            }
            guard share.holds(at: instant) else {
                throw ProvostError(.denied, "The share \(id) is over; ask the learner for another one.")
            }
            try db.run("INSERT INTO visit (share, beganAt) VALUES (?, ?)", [id.text, instant.milliseconds])
            return db.lastInsertedRowID
        }
    }

    /// Records that they left; twice is the same as once.
    package func endVisit(_ number: Int64, at instant: Timestamp) async throws(ProvostError) {
        _ = try await write { db in
            try db.run(
                "UPDATE visit SET endedAt = max(beganAt, ?) WHERE sequence = ? AND endedAt IS NULL",
                [instant.milliseconds, number])
        }
    }

    /// At the start of the daemon: nobody is in any more by a connection of the daemon before.
    package func endAllVisits(at instant: Timestamp) async throws(ProvostError) {
        _ = try await write { db in
            try db.run("UPDATE visit SET endedAt = max(beganAt, ?) WHERE endedAt IS NULL", [instant.milliseconds])
        }
    }

    /// Newest first.
    package func visits(_ workspace: ID<Workspace>) async throws(ProvostError) -> [Visit] {
        try await read { db in
            try db.rows(
                """
                SELECT v.sequence, s.id, s.workspace, p.slug, s.mode, v.beganAt, v.endedAt
                FROM visit v JOIN share s ON s.id = v.share JOIN person p ON p.id = s.person
                WHERE s.workspace = ? ORDER BY v.sequence DESC
                """, [workspace.text]
            ) { row in
                Visit(
                    number: row[0], share: row.id(1), workspace: row.id(2), person: row.slug(3), mode: try Column.value(row[4]),
                    beganAt: row.instant(5), endedAt: row.optionalInstant(6))
            }
        }
    }
}

extension Share {
    static let selection = """
        SELECT s.id, s.workspace, p.slug, s.mode, s.createdAt, s.until, s.revokedAt FROM share s JOIN person p ON p.id = s.person
        """

    static func decoded(_ row: Row) throws -> Share {
        Share(
            id: row.id(0), workspace: row.id(1), person: row.slug(2), mode: try Column.value(row[3]), createdAt: row.instant(4),
            until: row.instant(5), revokedAt: row.optionalInstant(6))
    }
}
