import GRDB
package import ProvostCore

// Doubts about honesty, and appeals.
extension Store {
    /// Throws `notFound` if the cohort, the learner or the assignment does not exist.
    package func openIntegrityCase(_ new: IntegrityCase) async throws(ProvostError) {
        guard !new.reason.isEmpty else { throw ProvostError(.invalid, "A case needs a reason, which stays on record.") }
        try await write { db in
            let key = try db.key(of: new.cohort, in: "cohort")
            let enrollment = try db.learnerEnrollment(cohort: new.cohort, key: key, person: new.person)
            let work =
                try new.assignment.map { try db.work(cohort: new.cohort, key: key, slug: $0) }
                ?? MarkedWork(assignment: nil, marked: nil)
            try db.run(
                """
                INSERT INTO integrityCase (assignment, markedAssignment, id, enrollment, reason, actor, at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, work.arguments + [new.id.text, enrollment, new.reason, new.by, new.at.milliseconds])
            try db.appendAudit(
                actor: new.by, action: "integrity.open", subject: "\(new.cohort)/\(new.person)",
                details: ["id": new.id.text, "reason": new.reason], at: new.at)
        }
    }

    /// Decides a case; a decision stands. Throws `notFound` (also for another cohort's), `conflict` when it was decided before.
    package func closeIntegrityCase(
        _ id: ID<IntegrityCase>, cohort: Slug, _ decision: IntegrityCase.Decision
    ) async throws(ProvostError) -> IntegrityCase {
        guard !decision.reason.isEmpty else { throw ProvostError(.invalid, "A decision needs a reason, which stays on record.") }
        return try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let found = try db.integrityCases(cohort: cohort, key: key, enrollment: nil, id: id).first else {
                throw ProvostError(.notFound, "There is no case \(id) in \(cohort); see: provost integrity list")
            }
            guard found.decision == nil else { throw ProvostError(.conflict, "The case \(id) is decided; open another one.") }
            try db.run(
                "INSERT INTO integrityDecision (integrityCase, verdict, reason, actor, at) VALUES (?, ?, ?, ?, ?)",
                [id.text, decision.verdict.rawValue, decision.reason, decision.by, decision.at.milliseconds])
            try db.appendAudit(
                actor: decision.by, action: "integrity.close", subject: "\(cohort)/\(found.person)",
                details: ["id": id.text, "reason": decision.reason, "verdict": decision.verdict.rawValue], at: decision.at)
            return try db.integrityCases(cohort: cohort, key: key, enrollment: nil, id: id).first ?? found
        }
    }

    /// Oldest first. Throws `notFound`.
    package func integrityCases(cohort: Slug, person: Slug?) async throws(ProvostError) -> [IntegrityCase] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let enrollment = try person.map { try db.learnerEnrollment(cohort: cohort, key: key, person: $0) }
            return try db.integrityCases(cohort: cohort, key: key, enrollment: enrollment)
        }
    }

    /// Throws `notFound` if the cohort, the learner or the assignment does not exist, `conflict` while an earlier one about it has no reply.
    package func addAppeal(_ appeal: Appeal) async throws(ProvostError) {
        guard !appeal.text.isEmpty else { throw ProvostError(.invalid, "Say why with --reason.") }
        try await write { db in
            let key = try db.key(of: appeal.cohort, in: "cohort")
            let enrollment = try db.learnerEnrollment(cohort: appeal.cohort, key: key, person: appeal.person)
            let work = try db.work(cohort: appeal.cohort, key: key, slug: appeal.assignment)
            let open = try db.appeals(cohort: appeal.cohort, key: key, enrollment: enrollment).first {
                $0.assignment == appeal.assignment && $0.reply == nil
            }
            if let open {
                throw ProvostError(
                    .conflict,
                    "Your appeal \(open.id) about \(appeal.assignment) has no reply yet; wait for it, or write to your instructor."
                )
            }
            try db.run(
                "INSERT INTO appeal (assignment, markedAssignment, id, enrollment, text, at) VALUES (?, ?, ?, ?, ?, ?)",
                work.arguments + [appeal.id.text, enrollment, appeal.text, appeal.at.milliseconds])
            // The text stays in its row: a person's data can be erased, the audit cannot.
            try db.appendAudit(
                actor: appeal.person.text, action: "appeal.make", subject: "\(appeal.cohort)/\(appeal.assignment)",
                details: ["id": appeal.id.text], at: appeal.at)
        }
    }

    /// Throws `notFound` (also for another cohort's), `conflict` when it has a reply.
    package func replyToAppeal(_ id: ID<Appeal>, cohort: Slug, _ reply: Appeal.Reply) async throws(ProvostError) -> Appeal {
        guard !reply.text.isEmpty else { throw ProvostError(.invalid, "A reply needs a text; the learner reads it.") }
        return try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let found = try db.appeals(cohort: cohort, key: key, enrollment: nil, id: id).first else {
                throw ProvostError(.notFound, "There is no appeal \(id) in \(cohort); see: provost appeal list")
            }
            guard found.reply == nil else { throw ProvostError(.conflict, "The appeal \(id) has its reply.") }
            try db.run(
                "INSERT INTO appealReply (appeal, verdict, text, actor, at) VALUES (?, ?, ?, ?, ?)",
                [id.text, reply.verdict.rawValue, reply.text, reply.by, reply.at.milliseconds])
            try db.appendAudit(
                actor: reply.by, action: "appeal.reply", subject: "\(cohort)/\(found.assignment)",
                details: ["id": id.text, "verdict": reply.verdict.rawValue], at: reply.at)
            return try db.appeals(cohort: cohort, key: key, enrollment: nil, id: id).first ?? found
        }
    }

    /// Oldest first. Throws `notFound`.
    package func appeals(cohort: Slug, person: Slug?) async throws(ProvostError) -> [Appeal] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let enrollment = try person.map { try db.learnerEnrollment(cohort: cohort, key: key, person: $0) }
            return try db.appeals(cohort: cohort, key: key, enrollment: enrollment)
        }
    }
}

extension Database {
    func integrityCases(
        cohort: Slug, key: String, enrollment: String?, id: ID<IntegrityCase>? = nil
    ) throws -> [IntegrityCase] {
        var condition =
            enrollment == nil
            ? "i.enrollment IN (SELECT id FROM enrollment WHERE cohort = ?)" : "i.enrollment = ?"
        if id != nil { condition += " AND i.id = ?" }
        return try rows(
            """
            SELECT i.id, p.slug, \(MarkedWork.slug), i.reason, i.actor, i.at, d.verdict, d.reason, d.actor, d.at
            FROM integrityCase i JOIN enrollment e ON e.id = i.enrollment JOIN person p ON p.id = e.person
              \(MarkedWork.joins("i")) LEFT JOIN integrityDecision d ON d.integrityCase = i.id
            WHERE \(condition) ORDER BY i.sequence
            """, [enrollment ?? key] + StatementArguments(id.map { [$0.text] } ?? [])
        ) { row in
            IntegrityCase(
                id: row.id(0), cohort: cohort, person: row.slug(1), assignment: (row[2] as String?).map { Slug(trusted: $0) },
                reason: row[3], by: row[4], at: row.instant(5),
                decision: try (row[6] as String?).map {
                    IntegrityCase.Decision(verdict: try Column.value($0), reason: row[7], by: row[8], at: row.instant(9))
                })
        }
    }

    fileprivate func appeals(cohort: Slug, key: String, enrollment: String?, id: ID<Appeal>? = nil) throws -> [Appeal] {
        var condition =
            enrollment == nil
            ? "q.enrollment IN (SELECT id FROM enrollment WHERE cohort = ?)" : "q.enrollment = ?"
        if id != nil { condition += " AND q.id = ?" }
        return try rows(
            """
            SELECT q.id, p.slug, \(MarkedWork.slug), q.text, q.at, r.verdict, r.text, r.actor, r.at
            FROM appeal q JOIN enrollment e ON e.id = q.enrollment JOIN person p ON p.id = e.person
              \(MarkedWork.joins("q")) LEFT JOIN appealReply r ON r.appeal = q.id
            WHERE \(condition) ORDER BY q.sequence
            """, [enrollment ?? key] + StatementArguments(id.map { [$0.text] } ?? [])
        ) { row in
            Appeal(
                id: row.id(0), cohort: cohort, person: row.slug(1), assignment: row.slug(2), text: row[3], at: row.instant(4),
                reply: try (row[5] as String?).map {
                    Appeal.Reply(verdict: try Column.value($0), text: row[6], by: row[7], at: row.instant(8))
                })
        }
    }
}
