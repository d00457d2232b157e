package import ProvostCore
import ProvostStore

/// One assignment in somebody's progress.
package struct ProgressRow: Sendable {
    package let assignment: AssignmentView
    package let result: ResultRow
    /// The newest applied regrade set that had a score for work of theirs.
    package let regrade: RegradeNotice?
}

/// Results, progress and the audit.
package struct ResultService: Sendable {
    private let context: ServiceContext
    private let assignments: AssignmentService
    package init(_ context: ServiceContext, assignments: AssignmentService) {
        self.context = context
        self.assignments = assignments
    }

    /// What counts, one row for each learner and assignment of a cohort.
    package func grades(_ principal: Principal, cohort: Slug, assignment: String?) async throws(ProvostError) -> [ResultRow] {
        try principal.require(.instruct(cohort: cohort))
        _ = try await context.store.cohort(cohort)
        let id: ID<Assignment>? =
            if let assignment { try await assignments.find(principal, name: assignment, cohort: cohort).assignment.id } else {
                nil
            }
        return try await context.store.results(cohort: cohort, assignment: id, person: nil)
    }

    /// One person's assignments with what counts, for each of their cohorts (or the one given). Others' progress is for instructors.
    package func progress(
        _ principal: Principal, cohort: Slug?, person: Slug?
    ) async throws(ProvostError) -> [(cohort: Cohort, person: Slug, rows: [ProgressRow])] {
        let subject: Person
        if let person {
            // Whether somebody exists is told to instructors only.
            let instructs = principal.isAdministrator || principal.enrollments.contains { $0.role >= .instructor }
            guard instructs || person == principal.person?.slug else {
                throw ProvostError(.denied, "Other people's progress is for instructors.")
            }
            subject = try await context.store.person(person)
        } else if let own = principal.person {
            subject = own
        } else {
            throw ProvostError(.invalid, "An administrator has no progress of their own; say whose with --person.")
        }
        var reports: [(cohort: Cohort, person: Slug, rows: [ProgressRow])] = []
        let own = subject.id == principal.person?.id
        if !own, let cohort { try principal.require(.instruct(cohort: cohort)) }
        for enrollment in try await context.store.enrollments(person: subject.id)
        where cohort.map({ $0 == enrollment.cohort }) ?? true {
            // Of somebody else's cohorts, those that are the caller's to see.
            guard own || (try? principal.require(.instruct(cohort: enrollment.cohort))) != nil else { continue }
            guard enrollment.role == .learner, !enrollment.suspended else { continue }
            let known = try await context.store.cohort(enrollment.cohort)
            let results = try await context.store.results(cohort: known.slug, assignment: nil, person: subject.id)
            let notices = try await context.store.regradeNotices(cohort: known.slug, person: subject.id)
            var rows: [ProgressRow] = []
            for assignment in try await context.store.assignments(cohort: known.slug) {
                guard let row = results.first(where: { $0.assignment == assignment.slug }) else { continue }
                rows.append(
                    ProgressRow(
                        assignment: try await assignments.view(assignment, cohort: known, for: principal), result: row,
                        regrade: notices[assignment.slug]))
            }
            reports.append((known, subject.slug, rows))
        }
        return reports
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
