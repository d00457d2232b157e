import GRDB
package import ProvostCore

/// What intake hands over once the blob is on the disk.
package struct NewSubmission: Sendable {
    package let id: ID<Submission>
    package let assignment: ID<Assignment>
    package let person: ID<Person>
    package let digest: ContentDigest
    package let bytes: ByteCount
    package let fileName: String
    /// When the first byte arrived.
    package let receivedAt: Timestamp
    package let late: Bool
    /// Made by the client, 1 to 200 characters: the same key again is the same submission.
    package let key: String
    /// Names the first grading.
    package let grading: ID<Grading>
    package let labVersion: ContentDigest
    package let graderVersion: ContentDigest
    /// nil: no cap.
    package let maxAttempts: Int?
    package let now: Timestamp
    /// Signs the submission, whose attempt number is only known inside the transaction. What it throws undoes everything.
    package let receipt: @Sendable (Submission) throws -> Receipt

    package init(
        id: ID<Submission>, assignment: ID<Assignment>, person: ID<Person>, digest: ContentDigest, bytes: ByteCount,
        fileName: String, receivedAt: Timestamp, late: Bool, key: String, grading: ID<Grading>, labVersion: ContentDigest,
        graderVersion: ContentDigest, maxAttempts: Int?, now: Timestamp,
        receipt: @escaping @Sendable (Submission) throws -> Receipt
    ) {
        self.id = id
        self.assignment = assignment
        self.person = person
        self.digest = digest
        self.bytes = bytes
        self.fileName = fileName
        self.receivedAt = receivedAt
        self.late = late
        self.key = key
        self.grading = grading
        self.labVersion = labVersion
        self.graderVersion = graderVersion
        self.maxAttempts = maxAttempts
        self.now = now
        self.receipt = receipt
    }
}

extension Store {
    /// Records a submission with its receipt and its first grading, queued: all of it or nothing.
    ///
    /// The same person and key again, for the same assignment and bytes, gives what was recorded the first time, even after the
    /// attempts are used up. Throws `conflict` when a key comes again with something else, `limitReached` when all attempts or the
    /// submissions of the last 24 hours are used or the last attempt is too recent, `notFound` when the assignment, the person or a version does not exist.
    package func recordSubmission(_ new: NewSubmission) async throws(ProvostError) -> RecordedSubmission {
        try await write { db in
            let used = try db.attemptsUsed(assignment: new.assignment, person: new.person)
            if let (submission, receipt) = try db.submissionAndReceipt(person: new.person, key: new.key) {
                guard submission.assignment == new.assignment, submission.digest == new.digest else {
                    throw ProvostError(
                        .conflict, "This submission's key was used for something else; submit again with a new key.")
                }
                let left = new.maxAttempts.map { max(0, $0 - used) }
                return RecordedSubmission(submission: submission, receipt: receipt, resent: true, attemptsLeft: left)
            }
            let assignment = try db.assignment(new.assignment)
            let person = try db.person(id: new.person)
            if let most = new.maxAttempts, used >= most {
                throw ProvostError(
                    .limitReached,
                    "Nothing was recorded: all \(most) attempts are used. Ask your instructor if you need another.")
            }
            try db.requireCoolOff(assignment: assignment, person: new.person, at: new.now)
            try db.requireSubmissionInDay(person: new.person, cohort: assignment.cohort, at: new.now)
            let submission = Submission(
                id: new.id, assignment: new.assignment, person: new.person,
                attempt: try db.nextAttempt(new.assignment, new.person),
                digest: new.digest, bytes: new.bytes, fileName: new.fileName, receivedAt: new.receivedAt, late: new.late)
            let receipt = try new.receipt(submission)
            try db.insert(submission, receipt: receipt, key: new.key, cohort: assignment.cohort)
            try db.enqueue(
                new.grading, of: submission, assignment: assignment, labVersion: new.labVersion,
                graderVersion: new.graderVersion, at: new.now)
            try db.appendAudit(
                actor: person.slug.text, action: AuditedRow.submission, subject: new.id.text,
                details: AuditedRow.submission(new.id.text, in: db) ?? [:], at: new.now)
            return RecordedSubmission(
                submission: submission, receipt: receipt, resent: false, attemptsLeft: new.maxAttempts.map { $0 - used - 1 })
        }
    }

    /// What was recorded under a person's key for this assignment and (when given) these bytes; nil when there is nothing like it.
    package func resent(
        person: ID<Person>, key: String, assignment: ID<Assignment>, digest: ContentDigest?
    ) async throws(ProvostError) -> RecordedSubmission? {
        try await read { db in
            guard let (submission, receipt) = try db.submissionAndReceipt(person: person, key: key),
                submission.assignment == assignment,
                digest == nil || submission.digest == digest
            else { return nil }
            return RecordedSubmission(submission: submission, receipt: receipt, resent: true, attemptsLeft: nil)
        }
    }

    /// How many attempts count: submissions that are being graded or whose newest finished grading is graded. One that was refused
    /// or not graded is given back.
    package func attemptsUsed(assignment: ID<Assignment>, person: ID<Person>) async throws(ProvostError) -> Int {
        try await read { db in try db.attemptsUsed(assignment: assignment, person: person) }
    }

    /// The receipt as it was signed. Throws `notFound`.
    package func receipt(_ submission: ID<Submission>) async throws(ProvostError) -> Receipt {
        try await read { db in
            let text = try db.row("SELECT receipt FROM submission WHERE id = ?", [submission.text]) { $0[0] as String }
            guard let text else { throw Missing.identified("submission", submission) }
            return try Column.decoded(text)
        }
    }
}

extension Submission {
    static let columns =
        "s.id, s.assignment, s.person, s.attempt, s.digest, s.bytes, s.fileName, s.receivedAt, s.late"

    static func decoded(_ row: Row, at index: Int) throws -> Submission {
        Submission(
            id: row.id(index), assignment: row.id(index + 1), person: row.id(index + 2), attempt: row[index + 3],
            digest: try row.digest(index + 4), bytes: ByteCount(row[index + 5]), fileName: row[index + 6],
            receivedAt: row.instant(index + 7), late: row[index + 8])
    }

    /// 1 for a submission `s` that uses an attempt, else 0: it is being graded, or an ordinary grading of it came to a score. Grading it again, and
    /// failing by our fault, does not give back what that score counts for. A regrade set neither uses an attempt nor gives one back.
    static let usesAttempt = """
        (EXISTS (SELECT 1 FROM grading WHERE submission = s.id AND class = 0 AND stage IN ('queued', 'unpacking', 'grading'))
          OR EXISTS (SELECT 1 FROM score r WHERE r.submission = s.id AND r.outcome = 'graded' AND r.refused = 0
                       AND (SELECT class FROM grading WHERE id = r.grading) = 0))
        """
}

extension Database {
    fileprivate func attemptsUsed(assignment: ID<Assignment>, person: ID<Person>) throws -> Int {
        try row(
            "SELECT coalesce(sum(\(Submission.usesAttempt)), 0) FROM submission s WHERE s.assignment = ? AND s.person = ?",
            [assignment.text, person.text]
        ) { $0[0] as Int } ?? 0
    }

    fileprivate func nextAttempt(_ assignment: ID<Assignment>, _ person: ID<Person>) throws -> Int {
        try row(
            "SELECT coalesce(max(attempt), 0) + 1 FROM submission WHERE assignment = ? AND person = ?",
            [assignment.text, person.text]
        ) { $0[0] as Int } ?? 1
    }

    fileprivate func submissionAndReceipt(person: ID<Person>, key: String) throws -> (Submission, Receipt)? {
        try row(
            "SELECT \(Submission.columns), s.receipt FROM submission s WHERE s.person = ? AND s.key = ?", [person.text, key]
        ) { (try Submission.decoded($0, at: 0), try Column.decoded($0[9])) }
    }

    fileprivate func insert(_ submission: Submission, receipt: Receipt, key: String, cohort: Slug) throws {
        try run(
            """
            INSERT INTO submission (id, cohort, assignment, person, attempt, digest, bytes, fileName, receivedAt, late, key, receipt)
            VALUES (?, (SELECT id FROM cohort WHERE slug = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                submission.id.text, cohort.text, submission.assignment.text, submission.person.text, submission.attempt,
                submission.digest.hex, submission.bytes.bytes, submission.fileName, submission.receivedAt.milliseconds,
                submission.late, key, try Column.json(receipt),
            ])
    }

    /// Puts a grading into the queue, a set's behind all others. It has turn 0 only if the person has no ordinary grading of the assignment.
    func enqueue(
        _ grading: ID<Grading>, of submission: Submission, assignment: Assignment, labVersion: ContentDigest,
        graderVersion: ContentDigest, set: ID<RegradeSet>? = nil, at instant: Timestamp
    ) throws {
        try run(
            """
            INSERT INTO grading (id, submission, assignment, person, labVersion, graderVersion, stage, run, turn, dueOrder, queuedAt,
              regradeSet, class)
            VALUES (:id, :submission, :assignment, :person, :lab, :grader, 'queued', 0,
              EXISTS (SELECT 1 FROM grading WHERE assignment = :assignment AND person = :person AND class = 0), :due, :at,
              :set, :set IS NOT NULL)
            """,
            [
                "id": grading.text, "submission": submission.id.text, "assignment": submission.assignment.text,
                "person": submission.person.text, "lab": labVersion.hex, "grader": graderVersion.hex,
                "due": assignment.dueOrder, "at": instant.milliseconds, "set": set?.text,
            ])
    }
}
