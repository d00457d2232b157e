import ProvostCore
import Yams

/// A YAML mapping that is read key by key, strictly: a key that nobody asked for is a mistake, and every complaint says
/// `file:line:column`.
struct YAMLMapping {
    let file: String
    private let node: Node
    private let entries: [(key: String, keyNode: Node, value: Node)]

    /// Parses a whole file that must be one mapping. At most 64 KiB.
    /// - Parameters:
    ///   - brackets: how many lists and mappings within a line there may be. Nesting alone is the danger, and the YAML library ends it at
    ///     1,000; a settings file has no reason to come near.
    ///   - reference: where people read what belongs there.
    init(
        file: String, text: [UInt8], brackets: Int = 200, reference: String = "docs/lab.md and docs/grader.md"
    ) throws(ProvostError) {
        guard text.count <= 64 * 1024 else {
            throw ProvostError(.invalid, "\(file): larger than 64 KiB; it should hold settings only.")
        }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw ProvostError(.invalid, "\(file): not UTF-8; save it as UTF-8.")
        }
        try Self.refuseBombs(string, file: file, brackets: brackets)
        let root: Node?
        do { root = try Yams.compose(yaml: string) } catch let error as YamlError {
            throw ProvostError(.invalid, "\(file)\(Self.place(of: error)): \(Self.sentence(of: error))", cause: error)
        } catch { throw ProvostError(.invalid, "\(file): not YAML: \(error)", cause: error) }
        guard let root else {
            throw ProvostError(.invalid, "\(file): empty; see \(reference) for what belongs there.")
        }
        try self.init(file: file, node: root)
    }

    fileprivate init(file: String, node: Node) throws(ProvostError) {
        self.file = file
        self.node = node
        guard case .mapping(let mapping) = node else { throw Self.mistake(file, node, "expected “key: value” lines") }
        var entries: [(String, Node, Node)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else { throw Self.mistake(file, key, "a key must be a plain word") }
            if entries.contains(where: { $0.0 == scalar.string }) {
                throw Self.mistake(file, key, "“\(scalar.string)” stands here twice")
            }
            entries.append((scalar.string, key, value))
        }
        self.entries = entries
    }

    /// Call first: refuses keys that are not in the list, with the nearest one as a hint.
    func allow(_ known: [String]) throws(ProvostError) {
        for entry in entries where !known.contains(entry.key) {
            let nearest = known.min { editDistance($0, entry.key) < editDistance($1, entry.key) }
            let hint =
                nearest.flatMap { editDistance($0, entry.key) <= 3 ? "; did you mean “\($0)”?" : nil }
                ?? "; known are \(known.joined(separator: ", "))"
            throw Self.mistake(file, entry.keyNode, "“\(entry.key)” is not known here\(hint)")
        }
    }

    func mapping(_ key: String) throws(ProvostError) -> YAMLMapping? {
        guard let value = self[key] else { return nil }
        return try YAMLMapping(file: file, node: value)
    }

    func text(_ key: String) throws(ProvostError) -> String? {
        guard let value = self[key] else { return nil }
        guard case .scalar(let scalar) = value else { throw Self.mistake(file, value, "“\(key)” must be one value") }
        return scalar.string
    }

    func texts(_ key: String) throws(ProvostError) -> [String]? {
        guard let value = self[key] else { return nil }
        guard case .sequence(let sequence) = value else {
            throw Self.mistake(file, value, "“\(key)” must be a list, like [./run]")
        }
        var texts: [String] = []
        for item in sequence {
            guard case .scalar(let scalar) = item else {
                throw Self.mistake(file, item, "each item of “\(key)” must be one value")
            }
            texts.append(scalar.string)
        }
        return texts
    }

    /// A list whose items are values and mappings.
    func items(_ key: String) throws(ProvostError) -> [YAMLItem]? {
        guard let value = self[key] else { return nil }
        guard case .sequence(let sequence) = value else { throw Self.mistake(file, value, "“\(key)” must be a list") }
        var items: [YAMLItem] = []
        for node in sequence { items.append(YAMLItem(file: file, node: node)) }
        return items
    }

    /// A list of mappings.
    func mappings(_ key: String) throws(ProvostError) -> [YAMLMapping]? {
        guard let items = try items(key) else { return nil }
        var mappings: [YAMLMapping] = []
        for item in items { mappings.append(try item.mapping()) }
        return mappings
    }

    /// A list of values, each read with a parser that throws a sentence; none twice.
    func values<Value: Hashable>(_ key: String, _ parse: (String) throws(ProvostError) -> Value) throws(ProvostError) -> [Value]?
    {
        guard let items = try items(key) else { return nil }
        var values: [Value] = []
        for item in items {
            let value = try item.value(parse)
            if values.contains(value) { throw item.mistake("this stands in “\(key)” twice") }
            values.append(value)
        }
        return values
    }

    /// The value of a key, whatever it is.
    func item(_ key: String) -> YAMLItem? { self[key].map { YAMLItem(file: file, node: $0) } }

    /// A complaint at the mapping itself.
    func mistake(_ sentence: String) -> ProvostError { Self.mistake(file, node, sentence) }

    /// Reads a value with a parser that throws a sentence; the place is put before it.
    func value<Value>(_ key: String, _ parse: (String) throws(ProvostError) -> Value) throws(ProvostError) -> Value? {
        guard let text = try text(key), let node = self[key] else { return nil }
        do throws(ProvostError) { return try parse(text) } catch { throw Self.mistake(file, node, "\(key): \(error.message)") }
    }

    func required<Value>(_ key: String, _ parse: (String) throws(ProvostError) -> Value) throws(ProvostError) -> Value {
        guard let value = try value(key, parse) else { throw missing(key) }
        return value
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) throws(ProvostError) -> Value?
    where Value.RawValue == String {
        try value(key) { text throws(ProvostError) in
            guard let value = Value(rawValue: text) else {
                throw ProvostError(.invalid, "“\(text)” is not one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return value
        }
    }

    func truth(_ key: String) throws(ProvostError) -> Bool? {
        try value(key) { text throws(ProvostError) in
            guard let truth = ["true": true, "false": false][text] else {
                throw ProvostError(.invalid, "“\(text)” is not true or false")
            }
            return truth
        }
    }

    func whole(_ key: String, in range: ClosedRange<Int>) throws(ProvostError) -> Int? {
        try value(key) { text throws(ProvostError) in
            guard let number = Int(text), range.contains(number) else {
                throw ProvostError(.invalid, "“\(text)” is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// The keys in the file's order.
    var keys: [String] { entries.map(\.key) }

    /// A value of any kind, with YAML's core schema (https://yaml.org/spec/1.2.2/#103-core-schema): a plain `5` is a number, `"5"` is a text.
    func any(_ key: String) throws(ProvostError) -> ParameterValue? {
        guard let value = self[key] else { return nil }
        return try Self.any(value, file: file)
    }

    /// A complaint at a key's value.
    func mistake(at key: String, _ sentence: String) -> ProvostError { Self.mistake(file, self[key] ?? node, sentence) }

    private static func any(_ node: Node, file: String) throws(ProvostError) -> ParameterValue {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
            if let whole = Int64(scalar.string) { return .whole(whole) }
            switch scalar.string {
            case "true", "True", "TRUE": return .boolean(true)
            case "false", "False", "FALSE": return .boolean(false)
            default: break
            }
            if let first = scalar.string.utf8.first, first >= 0x2B, first <= 0x39, let number = Double(scalar.string) {
                guard number.isFinite else { throw mistake(file, node, "“\(scalar.string)” is too large a number") }
                return .number(number)
            }
            return .text(scalar.string)
        case .sequence(let sequence):
            var items: [ParameterValue] = []
            for item in sequence { items.append(try any(item, file: file)) }
            return .list(items)
        case .mapping:
            let mapping = try YAMLMapping(file: file, node: node)
            var map: [String: ParameterValue] = [:]
            for key in mapping.keys { map[key] = try mapping.any(key) }
            return .map(map)
        default: throw mistake(file, node, "aliases are not used here; write the value out")
        }
    }

    func missing(_ key: String) -> ProvostError { Self.mistake(file, node, "“\(key)” is missing") }

    private subscript(key: String) -> Node? { entries.first { $0.key == key }?.value }

    fileprivate static func mistake(_ file: String, _ node: Node, _ sentence: String) -> ProvostError {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return ProvostError(.invalid, "\(file)\(place): \(sentence)")
    }
    /// Refuses what settings never need and a parser can be made to burst with: aliases that multiply, and nesting beyond all reason.
    /// Reads characters, not YAML, so it errs on the side of refusing.
    private static func refuseBombs(_ text: String, file: String, brackets: Int) throws(ProvostError) {
        var line = 1
        var column = 0
        var openers = 0
        var anchored = false
        var previous = UInt8(ascii: "\n")
        var indicators = 0
        var leading = true
        let bytes = Array(text.utf8) + [0x0A]
        func refusal(_ sentence: String) -> ProvostError { ProvostError(.invalid, "\(file):\(line):\(column): \(sentence)") }
        for (index, byte) in bytes.enumerated() {
            column += 1
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0x0A
            let startsToken = previous == 0x0A || previous == 0x20 || previous == 0x09 || [UInt8]("[{,".utf8).contains(previous)
            let named =
                (next | 0x20 >= 0x61 && next | 0x20 <= 0x7A) || (next >= 0x30 && next <= 0x39) || next == 0x5F || next == 0x2D
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): openers += 1
            case UInt8(ascii: "&") where startsToken && named: anchored = true
            case UInt8(ascii: "*") where startsToken && named && anchored:
                throw refusal("aliases (&name, *name) are not used here; write the value out")
            case UInt8(ascii: "-") where startsToken && next == 0x20, UInt8(ascii: "?") where startsToken && next == 0x20:
                indicators += 1
            case 0x0A:
                line += 1
                (column, indicators, leading) = (0, 0, true)
            default: break
            }
            if byte != 0x20, byte != 0x0A { leading = false }
            guard openers <= brackets, indicators <= 20, !leading || column <= 100 else {
                throw refusal("nested too deeply for settings")
            }
            previous = byte
        }
    }

    private static func place(of error: YamlError) -> String {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): ":\(mark.line):\(mark.column)"
        case .duplicatedKeysInMapping(_, let context): ":\(context.mark.line):\(context.mark.column)"
        default: ""
        }
    }
    private static func sentence(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "not YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _): "“\(duplicates.first ?? "")” stands here twice"
        default: "not YAML: \(error)"
        }
    }
}

/// One value of any kind with its place.
struct YAMLItem {
    let file: String
    fileprivate let node: Node

    /// nil for a list and a mapping.
    var text: String? {
        if case .scalar(let scalar) = node { scalar.string } else { nil }
    }
    var isList: Bool {
        if case .sequence = node { true } else { false }
    }

    func mapping() throws(ProvostError) -> YAMLMapping { try YAMLMapping(file: file, node: node) }

    /// The items of a list; throws for anything else.
    func items() throws(ProvostError) -> [YAMLItem] {
        guard case .sequence(let sequence) = node else { throw mistake("this must be a list") }
        return sequence.map { YAMLItem(file: file, node: $0) }
    }

    func value<Value>(_ parse: (String) throws(ProvostError) -> Value) throws(ProvostError) -> Value {
        guard let text else { throw mistake("this must be one value") }
        do throws(ProvostError) { return try parse(text) } catch { throw mistake(error.message) }
    }

    func mistake(_ sentence: String) -> ProvostError { YAMLMapping.mistake(file, node, sentence) }
}

/// How many letters must be changed, added or taken away (Levenshtein), for “did you mean”.
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
            diagonal = above
        }
    }
    return row[right.count]
}
