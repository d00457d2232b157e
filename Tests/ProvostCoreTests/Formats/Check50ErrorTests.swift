import ProvostCore
import Testing

@Suite struct Check50ErrorTests {
    private static func record(_ json: String) throws -> GradingRecord {
        try Check50Results.read(Array(json.utf8)).record(points: Points(whole: 10), isolation: .shared, bonus: false)
    }

    @Test func checksShareThePointsAndOnesNotRunEarnNothing() throws {
        let record = try Self.record(
            """
            {"slug": "a/b", "results": [
              {"name": "exists", "description": "hello.py exists", "passed": true, "log": ["checking"], "cause": null},
              {"name": "runs", "description": "", "passed": false, "log": [], "cause": {"rationale": "no", "expected": "4", "actual": "5"}},
              {"name": "after", "description": "later", "passed": null, "log": [], "cause": null}
            ], "version": "3.5.0"}
            """)
        #expect(record.tests.map(\.status) == [.pass, .fail, .skip])
        #expect(record.tests.map(\.name) == ["hello.py exists", "runs", "later"])
        #expect(record.tests[1].message == "no\nexpected: 4\nactual: 5")
        #expect(record.score?.thousandths == 3334)
    }

    @Test func missingFilesAreTheSubmissionsOwn() throws {
        let record = try Self.record(
            """
            {"slug": "a/b", "error": {"type": "MissingFilesError", "value": "You are currently in: /grade/work", "traceback": [],
              "data": {"files": ["hello.py", "caf\\u00e9.txt"], "dir": "/grade/work"}}, "version": "3.5.0"}
            """)
        #expect(record.outcome == .graded && record.score == .zero)
        #expect(record.tests.map(\.message) == ["The submission lacks hello.py, café.txt."])
        #expect(record.tests.map(\.status) == [.fail])
    }

    @Test(
        arguments: [
            #"{"error": {"type": "MissingFilesError", "value": "", "data": {}}}"#,
            #"{"error": {"type": "MissingFilesError", "value": "", "data": {"files": []}}}"#,
            #"{"error": {"type": "InvalidSlugError", "value": "no such checks", "data": {"files": ["hello.py"]}}}"#,
            #"{"error": "MissingFilesError"}"#, #"{"results": []}"#, "{}",
        ])
    func otherErrorsAreNobodysVerdict(json: String) {
        #expect(throws: FormatMistake.self) { try Self.record(json) }
    }
}
