/// `/grade/results/results.json` of a PrairieLearn external grader.
///
/// Source: `PrairieLearn/PrairieLearn:docs/externalGrading.md`.
///
/// The score from 0 to 1 is the total; the tests' points are shown, scaled to the lab's. `gradable: false` is no score, and no attempt is used.
///
/// Decisions: when one test lacks `points` or `max_points`, no test shows points, as there; `max_points: 0` is neutral and shown as `skip`, like a test without
/// points. Pictures are dropped, and a message says how many there were. What else is in the file is ignored.
package enum PrairieLearnResults {
    package static func read(_ bytes: [UInt8]) throws(FormatMistake) -> ForeignReport {
        let top = try StrictJSON.read(bytes)
        guard top.kindName == "an object" else { throw top.mistake("The result must be an object, not \(top.kindName).") }
        var report = ForeignReport(sharing: .asReported)
        if let gradable = top.member("gradable") { report.gradable = try gradable.bool() }
        report.messages = try texts(top)
        if report.gradable {
            guard let score = top.member("score") else {
                throw top.mistake("“score” from 0 to 1 is missing; without it the result must say “gradable”: false.")
            }
            report.total = .init(score: try score.amount(), max: Amount(whole: 1))
        }
        var pictures = try count(top)
        if let tests = top.member("tests") {
            for value in try tests.elements() {
                report.tests.append(try test(value))
                pictures += try count(value)
            }
        }
        if report.tests.contains(where: { $0.score == nil || $0.max == nil }) {
            for index in report.tests.indices {
                report.tests[index].score = nil
                report.tests[index].max = nil
            }
        }
        if pictures > 0 { report.messages.append("\(pictures) \(pictures == 1 ? "picture is" : "pictures are") left out here.") }
        return report
    }

    /// What is told about the whole, the reason first.
    private static func texts(_ top: StrictJSON.Value) throws(FormatMistake) -> [String] {
        var texts: [String] = []
        if let message = top.member("message") { texts.append(try message.string()) }
        if let errors = top.member("format_errors") {
            if errors.isString {
                texts.append(try errors.string())
            } else {
                for error in try errors.elements() { texts.append(try error.string()) }
            }
        }
        if let output = top.member("output") { texts.append(try output.string()) }
        return texts.filter { !$0.isEmpty }
    }

    private static func count(_ value: StrictJSON.Value) throws(FormatMistake) -> Int {
        guard let images = value.member("images") else { return 0 }
        var count = 0
        for _ in try images.elements() { count += 1 }
        return count
    }

    private static func test(_ value: StrictJSON.Value) throws(FormatMistake) -> ForeignReport.Test {
        var test = ForeignReport.Test(name: "", status: .skip)
        var description: String?
        for (name, value) in try value.members() where !value.isNull {
            switch name {
            case "name": test.name = try value.string()
            case "description": description = try value.string()
            case "points": test.score = try value.amount()
            case "max_points": test.max = try value.amount()
            case "message": test.message = try value.string()
            case "output": test.output = try value.string()
            default: break
            }
        }
        if let description, !description.isEmpty {
            if test.name.isEmpty {
                test.name = description
            } else if description != test.name {
                test.message = [description, test.message].compactMap { $0 }.joined(separator: "\n")
            }
        }
        if let score = test.score, let max = test.max, max > .zero { test.status = score >= max ? .pass : .fail }
        return test
    }
}
