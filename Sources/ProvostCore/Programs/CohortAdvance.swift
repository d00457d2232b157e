/// Moving a cohort that is under way to another version of its program: what changes, and what must not.
package struct CohortAdvance: Hashable, Sendable {
    /// An assignment that the cohort has, with what already hangs on it.
    package struct Present: Hashable, Sendable {
        package let assignment: DatedAssignment
        /// Submissions of a lab, or workspaces and marks: work that learners, or people who mark, have put into it.
        package let isUsed: Bool
        package init(_ assignment: DatedAssignment, isUsed: Bool) {
            self.assignment = assignment
            self.isUsed = isUsed
        }
    }

    package let changes: [ProgramChange]
    /// Why it cannot be done: each takes something from learners that they were promised. Empty: it can.
    package let refusals: [String]
    package let added: [DatedAssignment]
    /// With what they become.
    package let changed: [DatedAssignment]
    package let removed: [Slug]

    /// With more changes and refusals, of what is no assignment.
    package func adding(changes more: [ProgramChange], refusals others: [String]) -> CohortAdvance {
        CohortAdvance(
            changes: changes + more, refusals: refusals + others, added: added, changed: changed, removed: removed)
    }

    /// Pure. What has not opened yet may change freely; of what has, dates do not come earlier, attempts do not become fewer, lateness does
    /// not become dearer, and the work stays. Nothing that learners have worked on goes away.
    /// - Parameter now: on the cohort's wall clock.
    package static func compare(
        _ present: [Present], plan: CohortPlan?, with next: CohortPlanning, now: CivilTime
    ) -> CohortAdvance {
        let old = Dictionary(present.map { ($0.assignment.slug, $0) }) { first, _ in first }
        let names = Set(next.assignments.map(\.slug))
        var refusals: [String] = []
        var changed: [DatedAssignment] = []
        for new in next.assignments {
            guard let before = old[new.slug] else { continue }
            if before.assignment != new { changed.append(new) }
            refusals += Self.refusals(before, new, now: now)
        }
        let removed = present.filter { !names.contains($0.assignment.slug) }
        for gone in removed where gone.isUsed {
            refusals.append("“\(gone.assignment.slug)” would go away, and there is work of learners, a slot or a mark on it")
        }
        for gone in removed where !gone.isUsed && gone.assignment.opens <= now && !gone.assignment.isLab {
            refusals.append("“\(gone.assignment.slug)” would go away, and it has begun")
        }
        let factsBefore = (plan?.facts ?? []) + present.flatMap { $0.assignment.facts }
        let factsAfter = next.plan.facts + next.assignments.flatMap(\.facts)
        return CohortAdvance(
            changes: ProgramChange.between(factsBefore, factsAfter), refusals: refusals,
            added: next.assignments.filter { old[$0.slug] == nil }, changed: changed, removed: removed.map(\.assignment.slug))
    }

    private static func refusals(_ before: Present, _ new: DatedAssignment, now: CivilTime) -> [String] {
        let old = before.assignment
        var refusals: [String] = []
        func refuse(_ sentence: String) { refusals.append("“\(old.slug)” \(sentence)") }
        if before.isUsed || old.opens <= now, old.work.kind != new.work.kind {
            refuse("would be other work (\(old.work.kind), now \(new.work.kind)), and it has begun")
        }
        guard old.opens <= now else { return refusals }
        if new.closes < old.closes { refuse("would close earlier (\(old.closes), now \(new.closes))") }
        let late = (old: old.due ?? old.closes, new: new.due ?? new.closes)
        if late.new < late.old { refuse("would be due earlier (\(late.old), now \(late.new))") }
        if new.opens > now { refuse("is open, and would open later (\(new.opens))") }
        if let attempts = new.attempts, attempts < old.attempts ?? .max {
            refuse("would have fewer attempts (\(old.attempts.map { "\($0)" } ?? "any number"), now \(attempts))")
        }
        if let wait = new.terms.coolOff, wait > old.terms.coolOff ?? .seconds(0) {
            refuse("would make learners wait longer between attempts (\(wait))")
        }
        if old.terms.late.isEverCheaper(than: new.terms.late) { refuse("would make lateness dearer (\(new.terms.late.text))") }
        if case .marked(.rubric(let one, _)) = old.work, case .marked(.rubric(let other, _)) = new.work,
            one.points != other.points
        {
            refuse("would be marked by other points, and it has begun")
        }
        return refusals
    }
}

extension DatedAssignment {
    fileprivate var isLab: Bool { if case .lab = work { true } else { false } }
}

extension DatedAssignment.Work {
    fileprivate var kind: String {
        switch self {
        case .lab(let lab): "lab \(lab)"
        case .marked(.rubric(_, let isTeam)): isTeam ? "a team's rubric" : "a rubric"
        case .marked(.attendance): "attendance"
        }
    }
}

extension Rubric {
    /// What marks are counted by.
    fileprivate var points: [[String]] {
        criteria.map { criterion in [criterion.name.text] + criterion.levels.map { "\($0.name) \($0.points)" } }
    }
}

extension LatePolicy {
    /// Whether after some lateness more is kept by this policy than by the other. Both change only at ends of units, of the grace and of
    /// steps, so looking at those (up to 400 units) and just after them is looking at all.
    package func isEverCheaper(than other: LatePolicy) -> Bool {
        (edges + other.edges).contains { edge in
            [edge, edge + TimeSpan(milliseconds: 1)].contains { kept(after: $0) > other.kept(after: $0) }
        }
    }

    private var edges: [TimeSpan] {
        switch penalty {
        case .none: [grace]
        case .each(let unit, let lose, let keep):
            // After so many units what is kept has reached its end.
            [grace]
                + (0...Int64(min(400, lose.billionths > 0 ? keep.complement.billionths / lose.billionths + 1 : 1))).map {
                    TimeSpan(milliseconds: unit.milliseconds * $0)
                }
        case .curve(let steps): [grace] + steps.map(\.after)
        }
    }
}
