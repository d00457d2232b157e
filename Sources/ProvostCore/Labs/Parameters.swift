/// A value that a lab gives to its grader: what YAML and JSON have in common.
package enum ParameterValue: Hashable, Sendable, Codable {
    case text(String)
    case whole(Int64)
    /// Finite.
    case number(Double)
    case boolean(Bool)
    case list([ParameterValue])
    case map([String: ParameterValue])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .whole(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([ParameterValue].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: ParameterValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .map(let value): try container.encode(value)
        }
    }

    /// The number, whole or not; nil for anything else.
    package var asNumber: Double? {
        switch self {
        case .whole(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

/// What a grader lets labs set: one line of `parameters` in grader.yaml.
package struct ParameterRule: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case text, choice, whole, number, boolean
        /// A list of texts, or of numbers.
        case texts, numbers
        /// Names with a text or a number each.
        case map
        /// A list of anything that YAML can say; the grader itself looks into it.
        case list
    }

    package var name: String
    package var kind: Kind
    /// One sentence for the lab's author.
    package var about: String?
    /// For `choice`.
    package var values: [String]
    package var minimum: Double?
    package var maximum: Double?
    /// nil: without a value in lab.yaml the grader gets none.
    package var fallback: ParameterValue?
    package var isRequired: Bool

    package init(
        name: String, kind: Kind, about: String? = nil, values: [String] = [], minimum: Double? = nil, maximum: Double? = nil,
        fallback: ParameterValue? = nil, isRequired: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.about = about
        self.values = values
        self.minimum = minimum
        self.maximum = maximum
        self.fallback = fallback
        self.isRequired = isRequired
    }

    /// The value as the grader gets it, or a sentence without a place: “is not one of exact, tokens”.
    package func accept(_ value: ParameterValue) throws(ProvostError) -> ParameterValue {
        switch (kind, value) {
        case (.text, .text): return value
        // What YAML read as a number or a truth value is a text where a text is asked for.
        case (.text, .whole(let number)): return .text("\(number)")
        case (.text, .number(let number)): return .text("\(number)")
        case (.text, .boolean(let truth)): return .text("\(truth)")
        case (.choice, .text(let word)) where values.contains(word): return value
        case (.choice, .boolean(let truth)) where values.contains("\(truth)"): return .text("\(truth)")
        case (.choice, .whole(let number)) where values.contains("\(number)"): return .text("\(number)")
        case (.choice, _): throw mistake("is not one of \(values.joined(separator: ", "))")
        case (.boolean, .boolean): return value
        case (.whole, .whole(let number)):
            try check(Double(number))
            return value
        case (.number, .whole), (.number, .number):
            if let number = value.asNumber { try check(number) }
            return value
        case (.texts, .list(let items)):
            var texts: [ParameterValue] = []
            for item in items { texts.append(try ParameterRule(name: name, kind: .text).accept(item)) }
            return .list(texts)
        case (.numbers, .list(let items)):
            for item in items {
                guard let number = item.asNumber else { throw mistake("must be a list of numbers") }
                try check(number)
            }
            return value
        case (.map, .map(let entries)):
            for entry in entries.values {
                switch entry {
                case .text, .whole, .number: break
                default: throw mistake("must have a text or a number for each name")
                }
            }
            return value
        case (.list, .list): return value
        default: throw mistake(wanted)
        }
    }

    private func check(_ number: Double) throws(ProvostError) {
        if let minimum, number < minimum { throw mistake("must be at least \(Self.plain(minimum))") }
        if let maximum, number > maximum { throw mistake("must be at most \(Self.plain(maximum))") }
    }

    private static func plain(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    private var wanted: String {
        switch kind {
        case .text: "must be a text"
        case .choice: "is not one of \(values.joined(separator: ", "))"
        case .whole: "must be a whole number"
        case .number: "must be a number"
        case .boolean: "must be true or false"
        case .texts: "must be a list of texts, like [a, b]"
        case .numbers: "must be a list of numbers, like [1, 2]"
        case .map: "must be “name: value” lines"
        case .list: "must be a list"
        }
    }

    private func mistake(_ sentence: String) -> ProvostError { ProvostError(.invalid, "parameter “\(name)” \(sentence)") }
}

/// What `provost lab check` asks of a lab: the key `gate` of lab.yaml.
package struct GateSettings: Hashable, Sendable, Codable {
    /// The starter may score this much.
    package var floor: Points
    /// How often the reference is graded to see whether the score is always the same.
    package var repeats: Int
    /// How many changed copies of the reference are tried.
    package var mutants: Int
    /// A limit must be so many times what the reference used.
    package var headroom: Double

    /// Defaults: floor 0, ten repeats, twenty mutants, headroom 1.5.
    package init(floor: Points = .zero, repeats: Int = 10, mutants: Int = 20, headroom: Double = 1.5) {
        self.floor = floor
        self.repeats = repeats
        self.mutants = mutants
        self.headroom = headroom
    }
}
