import GRDB
package import ProvostCore

extension Store {
    /// Ends the cohort's workspaces from now on and says when their files go. The newest word counts. Throws `notFound`, and `invalid` when
    /// the day is too near.
    package func closeCohort(_ closing: CohortClosing) async throws(ProvostError) {
        guard !closing.reason.isEmpty else { throw ProvostError(.invalid, "A closing needs a reason, which stays on record.") }
        try await write { db in
            try ClosingRule.check(deleteAt: closing.deleteAt, now: closing.at)
            let key = try db.key(of: closing.cohort, in: "cohort")
            try db.run(
                """
                INSERT INTO cohortClosing (cohort, deleteOn, deleteAt, reason, actor, at, extensions)
                VALUES (?, ?, ?, ?, ?, ?, \(CohortClosing.newestExtension))
                """,
                [
                    key, closing.deleteOn.description, closing.deleteAt.milliseconds, closing.reason, closing.by,
                    closing.at.milliseconds,
                ])
            try db.appendAudit(
                actor: closing.by, action: "cohort.close", subject: closing.cohort.text,
                details: [
                    "deleteAt": closing.deleteAt.description, "deleteOn": closing.deleteOn.description, "reason": closing.reason,
                ], at: closing.at)
        }
    }

    /// Takes the closing back. Throws `notFound` for a cohort that is not there, `conflict` when it is not closed or files of it are deleted
    /// already.
    package func reopenCohort(_ cohort: Slug, reason: String, by actor: String, at instant: Timestamp) async throws(ProvostError)
    {
        guard !reason.isEmpty else { throw ProvostError(.invalid, "Opening it again needs a reason, which stays on record.") }
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let since = try db.closedSince(cohort: key)?.at else {
                throw ProvostError(.conflict, "The cohort \(cohort) is not closed.")
            }
            guard try db.deletionReceipts(cohort: key).allSatisfy({ $0.at < since }) else {
                throw ProvostError(
                    .conflict,
                    "Files of \(cohort) are deleted already, so it cannot be opened again; give those who need time an extension: provost cohort extend \(cohort)"
                )
            }
            try db.run(
                """
                INSERT INTO cohortClosing (cohort, reason, actor, at, extensions)
                VALUES (?, ?, ?, ?, \(CohortClosing.newestExtension))
                """,
                [key, reason, actor, instant.milliseconds])
            try db.appendAudit(
                actor: actor, action: "cohort.reopen", subject: cohort.text, details: ["reason": reason], at: instant)
        }
    }

    /// nil: it is not closed. Throws `notFound`.
    package func closing(cohort: Slug) async throws(ProvostError) -> CohortClosing? {
        try await read { db in try db.closing(cohort: try db.key(of: cohort, in: "cohort")) }
    }

    /// The closed cohorts whose day has come and that still have workspaces.
    package func closingsDue(at instant: Timestamp) async throws(ProvostError) -> [CohortClosing] {
        try await read { db in
            try db.rows(
                """
                \(CohortClosing.selection) WHERE k.deleteAt <= ?
                  AND k.sequence = (SELECT max(sequence) FROM cohortClosing WHERE cohort = k.cohort)
                  AND EXISTS (
                    SELECT 1 FROM workspace w JOIN enrollment e ON e.id = w.enrollment
                    WHERE e.cohort = k.cohort AND w.state <> 'deleted')
                ORDER BY k.deleteAt, c.slug
                """, [instant.milliseconds], CohortClosing.decoded)
        }
    }

    /// Records that a workspace's files go because its cohort was closed. Throws `conflict` unless it is stopped and that closing is still the
    /// cohort's newest word, and its day has come.
    /// - Parameter aside: files that are left for an operator.
    package func deleteWorkspace(
        _ id: ID<Workspace>, closing: CohortClosing, size: ByteCount, aside: [String], at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            let workspace = try db.workspace(id)
            let now = try db.closing(cohort: try db.key(of: workspace.cohort, in: "cohort"))
            let kept = try db.extensionUntil(db.place(cohort: workspace.cohort, person: workspace.person)).map {
                $0 + ClosingRule.notice
            }
            guard now == closing, closing.deleteAt <= instant, kept.map({ $0 <= instant }) ?? true else {
                throw ProvostError(.conflict, "The cohort \(workspace.cohort) is not to be deleted now.")
            }
            let details = DeletionDetails(
                aside: aside.isEmpty ? nil : aside, closing: closing.deleteOn.description, size: "\(size.bytes)")
            try db.delete(id, details: details, by: "provost", at: instant)
        }
    }

    /// What was deleted of a cohort because it was closed, in that order. Throws `notFound`.
    package func deletionReceipts(cohort: Slug) async throws(ProvostError) -> [DeletionReceipt] {
        try await read { db in try db.deletionReceipts(cohort: try db.key(of: cohort, in: "cohort")) }
    }

    /// Forgets a snapshot of a deleted workspace, when its file is gone.
    package func forgetSnapshot(_ id: ID<Snapshot>) async throws(ProvostError) {
        _ = try await write { db in
            try db.run(
                "DELETE FROM snapshot WHERE id = ? AND workspace IN (SELECT id FROM workspace WHERE state = 'deleted')", [id.text]
            )
        }
    }

    /// Records that somebody read the files of a workspace, and whose.
    package func recordReading(_ id: ID<Workspace>, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in
            try db.appendAudit(
                actor: actor, action: "workspace.read", subject: id.text, details: ["person": db.workspace(id).person.text],
                at: instant)
        }
    }
}

extension CohortClosing {
    fileprivate static let newestExtension = "(SELECT coalesce(max(sequence), 0) FROM studyExtension)"
    fileprivate static let selection = """
        SELECT c.slug, k.deleteOn, k.deleteAt, k.reason, k.actor, k.at FROM cohortClosing k JOIN cohort c ON c.id = k.cohort
        """
    fileprivate static func decoded(_ row: Row) throws -> CohortClosing {
        CohortClosing(
            cohort: row.slug(0), deleteOn: try CivilDate(parsing: row[1]), deleteAt: row.instant(2), reason: row[3], by: row[4],
            at: row.instant(5))
    }
}

extension Database {
    /// nil: it is not closed, or open again.
    func closing(cohort: String) throws -> CohortClosing? {
        try row(
            """
            \(CohortClosing.selection) WHERE k.deleteOn IS NOT NULL
              AND k.sequence = (SELECT max(sequence) FROM cohortClosing WHERE cohort = ?)
            """, [cohort], CohortClosing.decoded)
    }

    /// Since when it is closed without a break, and the newest extension of before: a day that is moved leaves both as they are. nil: it is
    /// not closed.
    func closedSince(cohort: String) throws -> (at: Timestamp, extensions: Int64)? {
        try row(
            """
            SELECT at, extensions FROM cohortClosing WHERE cohort = ?1 AND sequence >
              (SELECT coalesce(max(sequence), 0) FROM cohortClosing WHERE cohort = ?1 AND deleteOn IS NULL)
            ORDER BY sequence LIMIT 1
            """, [cohort]
        ) { ($0.instant(0), $0[1] as Int64) }
    }

    fileprivate func deletionReceipts(cohort: String) throws -> [DeletionReceipt] {
        try rows(
            """
            SELECT w.id, p.slug, a.slug, d.at, json_extract(d.details, '$.size'), json_extract(d.details, '$.snapshots'),
              json_extract(d.details, '$.snapshotSize'), json_extract(d.details, '$.aside'), d.sequence
            FROM workspace w JOIN enrollment e ON e.id = w.enrollment JOIN person p ON p.id = e.person
              JOIN assignment a ON a.id = w.assignment JOIN audit d ON d.subject = w.id
            WHERE e.cohort = ? AND w.state = 'deleted' AND d.action = 'workspace.delete'
              AND json_extract(d.details, '$.closing') IS NOT NULL
            ORDER BY d.sequence
            """, [cohort]
        ) { row in
            DeletionReceipt(
                workspace: row.id(0), person: row.slug(1), assignment: row.slug(2), at: row.instant(3),
                size: ByteCount(Int64(row[4] as String) ?? 0), snapshots: Int(row[5] as String) ?? 0,
                snapshotSize: ByteCount(Int64(row[6] as String) ?? 0),
                aside: try (row[7] as String?).map { try Column.decoded($0) } ?? [], sequence: row[8])
        }
    }
}
