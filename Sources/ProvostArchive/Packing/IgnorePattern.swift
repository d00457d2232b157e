/// One line of a `.gitignore` or `.provostignore`, with git's meaning: `man gitignore`, checked against `git check-ignore` by a test.
///
/// Works on bytes, like git: names on disk need not be UTF-8.
struct IgnorePattern {
    /// The line as it was written, for the list of what was left out.
    let line: String
    /// `!`: what it matches is taken in again.
    let isNegated: Bool
    private let foldersOnly: Bool
    /// Without a slash in it, a pattern is compared with the last component at any depth.
    private let matchesNameOnly: Bool
    private let literal: [UInt8]
    /// What follows the literal beginning; nil if it can never match (a bracket that is not closed, a backslash at the end).
    private let tokens: [Token]?

    private enum Token {
        case byte(UInt8)
        case anyByte
        case set(ByteSet)
        /// `*`: any bytes but slashes.
        case star
        /// `**` at the end or between slashes: any bytes.
        case anything
        /// `**/`: nothing, or any bytes that end in a slash.
        case folders
    }

    /// nil for blank lines and comments.
    init?(line raw: ArraySlice<UInt8>) {
        var text = Self.trimmed(raw)
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        line = String(decoding: text, as: UTF8.self)
        isNegated = first == UInt8(ascii: "!")
        if isNegated { text.removeFirst() }
        foldersOnly = text.last == UInt8(ascii: "/")
        if foldersOnly { text.removeLast() }
        matchesNameOnly = !text.contains(UInt8(ascii: "/"))
        if !matchesNameOnly, text.first == UInt8(ascii: "/") { text.removeFirst() }
        guard !text.isEmpty else { return nil }
        let special = text.firstIndex {
            [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\")].contains($0)
        }
        literal = Array(text[..<(special ?? text.endIndex)])
        tokens = Self.parse(Array(text[(special ?? text.endIndex)...]), slashes: !matchesNameOnly)
    }

    /// `path` is relative to the folder that the pattern's file lies in.
    func matches(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
        guard isFolder || !foldersOnly, let tokens else { return false }
        var subject = path
        if matchesNameOnly, let slash = path.lastIndex(of: UInt8(ascii: "/")) { subject = path[(slash + 1)...] }
        guard subject.starts(with: literal) else { return false }
        subject = subject.dropFirst(literal.count)
        if tokens.isEmpty { return subject.isEmpty }
        return Self.match(tokens, subject)
    }

    /// git takes off one carriage return and unescaped spaces at the end, and nothing else.
    private static func trimmed(_ raw: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
        var end = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "\\") {
                guard index + 1 < text.endIndex else { return text }
                index += 2
                end = index
            } else {
                if text[index] != UInt8(ascii: " ") { end = index + 1 }
                index += 1
            }
        }
        return text[..<end]
    }

    private static func parse(_ text: [UInt8], slashes: Bool) -> [Token]? {
        var tokens: [Token] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "*"):
                var end = index
                while end < text.count, text[end] == byte { end += 1 }
                let opens = index == 0 || text[index - 1] == UInt8(ascii: "/")
                let twice = end - index >= 2
                if !slashes {
                    tokens.append(.anything)
                } else if twice, opens, end == text.count {
                    tokens.append(.anything)
                } else if twice, opens, text[end] == UInt8(ascii: "/") {
                    tokens.append(.folders)
                    end += 1
                } else {
                    tokens.append(.star)
                }
                index = end
            case UInt8(ascii: "?"):
                tokens.append(.anyByte)
                index += 1
            case UInt8(ascii: "\\"):
                guard index + 1 < text.count else { return nil }
                tokens.append(.byte(text[index + 1]))
                index += 2
            case UInt8(ascii: "["):
                guard let (set, end) = ByteSet.parse(text, after: index + 1) else { return nil }
                tokens.append(.set(set))
                index = end
            default:
                tokens.append(.byte(byte))
                index += 1
            }
        }
        return tokens
    }

    /// All places at once, so that no pattern takes exponential time.
    private static func match(_ tokens: [Token], _ subject: ArraySlice<UInt8>) -> Bool {
        let text = Array(subject)
        let slash = UInt8(ascii: "/")
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        for token in tokens {
            var next = [Bool](repeating: false, count: text.count + 1)
            switch token {
            case .byte(let byte): for index in text.indices where reached[index] && text[index] == byte { next[index + 1] = true }
            case .anyByte: for index in text.indices where reached[index] && text[index] != slash { next[index + 1] = true }
            case .set(let set):
                for index in text.indices where reached[index] && text[index] != slash && set.contains(text[index]) {
                    next[index + 1] = true
                }
            case .star, .anything:
                var open = false
                for index in reached.indices {
                    open = open || reached[index]
                    next[index] = open
                    if index < text.count, case .star = token, text[index] == slash { open = false }
                }
            case .folders:
                var open = false
                for index in reached.indices {
                    next[index] = reached[index] || (open && index > 0 && text[index - 1] == slash)
                    open = open || reached[index]
                }
            }
            guard next.contains(true) else { return false }
            reached = next
        }
        return reached[text.count]
    }
}

/// What stands between brackets in a pattern.
struct ByteSet {
    private var members = [Bool](repeating: false, count: 256)
    private var isInverted = false

    func contains(_ byte: UInt8) -> Bool { members[Int(byte)] != isInverted }

    /// The set and the index after its closing bracket; nil if it is not closed or names an unknown class.
    static func parse(_ text: [UInt8], after start: Int) -> (ByteSet, Int)? {
        var set = ByteSet()
        var index = start
        if index < text.count, text[index] == UInt8(ascii: "!") || text[index] == UInt8(ascii: "^") {
            set.isInverted = true
            index += 1
        }
        var previous: UInt8?
        var isFirst = true
        while index < text.count {
            var byte = text[index]
            if byte == UInt8(ascii: "]"), !isFirst { return (set, index + 1) }
            isFirst = false
            if byte == UInt8(ascii: "["), index + 1 < text.count, text[index + 1] == UInt8(ascii: ":") {
                guard let close = text[(index + 2)...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
                if close - 1 >= index + 2, text[close - 1] == UInt8(ascii: ":") {
                    guard let test = classes[String(decoding: text[(index + 2)..<(close - 1)], as: UTF8.self)] else { return nil }
                    for member in 0..<128 where test(UInt8(member)) { set.members[member] = true }
                    previous = nil
                    index = close + 1
                    continue
                }
            }
            if byte == UInt8(ascii: "-"), let low = previous, index + 1 < text.count, text[index + 1] != UInt8(ascii: "]") {
                index += 1
                byte = text[index]
                if byte == UInt8(ascii: "\\") {
                    index += 1
                    guard index < text.count else { return nil }
                    byte = text[index]
                }
                if low <= byte { for member in low...byte { set.members[Int(member)] = true } }
                previous = nil
                index += 1
                continue
            }
            if byte == UInt8(ascii: "\\") {
                index += 1
                guard index < text.count else { return nil }
                byte = text[index]
            }
            set.members[Int(byte)] = true
            previous = byte
            index += 1
        }
        return nil
    }

    private static let classes: [String: @Sendable (UInt8) -> Bool] = {
        let digit: @Sendable (UInt8) -> Bool = { (0x30...0x39).contains($0) }
        let upper: @Sendable (UInt8) -> Bool = { (0x41...0x5A).contains($0) }
        let lower: @Sendable (UInt8) -> Bool = { (0x61...0x7A).contains($0) }
        let graph: @Sendable (UInt8) -> Bool = { (0x21...0x7E).contains($0) }
        let alnum: @Sendable (UInt8) -> Bool = { digit($0) || upper($0) || lower($0) }
        return [
            "alnum": alnum, "alpha": { upper($0) || lower($0) }, "blank": { $0 == 0x20 || $0 == 9 },
            "cntrl": { $0 < 0x20 || $0 == 0x7F }, "digit": digit, "graph": graph, "lower": lower,
            "print": { (0x20...0x7E).contains($0) }, "punct": { graph($0) && !alnum($0) },
            "space": { $0 == 0x20 || (9...13).contains($0) }, "upper": upper,
            "xdigit": { digit($0) || (0x41...0x46).contains($0 & 0xDF) },
        ]
    }()
}
