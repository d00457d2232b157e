import ProvostCore
import Testing

@Suite struct GradescopeResultsTests {
    private static func report(_ text: String, output: String = "") throws(FormatMistake) -> ForeignReport {
        try GradescopeResults.read(Array(text.utf8), standardOutput: Array(output.utf8))
    }
    private static func record(_ text: String, points: Int64 = 20, bonus: Bool = false) throws -> GradingRecord {
        try report(text).record(points: Points(whole: points), isolation: .shared, bonus: bonus)
    }

    @Test func everyField() throws {
        let report = try Self.report(
            #"""
            {"score": 15.5, "execution_time": "0.00", "output": "well done", "output_format": "md", "test_output_format": "ansi",
             "test_name_format": "text", "visibility": "after_due_date", "stdout_visibility": "visible", "extra_data": {"a": [1, {"b": null}]},
             "tests": [
               {"score": 2.0, "max_score": 4, "status": "failed", "name": "adds", "name_format": "text", "number": "1.1", "output": "no",
                "output_format": "html", "tags": ["t1", "t2"], "visibility": "visible", "extra_data": {}},
               {"score": 16, "max_score": 16, "number": 2, "output": null}],
             "leaderboard": [{"name": "Accuracy", "value": 0.926}, {"name": "Time", "value": 15.1, "order": "asc"}, {"name": "Stars", "value": "*****"}]}
            """#, output: "from the grader")
        #expect(report.tests.count == 3)
        let first = report.tests[0]
        #expect(first.label == "1.1" && first.name == "adds" && first.status == .fail && first.output == "no")
        #expect(first.format == .html && first.visibility == .visible)
        let second = report.tests[1]
        #expect(
            second.label == "2" && second.status == .pass && second.format == .ansi && second.visibility == .afterDue
                && second.output == nil)
        #expect(
            report.tests[2].output == "well done" && report.tests[2].visibility == .afterDue
                && report.tests[2].format == .markdown)
        #expect(report.messages == ["from the grader"])
        #expect(report.totalHidden)
        #expect(report.leaderboard.map(\.value) == ["0.926", "15.1", "*****"])
        #expect(report.leaderboard.map(\.ascending) == [false, true, false])
        let record = try report.record(points: Points(whole: 20), isolation: .shared, bonus: false)
        #expect(record.score == Points(thousandths: 15_500))
        #expect(record.tests.map(\.max) == [Points(whole: 4), Points(whole: 16), .zero])
        #expect(record.tests[1].name == "test 2")
    }

    @Test(
        arguments: [
            // The sum of the tests, out of their maxima.
            (#"{"tests": [{"score": 5, "max_score": 10}, {"score": 10, "max_score": 10}]}"#, 15_000, [.fail, .pass]),
            // Scaled: 3 of 6 is half.
            (#"{"tests": [{"score": 1, "max_score": 4}, {"score": 2, "max_score": 2}]}"#, 10_000, [.fail, .pass]),
            // A score alone is out of the lab's points, with tests for information beside it.
            (#"{"score": 12}"#, 12_000, []),
            (#"{"score": 12, "tests": [{"name": "style", "status": "failed"}, {"output": "hi"}]}"#, 12_000, [.fail, .skip]),
            // The score wins over the sum, in the tests' scale.
            (#"{"score": 3, "tests": [{"score": 1, "max_score": 6}]}"#, 10_000, [.fail]),
            // No maxima: a point is a point.
            (#"{"tests": [{"score": 5}, {"score": 0}]}"#, 5000, [.pass, .fail]),
            // A status given wins over the comparison.
            (
                #"{"tests": [{"score": 10, "max_score": 10, "status": "failed"}, {"score": 0, "max_score": 10, "status": "passed"}]}"#,
                10_000, [.fail, .pass]
            ),
            // null is not there.
            (
                #"{"score": null, "visibility": null, "tests": [{"score": 1, "max_score": 1, "name": null, "status": null}]}"#,
                20_000, [.pass]
            ),
            // What the sum of floating points leaves behind.
            (
                #"{"tests": [{"score": 0.1, "max_score": 0.1}, {"score": 0.19999999999999998, "max_score": 0.2}]}"#, 20_000,
                [.pass, .pass]
            ),
            (#"{"score": 0, "tests": []}"#, 0, []), (#"{"score": -0.0}"#, 0, []),
        ] as [(String, Int64, [TestRecord.Status])])
    func isGraded(text: String, thousandths: Int64, statuses: [TestRecord.Status]) throws {
        let record = try Self.record(text)
        #expect(record.outcome == .graded && record.score?.thousandths == thousandths)
        #expect(record.tests.map(\.status) == statuses)
    }

    @Test(
        arguments: [
            // Neither a score nor tests.
            "{}", #"{"tests": []}"#, #"{"output": "x"}"#, "[]", "3", "",
            // Tests without any score.
            #"{"tests": [{"name": "a"}]}"#, #"{"tests": [{"max_score": 5, "status": "passed"}]}"#,
            // Above a maximum, or the lab's points.
            #"{"score": 21}"#, #"{"tests": [{"score": 2, "max_score": 1}]}"#,
            #"{"score": 2, "tests": [{"score": 1, "max_score": 1}]}"#, #"{"tests": [{"score": 21}]}"#,
            // Numbers that cannot be.
            #"{"score": -1}"#, #"{"score": NaN}"#, #"{"score": Infinity}"#, #"{"score": -Infinity}"#, #"{"score": 1e400}"#,
            #"{"score": "5"}"#, #"{"score": true}"#, #"{"score": 1e99}"#,
            #"{"tests": [{"score": -1, "max_score": 1}]}"#, #"{"tests": [{"score": 0, "max_score": -1}]}"#,
            #"{"tests": [{"score": 0, "max_score": 0}]}"#,
            // Two of one name.
            #"{"score": 1, "score": 20}"#, #"{"tests": [{"score": 0, "max_score": 1, "score": 1}]}"#,
            // Words that are not known.
            #"{"score": 1, "visibility": "secret"}"#, #"{"score": 1, "tests": [{"visibility": "Visible"}]}"#,
            #"{"score": 1, "output_format": "rtf"}"#,
            #"{"score": 1, "stdout_visibility": ""}"#, #"{"score": 1, "tests": [{"status": "pass"}]}"#,
            #"{"score": 1, "test_name_format": "x"}"#,
            // Wrong kinds.
            #"{"score": 1, "tests": {}}"#, #"{"score": 1, "tests": [1]}"#, #"{"score": 1, "tests": [{"name": 5}]}"#,
            #"{"score": 1, "tests": [{"tags": "a"}]}"#,
            #"{"score": 1, "output": []}"#, #"{"score": 1, "execution_time": []}"#,
            // Leaderboards.
            #"{"score": 1, "leaderboard": [{"name": "a"}]}"#, #"{"score": 1, "leaderboard": [{"name": "a", "value": []}]}"#,
            #"{"score": 1, "leaderboard": [{"name": "a", "value": 1, "order": "up"}]}"#,
            #"{"score": 1, "leaderboard": {}}"#,
        ])
    func isRefused(text: String) {
        let mistake = #expect(throws: FormatMistake.self) { try Self.record(text) }
        #expect(mistake?.sentence.isEmpty == false)
    }

    @Test func mistakesSayWhere() {
        let mistake = #expect(throws: FormatMistake.self) {
            try Self.report("{\"tests\": [\n {\"score\": 1, \"max_score\": 1},\n {\"score\": -1}]}")
        }
        #expect(mistake?.description == "line 3, column 12, tests[1].score: “-1” is negative; a score is 0 or more.")
    }

    @Test func aBonusIsTakenWhereItIsMeant() throws {
        let text = #"{"tests": [{"score": 25, "max_score": 20}, {"score": 2, "max_score": 0}]}"#
        #expect(throws: FormatMistake.self) { try Self.record(text) }
        #expect(try Self.record(text, bonus: true).score == Points(whole: 20))
    }

    @Test(
        arguments: [
            (#"{"tests": [{"score": 1, "max_score": 1}]}"#, true),
            (#"{"tests": [{"score": 1, "max_score": 1}, {"score": 0, "max_score": 0, "visibility": "hidden"}]}"#, false),
            (#"{"visibility": "hidden", "tests": [{"score": 1, "max_score": 1, "visibility": "visible"}]}"#, true),
            (#"{"visibility": "hidden", "tests": [{"score": 1, "max_score": 1}]}"#, false),
            (#"{"score": 1, "visibility": "after_published"}"#, false), (#"{"score": 1}"#, true),
        ])
    func oneHiddenTestHidesTheTotal(text: String, isSeen: Bool) throws {
        let record = try Self.record(text)
        #expect(record.score != nil)
        #expect((record.forLearner(afterDue: false, published: false).score != nil) == isSeen)
    }

    @Test(arguments: [("visible", true), ("hidden", false), ("after_due_date", false), ("after_published", false)])
    func standardOutputIsForInstructorsUnlessSaidOtherwise(visibility: String, isShown: Bool) throws {
        let report = try Self.report(#"{"score": 1, "stdout_visibility": "\#(visibility)"}"#, output: "printed")
        #expect(report.messages == (isShown ? ["printed"] : []))
        #expect(try Self.report(#"{"score": 1}"#, output: "printed").messages.isEmpty)
    }

    /// A mebibyte with 10,000 tests, from bytes to record: the target is under 60 ms; a debug build and a busy machine get room.
    @Test func tenThousandTestsAreFast() throws {
        let one = #"{"name": "test 00000", "score": 0.5, "max_score": 1, "output": "got 2"}"#
        let filler = String(repeating: "x", count: StrictJSON.mostBytes / 10_000 - one.utf8.count - 4)
        let tests = (0..<10_000).map {
            one.replacing("00000", with: "\(100_000 + $0)").replacing("got 2", with: "got 2\(filler)")
        }
        let bytes = Array(#"{"tests": [\#(tests.joined(separator: ",\n"))]}"#.utf8)
        #expect(bytes.count > StrictJSON.mostBytes - 150_000 && bytes.count <= StrictJSON.mostBytes)
        var best = Duration.seconds(100)
        for _ in 0..<5 {
            let started = ContinuousClock.now
            let record = try GradescopeResults.read(bytes).record(points: Points(whole: 100), isolation: .shared, bonus: false)
            best = min(best, ContinuousClock.now - started)
            #expect(record.tests.count == 10_000 && record.score == Points(whole: 50))
        }
        #if DEBUG
            let limit = Duration.seconds(5)
        #else
            let limit = Duration.milliseconds(60)
        #endif
        #expect(best < limit)
        print("results.json of \(bytes.count) bytes, 10,000 tests: \(best)")
    }
}
