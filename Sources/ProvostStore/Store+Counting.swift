import GRDB
import ProvostCore

/// A submission with what counts for it.
struct CountedSubmission {
    let id: ID<Submission>
    let person: String
    let assignment: String
    let attempt: Int
    let late: Bool
    let usesAttempt: Bool
    let counted: CountedScore?
    let digest: String
    let receivedAt: Timestamp
    /// An ordinary grading of it is not at its end.
    let isPending: Bool
    /// Of the grading that counts.
    let labVersion: String?
    let graderVersion: String?
    /// Of the grading that counts: its grader keeps the total from learners while they may not see every test.
    let hidesTotal: Bool
}

extension CountedSubmission {
    /// All of a cohort that match what is given, in the order of attempts: sequence and attempt grow together.
    static func all(
        _ db: Database, cohort: String? = nil, assignment: String? = nil, person: String? = nil
    ) throws -> [CountedSubmission] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if let cohort {
            // An assignment or a person selects better; the plus sign keeps the cohort's index out of it.
            conditions.append(assignment == nil && person == nil ? "s.cohort = ?" : "+s.cohort = ?")
            arguments += [cohort]
        }
        if let assignment {
            conditions.append("s.assignment = ?")
            arguments += [assignment]
        }
        if let person {
            conditions.append("s.person = ?")
            arguments += [person]
        }
        return try db.rows(
            """
            SELECT s.id, s.person, s.assignment, s.attempt, s.late, \(columns), s.digest, s.receivedAt,
              d.labVersion, d.graderVersion, k.labVersion, k.graderVersion,
              EXISTS (SELECT 1 FROM grading WHERE submission = s.id AND class = 0 AND stage IN ('queued', 'unpacking', 'grading')),
              d.totalHidden, k.totalHidden
            FROM submission s \(joins) WHERE \(conditions.joined(separator: " AND ")) ORDER BY s.sequence
            """, arguments
        ) { row in
            let direct = direct(row, 5)
            let counted = CountingRule.counted(direct: direct, decision: decision(row, 9))
            // Of the decision's grading, where that is the one that counts.
            let isDecided = counted != nil && counted?.grading.text == (row[10] as String?)
            let versions = isDecided ? 17 : 15
            let isPending: Bool = row[19]
            return CountedSubmission(
                id: row.id(0), person: row[1], assignment: row[2], attempt: row[3], late: row[4],
                // As `Submission.usesAttempt` says it.
                usesAttempt: isPending || direct != nil, counted: counted, digest: row[13], receivedAt: row.instant(14),
                isPending: isPending, labVersion: counted == nil ? nil : row[versions],
                graderVersion: counted == nil ? nil : row[versions + 1],
                hidesTotal: counted != nil && (row[isDecided ? 21 : 20] as Bool? ?? false))
        }
    }

    /// The facts of ``CountingRule``: the newest ordinary graded score, and the newest decision that took something.
    private static let columns = "d.sequence, d.grading, d.points, d.max, c.newestScore, k.grading, k.points, k.max"
    private static let joins = """
        LEFT JOIN score d ON d.sequence = (
          SELECT r.sequence FROM score r
          WHERE r.submission = s.id AND r.outcome = 'graded' AND r.refused = 0
            AND (SELECT class FROM grading WHERE id = r.grading) = 0
          ORDER BY r.sequence DESC LIMIT 1)
        LEFT JOIN regradeDecision c ON c.sequence = (
          SELECT max(sequence) FROM regradeDecision WHERE submission = s.id AND taken = 1)
        LEFT JOIN score k ON k.grading = c.after
        """

    private static func direct(_ row: Row, _ index: Int) -> CountingRule.Direct? {
        guard let recorded = row[index] as Int64?, let score = row.countedScore(index + 1) else { return nil }
        return CountingRule.Direct(recorded: recorded, score: score)
    }

    private static func decision(_ row: Row, _ index: Int) -> CountingRule.Decision? {
        guard let after = row[index] as Int64? else { return nil }
        return CountingRule.Decision(after: after, score: row.countedScore(index + 1))
    }
}

extension Row {
    /// Three columns: grading, points, max; nil when there is no grading.
    func countedScore(_ index: Int) -> CountedScore? {
        guard let grading = self[index] as String? else { return nil }
        return CountedScore(grading: ID(trusted: grading), score: points(index + 1), max: points(index + 2))
    }
}

extension Database {
    /// The grading that is shown as a submission's own; never one of a set that is not applied.
    func shownGrading(of submission: String) throws -> Grading? {
        let newest = try row(
            """
            SELECT g.id, r.sequence FROM grading g LEFT JOIN score r ON r.grading = g.id
            WHERE g.submission = ? AND g.class = 0 ORDER BY g.sequence DESC LIMIT 1
            """, [submission]
        ) { (grading: ID<Grading>(trusted: $0[0]), recorded: $0[1] as Int64?) }
        let decision = try row(
            "SELECT newestScore, after FROM regradeDecision WHERE submission = ? AND taken = 1 ORDER BY sequence DESC LIMIT 1",
            [submission]
        ) { (after: $0[0] as Int64, grading: ($0[1] as String?).map { ID<Grading>(trusted: $0) }) }
        guard let shown = CountingRule.shown(newest: newest, decision: decision) else { return nil }
        return try grading("WHERE g.id = ?", [shown.text])
    }

    /// Ordinary gradings, and those that an applied set took.
    func gradingCount(of submission: String) throws -> Int {
        try row(
            """
            SELECT (SELECT count(*) FROM grading WHERE submission = ?1 AND class = 0)
              + (SELECT count(*) FROM regradeDecision c JOIN grading g ON g.id = c.after AND g.regradeSet = c.regradeSet
                 WHERE c.submission = ?1 AND c.taken = 1)
            """, [submission]
        ) { $0[0] as Int } ?? 0
    }
}
