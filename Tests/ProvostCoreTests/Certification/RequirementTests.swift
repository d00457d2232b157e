import ProvostCore
import Testing

@Suite struct RequirementTests {
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static func percent(_ whole: Int64) -> Percentage { Percentage(billionths: whole * 10_000_000) }
    private static func item(
        _ name: String, _ low: Int64, _ high: Int64? = nil, weight: Int = 1, phase: String? = nil, group: String? = nil
    ) -> LearnerStanding.Item {
        LearnerStanding.Item(
            assignment: slug(name), phase: phase.map(slug), weight: weight,
            range: PercentageRange(low: percent(low), high: percent(high ?? low)), group: group.map(slug))
    }
    private static func excused(_ name: String, weight: Int = 1) -> LearnerStanding.Item {
        LearnerStanding.Item(assignment: slug(name), phase: nil, weight: weight, range: nil)
    }

    @Test func whatIsOpenIsNeitherMetNorMissed() {
        let rule = Requirement.assignment(Self.slug("a"), Self.percent(60))
        let verdict = { (low: Int64, high: Int64) in
            rule.outcome(for: LearnerStanding(items: [Self.item("a", low, high)])).verdict
        }
        #expect(verdict(60, 100) == .met)
        #expect(verdict(59, 100) == .open)
        #expect(verdict(0, 59) == .missed)
        #expect(rule.outcome(for: LearnerStanding(items: [Self.excused("a")])).verdict == .met)
        #expect(rule.outcome(for: LearnerStanding(items: [])).verdict == .missed)
    }

    @Test func theExcusedAreNotAskedFor() {
        let names = ["a", "b", "c"].map(Self.slug)
        let rule = Requirement.atLeast(3, of: .assignments(names), Self.percent(50))
        let outcome = rule.outcome(
            for: LearnerStanding(items: [Self.item("a", 50), Self.excused("b"), Self.item("c", 10, 100)]))
        #expect(outcome.verdict == .open)
        #expect(outcome.count == RequirementOutcome.Count(reached: 1, possible: 2, needed: 2))
        #expect(outcome.missing == [Self.slug("c")])
        let mean = Requirement.weightedMean(.everything, Self.percent(60))
        let standing = LearnerStanding(items: [Self.item("a", 60, weight: 3), Self.excused("b", weight: 90)])
        #expect(mean.outcome(for: standing).verdict == .met)
    }

    @Test func theMeanGoesByWeightsAndDropsTheLowest() throws {
        let items = [
            Self.item("a", 100, weight: 2, group: "labs"), Self.item("b", 40, weight: 2, group: "labs"),
            Self.item("c", 70, weight: 2, group: "labs"), Self.item("project", 50, weight: 4),
        ]
        let plain = try #require(LearnerStanding(items: items).mean(of: items))
        #expect(plain == PercentageRange(Self.percent(62)))
        let dropping = LearnerStanding(items: items, dropped: [Self.slug("labs"): 1])
        // (200 + 140 + 200) / 8
        #expect(dropping.mean(of: items) == PercentageRange(Percentage(billionths: 675_000_000)))
        // However many are to be dropped, one counts: (200 + 200) / 6, rounded up.
        let all = LearnerStanding(items: items, dropped: [Self.slug("labs"): 9])
        #expect(all.mean(of: items) == PercentageRange(Percentage(billionths: 666_666_667)))
    }

    @Test func aThirdThriceIsWhole() {
        let items = ["a", "b", "c"].map {
            LearnerStanding.Item(
                assignment: Self.slug($0), phase: nil, weight: 1,
                range: PercentageRange(Percentage(Points(whole: 1), of: Points(whole: 3))))
        }
        let rule = Requirement.weightedMean(.everything, Percentage(Points(whole: 1), of: Points(whole: 3)))
        #expect(rule.outcome(for: LearnerStanding(items: items)).verdict == .met)
    }

    @Test func attendanceAndHonesty() {
        let rule = Requirement.attendance(Self.percent(80))
        let verdict = { (present: Int, absent: Int, open: Int) in
            rule.outcome(
                for: LearnerStanding(items: [], attendance: .init(present: present, absent: absent, open: open))
            ).verdict
        }
        #expect(verdict(8, 2, 0) == .met)
        #expect(verdict(7, 2, 1) == .open)
        #expect(verdict(7, 3, 0) == .missed)
        #expect(verdict(0, 0, 0) == .met)
        // What a listing says of those who have not reached it: the rules that are not met, and how far each is.
        let absent = LearnerStanding(items: [], attendance: .init(present: 7, absent: 3, open: 0))
        #expect(Requirement.all([rule, .noOpenIntegrityCase]).outcome(for: absent).unmet == ["attendance 80% (70%)"])
        let honest = { (integrity: LearnerStanding.Integrity) in
            Requirement.noOpenIntegrityCase.outcome(for: LearnerStanding(items: [], integrity: integrity)).verdict
        }
        #expect([honest(.clear), honest(.open), honest(.confirmed)] == [.met, .open, .missed])
    }

    // MARK: Properties

    /// Whatever becomes of the open work, what was met is met and what was missed is missed; and where nothing is open, nothing is open.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func knowledgeNeverTurnsAVerdict(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<100 {
            let standing = Self.standing(&random)
            let rule = Self.rule(&random, depth: 3)
            let before = rule.outcome(for: standing).verdict
            let settled = Self.settled(standing, &random)
            let after = rule.outcome(for: settled).verdict
            #expect(after != .open, "\(rule)")
            if before != .open { #expect(after == before, "\(rule) \(standing) \(settled)") }
        }
    }

    /// A better result never takes a certificate away.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aBetterResultNeverHurts(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<100 {
            let standing = Self.settled(Self.standing(&random), &random)
            var better = standing
            better.items = standing.items.map { item in
                guard let range = item.range, Bool.random(using: &random) else { return item }
                let low = Percentage(billionths: range.low.billionths + Int64.random(in: 0...400_000_000, using: &random))
                return LearnerStanding.Item(
                    assignment: item.assignment, phase: item.phase, weight: item.weight, range: PercentageRange(low),
                    group: item.group)
            }
            let rule = Self.rule(&random, depth: 3)
            if rule.outcome(for: standing).verdict == .met { #expect(rule.outcome(for: better).verdict == .met, "\(rule)") }
        }
    }

    /// Rules that follow from others are met by all who meet those, and what was made easier follows.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whatFollowsIsMetByAllWhoMetTheOther(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<100 {
            let rule = Self.rule(&random, depth: 3)
            let easier = Self.easier(rule, &random)
            #expect(easier.follows(from: rule), "\(rule.text) → \(easier.text)")
            let another = Self.rule(&random, depth: 1)
            let pairs = [(rule, easier), (easier, rule), (rule, another), (another, rule), (another, .any([easier, another]))]
            for (old, new) in pairs where new.follows(from: old) {
                for _ in 0..<5 {
                    let standing = Self.settled(Self.standing(&random), &random)
                    guard old.outcome(for: standing).verdict == .met else { continue }
                    #expect(new.outcome(for: standing).verdict == .met, "\(old.text) → \(new.text)")
                }
            }
        }
    }

    @Test func whatAsksForMoreDoesNotFollow() {
        let (a, b) = (Requirement.assignment(Self.slug("a"), Self.percent(60)), Requirement.attendance(Self.percent(80)))
        let harder = Requirement.assignment(Self.slug("a"), Self.percent(61))
        for (old, new) in [
            (a, harder), (a, b), (a, .all([a, b])), (.any([a, b]), a), (.all([a, b]), .all([harder, b])),
            (.all([a]), .noOpenIntegrityCase),
            (.weightedMean(.everything, Self.percent(60)), .weightedMean(.phase(Self.slug("one")), Self.percent(60))),
            (.atLeast(2, of: .everything, Self.percent(60)), .atLeast(3, of: .everything, Self.percent(60))),
        ] {
            #expect(!new.follows(from: old), "\(old.text) → \(new.text)")
            #expect(new == harder || new.follows(from: new))
        }
        #expect(a.follows(from: .all([b, a])) && Requirement.any([b, a]).follows(from: a))
    }

    /// The same rule with lower minimums, less in `all` and more in `any`.
    private static func easier(_ rule: Requirement, _ random: inout Seeded) -> Requirement {
        func lower(_ old: Percentage) -> Percentage {
            Percentage(billionths: Int64.random(in: 0...old.billionths, using: &random))
        }
        switch rule {
        case .all(let rules):
            return .all(rules.shuffled(using: &random).dropLast(rules.count > 1 ? 1 : 0).map { easier($0, &random) })
        case .any(let rules): return .any(rules.map { easier($0, &random) } + [Self.rule(&random, depth: 1)])
        case .assignment(let name, let minimum): return .assignment(name, lower(minimum))
        case .atLeast(let count, let scope, let minimum): return .atLeast(max(0, count - 1), of: scope, lower(minimum))
        case .weightedMean(let scope, let minimum): return .weightedMean(scope, lower(minimum))
        case .everyPhase(let minimum): return .everyPhase(lower(minimum))
        case .attendance(let minimum): return .attendance(lower(minimum))
        case .noOpenIntegrityCase: return rule
        }
    }

    private static let names = ["a", "b", "c", "d", "e", "f"].map(slug)
    private static let phases = ["one", "two"].map(slug)

    private static func standing(_ random: inout Seeded) -> LearnerStanding {
        let weight = Int.random(in: 0...3, using: &random)
        let items = names.enumerated().map { index, name in
            let low = Int64.random(in: 0...100, using: &random)
            let high = Bool.random(using: &random) ? low : Int64.random(in: low...100, using: &random)
            let excused = Int.random(in: 0..<8, using: &random) == 0
            return LearnerStanding.Item(
                assignment: name, phase: phases[index % 2], weight: index < 3 ? weight : Int.random(in: 0...3, using: &random),
                range: excused ? nil : PercentageRange(low: percent(low), high: percent(high)),
                group: index < 3 ? slug("labs") : nil)
        }
        let integrity: LearnerStanding.Integrity = [.clear, .open, .confirmed].randomElement(using: &random) ?? .clear
        return LearnerStanding(
            items: items, phases: phases, dropped: [slug("labs"): Int.random(in: 0...3, using: &random)],
            attendance: .init(
                present: Int.random(in: 0...9, using: &random), absent: Int.random(in: 0...4, using: &random),
                open: Int.random(in: 0...4, using: &random)),
            integrity: integrity)
    }

    private static func settled(_ standing: LearnerStanding, _ random: inout Seeded) -> LearnerStanding {
        var settled = standing
        settled.items = standing.items.map { item in
            guard let range = item.range else { return item }
            let value = Percentage(billionths: Int64.random(in: range.low.billionths...range.high.billionths, using: &random))
            return LearnerStanding.Item(
                assignment: item.assignment, phase: item.phase, weight: item.weight, range: PercentageRange(value),
                group: item.group)
        }
        let came = Int.random(in: 0...standing.attendance.open, using: &random)
        settled.attendance = .init(
            present: standing.attendance.present + came, absent: standing.attendance.absent + standing.attendance.open - came,
            open: 0)
        if standing.integrity == .open { settled.integrity = Bool.random(using: &random) ? .clear : .confirmed }
        return settled
    }

    private static func rule(_ random: inout Seeded, depth: Int) -> Requirement {
        let minimum = percent(Int64.random(in: 0...100, using: &random))
        let scope: Requirement.Scope =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .everything
            case 1: .phase(phases.randomElement(using: &random) ?? phases[0])
            default: .assignments(names.filter { _ in Bool.random(using: &random) })
            }
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .assignment(names.randomElement(using: &random) ?? names[0], minimum)
        case 1: return .atLeast(Int.random(in: 0...6, using: &random), of: scope, minimum)
        case 2: return .weightedMean(scope, minimum)
        case 3: return .everyPhase(minimum)
        case 4: return .attendance(minimum)
        case 5: return .noOpenIntegrityCase
        case 6: return .all((0..<Int.random(in: 1...3, using: &random)).map { _ in rule(&random, depth: depth - 1) })
        default: return .any((0..<Int.random(in: 1...3, using: &random)).map { _ in rule(&random, depth: depth - 1) })
        }
    }
}
