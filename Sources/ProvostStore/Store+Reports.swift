import GRDB
package import ProvostCore

/// Which cohorts a report covers; all that are given must hold.
package struct ReportScope: Sendable {
    package var organization: Slug?
    package var program: Slug?
    package var cohort: Slug?
    /// nil: every organization.
    package var within: Set<Slug>?
    package init(organization: Slug? = nil, program: Slug? = nil, cohort: Slug? = nil, within: Set<Slug>? = nil) {
        self.organization = organization
        self.program = program
        self.cohort = cohort
        self.within = within
    }
}

extension Store {
    /// A row for each cohort of the scope, by organization, program and cohort. What is read is what hangs on the cohorts of the scope, whatever else
    /// there is.
    ///
    /// `from` to `to`, without its end, is for what has an instant, and `days`, both included, for what has a date in the cohort's zone.
    /// `today`: cohorts whose last day is before it are over. Throws `notFound` for a name that is not there.
    package func sponsorReport(
        _ scope: ReportScope, from: Timestamp, to: Timestamp, days: (from: CivilDate?, to: CivilDate?), today: CivilDate
    ) async throws(ProvostError) -> [SponsorRow] {
        try await read { db in
            if let organization = scope.organization { _ = try db.key(of: organization, in: "organization") }
            if let program = scope.program { _ = try db.key(of: program, in: "program") }
            if let cohort = scope.cohort { _ = try db.key(of: cohort, in: "cohort") }
            let cohorts = try db.rows(
                """
                SELECT c.id, o.slug, g.slug, c.slug, c.lastDay FROM cohort c JOIN program g ON g.id = c.program
                  JOIN organization o ON o.id = coalesce(c.organization, g.organization)
                WHERE (?1 IS NULL OR o.slug = ?1) AND (?2 IS NULL OR g.slug = ?2) AND (?3 IS NULL OR c.slug = ?3)
                ORDER BY o.slug, g.slug, c.slug
                """, [scope.organization?.text, scope.program?.text, scope.cohort?.text]
            ) { (id: $0[0] as String, organization: $0.slug(1), program: $0.slug(2), slug: $0.slug(3), lastDay: $0[4] as String) }
            .filter { scope.within?.contains($0.organization) ?? true }
            let asked = try Column.json(cohorts.map(\.id))
            let enrolled = try db.counts(
                """
                SELECT cohort, count(*), sum(suspended) FROM enrollment
                WHERE role = 'learner' AND cohort IN (SELECT value FROM json_each(?)) GROUP BY cohort
                """, [asked])
            let begin = Timestamp(milliseconds: 0)
            let end = Timestamp(milliseconds: .max)
            let active = try db.active(from: from, to: to, cohorts: asked)
            let ever = from == begin && to == end ? active : try db.active(from: begin, to: end, cohorts: asked)
            let delivered = try db.counts(
                """
                SELECT e.cohort, sum(l.sessionTime), 0 FROM ledger l JOIN enrollment e ON e.id = l.enrollment
                WHERE l.kind = 'charge' AND l.at >= ?2 AND l.at < ?3 AND e.cohort IN (SELECT value FROM json_each(?1))
                GROUP BY e.cohort
                """, [asked, from.milliseconds, to.milliseconds])
            let certified = try db.certified(cohorts: asked)
            let taught = try db.taught(cohorts: asked, days: days)
            let leads = try db.leadingToCertificates()
            return cohorts.map { cohort in
                let over = cohort.lastDay < today.description
                let completed =
                    leads.contains(cohort.id) || certified[cohort.id] != nil
                    ? certified[cohort.id]?.0 ?? 0 : over ? ever[cohort.id]?.1 ?? 0 : 0
                let people = enrolled[cohort.id]
                return SponsorRow(
                    organization: cohort.organization, program: cohort.program, cohort: cohort.slug, cohorts: 1,
                    enrolled: Int(people?.0 ?? 0), suspended: Int(people?.1 ?? 0), active: Int(active[cohort.id]?.0 ?? 0),
                    completed: Int(completed),
                    delivered: TimeSpan(milliseconds: delivered[cohort.id]?.0 ?? 0), taught: taught[cohort.id])
            }
        }
    }
}

extension Database {
    /// By cohort: two numbers.
    fileprivate func counts(_ sql: String, _ arguments: StatementArguments) throws -> [String: (Int64, Int64)] {
        Dictionary(uniqueKeysWithValues: try rows(sql, arguments) { ($0[0] as String, ($0[1] as Int64, $0[2] as Int64)) })
    }

    /// By cohort: learners with a certificate that was not revoked.
    fileprivate func certified(cohorts: String) throws -> [String: (Int64, Int64)] {
        guard try tableExists("certificate") else { return [:] }
        return try counts(
            """
            SELECT e.cohort, count(DISTINCT e.id), 0 FROM enrollment e JOIN certificate k ON k.enrollment = e.id
            WHERE e.cohort IN (SELECT value FROM json_each(?))
              AND NOT EXISTS (SELECT 1 FROM certificateRevocation r WHERE r.certificate = k.id)
            GROUP BY e.cohort
            """, [cohorts])
    }

    /// By cohort whose newest plan has phases with hours and attendance: the hours that learners were there for.
    fileprivate func taught(cohorts: String, days: (from: CivilDate?, to: CivilDate?)) throws -> [String: TimeSpan] {
        let plans = try rows(
            """
            SELECT p.cohort, p.plan FROM cohortPlan p
            WHERE p.cohort IN (SELECT value FROM json_each(?))
              AND p.sequence = (SELECT max(n.sequence) FROM cohortPlan n WHERE n.cohort = p.cohort)
            """, [cohorts]
        ) { ($0[0] as String, try Column.decoded($0[1], as: CohortPlan.self)) }
        guard !plans.isEmpty else { return [:] }
        var kept: [String: [(phase: Slug?, dates: [CivilDate])]] = [:]
        let marked = try rows(
            "SELECT cohort, work, terms FROM markedAssignment WHERE cohort IN (SELECT value FROM json_each(?))", [cohorts]
        ) { row in
            (
                row[0] as String, try Column.decoded(row[1], as: MarkedAssignment.Work.self),
                try Column.decoded(row[2], as: AssignmentTerms.self)
            )
        }
        for case (let owner, .attendance(let dates), let terms) in marked {
            kept[owner, default: []].append((terms.phase, dates))
        }
        // Only the newest word about a learner and a date counts.
        var there: [String: [CivilDate: Int64]] = [:]
        let attended = try rows(
            """
            SELECT e.cohort, t.date, count(*) FROM enrollment e JOIN attendance t ON t.enrollment = e.id
            WHERE e.cohort IN (SELECT value FROM json_each(?1)) AND e.role = 'learner' AND t.state IN ('present', 'late')
              AND (?2 IS NULL OR t.date >= ?2) AND (?3 IS NULL OR t.date <= ?3)
              AND NOT EXISTS (
                SELECT 1 FROM attendance n WHERE n.enrollment = t.enrollment AND n.date = t.date AND n.sequence > t.sequence)
            GROUP BY e.cohort, t.date
            """, [cohorts, days.from?.description, days.to?.description]
        ) { ($0[0] as String, try CivilDate(parsing: $0[1]), $0[2] as Int64) }
        for (owner, date, count) in attended { there[owner, default: [:]][date] = count }
        var sums: [String: TimeSpan] = [:]
        for (owner, plan) in plans { sums[owner] = TaughtHours.sum(plan, kept: kept[owner] ?? [], there: there[owner] ?? [:]) }
        return sums
    }

    /// Cohorts whose newest plan has a certificate.
    fileprivate func leadingToCertificates() throws -> Set<String> {
        Set(
            try rows(
                """
                SELECT p.cohort FROM cohortPlan p WHERE json_extract(p.plan, '$.certificate') IS NOT NULL
                  AND p.sequence = (SELECT max(n.sequence) FROM cohortPlan n WHERE n.cohort = p.cohort)
                """
            ) { $0[0] as String })
    }

    /// By cohort: learners who did something in the span, and those of them who are not suspended. One look at an index for each who is
    /// enrolled: the submissions of a large program are many times as many.
    fileprivate func active(from: Timestamp, to: Timestamp, cohorts: String) throws -> [String: (Int64, Int64)] {
        try counts(
            """
            SELECT e.cohort, count(*), sum(1 - e.suspended) FROM enrollment e
            WHERE e.role = 'learner' AND e.cohort IN (SELECT value FROM json_each(?1)) AND (
              EXISTS (
                SELECT 1 FROM submission s
                WHERE s.person = e.person AND s.cohort = e.cohort AND s.receivedAt >= ?2 AND s.receivedAt < ?3)
              OR EXISTS (
                SELECT 1 FROM ledger l WHERE l.enrollment = e.id AND l.kind = 'charge' AND l.at >= ?2 AND l.at < ?3))
            GROUP BY e.cohort
            """, [cohorts, from.milliseconds, to.milliseconds])
    }
}
