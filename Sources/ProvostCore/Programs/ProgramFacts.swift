/// One thing that a program or a cohort's plan says, in words: of what, which, and how much.
package struct ProgramFact: Hashable, Sendable, Codable {
    /// `program`, `phase basics`, `assignment web-service`, `certificate` …
    package let subject: String
    /// `due`, `weight` …
    package let name: String
    package let value: String
    package init(_ subject: String, _ name: String, _ value: String) {
        self.subject = subject
        self.name = name
        self.value = value
    }
}

/// What differs between two programs, or between what a cohort has and what it gets.
package struct ProgramChange: Hashable, Sendable, Codable {
    package let subject: String
    package let name: String
    /// nil: it was not there.
    package let before: String?
    /// nil: it is not there any more.
    package let after: String?
    package init(subject: String, name: String, before: String?, after: String?) {
        self.subject = subject
        self.name = name
        self.before = before
        self.after = after
    }

    /// In the order of the new facts, and then what is gone. Each fact has a subject and name of its own.
    package static func between(_ old: [ProgramFact], _ new: [ProgramFact]) -> [ProgramChange] {
        let key = { (fact: ProgramFact) in [fact.subject, fact.name] }
        let before = Dictionary(old.map { (key($0), $0.value) }) { first, _ in first }
        let after = Set(new.map(key))
        var changes: [ProgramChange] = []
        for fact in new where before[key(fact)] != fact.value {
            changes.append(ProgramChange(subject: fact.subject, name: fact.name, before: before[key(fact)], after: fact.value))
        }
        for fact in old where !after.contains(key(fact)) {
            changes.append(ProgramChange(subject: fact.subject, name: fact.name, before: fact.value, after: nil))
        }
        return changes
    }
}

extension ProgramDescription {
    /// Everything that the file says, in its order.
    package var facts: [ProgramFact] {
        var facts: [ProgramFact] = []
        func add(_ subject: String, _ name: String, _ value: String?) {
            if let value { facts.append(ProgramFact(subject, name, value)) }
        }
        add("program", "title", title.text)
        add("program", "summary", summary?.text)
        add("program", "organization", organization.text)
        add("program", "partners", list(partners.map { "\($0.name.text)\($0.role.map { " (\($0.text))" } ?? "")" }))
        add("program", "timezone", timezone)
        add("program", "languages", list(languages))
        add("program", "capacity", capacity.map { "\($0) learners in a cohort" })
        add("program", "campuses", list(campuses.map(\.text)))
        add("program", "workdays", list(Weekday.allCases.filter(workdays.contains).map(\.rawValue)))
        add("program", "holidays", list(holidays.sorted().map(\.description)))
        add("program", "mentors", learnersPerMentor.map { "one for \($0) learners" })
        add("program", "slip days", slipDays > 0 ? "\(slipDays)" : nil)
        for phase in phases {
            let subject = "phase \(phase.name)"
            add(subject, "title", phase.title.text)
            add(subject, "place", phase.place.rawValue)
            add(subject, "begins", RelativeTime(day: phase.begins, secondOfDay: 0).description)
            add(subject, "ends", RelativeTime(day: phase.ends, secondOfDay: 0).description)
            add(subject, "hours", phase.hours.map { "\($0)" })
        }
        for rubric in rubrics { facts += rubric.facts }
        for assignment in assignments { facts += assignment.facts }
        for (group, count) in dropped.sorted(by: { $0.key < $1.key }) { add("group \(group)", "lowest dropped", "\(count)") }
        for dimension in LimitDimension.allCases {
            add("limits", "learner \(dimension.rawValue)", limits.learner[dimension].map(dimension.text))
            add("limits", "cohort \(dimension.rawValue)", limits.cohort[dimension].map(dimension.text))
        }
        add("budget", "learner", budget.learner.map(\.fileText))
        add("budget", "cohort", budget.cohort.map(\.fileText))
        add("certificate", "title", certificate?.title.text)
        add("certificate", "summary", certificate?.summary.text)
        add("certificate", "valid months", certificate?.validMonths.map { "\($0)" })
        add("certificate", "requirements", certificate?.requirements.text)
        add("program", "sources", list(sources))
        return facts
    }

    private func list(_ values: [String]) -> String? { values.isEmpty ? nil : values.joined(separator: ", ") }
}

extension PlannedAssignment {
    fileprivate var facts: [ProgramFact] {
        let subject = "assignment \(name)"
        let kind =
            switch work {
            case .lab(let lab): "lab \(lab)"
            case .rubric(let rubric, let isTeam): "rubric \(rubric)\(isTeam ? " for the team" : "")"
            case .attendance: "attendance"
            }
        var facts = [
            ProgramFact(subject, "title", title.text), ProgramFact(subject, "work", kind),
            ProgramFact(subject, "opens", opens.description),
        ]
        if let due { facts.append(ProgramFact(subject, "due", due.description)) }
        facts.append(ProgramFact(subject, "closes", closes.description))
        return facts + terms.facts(subject, attempts: attempts, policy: policy, weight: weight)
    }
}

extension DatedAssignment {
    /// As its program has it, with dates.
    package var facts: [ProgramFact] {
        let subject = "assignment \(slug)"
        var facts = [ProgramFact(subject, "title", title.text)]
        switch work {
        case .lab(let lab): facts.append(ProgramFact(subject, "work", "lab \(lab)"))
        case .marked(.rubric(let rubric, let isTeam)):
            facts.append(ProgramFact(subject, "work", "rubric \(rubric.name)\(isTeam ? " for the team" : "")"))
            facts += rubric.facts.map { ProgramFact(subject, $0.name, $0.value) }.filter { $0.name != "title" }
        case .marked(.attendance(let dates)):
            facts.append(ProgramFact(subject, "work", "attendance"))
            facts.append(ProgramFact(subject, "dates", dates.map(\.description).joined(separator: ", ")))
        }
        facts.append(ProgramFact(subject, "opens", opens.description))
        if let due { facts.append(ProgramFact(subject, "due", due.description)) }
        facts.append(ProgramFact(subject, "closes", closes.description))
        return facts + terms.facts(subject, attempts: attempts, policy: policy, weight: weight)
    }
}

extension CohortPlan {
    /// What stands in it beyond the assignments.
    package var facts: [ProgramFact] {
        var facts: [ProgramFact] = []
        for phase in phases {
            let subject = "phase \(phase.name)"
            facts.append(ProgramFact(subject, "title", phase.title.text))
            facts.append(ProgramFact(subject, "place", phase.place.rawValue))
            facts.append(ProgramFact(subject, "first day", phase.firstDay.description))
            facts.append(ProgramFact(subject, "last day", phase.lastDay.description))
            if let hours = phase.hours { facts.append(ProgramFact(subject, "hours", "\(hours)")) }
        }
        for (group, count) in dropped.sorted(by: { $0.key < $1.key }) {
            facts.append(ProgramFact("group \(group)", "lowest dropped", "\(count)"))
        }
        if slipDays > 0 { facts.append(ProgramFact("cohort", "slip days", "\(slipDays)")) }
        if let certificate {
            facts.append(ProgramFact("certificate", "title", certificate.title.text))
            facts.append(ProgramFact("certificate", "requirements", certificate.requirements.text))
        }
        return facts
    }
}

extension AssignmentTerms {
    fileprivate func facts(_ subject: String, attempts: Int?, policy: ResultPolicy, weight: Int) -> [ProgramFact] {
        var facts: [ProgramFact] = []
        func add(_ name: String, _ value: String?) { if let value { facts.append(ProgramFact(subject, name, value)) } }
        add("phase", phase?.text)
        add("group", group?.text)
        add("attempts", attempts.map { "\($0)" })
        add("cool-off", coolOff.map(\.fileText))
        if policy != .best { add("policy", policy.rawValue) }
        add("weight", isBonus ? "\(weight), as a bonus" : "\(weight)")
        if late != .free { add("late", late.text) }
        return facts
    }
}

extension Rubric {
    fileprivate var facts: [ProgramFact] {
        let subject = "rubric \(name)"
        var facts = [ProgramFact(subject, "title", title.text), ProgramFact(subject, "markers", "\(markers)")]
        if let moderateAbove { facts.append(ProgramFact(subject, "moderate above", moderateAbove.description)) }
        for criterion in criteria {
            let levels = criterion.levels.map { "\($0.name) \($0.points)" }.joined(separator: ", ")
            facts.append(ProgramFact(subject, "criterion \(criterion.name)", "\(criterion.title.english): \(levels)"))
        }
        return facts
    }
}

extension LocalizedText {
    fileprivate var text: String { korean.map { "\(english) · \($0)" } ?? english }
}

extension TimeSpan {
    /// As a file says it: `90m`, `60h`.
    package var fileText: String {
        for (unit, factor) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where milliseconds % factor == 0 && milliseconds >= factor {
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}

extension LatePolicy {
    /// `grace 10m; each 1d 10% is lost, 50% kept`.
    package var text: String {
        let first = grace.milliseconds > 0 ? "grace \(grace.fileText); " : ""
        switch penalty {
        case .none: return "\(first)nothing is lost"
        case .each(let unit, let lose, let keep): return "\(first)each \(unit.fileText) \(lose) is lost, \(keep) kept"
        case .curve(let steps):
            return first + steps.map { "after \($0.after.fileText) \($0.lose) is lost" }.joined(separator: ", ")
        }
    }
}
