import ProvostCore
import Testing

@Suite struct JUnitReportTests {
    private static func report(_ texts: String...) throws(FormatMistake) -> ForeignReport {
        try JUnitReport.read(texts.enumerated().map { .init(name: "TEST-\($0).xml", bytes: Array($1.utf8)) })
    }

    @Test func everyVariant() throws {
        let report = try Self.report(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites tests="8" failures="2" errors="1" skipped="1" time="0.1">
              <properties><property name="os" value="x"/></properties>
              <testsuite name="outer" tests="6" failures="2" errors="1" skipped="1" hostname="h" timestamp="t" id="0" package="p">
                <testcase name="adds" classname="CalcTest" time="0.01"/>
                <testcase name="divides" classname="CalcTest">
                  <failure message="expected 1" type="AssertionError">expected 1
              at line 3</failure>
                  <system-out>printed</system-out><system-err><![CDATA[<warned>]]></system-err>
                </testcase>
                <testcase name="raises" classname="CalcTest"><error message="boom" type="Error"/></testcase>
                <testcase name="later" classname="CalcTest"><skipped message="not today"/></testcase>
                <testsuite name="inner" tests="2" failures="1">
                  <testcase name="bare"/>
                  <testcase name="both"><failure>one</failure><failure>two</failure></testcase>
                </testsuite>
                <system-out>suite output</system-out>
              </testsuite>
              <testsuite name="gtest" tests="2" failures="0" disabled="1" errors="0">
                <testcase name="off" status="notrun" classname="G"/>
                <testcase name="flaky" status="run" classname="G"><flakyFailure message="first time"/></testcase>
              </testsuite>
            </testsuites>
            """)
        #expect(
            report.tests.map(\.name) == [
                "CalcTest.adds", "CalcTest.divides", "CalcTest.raises", "CalcTest.later", "inner › bare", "inner › both", "G.off",
                "G.flaky",
            ])
        #expect(report.tests.map(\.status) == [.pass, .fail, .error, .skip, .pass, .fail, .skip, .pass])
        #expect(report.tests[1].message == "expected 1\n  at line 3")
        #expect(report.tests[1].output == "printed\n<warned>")
        #expect(report.tests.map(\.message)[2...5] == ["boom", "not today", nil, "one\ntwo"])
        let record = try report.record(points: Points(whole: 80), isolation: .twoRoom, bonus: false)
        #expect(record.score == Points(whole: 30))
    }

    @Test func severalFilesAreOneReportAndNamesAreNumbered() throws {
        let report = try Self.report(
            "<testsuite name='a' tests='2'><testcase name='x' classname='C'/><testcase name='x' classname='C'/></testsuite>",
            "<testsuite name='b' tests='1'><testcase name='x' classname='C'><failure/></testcase></testsuite>")
        #expect(report.tests.map(\.name) == ["C.x", "C.x (2)", "C.x (3)"])
        #expect(report.tests.map(\.status) == [.pass, .pass, .fail])
    }

    /// pytest writes a second element, and counts one test, when a test fails and its teardown raises.
    @Test func pytestsSecondElementIsJoined() throws {
        let report = try Self.report(
            """
            <testsuites><testsuite name="pytest" errors="1" failures="1" skipped="0" tests="2" time="0.1">
            <testcase classname="t" name="a"><failure message="no">no</failure></testcase><testcase classname="t" name="a"><error message="teardown">t</error></testcase>
            <testcase classname="t" name="b"/></testsuite></testsuites>
            """)
        #expect(report.tests.map(\.name) == ["t.a", "t.b"] && report.tests[0].status == .fail)
        #expect(report.tests[0].message == "no\nteardown\nt")
    }

    @Test(arguments: [
        // PHPUnit counts the suites inside, others do not; a count that is missing is not asked for.
        "<testsuite tests='2'><testsuite tests='1'><testcase name='a'/></testsuite><testcase name='b'/></testsuite>",
        "<testsuite tests='1'><testsuite tests='1'><testcase name='a'/></testsuite><testcase name='b'/></testsuite>",
        "<testsuites><testcase name='a'/></testsuites>", "<testsuite tests=''><testcase/></testsuite>",
        // One attribute for failures and errors together.
        "<testsuite tests='1' failures='1'><testcase name='a'><error/></testcase></testsuite>",
        // Failures counted by element.
        "<testsuite tests='1' failures='2' errors='0'><testcase name='a'><failure/><failure/></testcase></testsuite>",
        "<testsuite tests='1' skipped='1'><testcase name='a' status='disabled'/></testsuite>",
    ])
    func writersDiffer(text: String) throws { #expect(try !Self.report(text).tests.isEmpty) }

    @Test(arguments: [
        // Counts that contradict the tests: the runner was killed, or somebody merged badly.
        "<testsuite tests='2'><testcase name='a'/></testsuite>", "<testsuite tests='0'><testcase name='a'/></testsuite>",
        "<testsuite tests='1' failures='1' errors='0'><testcase name='a'/></testsuite>",
        "<testsuite tests='1' failures='0'><testcase name='a'><failure/></testcase></testsuite>",
        "<testsuite tests='1' errors='0'><testcase name='a'><error/></testcase></testsuite>",
        "<testsuite tests='1' skipped='0'><testcase name='a'><skipped/></testcase></testsuite>",
        "<testsuites tests='3'><testsuite tests='1'><testcase name='a'/></testsuite></testsuites>",
        "<testsuite tests='many'><testcase name='a'/></testsuite>", "<testsuite tests='-1'><testcase name='a'/></testsuite>",
        "<testsuite tests='1.0'><testcase name='a'/></testsuite>",
        // No tests at all.
        "<testsuite/>", "<testsuites/>", "<testsuites><testsuite tests='0'/></testsuites>",
        // A failure that belongs to no test.
        "<testsuite tests='1'><error message='collection failed'/><testcase name='a'/></testsuite>",
        "<testsuites><failure/></testsuites>",
        // Another document, or none.
        "<html/>", "<testcase name='a'/>", "", "ok 1", "{}", "<testsuite tests='1'><testcase name='a'/>",
        // Entities and document types.
        "<!DOCTYPE testsuite><testsuite tests='1'><testcase name='a'/></testsuite>",
        "<testsuite tests='1'><testcase name='&a;'/></testsuite>",
    ])
    func isRefused(text: String) { #expect(throws: FormatMistake.self) { try Self.report(text) } }

    @Test func aStatusWordFailsToo() throws {
        #expect(
            try Self.report("<testsuite tests='1' failures='1'><testcase name='a' status='failed'/></testsuite>").tests[0].status
                == .fail)
        #expect(throws: FormatMistake.self) {
            try Self.report("<testsuite tests='1' failures='0'><testcase name='a' status='failed'/></testsuite>")
        }
    }

    @Test func mistakesSayTheFile() {
        let mistake = #expect(throws: FormatMistake.self) {
            try Self.report(
                "<testsuite tests='1'><testcase name='a'/></testsuite>", "<testsuites>\n<testsuite tests='2'/></testsuites>")
        }
        #expect(mistake?.place == "TEST-1.xml, line 2, column 1")
        #expect(throws: FormatMistake.self) { try JUnitReport.read([]) }
        #expect(throws: FormatMistake.self) {
            try JUnitReport.read((0...JUnitReport.mostFiles).map { .init(name: "\($0)", bytes: []) })
        }
    }
}
