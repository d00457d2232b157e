import ProvostCore
import Testing

@Suite struct TAPStreamTests {
    private static func report(_ text: String) throws(FormatMistake) -> ForeignReport { try TAPStream.read(Array(text.utf8)) }

    @Test func everythingOfVersionFourteen() throws {
        let report = try Self.report(
            ##"""
            TAP version 14
            # begins
            1..7
            ok 1 - adds
            # a note
            # another
            not ok 2 - divides by \#1 \\ 2
              ---
              message: expected 1
              at:
                line: 3
              ...
            ok 3 - later # SKIP not today
            not ok 4 # TODO not yet
            ok 5 - done # todo was not expected
            # Subtest: inner
                1..2
                ok 1 - a
                not ok 2 - b # TODO
            ok 6 - inner
            not ok - no number, and a # that is no directive
            """##)
        #expect(report.tests.map(\.status) == [.pass, .fail, .skip, .skip, .pass, .pass, .fail])
        #expect(
            report.tests.map(\.name) == [
                "adds", #"divides by #1 \ 2"#, "later", "", "done", "inner", "no number, and a # that is no directive",
            ])
        #expect(report.tests[0].output == "a note\nanother")
        #expect(report.tests[1].message == "message: expected 1\nat:\n  line: 3")
        #expect(report.tests[2].message == "SKIP not today")
        #expect(report.tests[5].output == "1..2\nok 1 - a\nnot ok 2 - b # TODO")
        let record = try report.record(points: Points(whole: 70), isolation: .twoRoom, bonus: false)
        #expect(record.score == Points(whole: 30) && record.tests[3].name == "test 4")
    }

    @Test(
        arguments: [
            // The plan at the end, no version line, Windows line ends, numbers in any order, unnumbered points.
            ("ok 1 a\nnot ok 2 b\n1..2", [.pass, .fail]), ("TAP version 13\r\n1..1\r\nok 1 - a\r\n", [.pass]),
            ("1..3\nok 3 c\nnot ok 1 a\nok 2 b\n", [.fail, .pass, .pass]),
            ("1..2\nok\nnot ok\n", [.pass, .fail]), ("\n\n1..1\nok 1\n\n", [.pass]),
            // Lines that are no TAP are dropped, unless strict; words that only begin like TAP are none.
            ("hello\n1..1\nokay\nok 1\nnot okay\n", [.pass]), ("TAP version 14\npragma +strict\n1..1\nok 1\n", [.pass]),
            // Before version 14 an indented line is a comment, whatever it says.
            ("TAP version 13\n1..1\n    not ok 1 - inner\nok 1 - outer\n", [.pass]),
            // bats explains failures in comments.
            ("1..1\nnot ok 1 adds\n# (in test file a.bats, line 3)\n#   `[ 1 = 2 ]' failed\n", [.fail]),
            ("1..1 # one\nok 1 # skip\n", [.skip]),
            ("1..1\nok 1 - C# sharp #1\n", [.pass]), ("TAP version 14\n1..1\nnot ok 1 # TODO all\n", [.skip]),
        ] as [(String, [TestRecord.Status])])
    func isTaken(text: String, statuses: [TestRecord.Status]) throws {
        #expect(try Self.report(text).tests.map(\.status) == statuses)
    }

    @Test(
        arguments: [
            // The plan is missing, wrong, there twice, in the middle, or says nothing.
            ("ok 1\n", ""), ("1..2\nok 1\n", "line 1"), ("1..1\nok 1\nok 2\n", "line 1"), ("1..1\n1..1\nok 1\n", "line 2"),
            ("ok 1\n1..2\nok 2\n", "line 3"), ("1..0 # SKIP none\n", ""), ("", ""),
            ("1..x\nok 1\n", "line 1"), ("1..\nok 1\n", "line 1"), ("1..99999999999999999999\n", "line 1"),
            ("1..1000000\nok 1\n", "line 1"),
            // Numbers twice, beyond the plan, or none.
            ("1..2\nok 1\nok 1\n", "line 3"), ("1..2\nok 1\nok 3\n", "line 1"), ("1..1\nok 0\n", "line 2"),
            ("1..1\nok 99999999999999999999\n", "line 2"),
            // Given up.
            ("1..1\nok 1\nBail out! no database\n", "line 3"), ("Bail out!", "line 1"),
            // Versions.
            ("TAP version 12\n1..1\nok 1\n", "line 1"), ("TAP version 15\n1..1\nok 1\n", "line 1"),
            ("1..1\nok 1\nTAP version 14\n", "line 3"),
            // A block that does not end.
            ("1..1\nnot ok 1\n  ---\n  message: x\n", "line 3"),
            // Subtests of version 14 that contradict themselves or their point, or have none.
            ("TAP version 14\n1..1\n    1..1\n    not ok 1\nok 1\n", "line 5"),
            ("TAP version 14\n1..1\n    1..2\n    ok 1\nok 1\n", "line 3"), ("TAP version 14\n1..1\n    ok 1\nok 1\n", "line 4"),
            ("TAP version 14\n1..1\nok 1\n    1..1\n    ok 1\n", "line 4"),
            ("TAP version 14\n1..1\n    Bail out!\nok 1\n", "line 3"),
            // Strict.
            ("TAP version 14\npragma +strict\n1..1\nhello\nok 1\n", "line 4"),
        ])
    func isRefused(text: String, place: String) {
        let mistake = #expect(throws: FormatMistake.self) { try Self.report(text) }
        #expect(mistake?.place == place, "\(mistake?.description ?? "")")
    }

    @Test func thereIsALimitToEverything() {
        #expect(throws: FormatMistake.self) { try TAPStream.read([UInt8](repeating: 0x0a, count: TAPStream.mostBytes + 1)) }
        #expect(throws: FormatMistake.self) { try TAPStream.read(Array("1..1\nok 1 ".utf8) + [0xff]) }
        let points = (1...10_001).map { "ok \($0)" }.joined(separator: "\n")
        #expect(throws: FormatMistake.self) { try Self.report(points + "\n1..10001") }
        var nested = "TAP version 14\n"
        for depth in stride(from: 40, through: 0, by: -1) {
            nested += String(repeating: "    ", count: depth) + "1..1\n" + String(repeating: "    ", count: depth) + "ok 1\n"
        }
        #expect(throws: FormatMistake.self) { try Self.report(nested) }
    }
}
