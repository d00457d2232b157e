import ProvostCore
import Testing

/// Reads a text in one of the smaller JSON formats into a record of 100 points.
private func record(_ read: ([UInt8]) throws(FormatMistake) -> ForeignReport, _ text: String) throws -> GradingRecord {
    try read(Array(text.utf8)).record(points: Points(whole: 100), isolation: .shared, bonus: false)
}

@Suite struct PrairieLearnResultsTests {
    @Test func everyField() throws {
        let record = try record(
            PrairieLearnResults.read,
            #"""
            {"gradable": true, "score": 0.25, "message": "Tests completed.", "output": "log", "images": [{"label": "a", "url": "data:"}],
             "format_errors": ["one", "two"], "extra": {"kept": "elsewhere"},
             "tests": [
               {"name": "adds", "description": "adds two numbers", "points": 1, "max_points": 1, "message": "ok", "output": "1", "images": [{}, {}]},
               {"name": "zero", "points": 0, "max_points": 0}, {"name": "half", "points": 0.5, "max_points": 3}]}
            """#)
        #expect(record.score == Points(whole: 25))
        #expect(record.tests.map(\.status) == [.pass, .skip, .fail])
        #expect(record.tests.map(\.score) == [Points(whole: 25), .zero, Points(thousandths: 12_500)])
        #expect(record.tests.map(\.max) == [Points(whole: 25), .zero, Points(whole: 75)])
        #expect(record.tests[0].message == "adds two numbers\nok" && record.tests[0].output == "1")
        #expect(record.messages == ["Tests completed.", "one", "two", "log", "3 pictures are left out here."])
    }

    @Test func notGradableIsNoScore() throws {
        let record = try record(
            PrairieLearnResults.read, #"{"gradable": false, "format_errors": "No main function.", "message": "Not graded."}"#)
        #expect(record.outcome == .notGraded && record.score == nil)
        #expect(record.reason == "Not graded." && record.messages == ["No main function."])
    }

    @Test func oneTestWithoutPointsTakesThemFromAll() throws {
        let record = try record(
            PrairieLearnResults.read, #"{"score": 1, "tests": [{"points": 1, "max_points": 2}, {"name": "b"}]}"#)
        #expect(record.tests.map(\.max) == [.zero, .zero])
        #expect(record.tests.map(\.status) == [.fail, .skip])
        #expect(record.passed)
    }

    @Test(
        arguments: [("0.6666666666666666", 66_667), ("0", 0), ("1.0", 100_000), ("0.9999999999999999", 100_000)]
            as [(String, Int64)])
    func theScoreIsAShare(score: String, thousandths: Int64) throws {
        #expect(try record(PrairieLearnResults.read, #"{"score": \#(score)}"#).score?.thousandths == thousandths)
    }

    @Test(arguments: [
        // The score is missing, or none.
        "{}", #"{"gradable": true}"#, #"{"score": null}"#, #"{"score": "1"}"#, #"{"score": 1.1}"#, #"{"score": -0.1}"#,
        #"{"score": NaN}"#,
        // Wrong kinds.
        #"{"gradable": "no", "score": 1}"#, #"{"score": 1, "tests": {}}"#, #"{"score": 1, "format_errors": 3}"#,
        #"{"score": 1, "images": {}}"#, "[]", "null",
        // A test above its maximum.
        #"{"score": 1, "tests": [{"points": 2, "max_points": 1}]}"#, #"{"score": 1, "tests": [{"points": -1, "max_points": 1}]}"#,
        // Two of one name.
        #"{"score": 0, "score": 1}"#,
    ])
    func isRefused(text: String) { #expect(throws: FormatMistake.self) { try record(PrairieLearnResults.read, text) } }
}

@Suite struct Check50ResultsTests {
    @Test func everyField() throws {
        let record = try record(
            Check50Results.read,
            #"""
            {"slug": "cs50/problems/2024/x/hello", "version": "3.3.11", "results": [
              {"name": "exists", "description": "hello.c exists", "passed": true, "log": ["checking that hello.c exists..."], "cause": null, "data": {}, "dependency": null},
              {"name": "compiles", "description": "hello.c compiles", "passed": false, "log": [], "data": {}, "dependency": "exists",
               "cause": {"rationale": "expected \"hi\"", "help": "a hint", "expected": "hi", "actual": "ho", "error": {"type": "x", "traceback": ["secret"]}}},
              {"name": "emma", "description": "responds to name Emma", "passed": null, "cause": {"rationale": "can't check until a frown turns upside down"}},
              {"name": "last", "passed": true}]}
            """#)
        #expect(record.score == Points(whole: 50))
        #expect(record.tests.map(\.status) == [.pass, .fail, .skip, .pass])
        #expect(record.tests.map(\.name) == ["hello.c exists", "hello.c compiles", "responds to name Emma", "last"])
        #expect(record.tests[0].output == "checking that hello.c exists...")
        #expect(record.tests[1].message == "expected \"hi\"\na hint\nexpected: hi\nactual: ho")
        #expect(record.tests[2].message == "can't check until a frown turns upside down")
        #expect(record.tests.allSatisfy { $0.visibility == .visible })
    }

    @Test func itsOwnFailureIsNotGraded() {
        let mistake = #expect(throws: FormatMistake.self) {
            try record(
                Check50Results.read,
                #"{"slug": "x", "error": {"type": "InvalidSlugError", "value": "no such problem", "traceback": ["a"], "data": {}}, "version": "3"}"#
            )
        }
        #expect(mistake?.sentence == "check50 itself failed: InvalidSlugError: no such problem")
    }

    @Test func missingFilesAreTheSubmissionsOwn() throws {
        let record = try record(
            Check50Results.read,
            #"""
            {"slug": "a/b", "error": {"type": "MissingFilesError", "value": "You are currently in: /grade/work", "traceback": [],
              "data": {"files": ["hello.py", "café.txt"], "dir": "/grade/work"}}, "version": "3.5.0"}
            """#)
        #expect(record.outcome == .graded && record.score == .zero)
        #expect(record.tests.map(\.message) == ["The submission lacks hello.py, café.txt."])
        #expect(record.tests.map(\.status) == [.fail])
    }

    @Test(arguments: [
        "{}", "[]", #"{"results": []}"#, #"{"results": {}}"#, #"{"results": null}"#, #"{"results": [{"name": "a"}]}"#,
        #"{"results": [{"name": "a", "passed": 1}]}"#,
        #"{"results": [{"name": "a", "passed": "true"}]}"#, #"{"results": [{"passed": true, "log": "x"}]}"#,
        #"{"results": [{"passed": false, "cause": "x"}]}"#,
        #"{"results": [{"passed": false, "passed": true}]}"#, #"{"error": "x", "results": [{"passed": true}]}"#,
        #"{"error": {"type": "MissingFilesError", "value": "", "data": {}}}"#, #"{"error": "MissingFilesError"}"#,
        #"{"error": {"type": "MissingFilesError", "value": "", "data": {"files": []}}}"#,
        #"{"error": {"type": "InvalidSlugError", "value": "", "data": {"files": ["hello.py"]}}}"#,
    ])
    func isRefused(text: String) { #expect(throws: FormatMistake.self) { try record(Check50Results.read, text) } }
}

@Suite struct ExercismResultsTests {
    @Test func everyField() throws {
        let record = try record(
            ExercismResults.read,
            #"""
            {"version": 3, "status": "fail", "message": null, "tests": [
              {"name": "one", "status": "pass", "task_id": 1, "output": "printed", "test_code": "secret"},
              {"name": "two", "status": "fail", "message": "expected 1"}, {"name": "three", "status": "error", "message": "raised", "task_id": 2},
              {"name": "four", "status": "pass"}]}
            """#)
        #expect(record.score == Points(whole: 50))
        #expect(record.tests.map(\.status) == [.pass, .fail, .error, .pass])
        #expect(record.tests.map(\.label) == ["1", nil, "2", nil])
        #expect(record.tests[0].output == "printed" && record.tests[1].message == "expected 1")
        #expect("\(record)".contains("secret") == false, "the hidden test's code is dropped")
    }

    @Test func whatDoesNotBuildEarnsNothing() throws {
        for text in [
            #"{"version": 2, "status": "error", "message": "main.c:1: error", "tests": []}"#,
            #"{"version": 3, "status": "error", "message": "main.c:1: error", "tests": null}"#,
        ] {
            let record = try record(ExercismResults.read, text)
            #expect(record.outcome == .graded && record.score == .zero)
            #expect(record.tests.map(\.message) == ["main.c:1: error"])
            #expect(record.tests.map(\.status) == [.fail])
        }
    }

    @Test(arguments: [("pass", 100), ("fail", 0), ("error", 0)] as [(String, Int64)])
    func versionOneIsOneTest(status: String, points: Int64) throws {
        let record = try record(ExercismResults.read, #"{"version": 1, "status": "\#(status)", "message": "m"}"#)
        #expect(record.score == Points(whole: points) && record.tests.count == 1 && record.tests[0].message == "m")
    }

    @Test(arguments: [
        // Versions.
        "{}", #"{"status": "pass"}"#, #"{"version": 0, "status": "pass"}"#, #"{"version": 4, "status": "pass"}"#,
        #"{"version": 2.5, "status": "pass"}"#, #"{"version": "2", "status": "pass"}"#,
        // Statuses.
        #"{"version": 1}"#, #"{"version": 1, "status": "passed"}"#,
        #"{"version": 2, "status": "fail", "tests": [{"name": "a"}]}"#,
        #"{"version": 2, "status": "fail", "tests": [{"status": "skip"}]}"#,
        // No tests.
        #"{"version": 2, "status": "pass"}"#, #"{"version": 3, "status": "pass", "tests": []}"#,
        #"{"version": 3, "status": "fail"}"#,
        // The whole contradicts its tests.
        #"{"version": 2, "status": "pass", "tests": [{"name": "a", "status": "fail"}]}"#,
        #"{"version": 2, "status": "fail", "tests": [{"name": "a", "status": "pass"}]}"#,
        #"{"version": 2, "status": "pass", "status": "pass", "tests": [{"name": "a", "status": "pass"}]}"#,
    ])
    func isRefused(text: String) { #expect(throws: FormatMistake.self) { try record(ExercismResults.read, text) } }
}

@Suite struct CTRFReportTests {
    private static func text(
        _ tests: String, tests count: Int, passed: Int = 0, failed: Int = 0, skipped: Int = 0, pending: Int = 0, other: Int = 0
    ) -> String {
        #"""
        {"reportFormat": "CTRF", "specVersion": "0.0.0", "results": {"tool": {"name": "jest"}, "summary": {"tests": \#(count), "passed": \#(passed),
         "failed": \#(failed), "skipped": \#(skipped), "pending": \#(pending), "other": \#(other), "start": 1706828654274, "stop": 1706828655782}, "tests": [\#(tests)]}}
        """#
    }

    @Test func everyField() throws {
        let record = try record(
            CTRFReport.read,
            Self.text(
                #"""
                {"name": "a", "status": "passed", "duration": 12, "suite": ["top", "inner"], "stdout": ["x", "y"], "stderr": ["z"]},
                {"name": "b", "status": "failed", "duration": 1, "trace": "at line 1", "message": "expected 1", "suite": "top", "retries": 2, "flaky": false},
                {"name": "c", "status": "skipped", "duration": 0}, {"name": "d", "status": "pending"}, {"name": "e", "status": "other"}
                """#, tests: 5, passed: 1, failed: 1, skipped: 1, pending: 1, other: 1))
        #expect(record.score == Points(whole: 20))
        #expect(record.tests.map(\.status) == [.pass, .fail, .skip, .skip, .error])
        #expect(record.tests.map(\.name) == ["top › inner › a", "top › b", "c", "d", "e"])
        #expect(record.tests[0].output == "x\ny\nz" && record.tests[1].message == "expected 1\nat line 1")
    }

    private static let passing = #"{"name": "a", "status": "passed", "duration": 1}"#

    @Test(arguments: [
        // Counts that contradict the tests.
        text(passing, tests: 2, passed: 1), text(passing, tests: 1, passed: 0), text(passing, tests: 1, passed: 1, failed: 1),
        text(passing, tests: 1, passed: 1, other: 1),
        // No tests.
        text("", tests: 0),
        // Unknown or missing status.
        text(#"{"name": "a", "status": "ok"}"#, tests: 1, passed: 1), text(#"{"name": "a"}"#, tests: 1, passed: 1),
        // Another document.
        "{}", #"{"results": {"tests": []}}"#, #"{"reportFormat": "JUnit", "results": {}}"#,
        #"{"results": {"summary": {"tests": 1}, "tests": [{"name": "a", "status": "passed"}]}}"#,
        text(passing, tests: 1, passed: 1).replacing("\"passed\": 1", with: "\"passed\": -1"),
        text(passing, tests: 1, passed: 1).replacing("\"passed\": 1", with: "\"passed\": 1.5"),
    ])
    func isRefused(text: String) { #expect(throws: FormatMistake.self) { try record(CTRFReport.read, text) } }

    @Test func olderReportsHaveNoFormat() throws {
        let text = Self.text(Self.passing, tests: 1, passed: 1).replacing(
            #""reportFormat": "CTRF", "specVersion": "0.0.0", "#, with: "")
        #expect(try record(CTRFReport.read, text).passed)
    }
}

@Suite struct AutolabResultsTests {
    private static func report(_ text: String) throws(FormatMistake) -> ForeignReport {
        try AutolabResults.read(Array(text.utf8), problems: [("Correctness", Points(whole: 60)), ("Style", Points(whole: 40))])
    }
    private static let scores = #"{"scores": {"Style": 5, "Correctness": 60.0}}"#

    @Test func everyField() throws {
        let report = try Self.report(
            #"""
            gcc -o hello hello.c
            {"not": "the result"}

            {"_presentation":"semantic","stages":["Build","Test"], "Test":{"add":{"passed":true},"div":{"passed":false,"hint":"division by zero: 1/0"}},"Build":{"compile":{"passed":true}},"Timing":{"Stage 1 (ms)":10}}
            {"scores": {"Style": 5, "Correctness": 60.0}, "scoreboard": [42, "7 s"]}


            """#)
        #expect(
            report.tests.map(\.name) == [
                "Correctness", "Style", "Build: compile", "Test: add", "Test: div", "Timing: Stage 1 (ms)",
            ])
        #expect(report.tests.map(\.status) == [.pass, .fail, .pass, .pass, .fail, .skip])
        #expect(report.tests[4].message == "division by zero: 1/0" && report.tests[5].output == "10")
        #expect(report.leaderboard.map(\.value) == ["42", "7 s"] && report.leaderboard.map(\.name) == ["column 1", "column 2"])
        #expect(
            report.messages.count == 1 && report.messages[0].hasPrefix("gcc -o hello")
                && !report.messages[0].contains("_presentation"))
        let record = try report.record(points: Points(whole: 100), isolation: .shared, bonus: false)
        #expect(record.score == Points(whole: 65))
        #expect(record.tests.prefix(2).map(\.max) == [Points(whole: 60), Points(whole: 40)])
        #expect(try report.record(points: Points(whole: 10), isolation: .shared, bonus: false).score == Points(thousandths: 6500))
    }

    @Test(arguments: [
        scores, scores + "\n", "x\n" + scores + "\r\n\r\n  \n", "\u{1b}[31mred\n  " + scores,
        "{scores: {Style: 5, Correctness: 60}}", "{not json at all\n" + scores,
        #"{"_presentation": "other"}"# + "\n" + scores, #"{"_presentation": "semantic", "stages": 3}"# + "\n" + scores,
    ])
    func theLastLineCounts(text: String) throws {
        let report = try Self.report(text)
        #expect(report.tests.map(\.score) == [Amount(whole: 60), Amount(whole: 5)])
    }

    /// Autolab's own reader quotes every `word:` in the line, in strings too.
    @Test func stringsAreNotRewritten() throws {
        let report = try Self.report(#"{"note": "see foo: bar", "scores": {"Style": 0, "Correctness": 0}}"#)
        #expect(report.tests.count == 2)
    }

    @Test func outputNeedNotBeText() throws {
        let report = try AutolabResults.read(
            [0xff, 0x0a] + Array(#"{"scores": {"P": 1}}"#.utf8), problems: [("P", Points(whole: 1))])
        #expect(report.messages == ["\u{fffd}\n"])
    }

    @Test(arguments: [
        // Nothing, or no scores at the end.
        "", "\n \n", "hello", "{}", "[]", scores + "\nbye", #"{"scoreboard": [1]}"#, #"{"scores": null}"#, #"{"scores": 5}"#,
        // Problems that are missing, unknown or there twice.
        #"{"scores": {}}"#, #"{"scores": {"Style": 5}}"#, #"{"scores": {"Style": 5, "Correctness": 60, "Extra": 1}}"#,
        #"{"scores": {"style": 5, "Correctness": 60}}"#,
        #"{"scores": {"Style": 5, "Correctness": 60, "Style": 40}}"#,
        // Numbers that cannot be.
        #"{"scores": {"Style": 41, "Correctness": 60}}"#, #"{"scores": {"Style": -1, "Correctness": 60}}"#,
        #"{"scores": {"Style": "5", "Correctness": 60}}"#,
        #"{"scores": {"Style": NaN, "Correctness": 60}}"#, #"{"scores": {"Style": null, "Correctness": 60}}"#,
        #"{"scores": {"Style": 5, "Correctness": 60}, "scoreboard": [[1]]}"#,
        #"{"scores": {"Style": 5, "Correctness": 60}, "scoreboard": 1}"#,
    ])
    func isRefused(text: String) {
        #expect(throws: FormatMistake.self) {
            try Self.report(text).record(points: Points(whole: 100), isolation: .shared, bonus: false)
        }
    }

    @Test func mistakesSayTheLineOfTheOutput() {
        let mistake = #expect(throws: FormatMistake.self) {
            try Self.report("one\ntwo\n{\"scores\": {\"Style\": -1, \"Correctness\": 1}}")
        }
        #expect(mistake?.place == "line 3, column 22, scores.Style")
    }
}
