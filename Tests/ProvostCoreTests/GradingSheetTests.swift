import ProvostCore
import Testing

@Suite struct GradingSheetTests {
    private static func sheet(
        points: Int64 = 10, format: GraderManifest.Format = .provost, onTimeout: GraderManifest.OnTimeout = .notGraded,
        isolation: GraderManifest.Isolation = .twoRoom
    ) -> GradingSheet {
        let grader = GraderManifest(
            name: Slug(trusted: "checker"), title: LocalizedText(english: "Checker"), format: format, isolation: isolation,
            onTimeout: onTimeout, run: ["./run"])
        return GradingSheet(points: Points(whole: points), grader: grader)
    }

    private static let ended = RoomReport(ending: .exited(0), wallTime: .seconds(1))
    private static let outOfTime = RoomReport(ending: .stopped, stoppedBy: .wallTime, wallTime: .seconds(120))

    /// Takes lines like `test a pass --max 5`; what is refused is swallowed, as a grader's shell script does.
    private static func fill(_ sheet: inout GradingSheet, _ lines: [String]) {
        for line in lines { _ = try? sheet.take(line.split(separator: " ").map(String.init)) }
    }

    private static func record(
        _ lines: [String], points: Int64 = 10, report: RoomReport = ended, onTimeout: GraderManifest.OnTimeout = .notGraded
    ) -> GradingRecord {
        var sheet = sheet(points: points, onTimeout: onTimeout)
        fill(&sheet, lines)
        return sheet.record(report, limits: RoomLimits())
    }

    // MARK: Graded

    @Test(
        arguments: [
            (["test a pass --max 4", "test b pass --max 6"], 10_000), (["test a fail --max 10"], 0),
            (["test a fail --score 2.5 --max 5", "test b pass --max 5"], 7500),
            (["test a skip --max 10"], 0), (["score 7.25"], 7250), (["score 0"], 0), (["score 10"], 10_000),
            // The score wins over the tests, whatever they add up to; the last one counts.
            (["test a pass --max 100", "score 3", "score 4"], 4000), (["message hello", "test a pass --max 10"], 10_000),
        ] as [([String], Int64)])
    func graded(lines: [String], thousandths: Int64) {
        let record = Self.record(lines)
        #expect(record.outcome == .graded)
        #expect(record.score == Points(thousandths: thousandths))
        #expect(record.max == Points(whole: 10))
        #expect(record.passed == (thousandths == 10_000))
        #expect(record.reason == nil)
    }

    @Test func testsAreNumberedInTheirOrder() {
        let record = Self.record(["test b pass --max 5", "test a fail --max 5 --hidden --message why"])
        #expect(record.tests.map(\.number) == [1, 2])
        #expect(record.tests.map(\.name) == ["b", "a"])
        #expect(record.tests.map(\.visibility) == [.visible, .hidden])
        #expect(record.tests[1].message == "why")
    }

    // MARK: Not graded

    @Test(arguments: [
        [], ["message hello"], ["test a pass --max 9"], ["test a pass --max 11"], ["test a pass --max 9.999"], ["score NaN"],
        ["score -1"], ["score inf"],
        ["score 1e1"], ["score 10.001"], ["score 11", "score 5"], ["test a pass --score NaN --max 10"],
        ["test a fail --score 11 --max 10"],
        ["test a passed --max 10", "test a pass --max 10"], ["nonsense", "test a pass --max 10"],
        ["test a pass --max 10", "score"],
    ])
    func notGraded(lines: [String]) {
        let record = Self.record(lines)
        #expect(record.outcome == .notGraded)
        #expect(record.score == nil)
        #expect(!record.passed && !record.refused)
        #expect(record.reason != nil && record.evidence != nil)
    }

    @Test(
        arguments: [
            (RoomReport(ending: .exited(1), wallTime: .seconds(1)), "The grader failed."),
            (RoomReport(ending: .signaled(11), wallTime: .seconds(1)), "The grader failed."),
            (RoomReport(ending: .stopped, cancelled: true, wallTime: .seconds(1)), "The grader failed."),
            (outOfTime, "The grader ran out of time."),
            (RoomReport(ending: .stopped, stoppedBy: .cpuTime, wallTime: .seconds(1)), "The grader ran out of time."),
            (RoomReport(ending: .stopped, stoppedBy: .memory, wallTime: .seconds(1)), "The grader hit one of its own limits."),
            // It answered 0, and had been cut short before.
            (RoomReport(ending: .exited(0), stoppedBy: .memory, wallTime: .seconds(1)), "The grader hit one of its own limits."),
            (RoomReport(ending: .failed("no bwrap"), wallTime: .seconds(1)), "Something failed on our side while grading."),
        ] as [(RoomReport, String)])
    func aFullScoreDoesNotCountWhenTheGraderEndedBadly(report: RoomReport, reason: String) {
        let record = Self.record(["test a pass --max 10", "score 10"], report: report)
        #expect(record.outcome == .notGraded)
        #expect(record.score == nil)
        #expect(record.reason == reason)
        #expect(record.tests.count == 1, "what was reported is shown")
    }

    @Test func ourFaultComesBeforeEverything() {
        var sheet = Self.sheet()
        Self.fill(&sheet, ["score NaN", "test a pass --max 10"])
        #expect(!sheet.isOurFault)
        sheet.noteOurFault("first")
        sheet.noteOurFault("second")
        let record = sheet.record(Self.outOfTime, limits: RoomLimits())
        #expect(sheet.isOurFault)
        #expect(record.reason == "Something failed on our side while grading.")
        #expect(record.evidence == "first")
    }

    @Test func theFirstComplaintIsTheEvidence() throws {
        let record = Self.record(["score 11", "score NaN"])
        #expect(record.reason == "The grader reported something that cannot be right.")
        #expect(record.evidence?.contains("above the lab's 10 points") == true)
    }

    @Test func thePublicReasonDoesNotTellTheGradersInsides() {
        let record = Self.record(["test secret-answer-42 passed"])
        #expect(record.evidence?.isEmpty == false)
        #expect(record.reason?.contains("42") == false)
    }

    // MARK: Out of time

    @Test(
        arguments: [
            (["test a pass --max 4"], 4000), (["test a pass --max 4", "test b fail --max 6"], 4000), (["score 6"], 6000),
            (["test a fail --max 4"], 0),
        ] as [([String], Int64)])
    func whatWasReportedCountsWhereTheGraderSaysSo(lines: [String], thousandths: Int64) {
        let record = Self.record(lines, report: Self.outOfTime, onTimeout: .countReported)
        #expect(record.outcome == .graded)
        #expect(record.score == Points(thousandths: thousandths))
        #expect(record.reason?.contains("ran out of time") == true)
    }

    @Test(arguments: [[], ["test a pass --max 11"], ["test a pass --max 4", "score 11"]])
    func outOfTimeWithNothingThatCounts(lines: [String]) {
        #expect(Self.record(lines, report: Self.outOfTime, onTimeout: .countReported).outcome == .notGraded)
    }

    @Test func runningOutOfMemoryIsNotRunningOutOfTime() {
        let report = RoomReport(ending: .stopped, stoppedBy: .memory, wallTime: .seconds(1))
        #expect(Self.record(["test a pass --max 4"], report: report, onTimeout: .countReported).outcome == .notGraded)
    }

    // MARK: Exit status

    @Test(
        arguments: [
            (RoomReport.Ending.exited(0), GradingRecord.Outcome.graded, Points(whole: 10)), (.exited(1), .graded, .zero),
            (.exited(2), .notGraded, nil),
            (.exited(127), .notGraded, nil), (.signaled(9), .notGraded, nil), (.failed("x"), .notGraded, nil),
        ] as [(RoomReport.Ending, GradingRecord.Outcome, Points?)])
    func theExitStatusGrades(ending: RoomReport.Ending, outcome: GradingRecord.Outcome, score: Points?) {
        let record = Self.sheet(format: .exitCode).record(RoomReport(ending: ending, wallTime: .seconds(1)), limits: RoomLimits())
        #expect(record.outcome == outcome)
        #expect(record.score == score)
        #expect(record.tests.count == (outcome == .graded ? 1 : 0))
    }

    @Test func anExitStatusGraderThatReportsIsNotBelieved() {
        var sheet = Self.sheet(format: .exitCode)
        #expect(throws: ProvostError.self) { try sheet.take(["score", "10"]) }
        #expect(sheet.record(Self.ended, limits: RoomLimits()).outcome == .notGraded)
    }

    @Test(arguments: [RoomReport.Limit.wallTime, .memory])
    func anExitStatusGraderThatWasStoppedDidNotGrade(limit: RoomReport.Limit) {
        let sheet = Self.sheet(format: .exitCode, onTimeout: .countReported)
        let record = sheet.record(RoomReport(ending: .exited(1), stoppedBy: limit, wallTime: .seconds(1)), limits: RoomLimits())
        #expect(record.outcome == .notGraded)
    }

    // MARK: Caps

    @Test func tooManyTestsAreNotBelieved() {
        var sheet = Self.sheet(points: 10_000)
        for number in 0..<GradingSheet.mostTests { #expect((try? sheet.take(["test", "t\(number)", "pass"])) != nil) }
        #expect(sheet.record(Self.ended, limits: RoomLimits()).outcome == .graded)
        #expect(throws: ProvostError.self) { try sheet.take(["test", "more", "fail", "--max", "0"]) }
        #expect(sheet.record(Self.ended, limits: RoomLimits()).outcome == .notGraded)
    }

    @Test func messagesBeyondTheCapAreDroppedWithoutHarm() throws {
        var sheet = Self.sheet()
        Self.fill(&sheet, ["score 5"])
        for number in 0..<GradingSheet.mostMessages {
            #expect(try sheet.take(["message", "m\(number)"]) == .message("m\(number)"))
        }
        #expect(try sheet.take(["message", "one more"]) == nil, "not shown either")
        let record = sheet.record(Self.ended, limits: RoomLimits())
        #expect(record.outcome == .graded)
        #expect(record.messages.count == GradingSheet.mostMessages)
    }

    @Test func moreThanAMebibyteOfNamesIsNotBelieved() throws {
        var sheet = Self.sheet()
        let name = String(repeating: "x", count: ReportCommand.longestName)
        for _ in 0..<GradingSheet.mostText / name.utf8.count { _ = try sheet.take(["test", name, "fail", "--max", "0.001"]) }
        #expect(throws: ProvostError.self) { try sheet.take(["test", "a", "pass", "--max", "5.904"]) }
        #expect(sheet.record(Self.ended, limits: RoomLimits()).outcome == .notGraded)
    }

    @Test func messagesBeyondAMebibyteAreLeftOutAndTheGradingCounts() throws {
        var sheet = Self.sheet()
        let text = String(repeating: "x", count: ReportCommand.longestMessage)
        for _ in 0..<GradingSheet.mostMessageText / text.utf8.count { _ = try sheet.take(["message", text]) }
        _ = try sheet.take(["test", "a", "fail", "--max", "10", "--message", text])
        let record = sheet.record(Self.ended, limits: RoomLimits())
        #expect(record.outcome == .graded)
        #expect(record.tests.first?.message?.contains("16384 bytes left out") == true)
    }

    // MARK: Outputs and leaderboards

    @Test func anOutputIsKeptHeadAndTail() throws {
        var sheet = Self.sheet()
        let words = ["test", "a", "pass", "--max", "10", "--output", "out.txt", "--format", "ansi", "--label", "1.1"]
        let bytes = Array("first".utf8) + Array(repeating: 0xff, count: 1 << 20) + Array("last".utf8)
        guard case .test(let test)? = try sheet.take(words, output: bytes) else { return #expect(Bool(false), "no test") }
        #expect(test.output?.hasPrefix("first") == true && test.output?.hasSuffix("last") == true)
        #expect(test.output?.contains("983049 bytes left out") == true, "bytes that are no UTF-8 are no reason to refuse")
        #expect(test.format == .ansi && test.label == "1.1")
        #expect(sheet.record(Self.ended, limits: RoomLimits()).outcome == .graded)
    }

    @Test func anOutputThatCannotBeReadIsAComplaint() throws {
        var sheet = Self.sheet()
        #expect(throws: ProvostError.self) { try sheet.take(["test", "a", "pass", "--max", "10", "--output", "missing"]) }
        #expect(sheet.record(Self.ended, limits: RoomLimits()).evidence?.contains("missing") == true)
    }

    @Test func outputsBeyondTheCapAreLeftOutWithoutHarm() throws {
        var sheet = Self.sheet(points: 100)
        let bytes = [UInt8](repeating: 0x78, count: TestRecord.longestOutput)
        for number in 0..<100 { _ = try sheet.take(["test", "t\(number)", "pass", "--output", "-"], output: bytes) }
        let record = sheet.record(Self.ended, limits: RoomLimits())
        #expect(record.outcome == .graded)
        #expect(record.tests.reduce(0) { $0 + ($1.output?.utf8.count ?? 0) } < GradingSheet.mostOutput + 100 * 200)
        #expect(record.tests.last?.output?.contains("left out") == true)
    }

    @Test func leaderboardsAreKept() throws {
        let record = Self.record(["score 1", "leaderboard accuracy 0.93", "leaderboard seconds 1.5 --ascending"])
        #expect(record.leaderboard.map(\.value) == ["0.93", "1.5"])
        #expect(record.leaderboard.map(\.ascending) == [false, true])
    }

    // MARK: Whatever a grader says

    /// Random words from a small language, in random order, with every ending: a score is never outside 0…points, and after a complaint
    /// there is none.
    @Test func noScoreIsEverOutsideItsRange() {
        var random = Seeded(21)
        let numbers = ["0", "1", "2.5", "9.9999", "10", "10.0004", "10.0005", "11", "NaN", "-1", "1e9", "1000000000", "", "½"]
        let endings: [RoomReport] = [
            Self.ended, Self.outOfTime, RoomReport(ending: .exited(1), wallTime: .seconds(1)),
            RoomReport(ending: .failed("x"), wallTime: .seconds(1)),
            RoomReport(ending: .stopped, stoppedBy: .memory, wallTime: .seconds(1)),
            RoomReport(ending: .signaled(9), wallTime: .seconds(1)),
        ]
        var outcomes: [GradingRecord.Outcome: Int] = [:]
        for _ in 0..<5000 {
            let points = Int64.random(in: 1...20, using: &random)
            var sheet = Self.sheet(
                points: points, format: Int.random(in: 0..<8, using: &random) == 0 ? .exitCode : .provost,
                onTimeout: Bool.random(using: &random) ? .countReported : .notGraded)
            var complained = false
            let tame = Bool.random(using: &random)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                var words: [String]
                let number = numbers.randomElement(using: &random) ?? "0"
                switch tame ? Int.random(in: 7...9, using: &random) : Int.random(in: 0..<8, using: &random) {
                case 0: words = ["score", number]
                case 1: words = ["message", number]
                case 2:
                    words = ["test", number, "pass", "--max", numbers.randomElement(using: &random) ?? "1", "--score", number]
                case 3: words = ["test", "t", "fail", "--max", number]
                case 9: words = ["score", "\(Int64.random(in: 0...points, using: &random)).25"]
                case 8: words = ["score", "\(Int64.random(in: 0...points, using: &random))"]
                default: words = ["test", "t", "pass", "--max", "\(Int64.random(in: 0...points, using: &random))"]
                }
                if Int.random(in: 0..<40, using: &random) == 0 { words.removeLast() }
                do { _ = try sheet.take(words) } catch { complained = true }
            }
            let record = sheet.record(endings.randomElement(using: &random) ?? Self.ended, limits: RoomLimits())
            outcomes[record.outcome, default: 0] += 1
            #expect((record.score == nil) == (record.outcome == .notGraded))
            if complained { #expect(record.outcome == .notGraded) }
            if let score = record.score { #expect(score >= .zero && score <= Points(whole: points), "\(record)") }
        }
        #expect((outcomes[.graded] ?? 0) > 300 && (outcomes[.notGraded] ?? 0) > 300, "both happen: \(outcomes)")
    }
}
