package import ProvostCore

/// A submission as it is shown: with its assignment's name and its newest grading.
package struct SubmissionInfo: Codable, Sendable {
    package var submission: Submission
    /// `cohort/assignment`.
    package var assignmentName: String
    package var person: Slug
    /// The newest one, or that of a newer applied regrade set; hidden tests are left out for learners.
    package var grading: Grading?
    /// How many gradings there are (1 + regrades).
    package var gradings: Int
    /// In the queue: 1 is next. nil when it is not queued.
    package var position: Int?
    /// The newest applied regrade set that had a score for it; nil when there is none.
    package var regrade: RegradeNotice?
    package init(
        submission: Submission, assignmentName: String, person: Slug, grading: Grading?, gradings: Int, position: Int?,
        regrade: RegradeNotice? = nil
    ) {
        self.submission = submission
        self.assignmentName = assignmentName
        self.person = person
        self.grading = grading
        self.gradings = gradings
        self.position = position
        self.regrade = regrade
    }
}

/// Answer to `POST /v1/assignments/{assignment}/submissions`. The same key and bytes again: the same answer, `resent` true.
package struct SubmissionReceived: Codable, Sendable {
    package var submission: Submission
    package var receipt: Receipt
    package var resent: Bool
    /// nil: no cap.
    package var attemptsLeft: Int?
    package init(submission: Submission, receipt: Receipt, resent: Bool, attemptsLeft: Int?) {
        self.submission = submission
        self.receipt = receipt
        self.resent = resent
        self.attemptsLeft = attemptsLeft
    }
}

/// One line of `GET /v1/submissions/{submission}/events` (server-sent events; `data:` holds this as JSON). The stream begins with the
/// state as it is and closes after `finished`.
package struct SubmissionEvent: Codable, Sendable {
    /// Open: a reader skips kinds it does not know.
    package struct Kind: RawRepresentable, Codable, Sendable, Hashable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        /// `position` and perhaps `estimate` are set.
        package static let queued = Kind(rawValue: "queued")
        package static let unpacking = Kind(rawValue: "unpacking")
        package static let grading = Kind(rawValue: "grading")
        /// `test` is set.
        package static let test = Kind(rawValue: "test")
        /// `message` is set.
        package static let message = Kind(rawValue: "message")
        /// The run was lost or given back; what was reported before is void and it begins again.
        package static let restarted = Kind(rawValue: "restarted")
        /// `info` is set; nothing follows.
        package static let finished = Kind(rawValue: "finished")
    }
    package var kind: Kind
    package var position: Int?
    /// Seconds until grading begins, from this machine's own recent gradings; nil when there is nothing to go by.
    package var estimate: TimeSpan?
    package var test: TestRecord?
    package var message: String?
    package var info: SubmissionInfo?
    package init(
        kind: Kind, position: Int? = nil, estimate: TimeSpan? = nil, test: TestRecord? = nil, message: String? = nil,
        info: SubmissionInfo? = nil
    ) {
        self.kind = kind
        self.position = position
        self.estimate = estimate
        self.test = test
        self.message = message
        self.info = info
    }
}

/// The published key that receipts are checked with: `GET /v1/keys/receipt`.
package struct ReceiptKey: Codable, Sendable {
    package var id: String
    /// `Ed25519`.
    package var algorithm: String
    /// 32 bytes, base64.
    package var publicKey: String
    package init(id: String, algorithm: String, publicKey: String) {
        self.id = id
        self.algorithm = algorithm
        self.publicKey = publicKey
    }
}

/// Answer to a regrade: how many gradings were queued.
package struct RegradeAnswer: Codable, Sendable {
    package var queued: Int
    package init(queued: Int) { self.queued = queued }
}

/// `GET /v1/progress`: what counts for the caller (or, for instructors, a named person) in one cohort.
package struct ProgressReport: Codable, Sendable {
    package struct Row: Codable, Sendable {
        package var assignment: AssignmentInfo
        package var result: ResultRow
        /// The newest applied regrade set that had a score for work of theirs, with the result before and after it.
        package var regrade: RegradeNotice?
        package init(assignment: AssignmentInfo, result: ResultRow, regrade: RegradeNotice? = nil) {
            self.assignment = assignment
            self.result = result
            self.regrade = regrade
        }
    }
    package var cohort: Cohort
    package var person: Slug
    /// The labs.
    package var rows: [Row]
    /// Of all assignments, those that people mark too.
    package var standing: StandingInfo?
    package init(cohort: Cohort, person: Slug, rows: [Row], standing: StandingInfo? = nil) {
        self.cohort = cohort
        self.person = person
        self.rows = rows
        self.standing = standing
    }
}
