/// What `check50 --output json` writes.
///
/// Source: `cs50/check50:docs/source/json_specification.rst`.
///
/// Every check is worth the same. `passed: null` means that it was not run, because a check that it depends on did not pass or something unexpected was raised: it is
/// `skip`. `error` in the place of `results` means that check50 itself failed: not graded. All checks are visible.
///
/// Decision: of these errors `MissingFilesError` is about the submission, which lacks a file that the problem's `.cs50.yml` requires
/// (`cs50/lib50:lib50/_errors.py`): one failed test that names the files.
package enum Check50Results {
    package static func read(_ bytes: [UInt8]) throws(FormatMistake) -> ForeignReport {
        let top = try StrictJSON.read(bytes)
        if let error = top.member("error") {
            if error.member("type")?.text == "MissingFilesError" { return try missingFiles(error) }
            let words = [error.member("type"), error.member("value")].compactMap { $0?.text }.joined(separator: ": ")
            throw error.mistake(
                "check50 itself failed: \(Excerpt.beginning(of: words.isEmpty ? error.text : words, atMost: 400))")
        }
        guard let results = top.member("results") else {
            throw top.mistake("There is neither “results” nor “error”; is this what check50 wrote?")
        }
        var report = ForeignReport(sharing: .equally)
        for result in try results.elements() { report.tests.append(try test(result)) }
        guard !report.tests.isEmpty else { throw results.mistake("There is no check in it.") }
        return report
    }

    /// The error's own sentence also tells a folder of the room; the files alone are for the learner.
    private static func missingFiles(_ error: StrictJSON.Value) throws(FormatMistake) -> ForeignReport {
        var names: [String] = []
        if let files = error.member("data")?.member("files") {
            for file in try files.elements() { names.append(try file.string()) }
        }
        guard !names.isEmpty else { throw error.mistake("It says that files are missing, and not which.") }
        return ForeignReport(
            sharing: .equally,
            tests: [
                .init(name: "required files", status: .fail, message: "The submission lacks \(names.joined(separator: ", ")).")
            ])
    }

    private static func test(_ result: StrictJSON.Value) throws(FormatMistake) -> ForeignReport.Test {
        var test = ForeignReport.Test(name: "", status: .skip)
        var status: TestRecord.Status?
        var description: String?
        for (name, value) in try result.members() {
            switch name {
            case "passed": status = value.isNull ? .skip : try value.bool() ? .pass : .fail
            case "name" where !value.isNull: test.name = try value.string()
            case "description" where !value.isNull: description = try value.string()
            case "log" where !value.isNull: test.output = try log(value)
            case "cause" where !value.isNull: test.message = try cause(value)
            default: break
            }
        }
        guard let status else { throw result.mistake("“passed” is missing; it must be true, false or null.") }
        test.status = status
        // What people read is the description; the name is that of a function.
        if let description, !description.isEmpty { test.name = description }
        return test
    }

    private static func log(_ value: StrictJSON.Value) throws(FormatMistake) -> String? {
        var lines: [String] = []
        for line in try value.elements() { lines.append(try line.string()) }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private static func cause(_ value: StrictJSON.Value) throws(FormatMistake) -> String? {
        var lines: [String] = []
        for (name, value) in try value.members() where !value.isNull {
            switch name {
            case "rationale", "help": lines.append(value.text)
            case "expected": lines.append("expected: \(value.text)")
            case "actual": lines.append("actual: \(value.text)")
            default: break
            }
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
