/// One call of `report` inside a grader's room, as its words.
///
/// ```
/// report test NAME pass|fail|skip|error [--score S] [--max M] [--message TEXT] [--hidden]
/// report score S
/// report message TEXT
/// ```
package enum ReportCommand: Hashable, Sendable {
    case test(name: String, status: TestRecord.Status, score: Points, max: Points, message: String?, hidden: Bool)
    /// The whole score, instead of the sum of the tests.
    case score(Points)
    /// To the learner.
    case message(String)

    /// Longest name, in bytes of UTF-8.
    package static let longestName = 256
    /// Longest message, in bytes of UTF-8.
    package static let longestMessage = 16 * 1024

    /// Reads the words after `report`. Throws `invalid` with a sentence for the grader's author.
    package init(_ words: [String]) throws(ProvostError) {
        var words = Words(words)
        switch words.next() {
        case "test": self = try Self.test(&words)
        case "score":
            guard let value = words.next() else {
                throw ProvostError(.invalid, "report score: say the score, like “report score 12.5”.")
            }
            self = .score(try Points(parsing: value))
            try words.end("report score")
        case "message":
            guard let text = words.next() else { throw ProvostError(.invalid, "report message: say the text in one argument.") }
            self = .message(try Self.checked(text))
            try words.end("report message")
        case let other:
            throw ProvostError(.invalid, "report: “\(other ?? "")” is not known; use test, score or message.")
        }
    }

    private static func test(_ words: inout Words) throws(ProvostError) -> Self {
        guard let name = words.next(), !name.isEmpty, let statusText = words.next() else {
            throw ProvostError(.invalid, "report test: say a name and one of pass, fail, skip, error.")
        }
        guard name.utf8.count <= longestName else {
            throw ProvostError(.invalid, "report test: a name has at most \(longestName) bytes.")
        }
        guard let status = TestRecord.Status(rawValue: statusText) else {
            throw ProvostError(
                .invalid, "report test: “\(statusText.prefix(40))” is not a status; use pass, fail, skip or error.")
        }
        var score: Points?
        var max = Points(whole: 1)
        var message: String?
        var hidden = false
        while let option = words.next() {
            switch option {
            case "--score": score = try Points(parsing: words.value(of: option))
            case "--max": max = try Points(parsing: words.value(of: option))
            case "--message": message = try checked(words.value(of: option))
            case "--hidden": hidden = true
            default:
                throw ProvostError(
                    .invalid, "report test: “\(option.prefix(40))” is not known; use --score, --max, --message, --hidden.")
            }
        }
        let reached = score ?? (status == .pass ? max : .zero)
        guard reached <= max else {
            throw ProvostError(.invalid, "report test: the score \(reached) of “\(name)” is above its max \(max).")
        }
        return .test(name: name, status: status, score: reached, max: max, message: message, hidden: hidden)
    }

    private static func checked(_ text: String) throws(ProvostError) -> String {
        guard text.utf8.count <= longestMessage else {
            throw ProvostError(.invalid, "report: a message has at most \(longestMessage) bytes.")
        }
        return text
    }
}

/// The words of a command, taken from the front.
struct Words {
    private var rest: ArraySlice<String>
    init(_ words: [String]) { rest = words[...] }

    mutating func next() -> String? { rest.popFirst() }
    mutating func value(of option: String) throws(ProvostError) -> String {
        guard let value = rest.popFirst() else { throw ProvostError(.invalid, "\(option) needs a value after it.") }
        return value
    }
    mutating func end(_ command: String) throws(ProvostError) {
        if let extra = rest.first { throw ProvostError(.invalid, "\(command): “\(extra.prefix(40))” is one word too many.") }
    }
    mutating func all() -> [String] {
        defer { rest = [] }
        return Array(rest)
    }
}
