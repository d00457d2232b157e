import GRDB
package import ProvostCore

extension Store {
    /// What ran from one instant up to, not including, another: a row for each node of the level below `below` (nil: everywhere) of
    /// which something ran, by name. Counted when it was charged, so what runs now is there up to its last lease.
    /// Throws `notFound`, `invalid` when the span ends before it begins.
    package func usage(
        by level: UsageLevel, below: LimitNode? = nil, from: Timestamp, to: Timestamp
    ) async throws(ProvostError) -> [UsageRow] {
        guard from <= to else { throw ProvostError(.invalid, "The span ends before it begins; give the earlier day first.") }
        return try await read { db in
            let branch = try below.map { try db.branch($0) }
            let (key, names) =
                switch level {
                case .learner: ("e.id", "c.slug, p.slug")
                case .cohort: ("c.id", "c.slug, ''")
                case .program: ("g.id", "g.slug, ''")
                case .organization: ("o.id", "o.slug, ''")
                }
            var arguments: StatementArguments = [from.milliseconds, to.milliseconds]
            if let branch { arguments += [branch.key] }
            return try db.rows(
                """
                SELECT \(names), count(DISTINCT e.person), count(DISTINCT l.workspace), sum(l.sessionTime), sum(l.cpuTime),
                  sum(CASE WHEN l.price = 0 THEN l.sessionTime ELSE 0 END), sum(l.price)
                FROM ledger l JOIN enrollment e ON e.id = l.enrollment JOIN person p ON p.id = e.person
                  JOIN cohort c ON c.id = e.cohort JOIN program g ON g.id = c.program JOIN organization o ON o.id = coalesce(c.organization, g.organization)
                WHERE l.kind = 'charge' AND l.at >= ? AND l.at < ? \(branch.map { "AND \($0.column) = ?" } ?? "")
                GROUP BY \(key) ORDER BY 1, 2
                """, arguments
            ) { row in
                let node: LimitNode =
                    switch level {
                    case .learner: .enrollment(cohort: row.slug(0), person: row.slug(1))
                    case .cohort: .cohort(row.slug(0))
                    case .program: .program(row.slug(0))
                    case .organization: .organization(row.slug(0))
                    }
                return UsageRow(
                    node: node, learners: row[2], workspaces: row[3], sessionTime: TimeSpan(milliseconds: row[4]),
                    cpuTime: TimeSpan(milliseconds: row[5]), freeTime: TimeSpan(milliseconds: row[6]), priced: row[7])
            }
        }
    }
}
