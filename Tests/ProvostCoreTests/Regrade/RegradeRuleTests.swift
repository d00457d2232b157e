import ProvostCore
import Testing

@Suite struct RegradeRuleTests {
    private typealias Item = RegradeRule.Item
    private typealias Entry = RegradeRule.Entry

    private static func score(_ points: Int64, of max: Int64 = 20, _ grading: String) -> CountedScore {
        CountedScore(grading: ID(trusted: grading), score: Points(whole: points), max: Points(whole: max))
    }

    private static func entry(
        _ number: Int, has: CountedScore?, base: CountedScore?, _ proposal: RegradeRule.Proposal, mark: Bool = false
    ) -> RegradeRule.Entry {
        Entry(
            submission: ID(trusted: "sub_\(number)"), counted: has,
            item: Item(base: base?.grading, proposal: proposal, hasHumanMark: mark))
    }

    private static func verdict(_ entry: RegradeRule.Entry, _ options: RegradeOptions = RegradeOptions()) -> RegradeRule.Decision?
    {
        RegradeRule.outcome([entry], policy: .best, options: options).decisions.first
    }

    private static let old = score(12, "grd_old")

    @Test(arguments: [
        (RegradeRule.Proposal.count(score(15, "grd_new")), RegradeVerdict.higher, Int64(15)),
        (.count(score(12, "grd_new")), .same, 12), (.count(score(6, of: 10, "grd_new")), .same, 6),
        (.count(score(7, "grd_new")), .lower, 7), (.notGraded, .notGraded, 12), (.pending, .pending, 12),
    ])
    func eachProposalHasItsVerdict(proposal: RegradeRule.Proposal, verdict: RegradeVerdict, points: Int64) {
        let decision = Self.verdict(Self.entry(1, has: Self.old, base: Self.old, proposal))
        #expect(decision?.verdict == verdict)
        #expect(decision?.after?.score == Points(whole: points))
        #expect(decision?.before == Self.old)
    }

    @Test func aFirstScoreIsGivenAndTakenBack() {
        let new = Self.score(5, "grd_new")
        let first = Self.verdict(Self.entry(1, has: nil, base: nil, .count(new)))
        #expect(first?.verdict == .first && first?.after == new)
        let back = Self.verdict(Self.entry(1, has: new, base: new, .count(nil)))
        #expect(back?.verdict == .withdrawn && back?.after == nil)
        let kept = Self.verdict(Self.entry(1, has: new, base: new, .count(nil)), RegradeOptions(neverLower: true))
        #expect(kept?.verdict == .lowerKept && kept?.after == new)
    }

    @Test func whatWasGradedSinceIsLeftAlone() {
        let since = Self.score(1, "grd_since")
        let decision = Self.verdict(Self.entry(1, has: since, base: Self.old, .count(Self.score(20, "grd_new"))))
        #expect(decision?.verdict == .overtaken && decision?.after == since)
    }

    @Test func humanMarksAreKeptWhenAsked() {
        let marked = Self.entry(1, has: Self.old, base: Self.old, .count(Self.score(20, "grd_new")), mark: true)
        #expect(Self.verdict(marked)?.verdict == .higher)
        let kept = Self.verdict(marked, RegradeOptions(keepHumanMarks: true))
        #expect(kept?.verdict == .humanMarkKept && kept?.after == Self.old)
        let plain = Self.entry(1, has: Self.old, base: Self.old, .count(Self.score(20, "grd_new")))
        #expect(Self.verdict(plain, RegradeOptions(keepHumanMarks: true))?.verdict == .higher)
    }

    /// Under `last`, a submission that had no score would take the result from a better one.
    @Test func neverLowerKeepsAFirstScoreFromLoweringTheResult() {
        let entries = [
            Self.entry(1, has: Self.old, base: Self.old, .count(Self.old)),
            Self.entry(2, has: nil, base: nil, .count(Self.score(5, "grd_new"))),
        ]
        let plain = RegradeRule.outcome(entries, policy: .last, options: RegradeOptions())
        #expect(plain.after?.score.score == Points(whole: 5))
        let kept = RegradeRule.outcome(entries, policy: .last, options: RegradeOptions(neverLower: true))
        #expect(kept.after?.score == Self.old)
        #expect(kept.decisions.map(\.verdict) == [.same, .lowerKept])
    }

    @Test func theResultIsThePersonsAndNotTheSubmissions() {
        let other = Self.score(10, "grd_other")
        let entries = [
            Self.entry(1, has: Self.old, base: Self.old, .count(Self.score(3, "grd_new"))),
            Entry(submission: ID(trusted: "sub_2"), counted: other, item: nil),
        ]
        let outcome = RegradeRule.outcome(entries, policy: .best, options: RegradeOptions())
        #expect(outcome.before?.submission == ID(trusted: "sub_1"))
        #expect(outcome.after?.submission == ID(trusted: "sub_2") && outcome.after?.score == other)
        #expect(outcome.decisions.count == 1, "a submission outside the set is not decided about")
    }

    // MARK: Properties

    private static func random(_ random: inout Seeded) -> [RegradeRule.Entry] {
        (0..<Int.random(in: 1...5, using: &random)).map { number in
            let score = { (name: String, random: inout Seeded) -> CountedScore in
                let most: Int64 = [10, 20, 40].randomElement(using: &random) ?? 10
                let points = Int64.random(in: 0...most, using: &random)
                return Self.score(points, of: most, "\(name)_\(number)")
            }
            let has: CountedScore? = Bool.random(using: &random) ? score("grd_has", &random) : nil
            guard Int.random(in: 0..<5, using: &random) > 0 else {
                return Entry(submission: ID(trusted: "sub_\(number)"), counted: has, item: nil)
            }
            let proposal: RegradeRule.Proposal =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: .pending
                case 1: .notGraded
                case 2: .count(nil)
                default: .count(score("grd_new", &random))
                }
            let isOvertaken = Int.random(in: 0..<6, using: &random) == 0
            return Self.entry(
                number, has: has, base: isOvertaken ? Self.old : has, proposal, mark: Bool.random(using: &random))
        }
    }

    @Test func neverLowerNeverLowersAnyone() {
        var random = Seeded(31)
        for _ in 0..<20_000 {
            let entries = Self.random(&random)
            for policy in ResultPolicy.allCases {
                let outcome = RegradeRule.outcome(entries, policy: policy, options: RegradeOptions(neverLower: true))
                let move = RegradeMove(
                    person: Slug(trusted: "a"), name: "", before: outcome.before?.score, after: outcome.after?.score)
                #expect(move.direction != .down, "\(policy) \(entries)")
                for decision in outcome.decisions {
                    guard let before = decision.before else { continue }
                    #expect(decision.after.map { !$0.isLower(than: before) } == true)
                }
            }
        }
    }

    @Test func decisionsTakeTheProposalOrKeepWhatCounts() {
        var random = Seeded(32)
        for _ in 0..<5000 {
            let entries = Self.random(&random)
            let options = RegradeOptions(neverLower: .random(using: &random), keepHumanMarks: .random(using: &random))
            let outcome = RegradeRule.outcome(entries, policy: .best, options: options)
            let held = entries.filter { $0.item != nil }
            #expect(outcome.decisions.map(\.submission) == held.map(\.submission))
            for (entry, decision) in zip(held, outcome.decisions) {
                if decision.verdict.isTaken {
                    #expect(entry.item?.proposal == .count(decision.after))
                    #expect(entry.item?.base == entry.counted?.grading)
                } else {
                    #expect(decision.after == entry.counted)
                }
                if entry.item?.hasHumanMark == true, options.keepHumanMarks { #expect(!decision.verdict.isTaken) }
            }
        }
    }

    /// Taking back what was taken gives what was there, whatever the set did.
    @Test func applyingAndUndoingGivesWhatWasThere() {
        var random = Seeded(33)
        for _ in 0..<5000 {
            let entries = Self.random(&random)
            let options = RegradeOptions(neverLower: .random(using: &random))
            let applied = RegradeRule.outcome(entries, policy: .best, options: options)
            let decisions = Dictionary(uniqueKeysWithValues: applied.decisions.map { ($0.submission, $0) })
            let undo = entries.map { entry in
                let decision = decisions[entry.submission]
                let item = decision.flatMap { decision in
                    decision.verdict.isTaken
                        ? Item(base: decision.after?.grading, proposal: .count(decision.before), hasHumanMark: false) : nil
                }
                return Entry(submission: entry.submission, counted: decision.map(\.after) ?? entry.counted, item: item)
            }
            let undone = RegradeRule.outcome(undo, policy: .best, options: RegradeOptions())
            #expect(undone.before == applied.after)
            #expect(undone.after == applied.before)
        }
    }

    // MARK: Cost

    @Test func costComesFromTheMedianAndTheWorkers() {
        let cost = RegradeRule.estimate(gradings: 7, recent: [1, 30, 2], atOnce: 3)
        #expect(cost.each == .seconds(2) && cost.together == .seconds(14) && cost.duration == .seconds(6))
        #expect(cost.basedOn == 3)
        let unknown = RegradeRule.estimate(gradings: 7, recent: [], atOnce: 3)
        #expect(unknown.each == nil && unknown.duration == nil && unknown.gradings == 7)
    }

    @Test(arguments: [(1, 1), (2, 1), (8, 7)]) func oneWorkerIsLeftForLearners(workers: Int, atOnce: Int) {
        #expect(RegradeRule.atOnce(workers: workers) == atOnce)
    }

    // MARK: Differences

    @Test func testsAreMatchedByName() {
        let test = { (number: Int, name: String, status: TestRecord.Status, score: Int64) in
            TestRecord(number: number, name: name, status: status, score: Points(whole: score), max: Points(whole: 5))
        }
        let before = [test(1, "adds", .pass, 5), test(2, "case", .fail, 0), test(3, "case", .pass, 5), test(4, "gone", .pass, 5)]
        let after = [test(1, "new", .fail, 0), test(2, "case", .pass, 5), test(3, "case", .pass, 5), test(4, "adds", .pass, 5)]
        let differences = TestDifference.between(before, after)
        #expect(differences.map(\.name) == ["new", "case", "gone"])
        #expect(differences[0].before == nil && differences[0].after?.status == .fail)
        #expect(differences[1].before?.status == .fail && differences[1].after?.status == .pass)
        #expect(differences[2].after == nil)
        #expect(TestDifference.between(before, before).isEmpty)
    }
}
