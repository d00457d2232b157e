package import ProvostCore

/// Answer to `POST /v1/labs` and `POST /v1/graders`.
package struct Published<Version: Codable & Sendable>: Codable, Sendable {
    package var version: Version
    /// False when exactly this content was already published.
    package var new: Bool
    /// Since the version before; nil for the first, and for one that was there.
    package var changes: VersionChanges?
    package init(version: Version, new: Bool, changes: VersionChanges? = nil) {
        self.version = version
        self.new = new
        self.changes = changes
    }
}

/// `POST /v1/cohorts/{cohort}/assignments`. Times are civil, in the cohort's timezone.
package struct NewAssignment: Codable, Sendable {
    package var slug: Slug
    package var lab: Slug
    /// nil: the newest version of the lab.
    package var labVersion: ContentDigest?
    /// nil: the cohort's first day.
    package var opens: CivilTime?
    package var due: CivilTime?
    /// nil: the end of the cohort's last day.
    package var closes: CivilTime?
    package var attempts: Int?
    package var policy: ResultPolicy?
    package var weight: Int?
    package init(
        slug: Slug, lab: Slug, labVersion: ContentDigest? = nil, opens: CivilTime? = nil, due: CivilTime? = nil,
        closes: CivilTime? = nil,
        attempts: Int? = nil, policy: ResultPolicy? = nil, weight: Int? = nil
    ) {
        self.slug = slug
        self.lab = lab
        self.labVersion = labVersion
        self.opens = opens
        self.due = due
        self.closes = closes
        self.attempts = attempts
        self.policy = policy
        self.weight = weight
    }
}

/// `PATCH /v1/assignments/{assignment}`: only what is there changes.
package struct AssignmentChange: Codable, Sendable {
    package var labVersion: ContentDigest?
    /// Moves to the newest version of the lab.
    package var newestLabVersion: Bool?
    package var opens: CivilTime?
    package var due: CivilTime?
    package var closes: CivilTime?
    /// 0 lifts the cap.
    package var attempts: Int?
    package var policy: ResultPolicy?
    package init() {}
}

/// An assignment as a caller sees it: with the instants worked out and the caller's own standing.
package struct AssignmentInfo: Codable, Sendable {
    package var assignment: Assignment
    package var timezone: String
    package var opensAt: Timestamp
    package var dueAt: Timestamp?
    package var closesAt: Timestamp
    /// `open`, `late`, `not-open`, `closed`, `outside-study`.
    package var state: String
    /// What a full score is: of the lab version that produced the caller's score, or of the pinned one while there is none.
    package var points: Points
    /// The caller's own; nil for somebody who is no learner there.
    package var attemptsUsed: Int?
    package var score: Points?
    package init(
        assignment: Assignment, timezone: String, opensAt: Timestamp, dueAt: Timestamp?, closesAt: Timestamp, state: String,
        points: Points,
        attemptsUsed: Int?, score: Points?
    ) {
        self.assignment = assignment
        self.timezone = timezone
        self.opensAt = opensAt
        self.dueAt = dueAt
        self.closesAt = closesAt
        self.state = state
        self.points = points
        self.attemptsUsed = attemptsUsed
        self.score = score
    }
}

/// Answer to `POST /v1/assignments/{assignment}/trials`: what the public tests say of work that was not handed in.
package struct TrialAnswer: Codable, Sendable {
    package var record: GradingRecord
    package var unpack: UnpackReport?
    package init(record: GradingRecord, unpack: UnpackReport?) {
        self.record = record
        self.unpack = unpack
    }
}
