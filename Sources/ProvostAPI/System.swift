package import ProvostCore

/// `GET /v1/status`.
package struct StatusReport: Codable, Sendable {
    package var version: String
    package var startedAt: Timestamp
    package var now: Timestamp
    package var queued: Int
    package var running: Int
    package var workers: Int
    /// True when some limit cannot be enforced here and the operator allowed grading all the same.
    package var degraded: Bool
    /// The caller's unfinished submissions.
    package var mine: [SubmissionInfo]
    package init(
        version: String, startedAt: Timestamp, now: Timestamp, queued: Int, running: Int, workers: Int, degraded: Bool,
        mine: [SubmissionInfo]
    ) {
        self.version = version
        self.startedAt = startedAt
        self.now = now
        self.queued = queued
        self.running = running
        self.workers = workers
        self.degraded = degraded
        self.mine = mine
    }
}

/// `GET /v1/doctor`: what was tried and what came of it.
package struct DoctorReport: Codable, Sendable {
    package var checks: [DoctorCheck]
    package init(checks: [DoctorCheck]) { self.checks = checks }
    package var enforced: Bool { checks.allSatisfy { $0.state != .notEnforced } }
}

/// `GET /v1/audit/verify`.
package struct AuditVerification: Codable, Sendable {
    package var entries: Int64
    /// nil: the chain is whole. Otherwise the first sequence number that does not fit.
    package var brokenAt: Int64?
    package init(entries: Int64, brokenAt: Int64?) {
        self.entries = entries
        self.brokenAt = brokenAt
    }
}
