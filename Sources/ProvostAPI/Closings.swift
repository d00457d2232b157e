package import ProvostCore

/// `POST /v1/cohorts/{cohort}/closing`.
package struct CloseCohort: Codable, Sendable {
    /// In the cohort's zone; at the beginning of the day the files are deleted.
    package var deleteOn: CivilDate
    /// Stays on record.
    package var reason: String
    package init(deleteOn: CivilDate, reason: String) {
        self.deleteOn = deleteOn
        self.reason = reason
    }
}

/// `GET /v1/cohorts/{cohort}/closing`, and what closing and reopening answer.
package struct ClosingInfo: Codable, Sendable {
    package var cohort: Slug
    /// nil: it is not closed.
    package var closing: CohortClosing?
    /// Workspaces whose files are still there, and of how many learners.
    package var workspaces: Int
    package var learners: Int
    /// Of these, those that do not stand still yet.
    package var running: Int
    /// What they take on the server's disk, without snapshots.
    package var size: ByteCount
    /// What was deleted because of the closing.
    package var receipts: [DeletionReceipt]
    package init(
        cohort: Slug, closing: CohortClosing?, workspaces: Int, learners: Int, running: Int, size: ByteCount,
        receipts: [DeletionReceipt]
    ) {
        self.cohort = cohort
        self.closing = closing
        self.workspaces = workspaces
        self.learners = learners
        self.running = running
        self.size = size
        self.receipts = receipts
    }
}
