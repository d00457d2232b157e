import GRDB
package import ProvostCore

/// What a score rests on besides its record: kept with it for good.
package struct GradingEvidence: Sendable, Hashable {
    /// The limits that held, as JSON text.
    package let limits: String
    /// The system image of the rooms, by a name or digest that says which one it was.
    package let image: String
    package init(limits: String, image: String) {
        self.limits = limits
        self.image = image
    }
}

extension Store {
    /// Ends a run: final stage, the append-only score with its tests, in one transaction. A grading is recorded once.
    ///
    /// false: fenced off, because there is a newer run, it was given back, or it has ended. Throws `internal` for a record that
    /// contradicts itself (graded without a score, a score above the maximum).
    package func recordGrading(
        _ grading: ID<Grading>, run: Int, record: GradingRecord, unpack: UnpackReport?, log: ContentDigest?,
        evidence: GradingEvidence, at instant: Timestamp
    ) async throws(ProvostError) -> Bool {
        try Self.check(record)
        return try await write { db in
            let pinned = try db.row(
                """
                SELECT g.submission, g.assignment, g.labVersion, g.graderVersion, s.digest
                FROM grading g JOIN submission s ON s.id = g.submission
                WHERE g.id = ? AND g.run = ? AND g.stage IN ('unpacking', 'grading')
                """, [grading.text, run]
            ) { row in (0..<5).map { row[$0] as String } }
            guard let pinned else { return false }
            try db.run(
                """
                INSERT INTO score (grading, submission, assignment, labVersion, graderVersion, submissionDigest, outcome, refused,
                  isolation, points, max, reason, evidence, messages, image, limits, log, run, recordedAt, totalHidden, leaderboard)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [grading.text] + StatementArguments(pinned) + [
                    record.outcome.rawValue, record.refused, record.isolation.rawValue,
                    record.outcome == .graded ? record.score?.thousandths : nil, record.max.thousandths, record.reason,
                    record.evidence, try Column.json(record.messages), evidence.image, evidence.limits, log?.hex, run,
                    instant.milliseconds, record.totalHidden, try Column.json(record.leaderboard),
                ])
            for test in record.tests { try db.insert(test, of: grading) }
            try db.run(
                "UPDATE grading SET stage = ?, finishedAt = ?, unpack = coalesce(?, unpack) WHERE id = ?",
                [
                    (record.outcome == .graded ? Grading.Stage.graded : .failed).rawValue, instant.milliseconds,
                    try unpack.map { try Column.json($0) }, grading.text,
                ])
            try db.appendAudit(
                actor: "provost", action: AuditedRow.grading, subject: grading.text,
                details: AuditedRow.grading(grading.text, in: db) ?? [:], at: instant)
            return true
        }
    }

    /// Queues one new grading for each submission that is not queued or running, pinned to its assignment's current lab version
    /// and that version's grader, and says how many. Earlier scores stay. Throws `notFound`, and queues none, if one does not exist.
    package func regrade(
        submissions: [ID<Submission>], make: @escaping @Sendable () -> ID<Grading>, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Int {
        try await write { db in
            var queued = 0
            for id in submissions {
                let found = try db.row("SELECT \(Submission.columns) FROM submission s WHERE s.id = ?", [id.text]) {
                    try Submission.decoded($0, at: 0)
                }
                guard let submission = found else { throw Missing.identified("submission", id) }
                let busy = try db.row(
                    "SELECT 1 FROM grading WHERE submission = ? AND class = 0 AND stage IN ('queued', 'unpacking', 'grading')",
                    [id.text]
                ) { _ in true }
                guard busy == nil else { continue }
                let assignment = try db.assignment(submission.assignment)
                let lab = try db.labVersion(assignment.labVersion)
                let grading = make()
                try db.enqueue(
                    grading, of: submission, assignment: assignment, labVersion: lab.digest, graderVersion: lab.grader,
                    at: instant)
                try db.appendAudit(
                    actor: actor, action: "submission.regrade", subject: id.text,
                    details: ["grading": grading.text, "labVersion": lab.digest.hex], at: instant)
                queued += 1
            }
            return queued
        }
    }

    private static func check(_ record: GradingRecord) throws(ProvostError) {
        if record.outcome == .graded {
            guard let score = record.score, score >= .zero, score <= record.max else {
                throw ProvostError(.internalError, "A graded record needs a score between 0 and its maximum.")
            }
        }
        guard Set(record.tests.map(\.number)).count == record.tests.count else {
            throw ProvostError(.internalError, "A record holds two tests of one number.")
        }
    }
}

extension Database {
    fileprivate func insert(_ test: TestRecord, of grading: ID<Grading>) throws {
        try run(
            """
            INSERT INTO test (grading, number, label, name, status, score, max, visibility, message, output, format)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                grading.text, test.number, test.label, test.name, test.status.rawValue, test.score.thousandths,
                test.max.thousandths, test.visibility.rawValue, test.message, test.output, test.format.rawValue,
            ])
    }

    /// One grading with its record, selected by a clause over `grading g`.
    func grading(_ clause: String, _ arguments: StatementArguments) throws -> Grading? {
        let found = try row(
            """
            SELECT g.id, g.submission, g.labVersion, g.graderVersion, g.stage, g.run, g.queuedAt, g.startedAt, g.finishedAt, g.unpack,
              r.log, r.outcome, r.isolation, r.points, r.max, r.reason, r.evidence, r.refused, r.messages,
              r.totalHidden, r.leaderboard, g.regradeSet
            FROM grading g LEFT JOIN score r ON r.grading = g.id \(clause)
            """, arguments
        ) { row in (row.copy(), row[0] as String) }
        guard let (row, id) = found else { return nil }
        return Grading(
            id: ID(trusted: id), submission: row.id(1), labVersion: try row.digest(2), graderVersion: try row.digest(3),
            stage: try Column.value(row[4]), run: row[5], queuedAt: row.instant(6), startedAt: row.optionalInstant(7),
            finishedAt: row.optionalInstant(8), record: try record(row, tests: id),
            unpack: try (row[9] as String?).map { try Column.decoded($0) }, log: try row.optionalDigest(10),
            regradeSet: (row[21] as String?).map { ID(trusted: $0) })
    }

    private func record(_ row: Row, tests grading: String) throws -> GradingRecord? {
        guard let outcome = row[11] as String? else { return nil }
        return GradingRecord(
            outcome: try Column.value(outcome), isolation: try Column.value(row[12]),
            score: (row[13] as Int64?).map(Points.init(thousandths:)), max: row.points(14), reason: row[15], evidence: row[16],
            refused: row[17], tests: try tests(of: grading), messages: try Column.decoded(row[18]), totalHidden: row[19],
            leaderboard: try Column.decoded(row[20]))
    }

    /// The tests of a grading, in the order of reporting.
    func tests(of grading: String) throws -> [TestRecord] {
        try rows(
            """
            SELECT number, name, status, score, max, visibility, message, label, output, format FROM test
            WHERE grading = ? ORDER BY number
            """, [grading]
        ) { row in
            TestRecord(
                number: row[0], label: row[7], name: row[1], status: try Column.value(row[2]), score: row.points(3),
                max: row.points(4), visibility: try Column.value(row[5]), message: row[6], output: row[8],
                format: try Column.value(row[9]))
        }
    }
}
