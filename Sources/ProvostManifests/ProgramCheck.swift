import ProvostCore

/// What a program's file must be beyond its form: that names exist and dates follow each other. All mistakes are collected.
struct ProgramCheck {
    private var mistakes: [String] = []

    /// Throws all that was found, a line each.
    func finish() throws(ProvostError) {
        guard mistakes.isEmpty else { throw ProvostError(.invalid, mistakes.joined(separator: "\n")) }
    }

    private mutating func add(_ mistake: ProvostError) { mistakes.append(mistake.message) }

    mutating func program(_ program: ProgramDescription, _ file: YAMLMapping) {
        if program.workdays.isEmpty { add(file.mistake(at: "workdays", "on no day of the week anybody works")) }
        if program.languages.isEmpty { add(file.mistake(at: "languages", "learners are addressed in no language")) }
        if program.campuses.contains(program.organization) {
            add(file.mistake(at: "campuses", "“\(program.organization)” runs the program; its campuses are other organizations"))
        }
        for group in program.dropped.keys.sorted() {
            let members = program.assignments.filter { $0.terms.group == group }
            if members.count <= program.dropped[group] ?? 0 {
                add(
                    file.mistake(
                        at: "drop",
                        "the group “\(group)” has \(members.count) assignments; fewer than all of them can be dropped"))
            }
        }
        if let learner = program.budget.learner, let cohort = program.budget.cohort, cohort < learner {
            add(file.mistake(at: "budget", "a cohort's budget is at least one learner's"))
        }
    }

    mutating func phases(_ phases: [(ProgramDescription.Phase, YAMLMapping)]) {
        unique(phases.map { ($0.0.name, $0.1) }, "phase")
        for (phase, file) in phases {
            for calendar in calendars where calendar.date(of: phase.ends) < calendar.cohortDate(of: phase.begins) {
                add(
                    file.mistake(
                        at: "ends", "the phase ends before it begins, in a cohort that begins on a \(calendar.firstDay.weekday)"))
                break
            }
        }
    }

    mutating func assignments(
        _ assignments: [(PlannedAssignment, YAMLMapping)], of program: ProgramDescription, hasLab: (Slug) -> Bool
    ) {
        unique(assignments.map { ($0.0.name, $0.1) }, "assignment")
        let phases = Set(program.phases.map(\.name))
        var groups: [Slug: Int] = [:]
        for (assignment, file) in assignments {
            if let phase = assignment.terms.phase, !phases.contains(phase) {
                add(file.mistake(at: "phase", "there is no phase “\(phase)”"))
            }
            switch assignment.work {
            case .lab(let lab): if !hasLab(lab) { add(file.mistake(at: "lab", "there is no lab “\(lab)”")) }
            case .rubric(let name, _):
                if !program.rubrics.contains(where: { $0.name == name }) {
                    add(file.mistake(at: "rubric", "there is no rubric “\(name)”"))
                }
            case .attendance: break
            }
            if let group = assignment.terms.group {
                if assignment.terms.isBonus { add(file.mistake(at: "group", "a bonus is in no group: it never costs anything")) }
                if let weight = groups[group], weight != assignment.weight {
                    add(
                        file.mistake(
                            at: "weight",
                            "assignments of one group have one weight (“\(group)”: \(weight)); otherwise a better result could lower a mean"
                        ))
                }
                groups[group] = groups[group] ?? assignment.weight
            }
            times(assignment, file)
        }
    }

    /// Opening, due and closing follow each other whatever day of the week a cohort begins on. What holidays do to numbers of workdays is
    /// looked at when a cohort is made.
    private mutating func times(_ assignment: PlannedAssignment, _ file: YAMLMapping) {
        for calendar in calendars {
            let opens = calendar.cohortTime(of: assignment.opens)
            let closes = calendar.time(of: assignment.closes, onWorkday: false)
            let begins = "in a cohort that begins on a \(calendar.firstDay.weekday)"
            if closes <= opens { return add(file.mistake(at: "closes", "this is not after “opens”, \(begins)")) }
            guard let planned = assignment.due else { continue }
            let due = calendar.time(of: planned, onWorkday: false)
            if due < opens { return add(file.mistake(at: "due", "this is before “opens”, \(begins)")) }
            if due > closes { return add(file.mistake(at: "due", "this is after “closes”, \(begins)")) }
        }
    }

    mutating func rubrics(_ rubrics: [(Rubric, YAMLMapping)], of program: ProgramDescription) {
        unique(rubrics.map { ($0.0.name, $0.1) }, "rubric")
        let used = Set(program.assignments.compactMap { if case .rubric(let name, _) = $0.work { name } else { nil } })
        for (rubric, file) in rubrics where !used.contains(rubric.name) {
            add(file.mistake(at: "name", "no assignment is marked by the rubric “\(rubric.name)”"))
        }
    }

    mutating func certificate(of program: ProgramDescription, _ file: YAMLMapping) {
        guard let rules = program.certificate?.requirements else { return }
        let names = rules.names
        for name in names.assignments.subtracting(program.assignments.map(\.name)).sorted() {
            add(file.mistake(at: "requirements", "there is no assignment “\(name)”"))
        }
        for name in names.phases.subtracting(program.phases.map(\.name)).sorted() {
            add(file.mistake(at: "requirements", "there is no phase “\(name)”"))
        }
        for rule in rules.leaves {
            switch rule {
            case .attendance where !program.assignments.contains { $0.work == .attendance }:
                add(file.mistake(at: "requirements", "attendance is asked for, and no assignment keeps it (“attendance: true”)"))
            case .weightedMean(let scope, _)
            where !program.assignments.contains { $0.weight > 0 && !$0.terms.isBonus && scope.holds($0) }:
                add(file.mistake(at: "requirements", "a mean is asked for of assignments that weigh nothing"))
            case .atLeast(let count, .everything, _) where program.assignments.count < count,
                .atLeast(let count, .phase, _) where program.assignments.count(where: { rule.scope?.holds($0) == true }) < count:
                add(file.mistake(at: "requirements", "at least \(count) assignments are asked for, and there are fewer"))
            default: break
            }
        }
    }

    private mutating func unique(_ names: [(Slug, YAMLMapping)], _ noun: String) {
        var known: Set<Slug> = []
        for (name, file) in names where !known.insert(name).inserted {
            add(file.mistake(at: "name", "there are two \(noun)s “\(name)”"))
        }
    }

    /// One for each day of the week that a cohort can begin on. 2024-01-01 was a Monday.
    private let calendars: [CohortCalendar]

    init(workdays: Set<Weekday>) {
        calendars = (0..<7).map { day in
            CohortCalendar(firstDay: CivilDate(daysSince1970: 19_723 + day), workdays: workdays, holidays: [])
        }
    }
}

extension Requirement {
    /// The rules that hold no others.
    fileprivate var leaves: [Requirement] {
        switch self {
        case .all(let rules), .any(let rules): rules.flatMap(\.leaves)
        default: [self]
        }
    }
    fileprivate var scope: Scope? {
        switch self {
        case .atLeast(_, let scope, _), .weightedMean(let scope, _): scope
        default: nil
        }
    }
}

extension Requirement.Scope {
    fileprivate func holds(_ assignment: PlannedAssignment) -> Bool {
        switch self {
        case .everything: true
        case .phase(let phase): assignment.terms.phase == phase
        case .assignments(let names): names.contains(assignment.name)
        }
    }
}
