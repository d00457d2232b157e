/// What a program becomes in one cohort: days in place of numbers of days. Pure: the same program and calendar give the same plan.
package struct CohortPlanning: Hashable, Sendable {
    package let plan: CohortPlan
    /// In the order of the program's file.
    package let assignments: [DatedAssignment]
    /// The earliest last day that a cohort with this plan can have: whatever belongs to it lies within.
    package let lastDay: CivilDate

    /// Works the program out on a calendar.
    ///
    /// Nothing opens before the first day. What is due on a weekend or a holiday is due on the next workday at the same time, and so is the
    /// closing of an assignment that is never due; what closes before it is due then closes when it is due.
    /// Throws `invalid` when holidays move something past what should follow it, or leave a phase that keeps attendance without a day.
    package static func plan(
        _ program: ProgramDescription, version: ContentDigest, calendar: CohortCalendar
    ) throws(ProvostError) -> CohortPlanning {
        var phases: [CohortPlan.Phase] = []
        for phase in program.phases {
            let first = calendar.cohortDate(of: phase.begins)
            let last = calendar.date(of: phase.ends)
            guard first <= last else {
                throw order("The phase “\(phase.name)” ends (\(last)) before it begins (\(first))", calendar)
            }
            phases.append(
                CohortPlan.Phase(
                    name: phase.name, title: phase.title, place: phase.place, firstDay: first, lastDay: last, hours: phase.hours))
        }
        let assignments = try program.assignments.map { assignment throws(ProvostError) in
            try dated(assignment, program, phases, calendar)
        }
        var attendance: Set<CivilDate> = []
        for case .marked(.attendance(let dates)) in assignments.map(\.work) { attendance.formUnion(dates) }
        let plan = CohortPlan(
            program: version, calendar: calendar, phases: phases, attendance: attendance.sorted(), dropped: program.dropped,
            slipDays: program.slipDays, certificate: program.certificate)
        let days = phases.map(\.lastDay) + assignments.map(\.lastDay)
        return CohortPlanning(plan: plan, assignments: assignments, lastDay: days.max() ?? calendar.firstDay)
    }

    private static func dated(
        _ assignment: PlannedAssignment, _ program: ProgramDescription, _ phases: [CohortPlan.Phase], _ calendar: CohortCalendar
    ) throws(ProvostError) -> DatedAssignment {
        let opens = calendar.cohortTime(of: assignment.opens)
        let due = assignment.due.map { calendar.time(of: $0, onWorkday: true) }
        var closes = calendar.time(of: assignment.closes, onWorkday: due == nil)
        if let due { closes = max(closes, due) }
        let work: DatedAssignment.Work
        switch assignment.work {
        case .lab(let lab): work = .lab(lab)
        case .rubric(let name, let isTeam):
            guard let rubric = program.rubrics.first(where: { $0.name == name }) else {
                throw ProvostError(.invalid, "The program has no rubric “\(name)”, by which “\(assignment.name)” is marked.")
            }
            work = .marked(.rubric(rubric, isTeam: isTeam))
        case .attendance:
            let dates = workdays(of: assignment.terms.phase, phases, calendar)
            guard let last = dates.last else {
                throw ProvostError(
                    .invalid, "“\(assignment.name)” keeps attendance, and there is no workday on which anybody could be there.")
            }
            // Who was there on the last day can still be noted that day.
            closes = max(closes, CivilTime(date: last.adding(days: 1)))
            work = .marked(.attendance(dates))
        }
        if let due, due < opens { throw order("“\(assignment.name)” is due (\(due)) before it opens (\(opens))", calendar) }
        guard opens < closes else { throw order("“\(assignment.name)” closes (\(closes)) before it opens (\(opens))", calendar) }
        return DatedAssignment(
            slug: assignment.name, title: assignment.title, work: work, opens: opens, due: due, closes: closes,
            terms: assignment.terms, attempts: assignment.attempts, policy: assignment.policy, weight: assignment.weight)
    }

    private static func workdays(
        of phase: Slug?, _ phases: [CohortPlan.Phase], _ calendar: CohortCalendar
    ) -> [CivilDate] {
        let chosen = phases.filter { phase == nil || $0.name == phase }
        guard let first = chosen.map(\.firstDay).min(), let last = chosen.map(\.lastDay).max() else { return [] }
        return (first.daysSince1970...last.daysSince1970).map(CivilDate.init(daysSince1970:)).filter(calendar.isWorkday)
    }

    private static func order(_ sentence: String, _ calendar: CohortCalendar) -> ProvostError {
        ProvostError(
            .invalid, "\(sentence) in a cohort that begins on \(calendar.firstDay); choose another first day or other holidays.")
    }
}

/// An assignment of a cohort as its program has it: with dates, and without what the cohort's own row adds.
package struct DatedAssignment: Hashable, Sendable {
    package enum Work: Hashable, Sendable {
        case lab(Slug)
        case marked(MarkedAssignment.Work)
    }
    package var slug: Slug
    package var title: LocalizedText
    package var work: Work
    package var opens: CivilTime
    package var due: CivilTime?
    package var closes: CivilTime
    package var terms: AssignmentTerms
    /// nil: any number. Only labs have attempts and a policy.
    package var attempts: Int?
    package var policy: ResultPolicy
    package var weight: Int

    package init(
        slug: Slug, title: LocalizedText, work: Work, opens: CivilTime, due: CivilTime?, closes: CivilTime,
        terms: AssignmentTerms, attempts: Int?, policy: ResultPolicy, weight: Int
    ) {
        self.slug = slug
        self.title = title
        self.work = work
        self.opens = opens
        self.due = due
        self.closes = closes
        self.terms = terms
        self.attempts = attempts
        self.policy = policy
        self.weight = weight
    }

    package init(_ assignment: Assignment) {
        self.init(
            slug: assignment.slug, title: assignment.title, work: .lab(assignment.lab), opens: assignment.opens,
            due: assignment.due, closes: assignment.closes, terms: assignment.terms, attempts: assignment.attempts,
            policy: assignment.policy, weight: assignment.weight)
    }

    package init(_ marked: MarkedAssignment) {
        self.init(
            slug: marked.slug, title: marked.title, work: .marked(marked.work), opens: marked.opens, due: marked.due,
            closes: marked.closes, terms: marked.terms, attempts: nil, policy: .best, weight: marked.weight)
    }

    /// The day on which it closes; one that closes at midnight closes at the end of the day before.
    package var lastDay: CivilDate { CivilTime(secondsIfUTC: closes.secondsIfUTC - 1).date }

    /// The cohort's row for a lab; nil for what people mark.
    package func assignment(id: ID<Assignment>, cohort: Slug, labVersion: ContentDigest) -> Assignment? {
        guard case .lab(let lab) = work else { return nil }
        return Assignment(
            id: id, cohort: cohort, slug: slug, title: title, lab: lab, labVersion: labVersion, opens: opens, due: due,
            closes: closes, attempts: attempts, policy: policy, weight: weight, terms: terms)
    }

    /// The cohort's row for what people mark; nil for a lab.
    package func marked(id: ID<MarkedAssignment>, cohort: Slug) -> MarkedAssignment? {
        guard case .marked(let work) = work else { return nil }
        return MarkedAssignment(
            id: id, cohort: cohort, slug: slug, title: title, work: work, opens: opens, due: due, closes: closes, terms: terms,
            weight: weight)
    }
}
