/// The end of a cohort's workspaces, as an admin declared it: from then on nothing starts, the files stay readable, and on a day that
/// everybody is told they are deleted. Submissions, scores and the ledger stay.
package struct CohortClosing: Codable, Sendable, Hashable {
    package let cohort: Slug
    /// A day in the cohort's zone: at its beginning the workspaces are deleted.
    package let deleteOn: CivilDate
    /// The instant that this is.
    package let deleteAt: Timestamp
    package let reason: String
    package let by: String
    package let at: Timestamp
    package init(cohort: Slug, deleteOn: CivilDate, deleteAt: Timestamp, reason: String, by: String, at: Timestamp) {
        self.cohort = cohort
        self.deleteOn = deleteOn
        self.deleteAt = deleteAt
        self.reason = reason
        self.by = by
        self.at = at
    }
}

/// That a workspace's files were deleted at the end of study: kept in the audit's chain, from which it is read.
package struct DeletionReceipt: Codable, Sendable, Hashable {
    package let workspace: ID<Workspace>
    package let person: Slug
    package let assignment: Slug
    package let at: Timestamp
    /// What the volume took on the disk.
    package let size: ByteCount
    package let snapshots: Int
    package let snapshotSize: ByteCount
    /// Files of damaged volumes that were set aside before, and that an operator has to delete by hand; mostly none.
    package let aside: [String]
    /// Of the audit entry that says so.
    package let sequence: Int64
    package init(
        workspace: ID<Workspace>, person: Slug, assignment: Slug, at: Timestamp, size: ByteCount, snapshots: Int,
        snapshotSize: ByteCount, aside: [String], sequence: Int64
    ) {
        self.workspace = workspace
        self.person = person
        self.assignment = assignment
        self.at = at
        self.size = size
        self.snapshots = snapshots
        self.snapshotSize = snapshotSize
        self.aside = aside
        self.sequence = sequence
    }
}

/// When the files of a closed cohort go. The only rule by which Provost deletes what it was not told to by name.
package enum ClosingRule {
    /// Nobody's files go sooner than this after it was said that they would.
    package static let notice = TimeSpan.seconds(7 * 86_400)
    /// A daemon must have seen the day passed for this long, by a clock that nobody sets: a wrong clock can be put right before it deletes.
    package static let patience = TimeSpan.seconds(3600)

    /// Whether the files may go now.
    /// - Parameter seenPast: how long this daemon has seen the day passed without a break, by the machine's uptime.
    package static func deletes(_ closing: CohortClosing, at now: Timestamp, seenPast: TimeSpan) -> Bool {
        now >= closing.deleteAt && closing.deleteAt >= closing.at + notice && seenPast >= patience
    }

    /// Throws `invalid` when the day is too near.
    package static func check(deleteAt: Timestamp, now: Timestamp) throws(ProvostError) {
        guard deleteAt >= now + notice else {
            throw ProvostError(
                .invalid, "Files are deleted \(notice) after it was announced at the earliest; choose a later day.")
        }
    }
}
