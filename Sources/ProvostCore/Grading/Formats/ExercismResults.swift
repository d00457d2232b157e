/// `results.json` of an Exercism test runner, versions 1, 2 and 3.
///
/// Source: exercism.org/docs/building/tooling/test-runners/interface.
///
/// Every test is worth the same. `status: error` for the whole means that the learner's code could not be run, most often because it does not build: nothing
/// is earned, and the message is shown. Version 1 has no tests and is one test by itself. A whole that contradicts its tests is a mistake. The task of
/// a test is shown as its number; `test_code` is dropped, since it is the hidden test itself.
package enum ExercismResults {
    package static func read(_ bytes: [UInt8]) throws(FormatMistake) -> ForeignReport {
        let top = try StrictJSON.read(bytes)
        guard let version = top.member("version") else { throw top.mistake("“version” is missing; it is 1, 2 or 3.") }
        guard (1...3).contains(try version.whole()) else {
            throw version.mistake("Version \(version.text) is not known; 1, 2 and 3 are.")
        }
        guard let whole = top.member("status") else { throw top.mistake("“status” is missing; it is pass, fail or error.") }
        let status = try status(whole)
        let message = try top.member("message")?.string()
        if status == .error {
            return ForeignReport(sharing: .equally, tests: [.init(name: "build", status: .fail, message: message)])
        }
        var report = ForeignReport(sharing: .equally)
        if let tests = top.member("tests") {
            for value in try tests.elements() { report.tests.append(try test(value)) }
        } else if try version.whole() == 1 {
            report.tests = [.init(name: "all tests", status: status, message: message)]
        }
        guard !report.tests.isEmpty else { throw top.mistake("There is no test in it.") }
        let allPass = report.tests.allSatisfy { $0.status == .pass }
        guard allPass == (status == .pass) else {
            throw whole.mistake("The whole says “\(whole.text)”, and \(allPass ? "every test passes" : "not every test passes").")
        }
        if let message, !message.isEmpty, try version.whole() != 1 { report.messages.append(message) }
        return report
    }

    private static func status(_ value: StrictJSON.Value) throws(FormatMistake) -> TestRecord.Status {
        switch try value.string() {
        case "pass": .pass
        case "fail": .fail
        case "error": .error
        case let other: throw value.mistake("“\(other.prefix(40))” is not a status; use pass, fail or error.")
        }
    }

    private static func test(_ value: StrictJSON.Value) throws(FormatMistake) -> ForeignReport.Test {
        var test = ForeignReport.Test(name: "", status: .skip)
        var status: TestRecord.Status?
        for (name, value) in try value.members() where !value.isNull {
            switch name {
            case "name": test.name = try value.string()
            case "status": status = try self.status(value)
            case "message": test.message = try value.string()
            case "output": test.output = try value.string()
            case "task_id": test.label = "\(try value.whole())"
            default: break
            }
        }
        guard let status else { throw value.mistake("“status” of the test is missing; it is pass, fail or error.") }
        test.status = status
        return test
    }
}
