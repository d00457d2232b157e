import ProvostCore
import Testing

@Suite struct ResultRuleTests {
    private static let hour: Int64 = 3_600_000
    private static func at(_ hours: Int64) -> Timestamp { Timestamp(milliseconds: hours * hour) }
    private static func percent(_ whole: Int64) -> Percentage { Percentage(billionths: whole * 10_000_000) }
    private static func attempt(_ number: Int, at hours: Int64, _ score: Int64?, pending: Bool = false) -> ResultAttempt {
        ResultAttempt(
            submission: ID(trusted: "sub_\(number)"), receivedAt: at(hours),
            score: score.map {
                CountedScore(grading: ID(trusted: "grd_\(number)"), score: Points(whole: $0), max: Points(whole: 100))
            }, isPending: pending)
    }
    private static let daily = LatePolicy(
        grace: .seconds(900), penalty: .each(.seconds(86_400), lose: percent(10), keep: percent(50)))

    private static func facts(_ attempts: [ResultAttempt]) -> ResultFacts {
        var facts = ResultFacts(closes: at(240))
        facts.due = at(100)
        facts.late = daily
        facts.attempts = attempts
        return facts
    }

    @Test func latenessCostsByTheStartedDay() {
        let kept = { (minutes: Int64) in Self.daily.kept(after: .seconds(minutes * 60)) }
        #expect(kept(0) == .full && kept(15) == .full)
        // Once the grace is passed all of it counts.
        #expect(kept(16) == Self.percent(90) && kept(1440) == Self.percent(90) && kept(1441) == Self.percent(80))
        #expect(kept(60 * 24 * 400) == Self.percent(50))
        let curve = LatePolicy(
            grace: .seconds(0),
            penalty: .curve([
                .init(after: .seconds(0), lose: Self.percent(5)), .init(after: .seconds(3600), lose: Self.percent(100)),
            ]))
        #expect(curve.kept(after: .seconds(1)) == Self.percent(95))
        #expect(curve.kept(after: .seconds(3600)) == .zero)
    }

    @Test func theBestIsChosenAfterLateness() {
        // 80 in time beats 85 that is 10 % late; 100 that is late beats both.
        var facts = Self.facts([Self.attempt(1, at: 90, 80), Self.attempt(2, at: 101, 85)])
        #expect(ResultRule.result(facts, at: Self.at(300)).counted == Self.percent(80))
        facts.attempts.append(Self.attempt(3, at: 101, 100))
        let result = ResultRule.result(facts, at: Self.at(300))
        #expect(result.counted == Self.percent(90) && result.submission == ID(trusted: "sub_3"))
        #expect(
            result.steps == [
                .attempt(ID(trusted: "sub_3"), .full), .late(by: .seconds(3600), kept: Self.percent(90)),
            ])
    }

    @Test(
        arguments: [
            // each unit, grace, hours late, days there are → days spent, hours left to pay for
            (7 * 24, 0.0, 8 * 24 + 0.0, 5, 1, 7 * 24 + 0.0),
            (24, 1 / 6.0, 24 + 1 / 12.0, 5, 1, 1 / 12.0),
            (24, 0.0, 24 + 1 / 12.0, 5, 2, 0.0),
            (7 * 24, 0.0, 6 * 24 + 0.0, 5, 0, 6 * 24 + 0.0),
            (7 * 24, 0.0, 6 * 24 + 0.0, 6, 6, 0.0),
        ] as [(Int, Double, Double, Int, Int, Double)])
    func noMoreSlipDaysAreSpentThanMakeADifference(
        unit: Int, grace: Double, late: Double, available: Int, spent: Int, left: Double
    ) {
        let hours = { (count: Double) in TimeSpan(milliseconds: Int64((count * 3_600_000).rounded())) }
        let policy = LatePolicy(
            grace: hours(grace), penalty: .each(hours(Double(unit)), lose: Self.percent(10), keep: .zero))
        let slip = policy.slip(hours(late), days: available)
        #expect(slip.used == spent && slip.left == hours(left), "\(slip)")
    }

    @Test func slipDaysPayForStartedDays() {
        var facts = Self.facts([Self.attempt(1, at: 130, 100)])
        facts.slipDays = 1
        // 30 hours late: one day is paid for, six hours are left and cost a started day.
        let one = ResultRule.result(facts, at: Self.at(300))
        #expect(one.counted == Self.percent(90) && one.slipDaysUsed == 1)
        facts.slipDays = 5
        let two = ResultRule.result(facts, at: Self.at(300))
        #expect(two.counted == .full && two.slipDaysUsed == 2)
        // Where lateness costs nothing more, no day is spent.
        facts.attempts = [Self.attempt(1, at: 100 + 24 * 40, 100)]
        #expect(ResultRule.result(facts, at: Self.at(3000)).slipDaysUsed == 0)
    }

    @Test func aMarkWinsAndAnExcuseTakesItOut() {
        var facts = Self.facts([Self.attempt(1, at: 90, 100)])
        facts.mark = ResultFacts.Mark(score: Points(whole: 3), max: Points(whole: 10), by: "jisu")
        let marked = ResultRule.result(facts, at: Self.at(0))
        #expect(marked.counted == Self.percent(30) && marked.range?.isSettled == true)
        facts.isExcused = true
        #expect(ResultRule.result(facts, at: Self.at(0)).range == nil)
    }

    @Test func whatIsNotGradedIsUnknownAndNotNothing() {
        var facts = Self.facts([Self.attempt(1, at: 90, nil, pending: true)])
        let result = ResultRule.result(facts, at: Self.at(300))
        #expect(result.counted == nil && result.range == PercentageRange(low: .zero, high: .full))
        facts.attempts = [Self.attempt(1, at: 101, nil, pending: true)]
        #expect(ResultRule.result(facts, at: Self.at(300)).range?.high == Self.percent(90))
        facts.attempts = []
        #expect(ResultRule.result(facts, at: Self.at(300)).range == PercentageRange(.zero))
        #expect(ResultRule.result(facts, at: Self.at(90)).range == PercentageRange(low: .zero, high: .full))
        facts.attemptsLeft = 0
        #expect(ResultRule.result(facts, at: Self.at(90)).range == PercentageRange(.zero))
    }

    /// The result, once all is known, lies in every range that was shown before it; and later is never better.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func theRangeHoldsWhatComes(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<100 {
            var facts = Self.facts([])
            facts.policy = Bool.random(using: &random) ? .best : .last
            facts.slipDays = Int.random(in: 0...3, using: &random)
            let hours = (0..<Int.random(in: 0...5, using: &random)).map { _ in Int64.random(in: 0..<240, using: &random) }
                .sorted()
            let whole = hours.enumerated().map { Self.attempt($0, at: $1, Int64.random(in: 0...100, using: &random)) }
            let now = Int64.random(in: 0...240, using: &random)
            facts.attempts = whole.filter { $0.receivedAt <= Self.at(now) }.map { attempt in
                guard Bool.random(using: &random) else { return attempt }
                return ResultAttempt(
                    submission: attempt.submission, receivedAt: attempt.receivedAt, score: nil, isPending: true)
            }
            let before = try #require(ResultRule.result(facts, at: Self.at(now)).range)
            facts.attempts = whole
            let after = try #require(ResultRule.result(facts, at: Self.at(241)).range)
            #expect(after.isSettled)
            #expect(before.low <= after.low && after.low <= before.high, "\(facts) at \(now)")
        }
        var kept = Percentage.full
        for minutes in stride(from: 0 as Int64, to: 20_000, by: 7) {
            let next = Self.daily.kept(after: .seconds(minutes * 60))
            #expect(next <= kept)
            kept = next
        }
    }
}
