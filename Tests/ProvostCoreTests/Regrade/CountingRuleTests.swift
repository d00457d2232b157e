import ProvostCore
import Testing

@Suite struct CountingRuleTests {
    private static func score(_ points: Int64, of max: Int64 = 20, _ grading: String = "grd_x") -> CountedScore {
        CountedScore(grading: ID(trusted: grading), score: Points(whole: points), max: Points(whole: max))
    }
    private let direct = score(12, "grd_direct")
    private let decided = score(15, "grd_set")

    @Test func withoutADecisionTheNewestOrdinaryGradingCounts() {
        #expect(CountingRule.counted(direct: nil, decision: nil) == nil)
        #expect(CountingRule.counted(direct: .init(recorded: 3, score: direct), decision: nil) == direct)
    }

    @Test(arguments: [
        (Int64(3), Int64(3), true),  // the decision was made when that grading was the newest
        (2, 3, true), (4, 3, false),  // graded after the decision
    ])
    func theDecisionHoldsUntilAnOrdinaryGradingIsGradedAfterIt(recorded: Int64, after: Int64, decisionHolds: Bool) {
        let counted = CountingRule.counted(
            direct: .init(recorded: recorded, score: direct), decision: .init(after: after, score: decided))
        #expect(counted == (decisionHolds ? decided : direct))
    }

    @Test func aDecisionMayLeaveNothing() {
        #expect(CountingRule.counted(direct: nil, decision: .init(after: 3, score: nil)) == nil)
        #expect(CountingRule.counted(direct: .init(recorded: 2, score: direct), decision: .init(after: 3, score: nil)) == nil)
        #expect(CountingRule.counted(direct: .init(recorded: 4, score: direct), decision: .init(after: 3, score: nil)) == direct)
    }

    @Test func whatIsShownIsUnfinishedWorkThenTheNewerOfTheTwo() {
        let (newest, taken) = (ID<Grading>(trusted: "grd_1"), ID<Grading>(trusted: "grd_2"))
        #expect(CountingRule.shown(newest: nil, decision: nil) == nil)
        #expect(CountingRule.shown(newest: (newest, nil), decision: (5, taken)) == newest)
        #expect(CountingRule.shown(newest: (newest, 5), decision: (5, taken)) == taken)
        #expect(CountingRule.shown(newest: (newest, 6), decision: (5, taken)) == newest)
        #expect(CountingRule.shown(newest: (newest, 5), decision: (5, nil)) == newest)
    }

    @Test(arguments: [
        (Int64(12), Int64(20), Int64(6), Int64(10), 0),  // the same share
        (12, 20, 7, 10, -1), (12, 20, 11, 20, 1), (0, 20, 0, 10, 0), (0, 0, 5, 10, 0),
        (1_000_000_000, 1_000_000_000, 999_999_999, 1_000_000_000, 1),
    ])
    func scoresOfTwoVersionsCompareByTheirShare(a: Int64, aMax: Int64, b: Int64, bMax: Int64, order: Int) {
        let (left, right) = (Self.score(a, of: aMax), Self.score(b, of: bMax))
        #expect(left.isLower(than: right) == (order < 0))
        #expect(right.isLower(than: left) == (order > 0))
    }

    @Test func thePolicyPicks() {
        let scores = [nil, Self.score(12), Self.score(6, of: 10), nil, Self.score(3)]
        #expect(ResultPolicy.best.pick(scores) == 1, "of equal shares the earlier")
        #expect(ResultPolicy.last.pick(scores) == 4)
        #expect(ResultPolicy.best.pick([nil, nil]) == nil)
    }
}
