/// An immutable archive handed in for an assignment.
package struct Submission: Codable, Sendable, Hashable {
    package let id: ID<Submission>
    package let assignment: ID<Assignment>
    package let person: ID<Person>
    /// 1 for the person's first submission to the assignment, and so on; never used twice.
    package let attempt: Int
    package let digest: ContentDigest
    package let bytes: ByteCount
    /// The name of the file or folder as the learner's machine called it; only shown, never used as a path.
    package let fileName: String
    /// When the first byte arrived.
    package let receivedAt: Timestamp
    package let late: Bool
    package init(
        id: ID<Submission>, assignment: ID<Assignment>, person: ID<Person>, attempt: Int, digest: ContentDigest, bytes: ByteCount,
        fileName: String,
        receivedAt: Timestamp, late: Bool
    ) {
        self.id = id
        self.assignment = assignment
        self.person = person
        self.attempt = attempt
        self.digest = digest
        self.bytes = bytes
        self.fileName = fileName
        self.receivedAt = receivedAt
        self.late = late
    }
}

/// One run of one grader version over one submission.
package struct Grading: Codable, Sendable, Hashable {
    /// Where a grading is. `graded` and `failed` are the ends; `failed` is “not graded”, never a verdict on the learner.
    package enum Stage: String, Codable, Sendable, Hashable, CaseIterable {
        case queued, unpacking, grading, graded, failed
        package var isFinal: Bool { self == .graded || self == .failed }
    }

    package let id: ID<Grading>
    package let submission: ID<Submission>
    package let labVersion: ContentDigest
    package let graderVersion: ContentDigest
    package let stage: Stage
    /// Counts the starts. A result is recorded only for the newest start (a fence against a run that was given up on).
    package let run: Int
    package let queuedAt: Timestamp
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?
    /// Present at the end.
    package let record: GradingRecord?
    /// Present once unpacked or refused.
    package let unpack: UnpackReport?
    /// The blob with what the grader printed, for instructors.
    package let log: ContentDigest?
    /// The set that it was made for; nil for an ordinary one. A set's grading counts for nothing until the set is applied.
    package let regradeSet: ID<RegradeSet>?
    package init(
        id: ID<Grading>, submission: ID<Submission>, labVersion: ContentDigest, graderVersion: ContentDigest, stage: Stage,
        run: Int,
        queuedAt: Timestamp, startedAt: Timestamp?, finishedAt: Timestamp?, record: GradingRecord?, unpack: UnpackReport?,
        log: ContentDigest?, regradeSet: ID<RegradeSet>? = nil
    ) {
        self.id = id
        self.submission = submission
        self.labVersion = labVersion
        self.graderVersion = graderVersion
        self.stage = stage
        self.run = run
        self.queuedAt = queuedAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.record = record
        self.unpack = unpack
        self.log = log
        self.regradeSet = regradeSet
    }
}

/// The signed proof that a submission was received.
///
/// `signature` is Ed25519 (RFC 8032) over `signedBytes`, base64; the public key is published by the daemon under `key`.
package struct Receipt: Codable, Sendable, Hashable {
    package let version: Int
    package let submission: ID<Submission>
    package let assignment: ID<Assignment>
    /// `cohort/assignment`, for people.
    package let assignmentName: String
    package let person: ID<Person>
    package let digest: ContentDigest
    package let bytes: ByteCount
    package let receivedAt: Timestamp
    /// Names the public key: the first sixteen hexadecimal characters of its SHA-256.
    package let key: String
    package let signature: String
    package init(
        submission: Submission, assignmentName: String, key: String, signature: String
    ) {
        version = 1
        self.submission = submission.id
        assignment = submission.assignment
        self.assignmentName = assignmentName
        person = submission.person
        digest = submission.digest
        bytes = submission.bytes
        receivedAt = submission.receivedAt
        self.key = key
        self.signature = signature
    }

    /// The text that is signed: one `name value` line for each field, in this order, so that any language can rebuild it.
    package var signedText: String {
        """
        provost receipt \(version)
        submission \(submission)
        assignment \(assignment) \(assignmentName)
        person \(person)
        sha256 \(digest)
        bytes \(bytes.bytes)
        received \(receivedAt)
        key \(key)

        """
    }
}

/// What counts for one person and assignment.
package struct ResultRow: Codable, Sendable, Hashable {
    package let person: Person
    package let assignment: Slug
    /// nil: nothing graded yet.
    package let score: Points?
    /// What a full score is: of the lab version that produced the score, or of the assignment's present one while there is none.
    package let max: Points
    package let submission: ID<Submission>?
    package let attemptsUsed: Int
    package let late: Bool
    package init(
        person: Person, assignment: Slug, score: Points?, max: Points, submission: ID<Submission>?, attemptsUsed: Int, late: Bool
    ) {
        self.person = person
        self.assignment = assignment
        self.score = score
        self.max = max
        self.submission = submission
        self.attemptsUsed = attemptsUsed
        self.late = late
    }
}

/// What intake answers with.
package struct RecordedSubmission: Sendable {
    package let submission: Submission
    package let receipt: Receipt
    /// It was recorded before, under the same key.
    package let resent: Bool
    /// nil: no cap.
    package let attemptsLeft: Int?
    package init(submission: Submission, receipt: Receipt, resent: Bool, attemptsLeft: Int?) {
        self.submission = submission
        self.receipt = receipt
        self.resent = resent
        self.attemptsLeft = attemptsLeft
    }
}
