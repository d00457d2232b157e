import GRDB
package import ProvostCore

extension Store {
    /// Grants a learner something. Throws `invalid` when it contradicts itself, `notFound` if the cohort, the learner or the assignment does
    /// not exist.
    package func addAllowance(_ allowance: Allowance) async throws(ProvostError) {
        try allowance.validate()
        try await write { db in
            let key = try db.key(of: allowance.cohort, in: "cohort")
            let enrollment = try db.learnerEnrollment(cohort: allowance.cohort, key: key, person: allowance.person)
            let work =
                try allowance.assignment.map { try db.work(cohort: allowance.cohort, key: key, slug: $0) }
                ?? MarkedWork(assignment: nil, marked: nil)
            try db.run(
                """
                INSERT INTO allowance (assignment, markedAssignment, id, enrollment, kind, until, factor, bonus, days, reason, actor, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                work.arguments + [
                    allowance.id.text, enrollment, allowance.kind.rawValue, allowance.until?.text(withSeconds: true),
                    allowance.factor?.thousandths, allowance.bonus?.billionths, allowance.days, allowance.reason, allowance.by,
                    allowance.at.milliseconds,
                ])
            try db.appendAudit(
                actor: allowance.by, action: "allowance.add",
                subject: "\(allowance.cohort)/\(allowance.person)", details: allowance, at: allowance.at)
        }
    }

    /// Takes an allowance back from now on. Throws `notFound` (also for another cohort's), `conflict` when it was withdrawn before.
    package func withdrawAllowance(
        _ id: ID<Allowance>, cohort: Slug, reason: String, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Allowance {
        guard !reason.isEmpty else { throw ProvostError(.invalid, "A withdrawal needs a reason, which stays on record.") }
        return try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            let all = try db.allowances(cohort: cohort, key: key, enrollment: nil, id: id)
            guard let found = all.first else {
                throw ProvostError(.notFound, "There is no allowance \(id) in \(cohort); see: provost allowance list")
            }
            guard found.withdrawal == nil else { throw ProvostError(.conflict, "The allowance \(id) was withdrawn already.") }
            try db.run(
                "INSERT INTO allowanceWithdrawal (allowance, reason, actor, at) VALUES (?, ?, ?, ?)",
                [id.text, reason, actor, instant.milliseconds])
            try db.appendAudit(
                actor: actor, action: "allowance.withdraw", subject: "\(cohort)/\(found.person)",
                details: ["id": id.text, "reason": reason], at: instant)
            return try db.allowances(cohort: cohort, key: key, enrollment: nil, id: id).first ?? found
        }
    }

    /// Oldest first, the withdrawn too. Throws `notFound`.
    package func allowances(cohort: Slug, person: Slug?) async throws(ProvostError) -> [Allowance] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let enrollment = try person.map { try db.learnerEnrollment(cohort: cohort, key: key, person: $0) }
            return try db.allowances(cohort: cohort, key: key, enrollment: enrollment)
        }
    }

    /// Those of one person that were not withdrawn, oldest first; none for somebody who is no learner of the cohort. Throws `notFound` if there
    /// is no such cohort.
    package func standingAllowances(cohort: Slug, person: ID<Person>) async throws(ProvostError) -> [Allowance] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let enrollment = try db.row(
                "SELECT id FROM enrollment WHERE person = ? AND cohort = ?", [person.text, key]
            ) { $0[0] as String }
            guard let enrollment else { return [] }
            return try db.allowances(cohort: cohort, key: key, enrollment: enrollment).filter { $0.withdrawal == nil }
        }
    }
}

extension Database {
    func allowances(
        cohort: Slug, key: String, enrollment: String?, id: ID<Allowance>? = nil
    ) throws -> [Allowance] {
        var condition =
            enrollment == nil
            ? "l.enrollment IN (SELECT id FROM enrollment WHERE cohort = ?)" : "l.enrollment = ?"
        if id != nil { condition += " AND l.id = ?" }
        return try rows(
            """
            SELECT l.id, p.slug, \(MarkedWork.slug), l.kind, l.until, l.factor, l.bonus, l.days, l.reason, l.actor, l.at,
              w.reason, w.actor, w.at
            FROM allowance l JOIN enrollment e ON e.id = l.enrollment JOIN person p ON p.id = e.person
              \(MarkedWork.joins("l")) LEFT JOIN allowanceWithdrawal w ON w.allowance = l.id
            WHERE \(condition) ORDER BY l.sequence
            """, [enrollment ?? key] + StatementArguments(id.map { [$0.text] } ?? [])
        ) { row in
            Allowance(
                id: row.id(0), cohort: cohort, person: row.slug(1), assignment: (row[2] as String?).map { Slug(trusted: $0) },
                kind: try Column.value(row[3]), until: try (row[4] as String?).map { try CivilTime(parsing: $0) },
                factor: (row[5] as Int64?).map(TimeFactor.init(thousandths:)),
                bonus: (row[6] as Int64?).map(Percentage.init(billionths:)), days: row[7], reason: row[8], by: row[9],
                at: row.instant(10),
                withdrawal: (row[11] as String?).map {
                    Allowance.Withdrawal(reason: $0, by: row[12], at: row.instant(13))
                })
        }
    }
}
