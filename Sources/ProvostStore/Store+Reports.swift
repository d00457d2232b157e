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
    /// A row for each cohort of the scope, by organization, program and cohort. Each number is one pass over its table, whatever the
    /// number of cohorts.
    ///
    /// `today`: cohorts whose last day is before it are over. Throws `notFound` for a name that is not there.
    package func sponsorReport(
        _ scope: ReportScope, from: Timestamp, to: Timestamp, today: CivilDate
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
            // One cohort is looked up by its index; several are cheaper in one pass.
            let only = cohorts.count == 1 ? cohorts[0].id : nil
            let enrolled = try db.counts(
                """
                SELECT cohort, count(*), sum(suspended) FROM enrollment
                WHERE role = 'learner' AND (?1 IS NULL OR cohort = ?1) GROUP BY cohort
                """, [only])
            let active = try db.active(from: from, to: to, cohort: only)
            let ever = try db.active(from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: .max), cohort: only)
            let delivered = try db.counts(
                """
                SELECT e.cohort, sum(l.sessionTime), 0 FROM ledger l JOIN enrollment e ON e.id = l.enrollment
                WHERE l.kind = 'charge' AND l.at >= ?2 AND l.at < ?3 AND (?1 IS NULL OR e.cohort = ?1) GROUP BY e.cohort
                """, [only, from.milliseconds, to.milliseconds])
            return cohorts.map { cohort in
                let people = enrolled[cohort.id]
                return SponsorRow(
                    organization: cohort.organization, program: cohort.program, cohort: cohort.slug, cohorts: 1,
                    enrolled: Int(people?.0 ?? 0), suspended: Int(people?.1 ?? 0), active: Int(active[cohort.id]?.0 ?? 0),
                    completed: cohort.lastDay < today.description ? Int(ever[cohort.id]?.1 ?? 0) : 0,
                    delivered: TimeSpan(milliseconds: delivered[cohort.id]?.0 ?? 0))
            }
        }
    }
}

extension Database {
    /// By cohort: two numbers.
    fileprivate func counts(_ sql: String, _ arguments: StatementArguments) throws -> [String: (Int64, Int64)] {
        Dictionary(uniqueKeysWithValues: try rows(sql, arguments) { ($0[0] as String, ($0[1] as Int64, $0[2] as Int64)) })
    }

    /// By cohort: learners who did something in the span, and those of them who are not suspended. The pass is over what was done, not
    /// over who is enrolled.
    fileprivate func active(from: Timestamp, to: Timestamp, cohort: String?) throws -> [String: (Int64, Int64)] {
        try counts(
            """
            SELECT e.cohort, count(*), sum(1 - e.suspended) FROM (
                SELECT s.cohort AS cohort, s.person AS person FROM submission s
                WHERE s.receivedAt >= ?2 AND s.receivedAt < ?3 AND (?1 IS NULL OR s.cohort = ?1)
              UNION
                SELECT n.cohort, n.person FROM ledger l JOIN enrollment n ON n.id = l.enrollment
                WHERE l.kind = 'charge' AND l.at >= ?2 AND l.at < ?3 AND (?1 IS NULL OR n.cohort = ?1)
            ) d JOIN enrollment e ON e.person = d.person AND e.cohort = d.cohort
            WHERE e.role = 'learner' GROUP BY e.cohort
            """, [cohort, from.milliseconds, to.milliseconds])
    }
}
