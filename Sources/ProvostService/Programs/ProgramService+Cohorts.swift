package import ProvostCore
import ProvostStore

extension ProgramService {
    /// Makes a cohort. Of a published program it gets plan, assignments, limits and budget, all or nothing.
    ///
    /// Throws `invalid` for an unknown timezone, days in the wrong order, and a last day before something of the program; `notFound` naming
    /// every lab that is not published.
    /// - Parameters:
    ///   - lastDay: nil: the last day that something of the program lies on.
    ///   - timezone: nil: the program's.
    ///   - organization: a campus of the program; nil: its own organization.
    ///   - holidays: besides the program's own.
    package func createCohort(
        _ principal: Principal, program: Slug, slug: Slug, title: String?, firstDay: CivilDate, lastDay: CivilDate? = nil,
        timezone: String? = nil, organization: Slug? = nil, holidays: [CivilDate] = []
    ) async throws(ProvostError) -> Cohort {
        try principal.require(.administer)
        guard let version = try await newestIfAny(program) else {
            return try await createPlainCohort(
                principal, program: program, slug: slug, title: title, firstDay: firstDay, lastDay: lastDay, timezone: timezone,
                organization: organization)
        }
        let description = version.description
        if let organization, organization != description.organization, !description.campuses.contains(organization) {
            let campuses = description.campuses.map(\.text).joined(separator: ", ")
            throw ProvostError(
                .invalid,
                "The program “\(program)” is not run by “\(organization)”; \(campuses.isEmpty ? "it has no campuses." : "its campuses are \(campuses).")"
            )
        }
        let calendar = CohortCalendar(
            firstDay: firstDay, workdays: description.workdays, holidays: description.holidays.union(holidays))
        let planning = try CohortPlanning.plan(description, version: version.digest, calendar: calendar)
        let last = lastDay ?? planning.lastDay
        guard last >= planning.lastDay else {
            throw ProvostError(
                .invalid,
                "The last day \(last) is before \(planning.lastDay), on which something of the program lies; leave it out, or name a later one."
            )
        }
        let cohort = try makeCohort(
            program: program, slug: slug, title: title, firstDay: firstDay, lastDay: last,
            timezone: timezone ?? description.timezone,
            organization: organization == description.organization ? nil : organization)
        let pins = try await newestLabs(planning.assignments)
        let opening = CohortOpening(
            plan: planning.plan, assignments: labs(planning.assignments, cohort: slug, pins: pins),
            marked: planning.assignments.compactMap { $0.marked(id: context.identifiers.next("mas"), cohort: slug) },
            limits: Self.limits(description, cohort: slug), budget: Self.budget(description, cohort: slug))
        try await context.store.createCohort(cohort, opening: opening, by: principal.name, at: context.now())
        return cohort
    }

    /// A cohort of a program without a file.
    private func createPlainCohort(
        _ principal: Principal, program: Slug, slug: Slug, title: String?, firstDay: CivilDate, lastDay: CivilDate?,
        timezone: String?, organization: Slug?
    ) async throws(ProvostError) -> Cohort {
        guard let lastDay, let timezone else {
            throw ProvostError(
                .invalid,
                "No file of the program “\(program)” is published, so a cohort of it needs its last day and its timezone: --last-day DAY --timezone NAME"
            )
        }
        let cohort = try makeCohort(
            program: program, slug: slug, title: title, firstDay: firstDay, lastDay: lastDay, timezone: timezone,
            organization: organization)
        try await context.store.createCohort(cohort, by: principal.name, at: context.now())
        return cohort
    }

    private func makeCohort(
        program: Slug, slug: Slug, title: String?, firstDay: CivilDate, lastDay: CivilDate, timezone: String, organization: Slug?
    ) throws(ProvostError) -> Cohort {
        _ = try context.zones.zone(timezone)
        guard lastDay.year < 9999 else {
            throw ProvostError(.invalid, "The last day \(lastDay) is too far away; the year 9998 is the last.")
        }
        guard firstDay <= lastDay else {
            throw ProvostError(.invalid, "The last day \(lastDay) is before the first day \(firstDay).")
        }
        return Cohort(
            id: context.identifiers.next("coh"), program: program, slug: slug, title: title ?? slug.text, firstDay: firstDay,
            lastDay: lastDay, timezone: timezone, organization: organization)
    }

    /// The newest version of each lab. Throws `notFound` naming all that are not published.
    private func newestLabs(_ assignments: [DatedAssignment]) async throws(ProvostError) -> [Slug: ContentDigest] {
        var pins: [Slug: ContentDigest] = [:]
        var missing: [Slug] = []
        for case .lab(let lab) in assignments.map(\.work) where pins[lab] == nil && !missing.contains(lab) {
            if let newest = try await context.store.labVersions(lab).first {
                pins[lab] = newest.digest
            } else {
                missing.append(lab)
            }
        }
        guard missing.isEmpty else {
            throw ProvostError(
                .notFound,
                "These labs of the program are not published: \(missing.map(\.text).joined(separator: ", ")). Publish each with: provost lab publish FOLDER"
            )
        }
        return pins
    }

    private func labs(_ assignments: [DatedAssignment], cohort: Slug, pins: [Slug: ContentDigest]) -> [Assignment] {
        assignments.compactMap { assignment in
            guard case .lab(let lab) = assignment.work, let pin = pins[lab] else { return nil }
            return assignment.assignment(id: context.identifiers.next("asg"), cohort: cohort, labVersion: pin)
        }
    }

    private static func limits(_ program: ProgramDescription, cohort: Slug) -> [LimitChange] {
        LimitDimension.allCases.flatMap { dimension in
            [(LimitScope.each, program.limits.learner[dimension]), (.total, program.limits.cohort[dimension])].compactMap {
                scope, value in
                value.map { LimitChange(node: .cohort(cohort), scope: scope, dimension: dimension, value: $0) }
            }
        }
    }

    private static func budget(_ program: ProgramDescription, cohort: Slug) -> BudgetGrant? {
        // Where only all together are bounded, each may use all of it.
        (program.budget.learner ?? program.budget.cohort).map {
            BudgetGrant(cohort: cohort, unit: .sessionHours, amount: $0, total: program.budget.cohort)
        }
    }
}

// MARK: - Plans

extension ProgramService {
    /// What a cohort follows, for showing.
    package struct PlanView: Sendable {
        package let cohort: Cohort
        package let plan: CohortPlan?
        package let version: Int?
        package let newestVersion: Int?
        /// By the time they open.
        package let assignments: [DatedAssignment]
    }

    /// Throws `notFound`.
    package func plan(_ principal: Principal, cohort slug: Slug) async throws(ProvostError) -> PlanView {
        try principal.require(.attend(cohort: slug))
        let cohort = try await context.store.cohort(slug)
        let plan = try await context.store.cohortPlan(slug)
        var version: Int?
        if let plan { version = try await context.store.programVersion(plan.program).number }
        let assignments =
            try await context.store.assignments(cohort: slug).map(DatedAssignment.init)
            + context.store.markedAssignments(cohort: slug).map(DatedAssignment.init)
        return PlanView(
            cohort: cohort, plan: plan, version: version, newestVersion: try await newestIfAny(cohort.program)?.number,
            assignments: assignments.sorted { ($0.opens, $0.slug) < ($1.opens, $1.slug) })
    }

    /// What a step to the newest version came to.
    package struct AdvanceView: Sendable {
        package let from: Int?
        package let to: Int
        package let changes: [ProgramChange]
        package let refusals: [String]
        package let applied: Bool
    }

    /// Moves a cohort to its program's newest version. With `dryRun` nothing is changed. Holidays that the cohort was made with stay.
    ///
    /// Throws `conflict` with every promise to learners that it would break; `notFound` when a lab that comes new is not published.
    package func advance(_ principal: Principal, cohort slug: Slug, dryRun: Bool) async throws(ProvostError) -> AdvanceView {
        try principal.require(.administer)
        let cohort = try await context.store.cohort(slug)
        guard let newest = try await newestIfAny(cohort.program) else {
            throw ProvostError(
                .conflict,
                "No file of the program “\(cohort.program)” is published; publish one with: provost program publish FILE")
        }
        var present: ProgramVersion?
        let plan = try await context.store.cohortPlan(slug)
        if let plan { present = try await context.store.programVersion(plan.program) }
        let program = newest.description
        // Whatever holidays the cohort got of its own are those that the version it follows does not have.
        let own = plan.map { $0.calendar.holidays.subtracting(present?.description.holidays ?? []) } ?? []
        let planning = try CohortPlanning.plan(
            program, version: newest.digest,
            calendar: CohortCalendar(
                firstDay: cohort.firstDay, workdays: program.workdays, holidays: program.holidays.union(own)))
        let pins = try await newestLabs(planning.assignments)
        let zone = try context.zones.zone(cohort.timezone)
        let now = zone.civil(at: context.now())
        let ids = planning.assignments.map { _ in
            (
                lab: context.identifiers.next("asg") as ID<Assignment>,
                marked: context.identifiers.next("mas") as ID<MarkedAssignment>
            )
        }
        let found = Found()
        let from = present?.description
        let isNewest = present?.digest == newest.digest
        try await context.store.advanceCohort(slug, by: principal.name, at: context.now()) { state in
            let (advance, step) = CohortStepping(
                state: state, program: program, from: from, planning: planning, pins: pins, ids: ids, now: now
            ).decide()
            found.set(advance)
            guard advance.refusals.isEmpty, !dryRun, !isNewest || !advance.changes.isEmpty else {
                return nil
            }
            return step
        }
        guard let advance = found.value else { throw ProvostError(.internalError, "The step was not decided.") }
        guard dryRun || advance.refusals.isEmpty else {
            throw ProvostError(
                .conflict,
                "Nothing was changed, because it would take from learners what they were promised:\n"
                    + advance.refusals.map { "  - \($0)" }.joined(separator: "\n")
                    + "\nPublish a version without that, or make a new cohort.")
        }
        return AdvanceView(
            from: present?.number, to: newest.number, changes: advance.changes, refusals: advance.refusals, applied: !dryRun)
    }
}
