package import ProvostCore
import ProvostStore

/// Whole cohorts at a glance: the gradebook, and the report for a sponsor.
package struct ReportService: Sendable {
    private let context: ServiceContext
    private let standings: StandingService
    package init(_ context: ServiceContext, standings: StandingService) {
        self.context = context
        self.standings = standings
    }

    /// The results of a cohort after every policy, for its instructors: the same that `grades` lists.
    package func gradebook(_ principal: Principal, cohort slug: Slug) async throws(ProvostError) -> Gradebook {
        try principal.require(.instruct(cohort: slug))
        let (record, standings) = try await standings.standings(cohort: slug)
        let people = try await context.store.gradebookPeople(cohort: slug)
        var cells: [ID<Person>: [Slug: Gradebook.Cell]] = [:]
        // One scale for a column, whatever scale a learner's own lab version or mark had.
        let full = Points(whole: 100)
        var points = record.points
        for marked in record.marked { if case .rubric(let rubric, _) = marked.work { points[marked.slug] = rubric.max } }
        let now = context.now()
        for (learner, standing) in standings {
            var row: [Slug: Gradebook.Cell] = [:]
            for item in standing.items {
                let result = item.row(of: learner.person)
                let isExcused = item.result.steps.contains(.excused)
                row[item.slug] = Gradebook.Cell(
                    score: item.result.counted.map { $0.nearest(of: points[item.slug] ?? full) }, excused: isExcused,
                    late: result.late, receivedAt: result.submission.flatMap { people.receivedAt[$0] },
                    handedIn: !item.attempts.isEmpty,
                    missing: item.kind == .lab && item.attempts.isEmpty && item.result.steps == [.nothingHandedIn] && !isExcused
                        && now >= min(item.window.closes, item.window.study.ends))
            }
            cells[learner.person.id] = row
        }
        let items =
            record.labs.map { lab in
                Gradebook.Item(
                    id: lab.id.text, slug: lab.slug, title: lab.title, points: points[lab.slug] ?? full, opens: lab.opens,
                    due: lab.due ?? lab.closes, weight: lab.weight)
            }
            + record.marked.map { marked in
                Gradebook.Item(
                    id: marked.id.text, slug: marked.slug, title: marked.title, points: points[marked.slug] ?? full,
                    opens: marked.opens, due: marked.due ?? marked.closes, weight: marked.weight)
            }
        let ordered = items.sorted { ($0.due, $0.slug) < ($1.due, $1.slug) }
        return Gradebook(
            cohort: record.cohort, organization: people.organization, program: people.program, items: ordered,
            learners: people.learners.map { enrollment, number in
                let row = cells[enrollment.person.id] ?? [:]
                return Gradebook.Learner(
                    enrollment: enrollment.id, person: enrollment.person, number: number, section: enrollment.section,
                    suspended: enrollment.suspended, cells: ordered.map { row[$0.slug] ?? Gradebook.Cell(score: nil) })
            })
    }

    /// A row for each cohort, or for each program in each organization. Days are whole ones of UTC, both included; without them all time.
    /// Attendance has dates and no instants: its days are those of each cohort's own zone.
    /// Administrators see everything, admins of an organization theirs, admins of a cohort that one.
    package func report(
        _ principal: Principal, organization: Slug?, program: Slug?, cohort: Slug?, from: CivilDate?, to: CivilDate?,
        byCohort: Bool
    ) async throws(ProvostError) -> [SponsorRow] {
        var scope = ReportScope(organization: organization, program: program, cohort: cohort)
        if let cohort {
            try principal.require(.manage(cohort: cohort))
        } else if let organization {
            try principal.require(.direct(organization: organization))
        } else if !principal.isAdministrator {
            guard !principal.rights.organizations.isEmpty else {
                throw ProvostError(.denied, "The report is for admins: name a cohort or an organization that is yours.")
            }
            scope.within = principal.rights.organizations
        }
        if let from, let to, to < from {
            throw ProvostError(.invalid, "The span ends before it begins; give the earlier day first.")
        }
        let instant = { (day: CivilDate) in Timestamp(milliseconds: Int64(day.daysSince1970) * 86_400_000) }
        let rows = try await context.store.sponsorReport(
            scope, from: from.map(instant) ?? Timestamp(milliseconds: 0),
            to: to.map { instant($0.adding(days: 1)) } ?? Timestamp(milliseconds: .max),
            days: (from, to),
            today: context.now().civil(offsetSeconds: 0).date)
        return byCohort || cohort != nil ? rows : SponsorRow.gathered(rows)
    }
}
