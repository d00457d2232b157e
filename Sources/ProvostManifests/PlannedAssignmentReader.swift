import ProvostCore

/// Reads one of `assignments` of a program's file.
enum PlannedAssignmentReader {
    /// Throws `invalid` with file, line and column.
    static func assignment(_ file: YAMLMapping) throws(ProvostError) -> PlannedAssignment {
        try file.allow([
            "name", "title", "lab", "rubric", "team", "attendance", "phase", "group", "opens", "due", "closes", "attempts",
            "cool-off", "policy", "weight", "bonus", "late",
        ])
        let work = try work(file)
        var assignment = PlannedAssignment(
            name: try file.required("name", ProgramReader.slug), title: try ProgramReader.text("title", file), work: work,
            opens: try file.required("opens", RelativeTime.init(parsing:)),
            due: try file.value("due", RelativeTime.init(parsing:)),
            closes: try file.required("closes", RelativeTime.init(parsing:)))
        assignment.terms.phase = try file.value("phase", ProgramReader.slug)
        assignment.terms.group = try file.value("group", ProgramReader.slug)
        assignment.terms.isBonus = try file.truth("bonus") ?? false
        assignment.weight = try file.whole("weight", in: 0...1000) ?? 1
        if case .lab = work {
            assignment.attempts = try file.whole("attempts", in: 1...100_000)
            assignment.terms.coolOff = try file.value("cool-off", ProgramReader.span(upTo: 30 * 86_400))
            assignment.policy = try file.choice("policy", ResultPolicy.self) ?? .best
            assignment.terms.late = try late(file)
        } else if let key = ["attempts", "cool-off", "policy", "late"].first(where: file.keys.contains) {
            throw file.mistake(at: key, "“\(key)” is for labs; what people mark is not handed in here")
        }
        return assignment
    }

    private static func work(_ file: YAMLMapping) throws(ProvostError) -> PlannedAssignment.Work {
        let kinds = ["lab", "rubric", "attendance"].filter(file.keys.contains)
        guard let kind = kinds.first, kinds.count == 1 else {
            throw file.mistake("an assignment is one of “lab: NAME”, “rubric: NAME” and “attendance: true”")
        }
        if kind != "rubric", file.keys.contains("team") {
            throw file.mistake(at: "team", "“team” is for a rubric: one mark goes to all of the team")
        }
        switch kind {
        case "lab": return .lab(try file.required("lab", ProgramReader.slug))
        case "rubric":
            return .rubric(try file.required("rubric", ProgramReader.slug), isTeam: try file.truth("team") ?? false)
        default:
            guard try file.truth("attendance") == true else {
                throw file.mistake(at: "attendance", "“attendance: true”, or leave the key out")
            }
            return .attendance
        }
    }

    /// `{grace: 10m, each: 1d, lose: 10%, keep: 50%}` or `{grace: 10m, curve: [{after: 0h, lose: 5%}, …]}`.
    private static func late(_ file: YAMLMapping) throws(ProvostError) -> LatePolicy {
        guard let mapping = try file.mapping("late") else { return .free }
        try mapping.allow(["grace", "each", "lose", "keep", "curve"])
        let grace = try mapping.value("grace", ProgramReader.span(upTo: 30 * 86_400)) ?? .seconds(0)
        let policy: LatePolicy
        if let steps = try mapping.mappings("curve") {
            if let key = ["each", "lose", "keep"].first(where: mapping.keys.contains) {
                throw mapping.mistake(at: key, "a curve says all of it; leave “\(key)” out")
            }
            policy = LatePolicy(
                grace: grace,
                penalty: .curve(
                    try steps.map { step throws(ProvostError) in
                        try step.allow(["after", "lose"])
                        return LatePolicy.Step(
                            after: try step.required("after", ProgramReader.span(upTo: 366 * 86_400)),
                            lose: try step.required("lose", Percentage.init(parsing:)))
                    }))
        } else if ["each", "lose", "keep"].contains(where: mapping.keys.contains) {
            policy = LatePolicy(
                grace: grace,
                penalty: .each(
                    try mapping.required("each", ProgramReader.span(upTo: 366 * 86_400)),
                    lose: try mapping.required("lose", Percentage.init(parsing:)),
                    keep: try mapping.value("keep", Percentage.init(parsing:)) ?? .zero))
        } else {
            policy = LatePolicy(grace: grace, penalty: .none)
        }
        do throws(ProvostError) { try policy.validate() } catch { throw mapping.mistake(error.message) }
        return policy
    }
}
