import ProvostCore

/// Reads `parameters`: in grader.yaml what labs may set, in lab.yaml what a lab sets.
enum ParameterReader {
    /// The rules of grader.yaml, in the file's order. Throws `invalid` with line and column.
    static func rules(_ file: YAMLMapping) throws(ProvostError) -> [ParameterRule] {
        guard let parameters = try file.mapping("parameters") else { return [] }
        var rules: [ParameterRule] = []
        for name in parameters.keys {
            guard name.utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }),
                name.count <= 64
            else { throw parameters.mistake(at: name, "a parameter is named with a-z, 0-9 and hyphens, like float-tolerance") }
            guard let rule = try parameters.mapping(name) else { throw parameters.missing(name) }
            rules.append(try self.rule(name, rule))
        }
        return rules
    }

    private static func rule(_ name: String, _ file: YAMLMapping) throws(ProvostError) -> ParameterRule {
        try file.allow(["type", "about", "values", "minimum", "maximum", "default", "required"])
        guard let kind = try file.choice("type", ParameterRule.Kind.self) else { throw file.missing("type") }
        var rule = ParameterRule(name: name, kind: kind, about: try file.text("about"))
        rule.values = try file.texts("values") ?? []
        if (kind == .choice) == rule.values.isEmpty {
            throw file.mistake(at: "values", kind == .choice ? "a choice needs its values" : "“values” is for type choice")
        }
        rule.minimum = try bound("minimum", file)
        rule.maximum = try bound("maximum", file)
        rule.isRequired = try file.truth("required") ?? false
        if let fallback = try file.any("default") {
            guard !rule.isRequired else { throw file.mistake(at: "default", "a required parameter has no default") }
            do throws(ProvostError) { rule.fallback = try rule.accept(fallback) } catch {
                throw file.mistake(at: "default", error.message)
            }
        }
        return rule
    }

    private static func bound(_ key: String, _ file: YAMLMapping) throws(ProvostError) -> Double? {
        guard let value = try file.any(key) else { return nil }
        guard let number = value.asNumber else { throw file.mistake(at: key, "“\(key)” must be a number") }
        return number
    }

    /// The values of lab.yaml; with rules checked against them and completed by their defaults.
    static func values(_ file: YAMLMapping, rules: [ParameterRule]?) throws(ProvostError) -> [String: ParameterValue] {
        let given = try file.mapping("parameters")
        guard let rules else {
            var values: [String: ParameterValue] = [:]
            for key in given?.keys ?? [] { values[key] = try given?.any(key) }
            return values
        }
        if let given, rules.isEmpty, !given.keys.isEmpty {
            throw file.mistake(at: "parameters", "this grader takes no parameters")
        }
        try given?.allow(rules.map(\.name))
        var values: [String: ParameterValue] = [:]
        for rule in rules {
            guard let given, let value = try given.any(rule.name) else {
                if rule.isRequired {
                    let about = rule.about.map { " (\($0))" } ?? ""
                    throw file.mistake(at: "parameters", "the grader needs the parameter “\(rule.name)”\(about)")
                }
                values[rule.name] = rule.fallback
                continue
            }
            do throws(ProvostError) { values[rule.name] = try rule.accept(value) } catch {
                throw given.mistake(at: rule.name, error.message)
            }
        }
        return values
    }
}
