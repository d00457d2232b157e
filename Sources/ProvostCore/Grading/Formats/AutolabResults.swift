/// What an Autolab autograder prints: feedback, and in its last line that is not empty the scores.
///
/// Source: `autolab/Autolab:docs/lab.md`, `docs/features/formatted-feedback.md`, `docs/features/scoreboards.md`.
///
/// ```
/// {"_presentation": "semantic", "stages": ["Build"], "Build": {"compile": {"passed": true}}}
/// {"scores": {"Correctness": 20.0, "Style": 5}, "scoreboard": [42, 7]}
/// ```
///
/// Each problem is a test. The tests of a `_presentation` line, which stands before the last one, are worth nothing by themselves. All other output is a message
/// to the learner, as there; it need not be UTF-8.
///
/// Decisions: names of members may lack their quotation marks, as Autolab accepts them, but the line is never rewritten (Autolab quotes every `word:`, in
/// strings too). The problems scored must be exactly the problems declared. A line without scores is a mistake: Autolab's score of 0 would be the learner's loss.
/// A `_presentation` line that cannot be read is output like any other.
package enum AutolabResults {
    /// - Parameter bytes: the grader's standard output.
    /// - Parameter problems: the problems that grader.yaml declares, with their maxima, in the order to be shown.
    package static func read(_ bytes: [UInt8], problems: [(name: String, max: Points)]) throws(FormatMistake) -> ForeignReport {
        guard let last = lastLine(of: bytes, before: bytes.endIndex) else {
            throw FormatMistake("Nothing was printed; the last line must be like {\"scores\": {\"Correctness\": 10}}.")
        }
        let top = try StrictJSON.read(bytes, in: last, unquotedNames: true)
        guard let scores = top.member("scores") else {
            throw top.mistake("The last line has no “scores”; it must be like {\"scores\": {\"Correctness\": 10}}.")
        }
        var report = ForeignReport(sharing: .asReported)
        var given: [String: Amount] = [:]
        for (name, value) in try scores.members() {
            guard problems.contains(where: { $0.name == name }) else {
                throw value.mistake("The problem “\(name.prefix(80))” is not declared in grader.yaml under “problems”.")
            }
            given[name] = try value.amount()
        }
        for (name, max) in problems {
            guard let score = given[name] else { throw scores.mistake("The problem “\(name.prefix(80))” has no score.") }
            let max = Amount(max)
            report.tests.append(.init(name: name, status: score >= max ? .pass : .fail, score: score, max: max))
        }
        if let scoreboard = top.member("scoreboard") { report.leaderboard = try leaderboard(scoreboard) }
        var feedback = bytes[..<last.lowerBound]
        if let line = lastLine(of: bytes, before: last.lowerBound), let presented = presentation(bytes, line) {
            report.tests += presented
            feedback = bytes[..<line.lowerBound]
        }
        let text = Excerpt.of(feedback, atMost: ReportCommand.longestMessage)
        if text.contains(where: { !$0.isWhitespace }) { report.messages = [text] }
        return report
    }

    /// The last line before an offset that is not empty, without the space around it.
    private static func lastLine(of bytes: [UInt8], before end: Int) -> Range<Int>? {
        guard let last = bytes[..<end].lastIndex(where: { !XMLParser.isSpace($0) }) else { return nil }
        let start = bytes[..<last].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        let first = bytes[start...last].firstIndex { !XMLParser.isSpace($0) } ?? last
        return first..<last + 1
    }

    private static func leaderboard(_ value: StrictJSON.Value) throws(FormatMistake) -> [LeaderboardEntry] {
        var entries: [LeaderboardEntry] = []
        for column in try value.elements() {
            guard column.isNumber || column.isString else {
                throw column.mistake("It must be a number or a string, not \(column.kindName).")
            }
            entries.append(
                LeaderboardEntry(
                    name: "column \(entries.count + 1)",
                    value: Excerpt.beginning(of: column.text, atMost: ReportCommand.longestLabel)))
        }
        return entries
    }

    /// The tests of a presentation line; nil when it is none that can be read.
    private static func presentation(_ bytes: [UInt8], _ line: Range<Int>) -> [ForeignReport.Test]? {
        guard bytes[line.lowerBound] == UInt8(ascii: "{"), let top = try? StrictJSON.read(bytes, in: line, unquotedNames: true),
            top.member("_presentation")?.text == "semantic", let members = try? top.members()
        else { return nil }
        var stages: [String] = []
        if let order = top.member("stages") {
            guard let elements = try? order.elements() else { return nil }
            stages = elements.map(\.text)
        }
        for (name, _) in members where name != "_presentation" && name != "stages" && !stages.contains(name) {
            stages.append(name)
        }
        var tests: [ForeignReport.Test] = []
        for stage in stages.prefix(100) {
            guard let found = try? top.member(stage)?.members() else { continue }
            for (name, value) in found { tests.append(test(stage, name, value)) }
        }
        return tests
    }

    private static func test(_ stage: String, _ name: String, _ value: StrictJSON.Value) -> ForeignReport.Test {
        let name = "\(stage): \(name)"
        guard let passed = try? value.member("passed")?.bool() else {
            return .init(name: name, status: .skip, output: value.text)
        }
        return .init(name: name, status: passed ? .pass : .fail, message: value.member("hint")?.text)
    }
}
