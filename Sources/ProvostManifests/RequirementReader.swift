import ProvostCore

/// Reads `requirements` of a program's certificate: small rules that anyone can read.
enum RequirementReader {
    private static let heads = ["all", "any", "at-least", "mean", "every-phase", "attendance", "assignment"]
    /// More levels than anybody reads.
    private static let deepest = 6

    /// Throws `invalid` with file, line and column. A list is all of its rules.
    static func requirement(_ item: YAMLItem, depth: Int = 0) throws(ProvostError) -> Requirement {
        guard depth < deepest else { throw item.mistake("rules within rules within rules; make it simpler") }
        if item.isList { return .all(try rules(item, depth)) }
        if let word = item.text {
            guard word == "no-open-integrity-case" else {
                throw item.mistake("“\(word)” is no rule; alone stands only no-open-integrity-case")
            }
            return .noOpenIntegrityCase
        }
        let file = try item.mapping()
        let found = heads.filter(file.keys.contains)
        guard let head = found.first, found.count == 1 else {
            throw file.mistake(
                found.isEmpty
                    ? "a rule begins with one of \(heads.joined(separator: ", ")), or is no-open-integrity-case"
                    : "this is two rules, “\(found[0])” and “\(found[1])”; write each as an item of its own")
        }
        switch head {
        case "all", "any":
            try file.allow([head])
            guard let list = file.item(head) else { throw file.missing(head) }
            let rules = try rules(list, depth)
            return head == "all" ? .all(rules) : .any(rules)
        case "at-least":
            try file.allow(["at-least", "of", "phase", "result"])
            guard let count = try file.whole("at-least", in: 1...1000) else { throw file.missing("at-least") }
            let scope = try scope(file)
            if case .assignments(let names) = scope, names.count < count {
                throw file.mistake(at: "at-least", "\(count) of \(names.count) is more than there are")
            }
            return .atLeast(count, of: scope, try file.required("result", part))
        case "mean":
            try file.allow(["mean", "of", "phase"])
            return .weightedMean(try scope(file), try file.required("mean", part))
        case "every-phase":
            try file.allow([head])
            return .everyPhase(try file.required(head, part))
        case "attendance":
            try file.allow([head])
            return .attendance(try file.required(head, part))
        default:
            try file.allow(["assignment", "result"])
            return .assignment(try file.required("assignment", ProgramReader.slug), try file.required("result", part))
        }
    }

    private static func rules(_ list: YAMLItem, _ depth: Int) throws(ProvostError) -> [Requirement] {
        let rules = try list.items().map { item throws(ProvostError) in try requirement(item, depth: depth + 1) }
        guard !rules.isEmpty else { throw list.mistake("there is no rule in this list") }
        return rules
    }

    private static func scope(_ file: YAMLMapping) throws(ProvostError) -> Requirement.Scope {
        guard let names = try file.values("of", ProgramReader.slug) else {
            return try file.value("phase", ProgramReader.slug).map { .phase($0) } ?? .everything
        }
        if file.keys.contains("phase") { throw file.mistake(at: "phase", "“of” or “phase”, not both") }
        guard !names.isEmpty else { throw file.mistake(at: "of", "this list is empty") }
        return .assignments(names)
    }

    /// What can be asked of everybody: above nothing, and no more than everything.
    private static func part(_ text: String) throws(ProvostError) -> Percentage {
        let percentage = try Percentage(parsing: text)
        guard percentage > .zero, percentage <= .full else {
            throw ProvostError(.invalid, "a result from above 0% to 100% can be asked for")
        }
        return percentage
    }
}
