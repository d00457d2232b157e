import GRDB
package import ProvostCore

/// What a cohort gets of its program's version when it begins.
package struct CohortOpening: Sendable {
    package let plan: CohortPlan
    package let assignments: [Assignment]
    package let marked: [MarkedAssignment]
    package let limits: [LimitChange]
    package let budget: BudgetGrant?
    package init(
        plan: CohortPlan, assignments: [Assignment], marked: [MarkedAssignment], limits: [LimitChange], budget: BudgetGrant?
    ) {
        self.plan = plan
        self.assignments = assignments
        self.marked = marked
        self.limits = limits
        self.budget = budget
    }
}

/// What a cohort follows at one moment.
package struct CohortState: Sendable {
    package let cohort: Cohort
    /// nil: its program was not published when it was made.
    package let plan: CohortPlan?
    package let assignments: [Assignment]
    package let marked: [MarkedAssignment]
    /// Those with submissions, workspaces, slots, marks or anything else that people noted about them.
    package let used: Set<Slug>
    /// What is set at the cohort itself.
    package let limits: [LimitSetting]
    package let budget: BudgetGrant?
}

/// A step to another version of the program, decided on a ``CohortState``.
package struct CohortStep: Sendable {
    package let plan: CohortPlan
    package let added: (assignments: [Assignment], marked: [MarkedAssignment])
    /// Each with the identifier that it has.
    package let changed: (assignments: [Assignment], marked: [MarkedAssignment])
    package let removed: [Slug]
    package let limits: [LimitChange]
    package let budget: BudgetGrant?
    /// nil: it stays.
    package let lastDay: CivilDate?
    package let changes: [ProgramChange]
    package init(
        plan: CohortPlan, added: (assignments: [Assignment], marked: [MarkedAssignment]),
        changed: (assignments: [Assignment], marked: [MarkedAssignment]), removed: [Slug], limits: [LimitChange],
        budget: BudgetGrant?, lastDay: CivilDate?, changes: [ProgramChange]
    ) {
        self.plan = plan
        self.added = added
        self.changed = changed
        self.removed = removed
        self.limits = limits
        self.budget = budget
        self.lastDay = lastDay
        self.changes = changes
    }
}

extension Store {
    /// Makes a cohort with everything that it gets of its program: all of it or nothing. Throws as `createCohort` and `createAssignment`.
    package func createCohort(
        _ cohort: Cohort, opening: CohortOpening, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        for assignment in opening.assignments { try Self.checkTimes(of: assignment) }
        try await write { db in
            try db.insertCohort(cohort, by: actor, at: instant)
            try db.insertPlan(opening.plan, cohort: cohort.slug, at: instant)
            for assignment in opening.assignments { try db.insertAssignment(assignment, by: actor, at: instant) }
            for marked in opening.marked { try db.putMarked(marked, by: actor, at: instant) }
            for limit in opening.limits { try db.changeLimit(limit, by: actor, at: instant) }
            if let budget = opening.budget { try db.setBudget(budget, by: actor, at: instant) }
        }
    }

    /// What the cohort follows; nil: its program was not published when it was made. Throws `notFound`.
    package func cohortPlan(_ cohort: Slug) async throws(ProvostError) -> CohortPlan? {
        try await read { db in try db.cohortPlan(db.key(of: cohort, in: "cohort")) }
    }

    /// What people mark in a cohort, by the time it opens. Throws `notFound`.
    package func markedAssignments(cohort: Slug) async throws(ProvostError) -> [MarkedAssignment] {
        try await read { db in try db.markedAssignments(db.key(of: cohort, in: "cohort")) }
    }

    /// Decides on what is there now and applies it, in one transaction; with nil nothing is written. Throws `notFound`, what `decide` throws,
    /// and as `updateAssignment`.
    package func advanceCohort(
        _ cohort: Slug, by actor: String, at instant: Timestamp, decide: @escaping @Sendable (CohortState) throws -> CohortStep?
    ) async throws(ProvostError) {
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            guard let step = try decide(try db.cohortState(cohort, key: key)) else { return }
            for assignment in step.added.assignments + step.changed.assignments { try Self.checkTimes(of: assignment) }
            for slug in step.removed { try db.removeAssignment(slug, cohort: key, of: cohort, by: actor, at: instant) }
            for assignment in step.changed.assignments { try db.updateAssignment(assignment, by: actor, at: instant) }
            for marked in step.changed.marked { try db.putMarked(marked, by: actor, at: instant) }
            for assignment in step.added.assignments { try db.insertAssignment(assignment, by: actor, at: instant) }
            for marked in step.added.marked { try db.putMarked(marked, by: actor, at: instant) }
            for limit in step.limits { try db.changeLimit(limit, by: actor, at: instant) }
            if let budget = step.budget { try db.setBudget(budget, by: actor, at: instant) }
            if let day = step.lastDay {
                try db.run("UPDATE cohort SET lastDay = ? WHERE id = ?", [day.description, key])
            }
            try db.insertPlan(step.plan, cohort: cohort, at: instant)
            try db.appendAudit(
                actor: actor, action: "cohort.advance", subject: cohort.text,
                details: CohortAdvanceRecord(
                    version: step.plan.program, lastDay: step.lastDay, changes: step.changes), at: instant)
        }
    }
}

/// What the audit keeps of a step.
private struct CohortAdvanceRecord: Encodable {
    let version: ContentDigest
    let lastDay: CivilDate?
    let changes: [ProgramChange]
}

extension Database {
    fileprivate func insertPlan(_ plan: CohortPlan, cohort: Slug, at instant: Timestamp) throws {
        try run(
            "INSERT INTO cohortPlan (cohort, programVersion, plan, at) VALUES ((SELECT id FROM cohort WHERE slug = ?), ?, ?, ?)",
            [cohort.text, plan.program.hex, try Column.json(plan), instant.milliseconds])
    }

    func cohortPlan(_ cohort: String) throws -> CohortPlan? {
        try row("SELECT plan FROM cohortPlan WHERE cohort = ? ORDER BY sequence DESC LIMIT 1", [cohort]) {
            try Column.decoded($0[0])
        }
    }

    func markedAssignments(_ cohort: String) throws -> [MarkedAssignment] {
        try rows(
            """
            SELECT m.id, c.slug, m.slug, m.title, m.work, m.opens, m.due, m.closes, m.terms, m.weight
            FROM markedAssignment m JOIN cohort c ON c.id = m.cohort WHERE m.cohort = ? ORDER BY m.opens, m.slug
            """, [cohort]
        ) { row in
            MarkedAssignment(
                id: row.id(0), cohort: row.slug(1), slug: row.slug(2), title: try Column.decoded(row[3]),
                work: try Column.decoded(row[4]), opens: try row.civil(5),
                due: try (row[6] as String?).map { try CivilTime(parsing: $0) }, closes: try row.civil(7),
                terms: try Column.decoded(row[8]), weight: row[9])
        }
    }

    fileprivate func cohortState(_ slug: Slug, key: String) throws -> CohortState {
        // What learners handed in or run, and what people noted about it.
        let records = ["mark", "allowance", "integrityCase", "appeal"]
        let noted = { (column: String) in
            records.map { "EXISTS (SELECT 1 FROM \($0) WHERE \(column) = a.id)" }.joined(separator: " OR ")
        }
        let used = try rows(
            """
            SELECT a.slug FROM assignment a WHERE a.cohort = ?1 AND (
              EXISTS (SELECT 1 FROM submission WHERE assignment = a.id) OR EXISTS (SELECT 1 FROM workspace WHERE assignment = a.id)
              OR EXISTS (SELECT 1 FROM slot WHERE assignment = a.id) OR \(noted("assignment")))
            UNION ALL
            SELECT a.slug FROM markedAssignment a WHERE a.cohort = ?1 AND (\(noted("markedAssignment")))
            """, [key]
        ) { $0.slug(0) }
        return CohortState(
            cohort: try cohort(slug), plan: try cohortPlan(key),
            assignments: try rows("\(Assignment.selection) WHERE a.cohort = ? ORDER BY a.opens, a.slug", [key]) {
                try Assignment.decoded($0, at: 0)
            },
            marked: try markedAssignments(key), used: Set(used),
            limits: try rows("\(LimitSetting.selection) WHERE l.node = ?", [key], LimitSetting.decoded),
            budget: try budget(cohort: key, slug: slug))
    }

    /// Writes a marked assignment, in place of the one with its identifier.
    fileprivate func putMarked(_ marked: MarkedAssignment, by actor: String, at instant: Timestamp) throws {
        try run(
            """
            INSERT INTO markedAssignment (id, cohort, slug, title, work, opens, due, closes, terms, weight)
            VALUES (?, (SELECT id FROM cohort WHERE slug = ?), ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, work = excluded.work, opens = excluded.opens, due = excluded.due,
              closes = excluded.closes, terms = excluded.terms, weight = excluded.weight
            """,
            [
                marked.id.text, marked.cohort.text, marked.slug.text, try Column.json(marked.title), try Column.json(marked.work),
                marked.opens.description, marked.due?.description, marked.closes.description, try Column.json(marked.terms),
                marked.weight,
            ])
        try appendAudit(
            actor: actor, action: "assignment.put", subject: "\(marked.cohort)/\(marked.slug)", details: marked, at: instant)
    }

    fileprivate func removeAssignment(
        _ slug: Slug, cohort key: String, of cohort: Slug, by actor: String, at instant: Timestamp
    ) throws {
        try run("DELETE FROM assignment WHERE cohort = ? AND slug = ?", [key, slug.text])
        try run("DELETE FROM markedAssignment WHERE cohort = ? AND slug = ?", [key, slug.text])
        try appendAudit(
            actor: actor, action: "assignment.remove", subject: "\(cohort)/\(slug)", details: [String: String](), at: instant)
    }
}

// MARK: - Capacity

extension Database {
    /// How many learners the cohort's program takes; nil: any number, or the cohort has no plan.
    func capacity(cohort key: String) throws -> Int? {
        let found = try row(
            """
            SELECT json_extract(v.description, '$.capacity') FROM cohortPlan p JOIN programVersion v ON v.digest = p.programVersion
            WHERE p.cohort = ? ORDER BY p.sequence DESC LIMIT 1
            """, [key]
        ) { $0[0] as Int? }
        return found ?? nil
    }

    /// Learners of the cohort who are not suspended.
    func activeLearners(cohort key: String) throws -> Int {
        try row("SELECT count(*) FROM enrollment WHERE cohort = ? AND role = 'learner' AND suspended = 0", [key]) { $0[0] as Int }
            ?? 0
    }

    /// Throws `limitReached` when one more learner would be beyond what the cohort's program takes. Somebody who is an active learner there
    /// already takes no other place; a cohort without a plan takes any number.
    func requirePlace(for person: ID<Person>, cohort key: String, of cohort: Slug) throws {
        guard let capacity = try capacity(cohort: key) else { return }
        let others =
            try row(
                """
                SELECT count(*) FROM enrollment WHERE cohort = ? AND role = 'learner' AND suspended = 0 AND person <> ?
                """, [key, person.text]
            ) { $0[0] as Int } ?? 0
        guard others >= capacity else { return }
        throw ProvostError(
            .limitReached,
            "The cohort “\(cohort)” is full: its program takes \(capacity) learners. Suspend somebody who left, or make another cohort."
        )
    }
}
