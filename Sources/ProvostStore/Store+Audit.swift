import Crypto
import GRDB
package import ProvostCore

extension Store {
    /// Appends an entry for an action that changes nothing else in the store. `details` is a JSON text with sorted keys.
    /// Throws `invalid` when a field holds a newline or `details` is not JSON.
    package func recordAudit(
        actor: String, action: String, subject: String, details: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            try db.appendAudit(actor: actor, action: action, subject: subject, detailsText: details, at: instant)
        }
    }

    /// Entries after a sequence number (0: from the first), oldest first, at most `limit`.
    package func audit(after sequence: Int64, limit: Int) async throws(ProvostError) -> [AuditEntry] {
        try await read { db in
            try db.rows(
                "SELECT sequence, at, actor, action, subject, details, hash FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?",
                [sequence, limit]
            ) { row in
                AuditEntry(
                    sequence: row[0], at: row.instant(1), actor: row[2], action: row[3], subject: row[4], details: row[5],
                    hash: try row.digest(6))
            }
        }
    }

    /// Recomputes the whole chain: how many entries there are, and the first sequence number that is missing or does not fit.
    ///
    /// Entries cut off at the newest end leave a shorter, unbroken chain; only a hash kept elsewhere shows that.
    package func verifyAudit() async throws(ProvostError) -> (entries: Int64, brokenAt: Int64?) {
        let answer = try await read { db -> AuditCheck in
            let cursor = try Row.fetchCursor(
                db, sql: "SELECT sequence, at, actor, action, subject, details, hash FROM audit ORDER BY sequence")
            var check = AuditCheck(entries: 0, brokenAt: nil)
            var previous = AuditChain.beginning
            while let row = try cursor.next() {
                check.entries += 1
                guard check.brokenAt == nil else { continue }
                let text = AuditEntry.hashedText(
                    sequence: row[0], at: row.instant(1), actor: row[2], action: row[3], subject: row[4], details: row[5])
                let hash = AuditChain.hash(previous: previous, text: text)
                if (row[0] as Int64) != check.entries || (row[6] as String) != hash { check.brokenAt = check.entries }
                previous = hash
            }
            return check
        }
        return (answer.entries, answer.brokenAt)
    }
}

private struct AuditCheck: Sendable {
    var entries: Int64
    var brokenAt: Int64?
}

/// How entries hang together: SHA-256 over the previous hash in hexadecimal, a newline and the entry's text.
enum AuditChain {
    /// What stands before the first entry.
    static let beginning = String(repeating: "0", count: 64)

    static func hash(previous: String, text: String) -> String {
        var hasher = SHA256()
        hasher.update(data: Array("\(previous)\n\(text)".utf8))
        return ContentDigest(bytes: hasher.finalize()).hex
    }
}

extension Database {
    /// Appends an entry inside the running transaction. The store is the only writer, so the numbers have no gaps.
    func appendAudit(
        actor: String, action: String, subject: String, details: some Encodable = [String: String](), at instant: Timestamp
    ) throws {
        try appendAudit(actor: actor, action: action, subject: subject, detailsText: Column.json(details), at: instant)
    }

    func appendAudit(actor: String, action: String, subject: String, detailsText: String, at instant: Timestamp) throws {
        guard ![actor, action, subject].contains(where: { $0.utf8.contains(0x0A) }) else {
            throw ProvostError(.invalid, "A name holds a line break; write it on one line.")
        }
        guard try Bool.fetchOne(cachedStatement(sql: "SELECT json_valid(?)"), arguments: [detailsText]) == true else {
            throw ProvostError(.invalid, "The details of an audit entry are not JSON.")
        }
        let newest = try row("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1") {
            ($0[0] as Int64, $0[1] as String)
        }
        let (sequence, previous) = newest.map { ($0.0 + 1, $0.1) } ?? (1, AuditChain.beginning)
        let text = AuditEntry.hashedText(
            sequence: sequence, at: instant, actor: actor, action: action, subject: subject, details: detailsText)
        try run(
            "INSERT INTO audit (sequence, at, actor, action, subject, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                sequence, instant.milliseconds, actor, action, subject, detailsText,
                AuditChain.hash(previous: previous, text: text),
            ])
    }
}
