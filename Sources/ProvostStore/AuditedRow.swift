import Crypto
import GRDB
import ProvostCore

/// What the audit holds of rows that results rest on. It is made from the row as it stands in the store, when it is written and when it is
/// looked at again, by the same function: equal rows give equal facts.
///
/// Persons stand in it by their identifiers alone, so that an erasure leaves nothing behind and no entry without its row.
enum AuditedRow {
    static let submission = "submission.receive"
    static let grading = "grading.record"

    /// nil: there is no such submission. The name of its file is left out: it may be erased.
    static func submission(_ id: String, in db: Database) throws -> [String: String]? {
        try db.row(
            """
            SELECT assignment, person, attempt, digest, bytes, receivedAt, late, receipt FROM submission WHERE id = ?
            """, [id]
        ) { row in
            [
                "assignment": row[0], "attempt": "\(row[2] as Int)", "bytes": "\(row[4] as Int64)", "digest": row[3],
                "late": "\(row[6] as Bool)", "person": row[1], "receipt": digest(of: row[7] as String),
                "receivedAt": "\(row.instant(5))",
            ]
        }
    }

    /// nil: the grading has no score.
    static func grading(_ id: String, in db: Database) throws -> [String: String]? {
        let facts = try db.row(
            """
            SELECT submission, submissionDigest, labVersion, graderVersion, outcome, points, max, assignment, refused, isolation, reason,
              evidence, messages, image, limits, log, run, totalHidden, leaderboard
            FROM score WHERE grading = ?
            """, [id]
        ) { row in
            var facts: [String: String] = [
                "grader": row[3], "lab": row[2], "max": "\(row.points(6))", "outcome": row[4], "submission": row[0],
                "submissionDigest": row[1],
            ]
            facts["points"] = (row[5] as Int64?).map { "\(Points(thousandths: $0))" }
            return (facts, fields(row))
        }
        guard var (found, text) = facts else { return nil }
        for test in try db.rows(
            """
            SELECT number, name, status, score, max, visibility, message, label, output, format FROM test
            WHERE grading = ? ORDER BY number
            """, [id], fields)
        { text += test }
        found["record"] = digest(of: text)
        return found
    }

    /// Of the rows that one transaction noted: who was what, by enrollment.
    static func attendance(_ rows: [(enrollment: String, state: String)]) -> String {
        digest(of: rows.sorted { $0.enrollment < $1.enrollment }.map { "\($0.enrollment) \($0.state)\n" }.joined())
    }

    /// In one line and one order: `criterion=level …`.
    static func levels(_ levels: [String: String]) -> String {
        levels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    private static func digest(of text: String) -> String { ContentDigest(bytes: SHA256.hash(data: Array(text.utf8))).hex }

    /// Each with its length, so that no two rows have one text.
    private static func fields(_ row: Row) -> String {
        var text = ""
        for value in row.databaseValues {
            switch value.storage {
            case .null: text += "-\n"
            case .int64(let number): text += "\(number)\n"
            case .double(let number): text += "\(number)\n"
            case .string(let string): text += "\(string.utf8.count):\(string)\n"
            case .blob(let bytes): text += "\(bytes.count) bytes\n"
            }
        }
        return text
    }
}
