extension Requirement {
    /// The rules in the words of a program's file, on one line: `all of (mean 70%; attendance 80%; no open integrity case)`.
    package var text: String {
        switch self {
        case .all(let rules): return rules.count == 1 ? rules[0].text : "all of (\(Self.list(rules)))"
        case .any(let rules): return rules.count == 1 ? rules[0].text : "any of (\(Self.list(rules)))"
        case .assignment(let name, let minimum): return "\(name) \(minimum)"
        case .atLeast(let count, let scope, let minimum):
            switch scope {
            case .everything: return "at least \(count) assignments with \(minimum)"
            case .phase(let phase): return "at least \(count) of phase \(phase) with \(minimum)"
            case .assignments(let names):
                return "at least \(count) of \(names.map(\.text).joined(separator: ", ")) with \(minimum)"
            }
        case .weightedMean(let scope, let minimum):
            switch scope {
            case .everything: return "mean \(minimum)"
            case .phase(let phase): return "mean of phase \(phase) \(minimum)"
            case .assignments(let names): return "mean of \(names.map(\.text).joined(separator: ", ")) \(minimum)"
            }
        case .everyPhase(let minimum): return "every phase \(minimum)"
        case .attendance(let minimum): return "attendance \(minimum)"
        case .noOpenIntegrityCase: return "no open integrity case"
        }
    }

    private static func list(_ rules: [Requirement]) -> String { rules.map(\.text).joined(separator: "; ") }
}
