import ProvostCore
import Testing

@Suite struct ForeignReportTests {
    typealias Test = ForeignReport.Test

    static func amount(_ text: String) throws -> Amount { try Amount(parsing: Array(text.utf8)[...]) }

    private static func record(_ report: ForeignReport, points: Int64 = 10, bonus: Bool = false) throws -> GradingRecord {
        try report.record(points: Points(whole: points), isolation: .shared, bonus: bonus)
    }

    private static func scored(_ tests: [(String, String?)]) throws -> ForeignReport {
        ForeignReport(
            sharing: .asReported,
            tests: try tests.enumerated().map { index, test in
                Test(name: "t\(index)", status: .pass, score: try amount(test.0), max: try test.1.map { try amount($0) })
            })
    }

    // MARK: Points

    @Test(
        arguments: [
            // Maxima that add up to the lab's points stay as they are.
            ([("4", "4"), ("1.5", "6")], 10, [4000, 1500], [4000, 6000], 5500),
            // Others are scaled; all reached stays all.
            ([("1", "1"), ("1", "1"), ("1", "1")], 10, [3334, 3333, 3333], [3334, 3333, 3333], 10_000),
            ([("1", "1"), ("0", "1"), ("1", "1")], 10, [3334, 0, 3333], [3334, 3333, 3333], 6667),
            ([("0.5", "1"), ("0.5", "1"), ("0.5", "1")], 10, [1667, 1667, 1666], [3334, 3333, 3333], 5000),
            // What floating point added does not matter.
            ([("0.30000000000000004", "0.3"), ("0.1", "0.7")], 10, [3000, 1000], [3000, 7000], 4000),
            // A test worth nothing is shown and counts nothing.
            ([("0", "0"), ("2", "2")], 7, [0, 7000], [0, 7000], 7000),
            // No maximum anywhere: a point is a point of the lab.
            ([("4", nil), ("1.5", nil)], 10, [4000, 1500], [4000, 1500], 5500),
            ([("4", nil), ("1", "2")], 10, [4000, 1000], [4000, 2000], 5000),
        ] as [([(String, String?)], Int64, [Int64], [Int64], Int64)])
    func pointsAreShared(tests: [(String, String?)], points: Int64, scores: [Int64], maxima: [Int64], total: Int64) throws {
        let record = try Self.record(try Self.scored(tests), points: points)
        #expect(record.outcome == .graded && record.isolation == .shared)
        #expect(record.tests.map(\.score.thousandths) == scores)
        #expect(record.tests.map(\.max.thousandths) == maxima)
        #expect(record.score?.thousandths == total)
    }

    @Test(
        arguments: [
            // Above its maximum.
            ([("2", "1")], 10), ([("1", "0"), ("1", "1")], 10),
            // No scale, and above the lab's points.
            ([("11", nil)], 10), ([("6", nil), ("5", "9")], 10),
            // Nothing to reach.
            ([("0", "0")], 10), ([], 10),
        ] as [([(String, String?)], Int64)])
    func pointsThatCannotBeAreMistakes(tests: [(String, String?)], points: Int64) throws {
        let report = try Self.scored(tests)
        #expect(throws: FormatMistake.self) { try Self.record(report, points: points) }
    }

    @Test func aBonusIsKeptInTheTestAndCappedInTheTotal() throws {
        let record = try Self.record(try Self.scored([("9", "6"), ("4", "4")]), bonus: true)
        #expect(record.tests.map(\.score.thousandths) == [9000, 4000])
        #expect(record.score == Points(whole: 10) && record.passed)
        let extra = try Self.record(try Self.scored([("2", "0"), ("5", "10")]), bonus: true)
        #expect(extra.score == Points(whole: 7))
        #expect(throws: FormatMistake.self) { try Self.record(try Self.scored([("9", "6"), ("4", "4")])) }
    }

    @Test(
        arguments: [
            ("5", nil, 5000), ("1", "4", 2500), ("0.6666666666666666", "1", 6667), ("10", nil, 10_000), ("0", nil, 0),
        ] as [(String, String?, Int64)])
    func aTotalWinsOverTheSum(score: String, max: String?, thousandths: Int64) throws {
        var report = try Self.scored([("1", "1")])
        report.total = .init(score: try Self.amount(score), max: try max.map { try Self.amount($0) })
        #expect(try Self.record(report).score?.thousandths == thousandths)
        report.tests = []
        #expect(try Self.record(report).score?.thousandths == thousandths)
    }

    @Test func aTotalAboveItsMaximumIsAMistakeWithoutBonus() throws {
        let report = ForeignReport(sharing: .asReported, total: .init(score: Amount(whole: 2), max: Amount(whole: 1)))
        #expect(throws: FormatMistake.self) { try Self.record(report) }
        #expect(try Self.record(report, bonus: true).score == Points(whole: 10))
        let nothing = ForeignReport(sharing: .asReported, total: .init(score: .zero, max: .zero))
        #expect(throws: FormatMistake.self) { try Self.record(nothing) }
    }

    @Test func withoutPointsEveryTestIsWorthTheSame() throws {
        let statuses: [TestRecord.Status] = [.pass, .skip, .error, .fail, .pass, .pass, .pass]
        let record = try Self.record(
            ForeignReport(sharing: .equally, tests: statuses.map { Test(name: "", status: $0) }), points: 100)
        #expect(record.tests.map(\.max.thousandths) == [14_286, 14_286, 14_286, 14_286, 14_286, 14_285, 14_285])
        #expect(record.score == Points(thousandths: 57_142))
        #expect(record.tests.map(\.name) == (1...7).map { "test \($0)" })
        #expect(throws: FormatMistake.self) { try Self.record(ForeignReport(sharing: .equally)) }
    }

    @Test func whatIsNotGradableHasNoScore() throws {
        let record = try Self.record(
            ForeignReport(sharing: .asReported, gradable: false, messages: ["Your file does not parse.", "Line 3."]))
        #expect(record.outcome == .notGraded && record.score == nil && !record.refused)
        #expect(record.reason == "Your file does not parse.")
        #expect(record.messages == ["Line 3."])
    }

    @Test func longTextsAreCut() throws {
        let long = String(repeating: "한", count: 100_000)
        let record = try Self.record(
            ForeignReport(
                sharing: .equally, tests: [Test(label: long, name: long, status: .fail, output: long, message: long)],
                messages: [long]))
        let test = try #require(record.tests.first)
        #expect(test.name.utf8.count <= ReportCommand.longestName && test.name.hasSuffix("한…"))
        #expect((test.label?.utf8.count ?? 0) <= ReportCommand.longestLabel)
        #expect((test.output?.utf8.count ?? 0) <= TestRecord.longestOutput + 60)
        #expect((test.message?.utf8.count ?? 0) <= ReportCommand.longestMessage + 60)
        #expect((record.messages.first?.utf8.count ?? 0) <= ReportCommand.longestMessage + 60)
        #expect(test.output?.contains("\u{fffd}") == false, "cut between characters")
    }

    @Test func tooManyTestsAreNotBelieved() throws {
        let tests = (0...GradingSheet.mostTests).map { Test(name: "\($0)", status: .pass) }
        #expect(throws: FormatMistake.self) { try Self.record(ForeignReport(sharing: .equally, tests: tests)) }
        let record = try Self.record(ForeignReport(sharing: .equally, tests: Array(tests.dropLast())))
        #expect(record.score == Points(whole: 10))
        #expect(record.tests.reduce(Points.zero) { $0 + $1.max } == Points(whole: 10))
    }

    /// What holds for every report, whatever the numbers.
    @Test func sumsAreExactAndScoresWithinTheirRange() throws {
        var random = Seeded(3)
        for round in 0..<3000 {
            let bonus = round % 3 == 0
            let count = Int.random(in: 1...(round % 50 == 0 ? 400 : 12), using: &random)
            let scale: Int64 = [1, 1000, 1_000_000_000, 123_456_789].randomElement(using: &random) ?? 1
            let tests = (0..<count).map { index in
                let max = Int64.random(in: 0...20, using: &random) * scale
                let kind = Int.random(in: 0..<4, using: &random)
                let score = kind == 0 ? 0 : kind == 1 ? max : Int64.random(in: 0...max, using: &random)
                return (score: bonus && kind == 2 ? score * 2 : score, max: max)
            }
            let points = Points(thousandths: Int64.random(in: 1...200_000, using: &random))
            let report = ForeignReport(
                sharing: .asReported,
                tests: try tests.map {
                    Test(
                        name: "t", status: .pass, score: try Self.amount("\($0.score)e-9"),
                        max: try Self.amount("\($0.max)e-9"))
                })
            let full = tests.reduce(0) { $0 + $1.max }
            guard full > 0 else { continue }
            let record = try report.record(points: points, isolation: .shared, bonus: bonus)
            let sum = record.tests.reduce(Points.zero) { $0 + $1.score }
            #expect(record.tests.reduce(Points.zero) { $0 + $1.max } == points)
            #expect(record.score == min(sum, points))
            if !bonus { #expect(record.tests.allSatisfy { $0.score <= $0.max }) }
            for (test, given) in zip(record.tests, tests) {
                if given.score == 0 { #expect(test.score == .zero) }
                if given.score == given.max { #expect(test.score == test.max) }
                let exact = Double(given.score) * Double(points.thousandths) / Double(full)
                if exact <= Double(points.thousandths) { #expect(abs(exact - Double(test.score.thousandths)) < 1.001) }
            }
            if tests.allSatisfy({ $0.score == $0.max }) { #expect(record.passed) }
            let exact = Double(tests.reduce(0) { $0 + $1.score }) * Double(points.thousandths) / Double(full)
            if !bonus { #expect(abs(exact - Double(sum.thousandths)) <= Double(count) / 2 + 1) }
        }
    }

    // MARK: Numbers

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("-0.0e5", 0), ("1", 1_000_000_000), ("12.5", 12_500_000_000), ("1e2", 100_000_000_000),
            ("1E+2", 100_000_000_000), ("125e-1", 12_500_000_000), ("0.000000001", 1), ("0.0000000005", 1),
            ("0.0000000004999", 0),
            ("0.30000000000000004", 300_000_000), ("0.9999999999999999", 1_000_000_000), ("0.3333333333333333", 333_333_333),
            ("1000000000", Int64(1_000_000_000_000_000_000)), ("1e9", 1_000_000_000_000_000_000), ("0e400", 0), ("1e-400", 0),
            ("999999999.9999999994", 999_999_999_999_999_999), ("123456789012345678901234567890e-25", 12_345_678_901_235),
            ("0.00000000012345678901234567890", 0),
        ] as [(String, Int64)])
    func numbersAreRead(text: String, billionths: Int64) throws {
        #expect(try Self.amount(text).billionths == billionths)
    }

    @Test(
        arguments: [
            ("", .notANumber), ("-", .notANumber), ("01", .notANumber), ("1.", .notANumber), (".5", .notANumber),
            ("+1", .notANumber),
            ("1e", .notANumber), ("1e+", .notANumber), ("0x10", .notANumber), ("NaN", .notANumber), ("Infinity", .notANumber),
            ("1 ", .notANumber), ("1_000", .notANumber), ("１", .notANumber), ("-1", .negative), ("-1e-300", .negative),
            ("1e400", .notFinite), ("-1e400", .notFinite), ("1e99999999999999999999", .notFinite), ("1e10", .aboveOneBillion),
            ("1000000001", .aboveOneBillion), ("1.1e9", .aboveOneBillion), ("1e308", .aboveOneBillion),
        ] as [(String, Amount.Refusal)])
    func numbersAreRefused(text: String, refusal: Amount.Refusal) {
        #expect(throws: refusal) { try Self.amount(text) }
    }
}

@Suite struct ExcerptTests {
    @Test func shortTextsStay() {
        #expect(Excerpt.of("한글", atMost: 6) == "한글")
        #expect(Excerpt.beginning(of: "한글", atMost: 6) == "한글")
    }

    @Test(arguments: 8...40)
    func longTextsAreCutBetweenCharacters(limit: Int) {
        let text = String(repeating: "한a글😀", count: 20)
        let kept = Excerpt.of(text, atMost: limit)
        #expect(!kept.contains("\u{fffd}") && kept.contains("bytes left out"))
        let beginning = Excerpt.beginning(of: text, atMost: limit)
        #expect(!beginning.contains("\u{fffd}") && beginning.hasSuffix("…") && beginning.utf8.count <= limit)
    }

    @Test func bytesThatAreNoTextAreShownAsFarAsTheyAre() {
        #expect(Excerpt.of([0x61, 0xff, 0x62], atMost: 10) == "a\u{fffd}b")
        #expect(Excerpt.of([UInt8](repeating: 0x80, count: 1000), atMost: 10).contains("left out"))
    }
}

@Suite struct LearnersViewTests {
    private static func record() -> GradingRecord {
        let visibilities: [TestRecord.Visibility] = [.visible, .hidden, .afterDue, .afterPublished]
        return GradingRecord(
            outcome: .graded, isolation: .shared, score: Points(whole: 5), max: Points(whole: 10), evidence: "secret",
            tests: visibilities.enumerated().map {
                TestRecord(number: $0 + 1, name: "\($1)", status: .pass, score: .zero, max: .zero, visibility: $1)
            }, totalHidden: true)
    }

    @Test(
        arguments: [
            (false, false, [1]), (true, false, [1, 3]), (false, true, [1, 4]), (true, true, [1, 3, 4]),
        ] as [(Bool, Bool, [Int])])
    func testsAppearInTheirTime(afterDue: Bool, published: Bool, numbers: [Int]) {
        let seen = Self.record().forLearner(afterDue: afterDue, published: published)
        #expect(seen.tests.map(\.number) == numbers)
        #expect(seen.evidence == nil)
        #expect(seen.score == nil, "a hidden test keeps the total back")
    }

    @Test func theTotalAppearsWhenNothingIsKeptBack() {
        var record = Self.record()
        record.tests.remove(at: 1)
        #expect(record.forLearner(afterDue: true, published: false).score == nil)
        #expect(record.forLearner(afterDue: true, published: true).score == Points(whole: 5))
        record.totalHidden = false
        #expect(record.forLearner(afterDue: false, published: false).score == Points(whole: 5))
    }
}
