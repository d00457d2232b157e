package import ProvostCore
import ProvostStore

/// Whole cohorts at a glance: the gradebook, and the report for a sponsor.
package struct ReportService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// The results of a cohort, for its instructors: the same that `grades` lists.
    package func gradebook(_ principal: Principal, cohort slug: Slug) async throws(ProvostError) -> Gradebook {
        try principal.require(.instruct(cohort: slug))
        let cohort = try await context.store.cohort(slug)
        let people = try await context.store.gradebookPeople(cohort: slug)
        let assignments = try await context.store.assignments(cohort: slug)
        let results = try await context.store.results(cohort: slug, assignment: nil, person: nil)
        var cells: [ID<Person>: [Slug: Gradebook.Cell]] = [:]
        var points: [Slug: Points] = [:]
        for row in results {
            points[row.assignment] = max(points[row.assignment] ?? .zero, row.max)
            cells[row.person.id, default: [:]][row.assignment] = Gradebook.Cell(
                score: row.score, late: row.late, receivedAt: row.submission.flatMap { people.receivedAt[$0] })
        }
        let ordered = assignments.sorted { ($0.due ?? $0.closes, $0.slug) < ($1.due ?? $1.closes, $1.slug) }
        return Gradebook(
            cohort: cohort, organization: people.organization, program: people.program,
            items: ordered.map { assignment in
                Gradebook.Item(
                    id: assignment.id.text, slug: assignment.slug, title: assignment.title,
                    points: points[assignment.slug] ?? .zero, opens: assignment.opens, due: assignment.due ?? assignment.closes,
                    weight: assignment.weight)
            },
            learners: people.learners.map { enrollment, number in
                let row = cells[enrollment.person.id] ?? [:]
                return Gradebook.Learner(
                    enrollment: enrollment.id, person: enrollment.person, number: number, section: enrollment.section,
                    suspended: enrollment.suspended, cells: ordered.map { row[$0.slug] ?? Gradebook.Cell(score: nil) })
            })
    }

    /// A row for each cohort, or for each program in each organization. Days are whole ones of UTC, both included; without them all time.
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
            today: context.now().civil(offsetSeconds: 0).date)
        return byCohort || cohort != nil ? rows : SponsorRow.gathered(rows)
    }
}
