/// One call of `report` inside a grader's room, as its words.
///
/// ```
/// report test NAME pass|fail|skip|error [--score S] [--max M] [--message TEXT] [--hidden] [--label TEXT]
///        [--visibility visible|hidden|after-due|after-published] [--output FILE|-] [--format text|markdown|ansi|html|simple]
/// report score S
/// report message TEXT
/// report leaderboard NAME VALUE [--ascending]
/// report waiting TEXT
/// ```
package enum ReportCommand: Hashable, Sendable {
    /// What `report test` says.
    package struct Test: Hashable, Sendable {
        package var name: String
        package var status: TestRecord.Status
        package var score: Points
        package var max: Points
        package var message: String?
        package var visibility: TestRecord.Visibility
        package var label: String?
        /// A file of the grader's room that holds what the test printed; `-` is the caller's standard input. Whoever takes the call reads it.
        package var outputFile: String?
        package var format: OutputFormat

        package init(
            name: String, status: TestRecord.Status, score: Points, max: Points, message: String? = nil,
            visibility: TestRecord.Visibility = .visible, label: String? = nil, outputFile: String? = nil,
            format: OutputFormat = .text
        ) {
            self.name = name
            self.status = status
            self.score = score
            self.max = max
            self.message = message
            self.visibility = visibility
            self.label = label
            self.outputFile = outputFile
            self.format = format
        }
    }

    case test(Test)
    /// The whole score, instead of the sum of the tests.
    case score(Points)
    /// To the learner.
    case message(String)
    case leaderboard(LeaderboardEntry)
    /// The work waits for people who mark it; the text tells the learner so. Ends in “not graded”, without a score and without an attempt.
    case waiting(String)

    /// Longest name, in bytes of UTF-8.
    package static let longestName = 256
    /// Most that is kept of a message, in bytes of UTF-8: head and tail. A longer one is not refused, since it often quotes a learner's
    /// program, which would otherwise decide by its output that its grading does not count.
    package static let longestMessage = 16 * 1024
    /// Longest label, and longest value of a leaderboard, in bytes of UTF-8.
    package static let longestLabel = 64

    /// The file that has to be read before the call can be taken; nil when there is none.
    package var outputFile: String? {
        guard case .test(let test) = self else { return nil }
        return test.outputFile
    }

    /// Reads the words after `report`. Throws `invalid` with a sentence for the grader's author.
    package init(_ words: [String]) throws(ProvostError) {
        var words = Words(words)
        switch words.next() {
        case "test": self = .test(try Self.test(&words))
        case "score":
            guard let value = words.next() else {
                throw ProvostError(.invalid, "report score: say the score, like “report score 12.5”.")
            }
            self = .score(try Points(parsing: value))
            try words.end("report score")
        case "message":
            guard let text = words.next() else { throw ProvostError(.invalid, "report message: say the text in one argument.") }
            self = .message(Excerpt.of(text, atMost: Self.longestMessage))
            try words.end("report message")
        case "waiting":
            guard let text = words.next() else {
                throw ProvostError(
                    .invalid, "report waiting: say for what, in one argument, like “report waiting 'Your instructors mark it.'”.")
            }
            self = .waiting(Excerpt.of(text, atMost: Self.longestMessage))
            try words.end("report waiting")
        case "leaderboard": self = .leaderboard(try Self.leaderboard(&words))
        case let other:
            throw ProvostError(
                .invalid, "report: “\(other ?? "")” is not known; use test, score, message, leaderboard or waiting.")
        }
    }

    private static func test(_ words: inout Words) throws(ProvostError) -> Test {
        guard let name = words.next(), !name.isEmpty, let statusText = words.next() else {
            throw ProvostError(.invalid, "report test: say a name and one of pass, fail, skip, error.")
        }
        try limit(name, to: longestName, "report test: a name")
        guard let status = TestRecord.Status(rawValue: statusText) else {
            throw ProvostError(
                .invalid, "report test: “\(statusText.prefix(40))” is not a status; use pass, fail, skip or error.")
        }
        var score: Points?
        var test = Test(name: name, status: status, score: .zero, max: Points(whole: 1))
        while let option = words.next() {
            switch option {
            case "--score": score = try Points(parsing: words.value(of: option))
            case "--max": test.max = try Points(parsing: words.value(of: option))
            case "--message": test.message = Excerpt.of(try words.value(of: option), atMost: longestMessage)
            case "--hidden": test.visibility = .hidden
            case "--visibility": test.visibility = try choice(words.value(of: option), option)
            case "--format": test.format = try choice(words.value(of: option), option)
            case "--label":
                test.label = try words.value(of: option)
                try limit(test.label ?? "", to: longestLabel, "report test: a label")
            case "--output": test.outputFile = try words.value(of: option)
            default:
                throw ProvostError(
                    .invalid,
                    "report test: “\(option.prefix(40))” is not known; use --score, --max, --message, --hidden, --visibility, "
                        + "--output, --format, --label.")
            }
        }
        test.score = score ?? (status == .pass ? test.max : .zero)
        guard test.score <= test.max else {
            throw ProvostError(.invalid, "report test: the score \(test.score) of “\(name)” is above its max \(test.max).")
        }
        return test
    }

    private static func leaderboard(_ words: inout Words) throws(ProvostError) -> LeaderboardEntry {
        guard let name = words.next(), !name.isEmpty, let value = words.next() else {
            throw ProvostError(.invalid, "report leaderboard: say a name and a value, like “report leaderboard accuracy 0.93”.")
        }
        try limit(name, to: longestName, "report leaderboard: a name")
        try limit(value, to: longestLabel, "report leaderboard: a value")
        var entry = LeaderboardEntry(name: name, value: value)
        while let option = words.next() {
            guard option == "--ascending" else {
                throw ProvostError(.invalid, "report leaderboard: “\(option.prefix(40))” is not known; use --ascending.")
            }
            entry.ascending = true
        }
        return entry
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(_ text: String, _ option: String) throws(ProvostError)
        -> Choice
    where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ProvostError(.invalid, "report test: \(option) “\(text.prefix(40))” is not known; use one of \(known).")
        }
        return choice
    }

    private static func limit(_ text: String, to bytes: Int, _ what: String) throws(ProvostError) {
        guard text.utf8.count <= bytes else { throw ProvostError(.invalid, "\(what) has at most \(bytes) bytes.") }
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
