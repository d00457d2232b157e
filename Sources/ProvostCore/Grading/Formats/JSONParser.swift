/// Reads the text of `StrictJSON`: recursive, one level of the stack for each level of the document.
struct JSONParser {
    typealias Node = StrictJSON.Node

    private let bytes: [UInt8]
    private let end: Int
    private let unquotedNames: Bool
    private var index: Int
    private(set) var nodes: [Node] = []

    init(bytes: [UInt8], range: Range<Int>, unquotedNames: Bool) {
        self.bytes = bytes
        end = range.upperBound
        index = range.lowerBound
        self.unquotedNames = unquotedNames
        nodes.reserveCapacity(range.count / 12 + 1)
    }

    mutating func document() throws(FormatMistake) {
        if end - index >= 3, bytes[index] == 0xef, bytes[index + 1] == 0xbb, bytes[index + 2] == 0xbf {
            throw mistake("It begins with a byte order mark; JSON has none.")
        }
        skipSpace()
        guard index < end else { throw mistake("It is empty; a JSON value is needed.") }
        try value(depth: 1)
        skipSpace()
        guard index == end else { throw mistake("Something follows the end of the JSON value.") }
    }

    private func mistake(_ sentence: String, at offset: Int? = nil) -> FormatMistake {
        FormatMistake(sentence, at: Place.of(offset ?? index, in: bytes))
    }

    private mutating func skipSpace() {
        while index < end {
            switch bytes[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(FormatMistake) {
        guard index < end else { throw mistake("It ends where a value is needed; it seems to be cut off.") }
        switch bytes[index] {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try word("true", .yes)
        case UInt8(ascii: "f"): try word("false", .no)
        case UInt8(ascii: "n"): try word("null", .null)
        default: throw mistake("“\(excerpt())” is no JSON value.")
        }
    }

    /// A few characters from here, for a sentence.
    private func excerpt() -> String {
        let rest = bytes[index..<min(index + 12, end)].prefix { $0 > 0x20 && $0 != 0x2c && $0 != 0x5d && $0 != 0x7d }
        return rest.isEmpty
            ? String(decoding: bytes[index..<min(index + 1, end)], as: UTF8.self) : String(decoding: rest, as: UTF8.self)
    }

    private mutating func open(_ kind: StrictJSON.Kind, depth: Int) throws(FormatMistake) -> Int {
        guard depth <= StrictJSON.mostDepth else {
            throw mistake("It is nested deeper than \(StrictJSON.mostDepth) levels.")
        }
        nodes.append(Node(kind: kind, start: Int32(index), end: 0, next: 0))
        index += 1
        skipSpace()
        return nodes.count - 1
    }

    private mutating func close(_ node: Int) {
        index += 1
        nodes[node].end = Int32(index)
        nodes[node].next = Int32(nodes.count)
    }

    /// True when another value follows, false at the closing bracket, which is not yet taken.
    private mutating func separator(closing: UInt8, of what: String) throws(FormatMistake) -> Bool {
        skipSpace()
        guard index < end else { throw mistake("It ends inside \(what); it seems to be cut off.") }
        if bytes[index] == closing { return false }
        guard bytes[index] == UInt8(ascii: ",") else {
            throw mistake("“\(excerpt())” stands where a comma or the end of \(what) belongs.")
        }
        index += 1
        skipSpace()
        if index < end, bytes[index] == closing { throw mistake("A comma before the end of \(what).") }
        return true
    }

    private mutating func array(depth: Int) throws(FormatMistake) {
        let node = try open(.array, depth: depth)
        if index < end, bytes[index] == UInt8(ascii: "]") { return close(node) }
        repeat { try value(depth: depth + 1) } while try separator(closing: UInt8(ascii: "]"), of: "an array")
        close(node)
    }

    private mutating func object(depth: Int) throws(FormatMistake) {
        let node = try open(.object, depth: depth)
        if index < end, bytes[index] == UInt8(ascii: "}") { return close(node) }
        var names: [Int] = []
        repeat {
            names.append(nodes.count)
            try name()
            skipSpace()
            guard index < end, bytes[index] == UInt8(ascii: ":") else {
                throw mistake("A colon belongs after the name of a member.")
            }
            index += 1
            skipSpace()
            try value(depth: depth + 1)
        } while try separator(closing: UInt8(ascii: "}"), of: "an object")
        close(node)
        try checkNames(names)
    }

    private mutating func name() throws(FormatMistake) {
        guard index < end else { throw mistake("It ends where the name of a member is needed; it seems to be cut off.") }
        if bytes[index] == UInt8(ascii: "\"") { return try string() }
        let start = index
        while unquotedNames, index < end, Self.isNameByte(bytes[index]) { index += 1 }
        guard index > start else { throw mistake("“\(excerpt())” is no name of a member; names stand in quotation marks.") }
        append(.plain, from: start, to: index)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
        default: false
        }
    }

    private mutating func append(_ kind: StrictJSON.Kind, from start: Int, to end: Int) {
        nodes.append(Node(kind: kind, start: Int32(start), end: Int32(end), next: Int32(nodes.count + 1)))
    }

    /// Two members of one name mean that two readers of one result may see two scores.
    private func checkNames(_ names: [Int]) throws(FormatMistake) {
        let plain = names.allSatisfy { nodes[$0].kind == .plain }
        if plain, names.count <= 16 {
            for (position, name) in names.enumerated() {
                for earlier in names[..<position] where isSame(nodes[earlier], nodes[name]) { throw duplicate(nodes[name]) }
            }
            return
        }
        var seen: Set<[UInt8]> = []
        for name in names where !seen.insert(StrictJSON.decoded(nodes[name], of: bytes)).inserted { throw duplicate(nodes[name]) }
    }

    private func isSame(_ left: Node, _ right: Node) -> Bool {
        guard left.end - left.start == right.end - right.start else { return false }
        return bytes[Int(left.start)..<Int(left.end)] == bytes[Int(right.start)..<Int(right.end)]
    }

    private func duplicate(_ name: Node) -> FormatMistake {
        let text = Excerpt.beginning(of: String(decoding: StrictJSON.decoded(name, of: bytes), as: UTF8.self), atMost: 80)
        return mistake(
            "The name “\(text)” stands twice in one object; which of the two counts cannot be known.", at: Int(name.start) - 1)
    }

    private mutating func word(_ text: String, _ kind: StrictJSON.Kind) throws(FormatMistake) {
        let start = index
        guard end - index >= text.utf8.count, bytes[index..<index + text.utf8.count].elementsEqual(text.utf8) else {
            throw mistake("“\(excerpt())” is no JSON value.")
        }
        index += text.utf8.count
        append(kind, from: start, to: index)
    }

    private mutating func number() throws(FormatMistake) {
        let start = index
        var isPlain = true
        while index < end {
            switch bytes[index] {
            case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"): break
            case UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"): isPlain = false
            case 0x41...0x5a, 0x61...0x7a, 0x5f: throw mistake("“\(excerpt())” is no JSON number.", at: start)
            default:
                try check(start, isPlain)
                return append(.number, from: start, to: index)
            }
            index += 1
        }
        try check(start, isPlain)
        append(.number, from: start, to: index)
    }

    private func check(_ start: Int, _ isPlain: Bool) throws(FormatMistake) {
        guard let number = DecimalText(bytes[start..<index]) else {
            let text = Excerpt.beginning(of: String(decoding: bytes[start..<index], as: UTF8.self), atMost: 40)
            throw mistake("“\(text)” is no JSON number.", at: start)
        }
        guard isPlain && index - start < 300 || number.isFinite else {
            throw mistake("This number is not finite: it is above the range of a double.", at: start)
        }
    }

    private mutating func string() throws(FormatMistake) {
        let quote = index
        index += 1
        var kind = StrictJSON.Kind.plain
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                append(kind, from: quote + 1, to: index)
                index += 1
                return
            }
            guard byte >= 0x20 else {
                throw mistake("A control character stands in a string; write it as an escape like \\n or \\u0007.")
            }
            if byte == UInt8(ascii: "\\") {
                kind = .escaped
                try escape()
            } else {
                index += 1
            }
        }
        throw mistake("A string begins here and does not end; it seems to be cut off.", at: quote)
    }

    private mutating func escape() throws(FormatMistake) {
        let start = index
        index += 2
        guard start + 1 < end else { return }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            break
        case UInt8(ascii: "u"):
            let unit = try hex(at: start)
            index += 4
            switch unit {
            case 0xd800..<0xdc00:
                guard index + 1 < end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
                    case 0xdc00..<0xe000 = try hex(at: index)
                else { throw mistake("A surrogate stands alone: \\u escapes above U+FFFF come in pairs.", at: start) }
                index += 6
            case 0xdc00..<0xe000: throw mistake("A surrogate stands alone: \\u escapes above U+FFFF come in pairs.", at: start)
            default: break
            }
        default:
            throw mistake(
                "“\\\(String(decoding: bytes[(start + 1)..<min(start + 2, end)], as: UTF8.self))” is no escape of JSON.",
                at: start)
        }
    }

    private func hex(at start: Int) throws(FormatMistake) -> UInt32 {
        guard start + 6 <= end, let unit = StrictJSON.unit(bytes, at: start + 2) else {
            throw mistake("\\u needs four hexadecimal digits.", at: start)
        }
        return unit
    }
}
