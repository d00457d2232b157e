/// What a learner has to reach for a certificate: a small set of rules that anyone can read, as a program's file says them.
package indirect enum Requirement: Hashable, Sendable, Codable {
    /// Every one of them.
    case all([Requirement])
    /// At least one of them.
    case any([Requirement])
    /// One assignment with at least this result.
    case assignment(Slug, Percentage)
    /// So many of these assignments, each with at least this result. An excused one is left out of the list; where fewer are left than
    /// are asked for, all that are left are asked for.
    case atLeast(Int, of: Scope, Percentage)
    /// The mean of the results by the assignments' weights.
    case weightedMean(Scope, Percentage)
    /// The same, of every phase by itself. A phase without assignments asks for nothing.
    case everyPhase(Percentage)
    /// The part of the dates at which the learner was there. Excused absences are left out.
    case attendance(Percentage)
    /// No doubt about the honesty of the learner's work is open or was confirmed.
    case noOpenIntegrityCase

    /// Which assignments a rule is about.
    package enum Scope: Hashable, Sendable, Codable {
        case everything
        case phase(Slug)
        case assignments([Slug])
    }

    /// Every assignment and phase that the rules name, for checking that they exist.
    package var names: (assignments: Set<Slug>, phases: Set<Slug>) {
        var names = (assignments: Set<Slug>(), phases: Set<Slug>())
        func add(_ scope: Scope) {
            switch scope {
            case .everything: break
            case .phase(let phase): names.phases.insert(phase)
            case .assignments(let some): names.assignments.formUnion(some)
            }
        }
        switch self {
        case .all(let rules), .any(let rules):
            for rule in rules {
                names.assignments.formUnion(rule.names.assignments)
                names.phases.formUnion(rule.names.phases)
            }
        case .assignment(let name, _): names.assignments.insert(name)
        case .atLeast(_, let scope, _), .weightedMean(let scope, _): add(scope)
        case .everyPhase, .attendance, .noOpenIntegrityCase: break
        }
        return names
    }
}

/// One learner's results in a cohort, as far as they are known.
package struct LearnerStanding: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let assignment: Slug
        package let phase: Slug?
        package let weight: Int
        /// nil: excused, it does not count.
        package let range: PercentageRange?
        /// The group of which the lowest are dropped, all of one weight; nil: it always counts.
        package let group: Slug?
        /// It is added to a mean by its weight and never lowers it.
        package let isBonus: Bool
        package init(
            assignment: Slug, phase: Slug?, weight: Int, range: PercentageRange?, group: Slug? = nil, isBonus: Bool = false
        ) {
            self.assignment = assignment
            self.phase = phase
            self.weight = weight
            self.range = range
            self.group = group
            self.isBonus = isBonus
        }
    }
    /// Dates of attendance, excused ones left out.
    package struct Attendance: Hashable, Sendable {
        package let present: Int
        package let absent: Int
        /// Dates that are still to come, or that nobody has noted.
        package let open: Int
        package init(present: Int, absent: Int, open: Int) {
            self.present = present
            self.absent = absent
            self.open = open
        }
    }
    package enum Integrity: String, Hashable, Sendable, Codable {
        case clear, open, confirmed
    }

    package var items: [Item]
    package var phases: [Slug]
    /// How many of each group's lowest results are left out of a weighted mean.
    package var dropped: [Slug: Int]
    package var attendance: Attendance
    package var integrity: Integrity

    package init(
        items: [Item], phases: [Slug] = [], dropped: [Slug: Int] = [:],
        attendance: Attendance = Attendance(present: 0, absent: 0, open: 0), integrity: Integrity = .clear
    ) {
        self.items = items
        self.phases = phases
        self.dropped = dropped
        self.attendance = attendance
        self.integrity = integrity
    }
}
