/// A report in the Common Test Report Format.
///
/// Source: ctrf.io, `ctrf-io/ctrf:spec/ctrf.md` with its JSON schema.
///
/// Every test is worth the same. `skipped` and `pending` are `skip`; `other`, which may mean anything, is `error`. The counts of the summary must be those
/// of the tests: a report that was cut or merged badly disagrees with itself. `reportFormat` may be missing, as in reports from before version 1.
package enum CTRFReport {
    package static func read(_ bytes: [UInt8]) throws(FormatMistake) -> ForeignReport {
        let top = try StrictJSON.read(bytes)
        if let format = top.member("reportFormat"), try format.string() != "CTRF" { throw format.mistake("This is not “CTRF”.") }
        guard let results = top.member("results"), let tests = results.member("tests"), let summary = results.member("summary")
        else {
            throw top.mistake("“results” with “summary” and “tests” is missing.")
        }
        var report = ForeignReport(sharing: .equally)
        var counts: [String: Int] = ["passed": 0, "failed": 0, "skipped": 0, "pending": 0, "other": 0]
        for value in try tests.elements() {
            guard let status = value.member("status") else { throw value.mistake("“status” of the test is missing.") }
            let name = try status.string()
            guard let count = counts[name] else {
                throw status.mistake("“\(name.prefix(40))” is not a status; use passed, failed, skipped, pending or other.")
            }
            counts[name] = count + 1
            report.tests.append(try test(value, name))
        }
        guard !report.tests.isEmpty else { throw tests.mistake("There is no test in it.") }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) + [("tests", report.tests.count)] {
            guard let said = summary.member(name) else { throw summary.mistake("“\(name)” is missing in the summary.") }
            guard try said.whole() == count else {
                throw said.mistake("The summary says \(said.text) “\(name)”, and there are \(count).")
            }
        }
        return report
    }

    private static func test(_ value: StrictJSON.Value, _ status: String) throws(FormatMistake) -> ForeignReport.Test {
        var test = ForeignReport.Test(name: "", status: .error)
        switch status {
        case "passed": test.status = .pass
        case "failed": test.status = .fail
        case "skipped", "pending": test.status = .skip
        default: break
        }
        var suite: [String] = []
        var lines: [String] = []
        for (name, value) in try value.members() where !value.isNull {
            switch name {
            case "name": test.name = try value.string()
            case "suite":
                if value.isString {
                    suite = [try value.string()]
                } else {
                    for element in try value.elements() { suite.append(try element.string()) }
                }
            case "message": lines.insert(try value.string(), at: 0)
            case "trace": lines.append(try value.string())
            case "stdout", "stderr": test.output = try joined(value, after: test.output)
            default: break
            }
        }
        test.name = (suite + [test.name]).filter { !$0.isEmpty }.joined(separator: " › ")
        test.message = lines.isEmpty ? nil : lines.joined(separator: "\n")
        return test
    }

    private static func joined(_ value: StrictJSON.Value, after output: String?) throws(FormatMistake) -> String? {
        var lines = output.map { [$0] } ?? []
        for line in try value.elements() { lines.append(try line.string()) }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
