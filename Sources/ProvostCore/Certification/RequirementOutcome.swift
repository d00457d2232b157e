/// What became of a requirement for one learner, with the numbers that it was decided by.
package struct RequirementOutcome: Hashable, Sendable, Codable {
    package enum Verdict: String, Hashable, Sendable, Codable {
        /// Whatever still comes, it is met.
        case met
        /// It depends on what is not known yet: work that can still be handed in, is being graded, or waits for a person.
        case open
        /// Whatever still comes, it is not met. An extension, an appeal or a regrade changes the facts, and then this.
        case missed
    }
    package let requirement: Requirement
    package let verdict: Verdict
    /// Of a mean, an attendance or one assignment: what it is, and can become.
    package let range: PercentageRange?
    /// Of a number of assignments: how many are there, how many there can be, and how many are asked for.
    package let count: Count?
    /// The assignments, in the order of their names, that keep it from being met.
    package let missing: [Slug]
    /// Of `all`, `any` and `every phase`: the parts.
    package let parts: [RequirementOutcome]

    package struct Count: Hashable, Sendable, Codable {
        package let reached: Int
        package let possible: Int
        package let needed: Int
        package init(reached: Int, possible: Int, needed: Int) {
            self.reached = reached
            self.possible = possible
            self.needed = needed
        }
    }

    init(
        _ requirement: Requirement, _ verdict: Verdict, range: PercentageRange? = nil, count: Count? = nil, missing: [Slug] = [],
        parts: [RequirementOutcome] = []
    ) {
        self.requirement = requirement
        self.verdict = verdict
        self.range = range
        self.count = count
        self.missing = missing
        self.parts = parts
    }
}

extension Requirement {
    /// Pure. With more knowledge a `met` stays met and a `missed` stays missed: only `open` is decided by what is still to come.
    package func outcome(for standing: LearnerStanding) -> RequirementOutcome {
        switch self {
        case .all(let rules):
            let parts = rules.map { $0.outcome(for: standing) }
            let verdict: RequirementOutcome.Verdict =
                parts.contains { $0.verdict == .missed } ? .missed : parts.allSatisfy { $0.verdict == .met } ? .met : .open
            return RequirementOutcome(self, verdict, parts: parts)
        case .any(let rules):
            let parts = rules.map { $0.outcome(for: standing) }
            let verdict: RequirementOutcome.Verdict =
                parts.contains { $0.verdict == .met } ? .met : parts.allSatisfy { $0.verdict == .missed } ? .missed : .open
            return RequirementOutcome(self, verdict, parts: parts)
        case .assignment(let name, let minimum):
            guard let item = standing.items.first(where: { $0.assignment == name }) else {
                return RequirementOutcome(self, .missed, missing: [name])
            }
            // Who is excused from it is not asked for it.
            guard let range = item.range else { return RequirementOutcome(self, .met) }
            let verdict = Self.verdict(range, minimum)
            return RequirementOutcome(self, verdict, range: range, missing: verdict == .met ? [] : [name])
        case .atLeast(let count, let scope, let minimum): return atLeast(count, scope, minimum, standing)
        case .weightedMean(let scope, let minimum): return mean(scope, minimum, standing)
        case .everyPhase(let minimum):
            let parts = standing.phases.map { Requirement.weightedMean(.phase($0), minimum).mean(.phase($0), minimum, standing) }
            let verdict: RequirementOutcome.Verdict =
                parts.contains { $0.verdict == .missed } ? .missed : parts.allSatisfy { $0.verdict == .met } ? .met : .open
            return RequirementOutcome(self, verdict, parts: parts)
        case .attendance(let minimum):
            let dates = standing.attendance
            let all = dates.present + dates.absent + dates.open
            guard all > 0 else { return RequirementOutcome(self, .met) }
            let range = PercentageRange(
                low: Percentage(Points(whole: Int64(dates.present)), of: Points(whole: Int64(all))),
                high: Percentage(Points(whole: Int64(dates.present + dates.open)), of: Points(whole: Int64(all))))
            return RequirementOutcome(self, Self.verdict(range, minimum), range: range)
        case .noOpenIntegrityCase:
            switch standing.integrity {
            case .clear: return RequirementOutcome(self, .met)
            case .open: return RequirementOutcome(self, .open)
            case .confirmed: return RequirementOutcome(self, .missed)
            }
        }
    }

    private static func verdict(_ range: PercentageRange, _ minimum: Percentage) -> RequirementOutcome.Verdict {
        range.low >= minimum ? .met : range.high < minimum ? .missed : .open
    }

    private func atLeast(
        _ count: Int, _ scope: Scope, _ minimum: Percentage, _ standing: LearnerStanding
    ) -> RequirementOutcome {
        let items = standing.items(in: scope)
        let counting = items.compactMap(\.range)
        let needed = min(count, counting.count)
        let reached = counting.count { $0.low >= minimum }
        let possible = counting.count { $0.high >= minimum }
        let verdict: RequirementOutcome.Verdict = reached >= needed ? .met : possible < needed ? .missed : .open
        let missing = items.filter { $0.range.map { $0.low < minimum } ?? false }.map(\.assignment).sorted()
        return RequirementOutcome(
            self, verdict, count: RequirementOutcome.Count(reached: reached, possible: possible, needed: needed),
            missing: verdict == .met ? [] : missing)
    }

    private func mean(_ scope: Scope, _ minimum: Percentage, _ standing: LearnerStanding) -> RequirementOutcome {
        let items = standing.items(in: scope)
        guard let range = standing.mean(of: items) else { return RequirementOutcome(self, .met) }
        let verdict = Self.verdict(range, minimum)
        let missing = items.filter { $0.weight > 0 && !$0.isBonus && ($0.range.map { $0.low < minimum } ?? false) }.map(
            \.assignment
        ).sorted()
        return RequirementOutcome(self, verdict, range: range, missing: verdict == .met ? [] : missing)
    }
}

extension LearnerStanding {
    package func items(in scope: Requirement.Scope) -> [Item] {
        switch scope {
        case .everything: items
        case .phase(let phase): items.filter { $0.phase == phase }
        case .assignments(let names): items.filter { names.contains($0.assignment) }
        }
    }

    /// The mean by weights, after each group's lowest are dropped; nil when nothing of any weight counts.
    package func mean(of items: [Item]) -> PercentageRange? {
        guard let low = mean(of: items, \.low), let high = mean(of: items, \.high) else { return nil }
        return PercentageRange(low: low, high: high)
    }

    /// In a group all have one weight (a program's file says nothing else): otherwise a better result could lower the mean, by which of
    /// the others is dropped then.
    private func mean(of items: [Item], _ end: KeyPath<PercentageRange, Percentage>) -> Percentage? {
        var counting: [(value: Percentage, weight: Int, group: Slug?)] = items.compactMap { item in
            guard let range = item.range, item.weight > 0, !item.isBonus else { return nil }
            return (range[keyPath: end], item.weight, item.group)
        }
        for (group, number) in dropped.sorted(by: { $0.key < $1.key }) {
            var members = counting.filter { $0.group == group }
            guard members.count > 1 else { continue }
            counting.removeAll { $0.group == group }
            members.sort { $0.value < $1.value }
            // One always counts.
            counting += members.dropFirst(min(number, members.count - 1))
        }
        let weights = counting.reduce(Int128(0)) { $0 + Int128($1.weight) }
        guard weights > 0 else { return nil }
        let extra = items.filter(\.isBonus).reduce(Int128(0)) { sum, item in
            sum + Int128(item.weight) * Int128(item.range?[keyPath: end].billionths ?? 0)
        }
        let sum = counting.reduce(extra) { $0 + Int128($1.weight) * Int128($1.value.billionths) }
        return Percentage(billionths: Int64((sum + weights - 1) / weights))
    }
}
