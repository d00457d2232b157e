import GRDB
package import ProvostCore

extension Store {
    /// What a cohort grants each of its learners; nil: no budget, time is not counted against anything.
    package func budget(cohort: Slug) async throws(ProvostError) -> BudgetGrant? {
        try await read { db in try db.budget(cohort: db.key(of: cohort, in: "cohort"), slug: cohort) }
    }

    /// Grants everybody in the cohort the amount, now and whoever comes later. A higher amount than before adds a grant to each, a lower
    /// one an adjustment; what was used stays used. Another unit begins anew: what was used in the old one no longer counts.
    /// Without a total the one that was set stays. Throws `notFound`, `invalid` for a negative amount, `conflict` for another unit while
    /// there is a total.
    package func setBudget(_ grant: BudgetGrant, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        guard grant.amount.milliseconds >= 0, (grant.total?.milliseconds ?? 0) >= 0 else {
            throw ProvostError(.invalid, "A budget is 0 or more; remove it with “none”.")
        }
        try await write { db in try db.setBudget(grant, by: actor, at: instant) }
    }

    /// Bounds what all learners of a cohort use together; nil: no more. What was used before counts. Throws `notFound`, `conflict` without a
    /// budget, `invalid` for a negative amount.
    package func setBudgetTotal(
        cohort: Slug, _ total: TimeSpan?, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        guard (total?.milliseconds ?? 0) >= 0 else {
            throw ProvostError(.invalid, "What a cohort has together is 0 or more; remove it with “none”.")
        }
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let before = try db.budget(cohort: key, slug: cohort) else {
                throw ProvostError(
                    .conflict,
                    "The cohort “\(cohort)” has no budget, so there is no unit to count in; set one first (provost budget set).")
            }
            try db.run("UPDATE budget SET total = ? WHERE cohort = ?", [total?.milliseconds, key])
            var after = before
            after.total = total
            try db.appendAudit(
                actor: actor, action: "budget.set", subject: cohort.text, details: ["after": after, "before": before], at: instant
            )
        }
    }

    /// Nothing is counted against a budget any more; the ledger stays. Without one it does nothing. Throws `notFound`.
    package func clearBudget(cohort: Slug, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let before = try db.budget(cohort: key, slug: cohort) else { return }
            try db.run("DELETE FROM budget WHERE cohort = ?", [key])
            try db.appendAudit(
                actor: actor, action: "budget.clear", subject: cohort.text, details: ["before": before], at: instant)
        }
    }

    /// A person's correction of one learner's budget, of either sign, in time of the budget's unit. Returns the balance after it.
    /// Throws `notFound` outside the cohort, `conflict` without a budget, `invalid` without a reason.
    package func adjustBudget(
        cohort: Slug, person: Slug, amount: TimeSpan, reason: String, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> BudgetBalance {
        guard !reason.isEmpty, amount.milliseconds != 0 else {
            throw ProvostError(.invalid, "An adjustment needs an amount and a reason, which stands in the learner's ledger.")
        }
        return try await write { db in
            let place = try db.place(cohort: cohort, person: person)
            guard let budget = try db.budget(cohort: place.cohort, slug: cohort) else {
                throw ProvostError(
                    .conflict, "The cohort “\(cohort)” has no budget, so there is nothing to adjust; set one first.")
            }
            try db.run(
                "INSERT INTO ledger (enrollment, kind, unit, amount, at, actor, reason) VALUES (?, 'adjust', ?, ?, ?, ?, ?)",
                [place.enrollment, budget.unit.rawValue, amount.milliseconds, instant.milliseconds, actor, reason])
            try db.appendAudit(
                actor: actor, action: "budget.adjust", subject: "\(cohort)/\(person)",
                details: ["amount": "\(amount.milliseconds)", "reason": reason, "unit": budget.unit.rawValue], at: instant)
            return try db.balance(enrollment: place.enrollment) ?? BudgetBalance(unit: budget.unit)
        }
    }

    /// What is left; nil: the cohort has no budget. Throws `notFound` outside the cohort.
    package func balance(cohort: Slug, person: Slug) async throws(ProvostError) -> BudgetBalance? {
        try await read { db in try db.balance(enrollment: db.place(cohort: cohort, person: person).enrollment) }
    }

    /// The newest `limit` entries that match, oldest first. Throws `notFound`.
    package func ledger(
        cohort: Slug, person: Slug? = nil, workspace: ID<Workspace>? = nil, limit: Int = 10_000
    ) async throws(ProvostError) -> [LedgerEntry] {
        try await read { db in
            var conditions = ["e.cohort = ?"]
            var arguments: StatementArguments = [try db.key(of: cohort, in: "cohort")]
            if let person {
                conditions.append("l.enrollment = ?")
                arguments += [try db.place(cohort: cohort, person: person).enrollment]
            }
            if let workspace {
                conditions.append("l.workspace = ?")
                arguments += [workspace.text]
            }
            arguments += [limit]
            return try db.rows(
                "\(LedgerEntry.selection) WHERE \(conditions.joined(separator: " AND ")) ORDER BY l.sequence DESC LIMIT ?",
                arguments, LedgerEntry.decoded
            ).reversed()
        }
    }

    /// For each learner of a cohort with a budget, when it will be used up; empty without one. Throws `notFound`.
    package func budgetForecasts(cohort: Slug, at instant: Timestamp) async throws(ProvostError) -> [BudgetForecast] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let budget = try db.budget(cohort: key, slug: cohort) else { return [] }
            let week = instant.milliseconds - 7 * 86_400_000
            let learners = try db.rows(
                """
                SELECT e.id, p.slug, coalesce((SELECT sum(l.amount) FROM ledger l
                  WHERE l.enrollment = e.id AND l.kind = 'charge' AND l.unit = ? AND l.at > ?), 0)
                FROM enrollment e JOIN person p ON p.id = e.person
                WHERE e.cohort = ? AND e.role = 'learner' AND e.suspended = 0 ORDER BY p.slug
                """, [budget.unit.rawValue, week, key]
            ) { (enrollment: $0[0] as String, person: $0.slug(1), charged: $0[2] as Int64) }
            return try learners.compactMap { learner in
                try db.balance(enrollment: learner.enrollment).map {
                    BudgetForecast(person: learner.person, balance: $0, chargedInSevenDays: learner.charged, now: instant)
                }
            }
        }
    }
}

// MARK: - Extensions of study

extension Store {
    /// Lets one learner, or with nil everybody in the cohort, work until an instant. The newest word counts, also an earlier instant.
    /// Throws `notFound`, `invalid` without a reason.
    package func extendStudy(
        cohort: Slug, person: Slug?, until: Timestamp, reason: String, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        guard !reason.isEmpty else { throw ProvostError(.invalid, "An extension needs a reason, which stays on record.") }
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            let enrollment = try person.map { try db.place(cohort: cohort, person: $0).enrollment }
            try db.run(
                "INSERT INTO studyExtension (cohort, enrollment, until, reason, actor, at) VALUES (?, ?, ?, ?, ?, ?)",
                [key, enrollment, until.milliseconds, reason, actor, instant.milliseconds])
            try db.appendAudit(
                actor: actor, action: "cohort.extend", subject: person.map { "\(cohort)/\($0)" } ?? cohort.text,
                details: ["reason": reason, "until": until.description], at: instant)
        }
    }

    /// Until when an extension lets the learner work: the later of their own and the cohort's newest. nil: there is none. One that was granted
    /// before the cohort was closed is over with it.
    package func extensionUntil(cohort: Slug, person: Slug) async throws(ProvostError) -> Timestamp? {
        try await read { db in try db.extensionUntil(db.place(cohort: cohort, person: person)) }
    }
}

extension Database {
    func extensionUntil(_ place: LimitPlace) throws -> Timestamp? {
        let closed = try closedSince(cohort: place.cohort)?.extensions ?? 0
        let newest = """
            SELECT until FROM studyExtension WHERE cohort = ? AND enrollment IS ? AND sequence > ? ORDER BY sequence DESC LIMIT 1
            """
        let own = try row(newest, [place.cohort, place.enrollment, closed]) { $0.instant(0) }
        let everybody = try row(newest, [place.cohort, nil, closed]) { $0.instant(0) }
        return [own, everybody].compactMap(\.self).max()
    }
}

// MARK: - Rows

extension LedgerEntry {
    static let selection = """
        SELECT l.sequence, c.slug, p.slug, l.workspace, l.start, l.kind, l.unit, l.amount, l.hold, l.price, l.at, l.actor, l.reason
        FROM ledger l JOIN enrollment e ON e.id = l.enrollment JOIN person p ON p.id = e.person JOIN cohort c ON c.id = e.cohort
        """

    static func decoded(_ row: Row) throws -> LedgerEntry {
        LedgerEntry(
            sequence: row[0], cohort: row.slug(1), person: row.slug(2),
            workspace: (row[3] as String?).map { ID(trusted: $0) }, start: row[4], kind: try Column.value(row[5]),
            unit: try Column.value(row[6]), amount: row[7], hold: row[8], price: row[9], at: row.instant(10), actor: row[11],
            reason: row[12])
    }
}

extension Database {
    func budget(cohort key: String, slug: Slug) throws -> BudgetGrant? {
        try row("SELECT unit, amount, total FROM budget WHERE cohort = ?", [key]) {
            BudgetGrant(
                cohort: slug, unit: try Column.value($0[0]), amount: TimeSpan(milliseconds: $0[1]),
                total: ($0[2] as Int64?).map { TimeSpan(milliseconds: $0) })
        }
    }

    /// As `Store.setBudget` says.
    func setBudget(_ grant: BudgetGrant, by actor: String, at instant: Timestamp) throws {
        let cohort = try key(of: grant.cohort, in: "cohort")
        let before = try budget(cohort: cohort, slug: grant.cohort)
        if let before, before.unit != grant.unit, before.total != nil {
            throw ProvostError(
                .conflict,
                "What the learners of “\(grant.cohort)” have together counts \(before.unit.rawValue); remove it before you change what is counted (provost budget total \(grant.cohort) none)."
            )
        }
        var grant = grant
        grant.total = grant.total ?? before?.total
        // What was used is added up again, since the unit may be another.
        try run(
            """
            INSERT INTO budget (cohort, unit, amount, total, charged, setBy, setAt)
            VALUES (?1, ?2, ?3, ?4, (
              SELECT coalesce(sum(l.amount), 0) FROM enrollment e JOIN ledger l ON l.enrollment = e.id
              WHERE e.cohort = ?1 AND l.unit = ?2 AND l.kind = 'charge'), ?5, ?6)
            ON CONFLICT (cohort) DO UPDATE SET unit = excluded.unit, amount = excluded.amount, total = excluded.total,
              charged = excluded.charged, setBy = excluded.setBy, setAt = excluded.setAt
            """,
            [
                cohort, grant.unit.rawValue, grant.amount.milliseconds, grant.total?.milliseconds, actor, instant.milliseconds,
            ])
        for enrollment in try rows("SELECT id FROM enrollment WHERE cohort = ? ORDER BY id", [cohort], { $0[0] as String }) {
            try grantBudget(to: enrollment, by: actor, at: instant)
        }
        try appendAudit(
            actor: actor, action: "budget.set", subject: grant.cohort.text, details: ["after": grant, "before": before],
            at: instant)
    }

    /// Brings what the cohort granted an enrollment to what the cohort's budget says. Does nothing without one, and twice is the same
    /// as once.
    func grantBudget(to enrollment: String, by actor: String, at instant: Timestamp) throws {
        let budget = try row(
            "SELECT b.unit, b.amount FROM budget b JOIN enrollment e ON e.cohort = b.cohort WHERE e.id = ?", [enrollment]
        ) { (unit: $0[0] as String, amount: $0[1] as Int64) }
        guard let budget else { return }
        let granted =
            try row(
                "SELECT coalesce(sum(amount), 0) FROM ledger WHERE enrollment = ? AND unit = ? AND ofBudget = 1",
                [enrollment, budget.unit]
            ) { $0[0] as Int64 } ?? 0
        let difference = budget.amount - granted
        guard difference != 0 else { return }
        try run(
            """
            INSERT INTO ledger (enrollment, kind, unit, amount, ofBudget, at, actor, reason) VALUES (?, ?, ?, ?, 1, ?, ?, ?)
            """,
            [
                enrollment, difference > 0 ? "grant" : "adjust", budget.unit, difference, instant.milliseconds, actor,
                difference > 0 ? "the cohort's budget" : "the cohort's budget was lowered",
            ])
    }

    /// nil: the enrollment's cohort has no budget. Only entries in the budget's present unit count.
    func balance(enrollment: String) throws -> BudgetBalance? {
        let budget = try row(
            "SELECT b.unit, b.cohort, b.total, b.charged FROM budget b JOIN enrollment e ON e.cohort = b.cohort WHERE e.id = ?",
            [enrollment]
        ) { (unit: $0[0] as String, cohort: $0[1] as String, total: $0[2] as Int64?, charged: $0[3] as Int64) }
        guard let budget else { return nil }
        let unit = budget.unit
        var balance = BudgetBalance(unit: try Column.value(unit))
        if let total = budget.total {
            balance.cohort = try row(
                """
                SELECT count(*), coalesce(sum(l.amount), 0) FROM workspace w JOIN enrollment e ON e.id = w.enrollment
                JOIN ledger l ON l.sequence = w.hold
                WHERE w.state IN \(Self.activeStates) AND e.cohort = ? AND l.unit = ?
                  AND NOT EXISTS (SELECT 1 FROM ledger x WHERE x.hold = l.sequence)
                """, [budget.cohort, unit]
            ) { CohortBalance(total: total, charged: budget.charged, held: $0[1], running: $0[0]) }
        }
        let sums = try rows(
            """
            SELECT kind, sum(amount) FROM ledger WHERE enrollment = ? AND unit = ? AND kind IN ('grant', 'charge', 'adjust')
            GROUP BY kind
            """, [enrollment, unit]
        ) { (kind: try Column.value($0[0]) as LedgerEntry.Kind, amount: $0[1] as Int64) }
        for sum in sums {
            switch sum.kind {
            case .grant: balance.granted = sum.amount
            case .charge: balance.charged = sum.amount
            case .adjust: balance.adjusted = sum.amount
            case .hold, .release: break
            }
        }
        balance.held =
            try row(
                """
                SELECT coalesce(sum(l.amount), 0) FROM workspace w JOIN ledger l ON l.sequence = w.hold
                WHERE w.enrollment = ? AND l.unit = ? AND NOT EXISTS (SELECT 1 FROM ledger x WHERE x.hold = l.sequence)
                """, [enrollment, unit]
            ) { $0[0] as Int64 } ?? 0
        return balance
    }
}
