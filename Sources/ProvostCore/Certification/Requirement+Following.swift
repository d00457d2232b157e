extension Requirement {
    /// Whether everybody who meets `other` meets this too, whatever their results are: what a cohort may be moved to without taking anything.
    ///
    /// It goes by the rules alone. False where it holds only for reasons that the rules do not show, such as how many assignments there are.
    package func follows(from other: Requirement) -> Bool {
        if self == other { return true }
        if case .all(let rules) = self { return rules.allSatisfy { $0.follows(from: other) } }
        if case .any(let rules) = other { return rules.allSatisfy { follows(from: $0) } }
        if case .any(let rules) = self, rules.contains(where: { $0.follows(from: other) }) { return true }
        if case .all(let rules) = other { return rules.contains { follows(from: $0) } }
        switch (self, other) {
        case (.assignment(let name, let minimum), .assignment(let before, let old)): return name == before && minimum <= old
        case (.atLeast(let count, let scope, let minimum), .atLeast(let needed, let before, let old)):
            return count <= needed && scope == before && minimum <= old
        case (.weightedMean(let scope, let minimum), .weightedMean(let before, let old)): return scope == before && minimum <= old
        case (.everyPhase(let minimum), .everyPhase(let old)), (.attendance(let minimum), .attendance(let old)):
            return minimum <= old
        default: return false
        }
    }
}
