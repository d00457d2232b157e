/// `results/results.json` of a Gradescope autograder.
///
/// Source: `gradescope/autograder_samples:docs/specs.md`, which is gradescope-autograders.readthedocs.io/en/latest/specs/.
///
/// Decisions where the specification is silent or a platform guesses:
/// - A total `score` is out of the tests' maxima when every test with a score has one, else out of the lab's points.
/// - A test without status passes when its score reaches its maximum; without a maximum, when its score is above 0. With neither score nor status it is for
///   information and shown as `skip`. A test with a maximum and no score needs a total.
/// - A test kept back (`hidden`, `after_due_date`, `after_published`) keeps the total back until it is shown. With a default visibility other than `visible` the
///   output for the whole submission is kept back too, as a test worth nothing.
/// - `stdout` is shown to learners for `stdout_visibility: visible` only. `tags`, `name_format` and `extra_data` are dropped.
package enum GradescopeResults {
    /// - Parameter standardOutput: what the grader printed, for `stdout_visibility`.
    package static func read(_ bytes: [UInt8], standardOutput: [UInt8] = []) throws(FormatMistake) -> ForeignReport {
        let top = try StrictJSON.read(bytes)
        var report = ForeignReport(sharing: .asReported)
        var defaults = Defaults()
        for (name, value) in try top.members() where !value.isNull {
            switch name {
            case "score": report.total = .init(score: try value.amount())
            case "execution_time": try checkTime(value)
            case "output_format": defaults.outputFormat = try format(value)
            case "test_output_format": defaults.testFormat = try format(value)
            case "test_name_format", "name_format": _ = try format(value)
            case "visibility": defaults.visibility = try visibility(value)
            case "stdout_visibility": defaults.showsOutput = try visibility(value) == .visible
            case "leaderboard": report.leaderboard = try leaderboard(value)
            default: break
            }
        }
        if let tests = top.member("tests") {
            for value in try tests.elements() { report.tests.append(try test(value, defaults, hasTotal: report.total != nil)) }
        }
        guard report.total != nil || !report.tests.isEmpty else {
            throw top.mistake("There is neither “score” nor a test; one of them is needed.")
        }
        if report.total != nil, let scale = scale(of: report.tests) { report.total?.max = scale }
        if let output = try top.member("output")?.string(), !output.isEmpty { add(output, to: &report, defaults) }
        if defaults.visibility != .visible, report.tests.isEmpty {
            report.tests.append(.init(name: "total", status: .skip, visibility: defaults.visibility))
        }
        if defaults.showsOutput, !standardOutput.isEmpty {
            report.messages.append(Excerpt.of(standardOutput, atMost: ReportCommand.longestMessage))
        }
        report.totalHidden = report.tests.contains { $0.visibility != .visible }
        return report
    }

    private struct Defaults {
        var visibility = TestRecord.Visibility.visible
        var outputFormat = OutputFormat.simple
        var testFormat = OutputFormat.text
        var showsOutput = false
    }

    private static func add(_ output: String, to report: inout ForeignReport, _ defaults: Defaults) {
        if defaults.visibility == .visible {
            report.messages.append(output)
        } else {
            report.tests.append(
                .init(
                    name: "output", status: .skip, visibility: defaults.visibility, output: output, format: defaults.outputFormat)
            )
        }
    }

    /// The sum of the maxima; nil when there is none, or a test has a score without one.
    private static func scale(of tests: [ForeignReport.Test]) -> Amount? {
        guard !tests.contains(where: { $0.score != nil && $0.max == nil }) else { return nil }
        var sum: Int64 = 0
        for test in tests {
            let (next, overflow) = sum.addingReportingOverflow(test.max?.billionths ?? 0)
            guard !overflow, next <= Amount.most else { return nil }
            sum = next
        }
        return sum > 0 ? Amount(billionths: sum) : nil
    }

    private static func test(_ value: StrictJSON.Value, _ defaults: Defaults, hasTotal: Bool) throws(FormatMistake)
        -> ForeignReport.Test
    {
        var test = ForeignReport.Test(name: "", status: .skip, visibility: defaults.visibility, format: defaults.testFormat)
        var status: TestRecord.Status?
        for (name, value) in try value.members() where !value.isNull {
            switch name {
            case "score": test.score = try value.amount()
            case "max_score": test.max = try value.amount()
            case "status": status = try self.status(value)
            case "name": test.name = try value.string()
            case "name_format": _ = try format(value)
            case "number": test.label = value.isNumber ? value.text : try value.string()
            case "output": test.output = try value.string()
            case "output_format": test.format = try format(value)
            case "visibility": test.visibility = try visibility(value)
            case "tags": for tag in try value.elements() { _ = try tag.string() }
            default: break
            }
        }
        if test.score == nil, let max = test.max, max > .zero, !hasTotal {
            throw value.mistake("This test has “max_score” and no “score”, and there is no “score” for the whole.")
        }
        test.status = status ?? implied(test)
        return test
    }

    private static func implied(_ test: ForeignReport.Test) -> TestRecord.Status {
        guard let score = test.score else { return .skip }
        guard let max = test.max else { return score > .zero ? .pass : .fail }
        return score >= max ? .pass : .fail
    }

    private static func status(_ value: StrictJSON.Value) throws(FormatMistake) -> TestRecord.Status {
        switch try value.string() {
        case "passed": .pass
        case "failed": .fail
        case let other: throw value.mistake("“\(other.prefix(40))” is not a status; use passed or failed.")
        }
    }

    private static func visibility(_ value: StrictJSON.Value) throws(FormatMistake) -> TestRecord.Visibility {
        switch try value.string() {
        case "visible": .visible
        case "hidden": .hidden
        case "after_due_date": .afterDue
        case "after_published": .afterPublished
        case let other:
            throw value.mistake(
                "“\(other.prefix(40))” is not a visibility; use visible, hidden, after_due_date or after_published.")
        }
    }

    private static func format(_ value: StrictJSON.Value) throws(FormatMistake) -> OutputFormat {
        switch try value.string() {
        case "text": .text
        case "html": .html
        case "simple_format": .simple
        case "md": .markdown
        case "ansi": .ansi
        case let other: throw value.mistake("“\(other.prefix(40))” is not a format; use text, html, simple_format, md or ansi.")
        }
    }

    /// gradescope-utils writes it as a string; either way it is shown by nobody here.
    private static func checkTime(_ value: StrictJSON.Value) throws(FormatMistake) {
        guard value.isNumber || value.isString else {
            throw value.mistake("It must be a number of seconds, not \(value.kindName).")
        }
    }

    private static func leaderboard(_ value: StrictJSON.Value) throws(FormatMistake) -> [LeaderboardEntry] {
        var entries: [LeaderboardEntry] = []
        for element in try value.elements() {
            guard let name = element.member("name"), let shown = element.member("value") else {
                throw element.mistake("An entry of the leaderboard needs “name” and “value”.")
            }
            guard shown.isNumber || shown.isString else {
                throw shown.mistake("It must be a number or a string, not \(shown.kindName).")
            }
            var entry = LeaderboardEntry(
                name: Excerpt.beginning(of: try name.string(), atMost: ReportCommand.longestName),
                value: Excerpt.beginning(of: shown.text, atMost: ReportCommand.longestLabel))
            if let order = element.member("order") {
                switch try order.string() {
                case "asc": entry.ascending = true
                case "desc": entry.ascending = false
                case let other: throw order.mistake("“\(other.prefix(40))” is not an order; use asc or desc.")
                }
            }
            entries.append(entry)
        }
        return entries
    }
}
