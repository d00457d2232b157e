package import ProvostCore
import ProvostStore

/// One assignment in somebody's progress.
package struct ProgressRow: Sendable {
    package let assignment: AssignmentView
    package let result: ResultRow
    /// The newest applied regrade set that had a score for work of theirs.
    package let regrade: RegradeNotice?
}

/// One learner's progress in one cohort.
package struct ProgressView: Sendable {
    package let cohort: Cohort
    package let person: Slug
    /// The labs.
    package let rows: [ProgressRow]
    /// Of all assignments, those that people mark too.
    package let standing: Standing
    package let certificate: ProgramDescription.Certificate?
}

/// Results, progress and the audit.
package struct ResultService: Sendable {
    private let context: ServiceContext
    private let assignments: AssignmentService
    private let standings: StandingService
    package init(_ context: ServiceContext, assignments: AssignmentService, standings: StandingService) {
        self.context = context
        self.assignments = assignments
        self.standings = standings
    }

    /// What counts after every policy, one row for each learner and assignment of a cohort.
    package func grades(_ principal: Principal, cohort: Slug, assignment: String?) async throws(ProvostError) -> [ResultRow] {
        try principal.require(.instruct(cohort: cohort))
        let (_, standings) = try await standings.standings(cohort: cohort)
        let name = try assignment.map { text throws(ProvostError) in try Self.name(text, in: cohort) }
        let rows = standings.flatMap { learner, standing in
            standing.items.filter { name == nil || $0.slug == name }.map { $0.row(of: learner.person) }
        }
        if let name, rows.isEmpty {
            // With nobody enrolled yet there is nothing to list, but a wrong name is still wrong.
            let marked = try await context.store.markedAssignments(of: cohort).contains { $0.slug == name }
            if !marked { _ = try await assignments.find(principal, name: name.text, cohort: cohort) }
        }
        return rows.sorted { ($0.person.slug, $0.assignment) < ($1.person.slug, $1.assignment) }
    }

    /// `cohort/name` works as well as the name.
    private static func name(_ text: String, in cohort: Slug) throws(ProvostError) -> Slug {
        try Slug(text.hasPrefix("\(cohort)/") ? String(text.dropFirst(cohort.text.count + 1)) : text)
    }

    /// One person's assignments with what counts, for each of their cohorts (or the one given). Others' progress is for instructors.
    package func progress(_ principal: Principal, cohort: Slug?, person: Slug?) async throws(ProvostError) -> [ProgressView] {
        let subject = try await subject(principal, person: person)
        var views: [ProgressView] = []
        for known in try await cohorts(of: subject, for: principal, cohort: cohort) {
            let (record, learner, standing) = try await standings.standing(
                cohort: known, person: subject.id, hidingTotals: !principal.instructs(known))
            let notices = try await context.store.regradeNotices(cohort: known, person: subject.id)
            var rows: [ProgressRow] = []
            for assignment in record.labs {
                guard let item = standing.items.first(where: { $0.slug == assignment.slug }) else { continue }
                let notice = notices[assignment.slug]
                let isHidden = item.attempts.contains { $0.hidesTotal && $0.attempt.score == nil }
                rows.append(
                    ProgressRow(
                        assignment: try await assignments.view(
                            assignment, cohort: record.cohort, window: item.window, result: item.row(of: learner.person)),
                        result: item.row(of: learner.person), regrade: isHidden ? notice?.withoutScores : notice))
            }
            views.append(
                ProgressView(
                    cohort: record.cohort, person: subject.slug, rows: rows, standing: standing,
                    certificate: record.plan?.certificate))
        }
        return views
    }

    /// How the result of one assignment came about. Throws `notFound`, or `conflict` when two of the person's cohorts have one of that name.
    package func explain(
        _ principal: Principal, assignment typed: String, cohort: Slug?, person: Slug?
    ) async throws(ProvostError) -> Explanation {
        var cohort = cohort
        var name = typed
        if let slash = typed.firstIndex(of: "/") {
            cohort = try Slug(String(typed[..<slash]))
            name = String(typed[typed.index(after: slash)...])
        }
        let slug = try Slug(name)
        let subject = try await subject(principal, person: person)
        var found: [Explanation] = []
        for known in try await cohorts(of: subject, for: principal, cohort: cohort) {
            let (record, _, standing) = try await standings.standing(
                cohort: known, person: subject.id, hidingTotals: !principal.instructs(known))
            guard let item = standing.items.first(where: { $0.slug == slug }) else { continue }
            found.append(
                Explanation(cohort: record.cohort, person: subject.slug, item: item, steps: item.explanation))
        }
        guard let first = found.first else {
            throw ProvostError(
                .notFound, "There is no assignment “\(slug)” in the cohorts of \(subject.slug); see: provost progress")
        }
        guard found.count == 1 else {
            let choices = found.map { "\($0.cohort.slug)/\(slug)" }.joined(separator: ", ")
            throw ProvostError(.conflict, "“\(slug)” is in more than one cohort; say which: \(choices)")
        }
        return first
    }

    private func subject(_ principal: Principal, person: Slug?) async throws(ProvostError) -> Person {
        if let person {
            // Whether somebody exists is told to instructors only.
            guard principal.instructsSomewhere || person == principal.person?.slug else {
                throw ProvostError(.denied, "Other people's progress is for instructors.")
            }
            return try await context.store.person(person)
        }
        guard let own = principal.person else {
            throw ProvostError(.invalid, "An administrator has no progress of their own; say whose with --person.")
        }
        return own
    }

    /// Where the person is a learner: all for themselves, for others those of their cohorts that are the caller's to see.
    private func cohorts(
        of subject: Person, for principal: Principal, cohort: Slug?
    ) async throws(ProvostError) -> [Slug] {
        let own = subject.id == principal.person?.id
        if !own, let cohort { try principal.require(.instruct(cohort: cohort)) }
        return try await context.store.enrollments(person: subject.id).filter { enrollment in
            (cohort == nil || cohort == enrollment.cohort) && enrollment.role == .learner && !enrollment.suspended
                && (own && (principal.workspace == nil || principal.role(in: enrollment.cohort) != nil)
                    || principal.instructs(enrollment.cohort))
        }.map(\.cohort)
    }

    // MARK: Audit

    package func audit(_ principal: Principal, after: Int64, limit: Int) async throws(ProvostError) -> [AuditEntry] {
        try principal.require(.administer)
        return try await context.store.audit(after: after, limit: max(1, min(limit, 10_000)))
    }

    package func verifyAudit(_ principal: Principal) async throws(ProvostError) -> (entries: Int64, brokenAt: Int64?) {
        try principal.require(.administer)
        return try await context.store.verifyAudit()
    }
}
