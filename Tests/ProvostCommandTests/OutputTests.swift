import ProvostAPI
import ProvostCommand
import ProvostCore
import Synchronization
import Testing

struct OutputTests {
    private struct Row: Sendable {
        var name: String
        var score: String
    }
    private static let columns: [Column<Row>] = [
        Column("name", heading: "이름") { $0.name }, Column("score", alignRight: true) { $0.score }, Column("last") { _ in "x" },
    ]

    @Test func tablesCountKoreanCharactersAsTwoColumns() {
        let rows = [Row(name: "김민지", score: "9"), Row(name: "Kim", score: "12.5")]
        #expect(
            Table.aligned(rows, Self.columns) == """
                이름    SCORE  LAST
                김민지      9  x
                Kim      12.5  x

                """)
    }

    @Test(arguments: [("abc", 3), ("한글", 4), ("e\u{301}", 1), ("\u{1112}\u{1161}\u{11AB}", 2), ("✓", 1), ("", 0)])
    func widthsAreThoseOfATerminal(text: String, width: Int) { #expect(DisplayWidth.of(text) == width) }

    @Test func cellsCannotBreakTheTableOrSteerTheTerminal() {
        let rows = [Row(name: "a\nb\u{1B}[31m", score: "1")]
        let text = Table.aligned(rows, Self.columns)
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.contains("a b?[31m"))
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+82", "'+82"), ("-x", "'-x"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
        ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""), ("plain", "plain"), ("", ""),
        ("=a,b", "\"'=a,b\""),
    ])
    func csvCellsAreQuotedAndNeverFormulas(text: String, field: String) { #expect(CSV.field(text) == field) }

    @Test func csvHasStableHeadingsAndCRLF() {
        #expect(CSV.text([Row(name: "a", score: "1")], Self.columns) == "name,score,last\r\na,1,x\r\n")
    }

    @Test func fieldsWithSeveralLinesAreIndented() {
        #expect(Table.fields([("a", "1\n2"), ("이름", "x")]) == "a     1\n      2\n이름  x\n")
    }

    @Test func instantsAreShownInTheCohortsZoneWithTheOffset() throws {
        let times = Times([try Samples.assignment()])
        let instant = try #require(Timestamp("2026-11-21T09:00:01.250Z"))
        let cohort = try Slug("autumn")
        #expect(times.short(instant, cohort: cohort) == "2026-11-21 18:00 +09:00")
        #expect(times.full(instant, cohort: cohort) == "2026-11-21T09:00:01.250Z (2026-11-21 18:00:01 +09:00 Asia/Seoul)")
        #expect(times.short(instant, cohort: try Slug("other")) == "2026-11-21 09:00Z")
        #expect(times.short(nil, cohort: cohort) == "")
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29T00:59:59.000Z", 3600), ("Europe/Berlin", "2026-03-29T01:00:00.000Z", 7200),
        ("Europe/Berlin", "2060-07-01T00:00:00.000Z", 7200), ("Europe/Berlin", "2060-12-01T00:00:00.000Z", 3600),
        ("Asia/Seoul", "1988-07-01T00:00:00.000Z", 36_000), ("America/New_York", "2026-11-01T06:00:00.000Z", -18_000),
    ])
    func zoneFilesKnowTheOffset(name: String, instant: String, offset: Int) throws {
        let zone = try #require(ZoneFile.zone(named: name))
        let second = try #require(Timestamp(instant)).milliseconds / 1000
        #expect(zone.offset(second) == offset)
    }

    @Test(arguments: ["", "../../etc/passwd", "/etc/passwd", "No/Such", "Asia", "zone.tab"])
    func otherNamesAreNoZones(name: String) { #expect(ZoneFile.zone(named: name) == nil) }

    @Test(arguments: [
        ("KST-9", "2026-07-01T00:00:00.000Z", 32_400), ("<+0530>-5:30", "2026-07-01T00:00:00.000Z", 19_800),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-07-01T00:00:00.000Z", -14_400),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00.000Z", 39_600),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00:00.000Z", 36_000),
    ])
    func posixRulesAreFollowed(rule: String, instant: String, offset: Int) throws {
        let zone = try #require(PosixZone(rule))
        #expect(zone.offset(at: try #require(Timestamp(instant)).milliseconds / 1000) == offset)
    }

    @Test func repeatedEventsAreToldOnce() throws {
        let lines = Mutex<[String]>([])
        let story = GradingStory(surroundings: Surroundings(environment: [:])) { line, _ in lines.withLock { $0.append(line) } }
        let told = {
            lines.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
        story.hear(.event(SubmissionEvent(kind: .queued, position: 3, estimate: .seconds(20))))
        story.hear(.event(SubmissionEvent(kind: .queued, position: 3, estimate: .seconds(20))))
        #expect(told() == ["Waiting: number 3 in the queue, about 20 s."])
        story.hear(.event(SubmissionEvent(kind: .test, test: Samples.tests[0])))
        story.hear(.event(SubmissionEvent(kind: .message, message: "careful")))
        #expect(told() == ["✓ 1 one  12/12", "Grader: careful"])
        story.hear(.linkLost)
        story.hear(.linkBack)
        story.hear(.event(SubmissionEvent(kind: .test, test: Samples.tests[0])))
        story.hear(.event(SubmissionEvent(kind: .message, message: "careful")))
        story.hear(.event(SubmissionEvent(kind: .test, test: Samples.tests[1])))
        #expect(told().suffix(1) == ["✗ 2 two  0.5/8  expected 404"])
        story.hear(.event(SubmissionEvent(kind: .restarted)))
        story.hear(.event(SubmissionEvent(kind: .test, test: Samples.tests[0])))
        #expect(told().last == "✓ 1 one  12/12")
        story.hear(.event(SubmissionEvent(kind: .init(rawValue: "of-tomorrow"))))
        #expect(told().isEmpty)
    }

    @Test func submitPrintsTheDocumentedObject() throws {
        let graded = SubmitAnswer(
            assignment: try Slug("web-service"), submission: Samples.submission(),
            grading: Samples.grading(Samples.graded(Points(thousandths: 12_500))))
        #expect(
            try Samples.json(graded) == """
                {"grading":{"id":"grd_1","isolation":"two-room","max":20,"outcome":"graded","reason":null,"score":12.5,"tests":[\
                {"max":12,"message":null,"name":"one","number":1,"score":12,"status":"pass"},\
                {"max":8,"message":"expected 404","name":"two","number":2,"score":0.5,"status":"fail"}]},\
                "submission":{"assignment":"web-service","attempt":1,"bytes":12,"digest":"\(Samples.digest)","id":"sub_1",\
                "late":false,"receivedAt":"\(Samples.now)"}}
                """)
        let waiting = SubmitAnswer(assignment: try Slug("web-service"), submission: Samples.submission(), grading: nil)
        #expect(try Samples.json(waiting).hasPrefix(#"{"grading":null,"#))
        let (record, unpack) = Samples.refused(.encrypted, "No.")
        let refused = SubmitAnswer(
            assignment: try Slug("a"), submission: Samples.submission(), grading: Samples.grading(record, unpack: unpack))
        #expect(try Samples.json(refused).contains(#""outcome":"not-graded","reason":"No.","score":null,"tests":[]"#))
    }
}
