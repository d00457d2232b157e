/// The Test Anything Protocol, versions 13 and 14.
///
/// Source: testanything.org/tap-version-14-specification.html and tap-version-13-specification.html.
///
/// Every test point at the left margin is worth the same. `# SKIP`, and `# TODO` on a failing point, are `skip`; a `# TODO` point that passes passes. The YAML block after a
/// point is its message, comments after it are its output. Only a grader whose own process prints it can be believed: TAP from a process that runs learner code
/// can be forged.
///
/// Decisions: a missing version line is taken (bats and older producers), any other version than 13 and 14 is a mistake. The plan must be there, before all points or after all,
/// and agree: a missing one is what a killed runner leaves. Numbers may come in any order, each once. In version 14 a subtest must have its plan and agree with the
/// point after it; before that it is a comment. `Bail out!` is not graded. Lines that are no TAP are dropped, unless `pragma +strict` was said.
package enum TAPStream {
    package static let mostBytes = 1 << 20

    package static func read(_ bytes: [UInt8]) throws(FormatMistake) -> ForeignReport {
        guard bytes.count <= mostBytes else {
            throw FormatMistake("\(bytes.count) bytes; at most \(ByteCount(Int64(mostBytes))) are read.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FormatMistake("These bytes are no UTF-8; write TAP in UTF-8.", at: Place.ofBadUTF8(in: bytes))
        }
        var lines: [TAPParser.Line] = []
        for (index, line) in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            lines.append(.init(number: index + 1, text: Substring(line.last == 0x0d ? line.dropLast() : line)))
        }
        var version = 13
        if let first = lines.firstIndex(where: { !$0.text.isEmpty }), lines[first].text.hasPrefix("TAP version ") {
            switch lines[first].text.dropFirst(12).trimmed {
            case "13": version = 13
            case "14": version = 14
            case let other:
                throw FormatMistake(
                    "TAP version “\(Excerpt.beginning(of: String(other), atMost: 20))” is not read; 13 and 14 are.",
                    at: lines[first].place)
            }
            lines.removeFirst(first + 1)
        }
        var parser = TAPParser(version: version, depth: 0)
        try parser.read(lines[...])
        guard !parser.tests.isEmpty else { throw FormatMistake("There is no test in it.") }
        return ForeignReport(sharing: .equally, tests: parser.tests)
    }
}

/// One level of TAP: the stream itself, or a subtest with its indentation taken away.
struct TAPParser {
    struct Line {
        var number: Int
        var text: Substring
        var place: String { "line \(number)" }
    }
    static let mostDepth = 16
    static let longestBlock = ReportCommand.longestMessage

    private let version: Int
    private let depth: Int
    private(set) var tests: [ForeignReport.Test] = []
    /// The number that each point has, in the order of `tests`.
    private var numbers: [Int] = []
    private var seen: Set<Int> = []
    private var plan: (count: Int, line: Line)?
    private var hasPlanFirst = false
    private var isStrict = false
    /// Lines of a subtest that wait for their point.
    private var pending: [Line] = []

    init(version: Int, depth: Int) {
        self.version = version
        self.depth = depth
    }

    /// True when a point fails that is not excused.
    var hasFailed: Bool { tests.contains { $0.status == .fail } }

    mutating func read(_ lines: ArraySlice<Line>) throws(FormatMistake) {
        var rest = lines
        while let line = rest.popFirst() {
            let text = line.text
            if text.isEmpty { continue }
            if text.hasPrefix("    ") {
                pending.append(Line(number: line.number, text: text.dropFirst(4)))
            } else if text.trimmed == "---", text.first == " " {
                try block(line, &rest)
            } else if text.hasPrefix("1..") {
                try takePlan(line)
            } else if let rest = text.after("not ok") {
                try point(line, rest, passed: false)
            } else if let rest = text.after("ok") {
                try point(line, rest, passed: true)
            } else if text.hasPrefix("Bail out!") {
                let reason = Excerpt.beginning(of: String(text.dropFirst(9).trimmed), atMost: 400)
                throw FormatMistake("The tests were given up: Bail out!\(reason.isEmpty ? "" : " \(reason)")", at: line.place)
            } else if text.hasPrefix("#") {
                note(text)
            } else if text.hasPrefix("pragma ") {
                if text.contains("+strict") { isStrict = true }
                if text.contains("-strict") { isStrict = false }
            } else if text.hasPrefix("TAP version") {
                throw FormatMistake("The version stands only in the first line.", at: line.place)
            } else if isStrict {
                throw FormatMistake("This line is no TAP, and “pragma +strict” was said.", at: line.place)
            }
        }
        try finish()
    }

    private mutating func finish() throws(FormatMistake) {
        guard let plan else {
            throw FormatMistake("The plan (like 1..\(max(tests.count, 1))) is missing; the tests seem to have been cut off.")
        }
        guard plan.count == tests.count else {
            throw FormatMistake("The plan says \(plan.count) tests, and there are \(tests.count).", at: plan.line.place)
        }
        if let beyond = numbers.first(where: { $0 > plan.count }) {
            throw FormatMistake("Test number \(beyond) is beyond the plan of \(plan.count).", at: plan.line.place)
        }
        // In the order of their numbers, so that a runner of parallel tests gives the same record every time.
        tests = numbers.indices.sorted { numbers[$0] < numbers[$1] }.map { tests[$0] }
        if version >= 14, let line = pending.first {
            throw FormatMistake("A subtest begins here, and no test point follows it.", at: line.place)
        }
    }

    private mutating func takePlan(_ line: Line) throws(FormatMistake) {
        let digits = line.text.dropFirst(3).prefix { $0.isASCII && $0.isNumber }
        let rest = line.text.dropFirst(3 + digits.count).trimmed
        guard let count = Int(digits), rest.isEmpty || rest.hasPrefix("#") else {
            throw FormatMistake(
                "“\(Excerpt.beginning(of: String(line.text), atMost: 40))” is no plan; write 1..N.", at: line.place)
        }
        guard plan == nil else { throw FormatMistake("There are two plans.", at: line.place) }
        guard count <= GradingSheet.mostTests else {
            throw FormatMistake("The plan says \(count) tests; at most \(GradingSheet.mostTests) are believed.", at: line.place)
        }
        plan = (count, line)
        hasPlanFirst = tests.isEmpty
    }

    private mutating func point(_ line: Line, _ rest: Substring, passed: Bool) throws(FormatMistake) {
        if plan != nil, !hasPlanFirst {
            throw FormatMistake(
                "A test point follows the plan, which stood after others; it stands before all or after all.", at: line.place)
        }
        guard tests.count < GradingSheet.mostTests else {
            throw FormatMistake("There are more than \(GradingSheet.mostTests) tests.", at: line.place)
        }
        var rest = rest.trimmed
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        var number = (numbers.last ?? 0) + 1
        if !digits.isEmpty, rest.dropFirst(digits.count).first?.isWhitespace ?? true {
            guard let said = Int(digits), said > 0 else { throw FormatMistake("Tests are numbered from 1.", at: line.place) }
            number = said
            rest = rest.dropFirst(digits.count).trimmed
        }
        guard seen.insert(number).inserted else { throw FormatMistake("Test number \(number) is there twice.", at: line.place) }
        if rest.first == "-" { rest = rest.dropFirst().trimmed }
        let (name, directive) = Self.split(rest)
        var test = ForeignReport.Test(label: nil, name: name, status: passed ? .pass : .fail)
        let word = directive.lowercased()
        if word.hasPrefix("skip") || (word.hasPrefix("todo") && !passed) {
            test.status = .skip
            test.message = directive
        }
        try takeSubtest(into: &test, point: line, isExcused: word.hasPrefix("todo") || word.hasPrefix("skip"))
        numbers.append(number)
        tests.append(test)
    }

    /// The name with its escapes undone, and the directive after the first `#` that is not escaped and stands after a space.
    static func split(_ text: Substring) -> (name: String, directive: String) {
        var name = ""
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                if character != "#", character != "\\" { name.append("\\") }
                name.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "#", name.last?.isWhitespace ?? true {
                let directive = text[text.index(after: index)...].trimmed
                let word = directive.prefix(4).lowercased()
                if word == "skip" || word == "todo" { return (String(name[...].trimmed), String(directive)) }
                name.append(character)
            } else {
                name.append(character)
            }
        }
        if isEscaped { name.append("\\") }
        return (String(name[...].trimmed), "")
    }

    private mutating func takeSubtest(into test: inout ForeignReport.Test, point: Line, isExcused: Bool) throws(FormatMistake) {
        defer { pending = [] }
        guard !pending.isEmpty else { return }
        test.output = Excerpt.of(pending.map { String($0.text) }.joined(separator: "\n"), atMost: TestRecord.longestOutput)
        guard version >= 14 else { return }
        guard depth < Self.mostDepth else {
            throw FormatMistake("Subtests are nested deeper than \(Self.mostDepth) levels.", at: point.place)
        }
        var subtest = TAPParser(version: version, depth: depth + 1)
        do throws(FormatMistake) {
            try subtest.read(pending[...])
        } catch {
            throw FormatMistake(
                "In the subtest before “\(Excerpt.beginning(of: test.name, atMost: 80))”: \(error.sentence)",
                at: error.place.isEmpty ? point.place : error.place)
        }
        if subtest.hasFailed, test.status == .pass, !isExcused {
            throw FormatMistake("The subtest fails, and its test point says “ok”.", at: point.place)
        }
    }

    /// A YAML block: everything up to `...` at the same indentation.
    private mutating func block(_ line: Line, _ rest: inout ArraySlice<Line>) throws(FormatMistake) {
        let indentation = line.text.prefix { $0 == " " }
        var lines: [Substring] = []
        while let next = rest.popFirst() {
            if next.text.trimmed == "...", next.text.hasPrefix(indentation) {
                guard !tests.isEmpty else { return }
                let text = Excerpt.of(lines.joined(separator: "\n"), atMost: Self.longestBlock)
                let index = tests.count - 1
                tests[index].message = [tests[index].message, text].compactMap { $0 }.joined(separator: "\n")
                return
            }
            lines.append(next.text.hasPrefix(indentation) ? next.text.dropFirst(indentation.count) : next.text)
        }
        throw FormatMistake("A block of YAML begins here and does not end; the tests seem to have been cut off.", at: line.place)
    }

    /// A comment: what the test before it says.
    private mutating func note(_ text: Substring) {
        guard !tests.isEmpty, pending.isEmpty, !text.hasPrefix("# Subtest") else { return }
        let index = tests.count - 1
        let line = text.dropFirst().first == " " ? text.dropFirst(2) : text.dropFirst()
        if tests[index].output == nil {
            tests[index].output = String(line)
        } else {
            tests[index].output?.append("\n\(line)")
        }
    }
}

extension Substring {
    /// Without the spaces around it.
    var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }

    /// What follows a word, if this begins with it and the word ends there.
    func after(_ word: String) -> Substring? {
        guard hasPrefix(word) else { return nil }
        let rest = dropFirst(word.count)
        return rest.first?.isWhitespace ?? true ? rest : nil
    }
}
