import ProvostCore
import Testing

@Suite struct TaughtHoursTests {
    private static let day = CivilDate(daysSince1970: 20_000)
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }

    private static func phase(_ name: String, _ first: Int, _ last: Int, hours: Int?) -> CohortPlan.Phase {
        CohortPlan.Phase(
            name: slug(name), title: LocalizedText(english: name), place: .onSite, firstDay: day.adding(days: first),
            lastDay: day.adding(days: last), hours: hours)
    }

    private static func plan(_ phases: [CohortPlan.Phase]) -> CohortPlan {
        CohortPlan(
            program: ContentDigest(bytes: [UInt8](repeating: 7, count: 32)),
            calendar: CohortCalendar(firstDay: day, workdays: [.monday], holidays: []), phases: phases, attendance: [],
            dropped: [:],
            slipDays: 0, certificate: nil)
    }
    private static func dates(_ numbers: ClosedRange<Int>) -> [CivilDate] { numbers.map { day.adding(days: $0) } }

    @Test func aPhasesHoursGoByItsDays() {
        let plan = Self.plan([Self.phase("a", 0, 4, hours: 40), Self.phase("b", 5, 9, hours: 10)])
        // Of “b” nobody keeps attendance: its hours are unknown, and so not delivered. What is noted outside of “a” is none of it.
        let kept = [(phase: Optional(Self.slug("a")), dates: Self.dates(0...4))]
        let there = [Self.day: Int64(3), Self.day.adding(days: 4): 2, Self.day.adding(days: 7): 9]
        #expect(TaughtHours.sum(plan, kept: kept, there: there) == .seconds(144_000))
        #expect(TaughtHours.sum(plan, kept: kept, there: [:]) == .seconds(0))
        // Attendance of the whole program is that of each of its phases.
        let all = [(phase: Slug?.none, dates: Self.dates(0...9))]
        let hours: Int64 = 5 * 8 + 9 * 2
        #expect(TaughtHours.sum(plan, kept: all, there: there) == TimeSpan.seconds(hours * 3600))
    }

    @Test func withoutHoursOrWithoutAttendanceItIsUnknown() {
        let kept = [(phase: Slug?.none, dates: Self.dates(0...4))]
        for (hours, kept) in [(nil, kept), (0, kept), (40, [])] as [(Int?, [(phase: Slug?, dates: [CivilDate])])] {
            #expect(TaughtHours.sum(Self.plan([Self.phase("a", 0, 4, hours: hours)]), kept: kept, there: [Self.day: 5]) == nil)
        }
        // Dates that no day of the phase is keep no attendance of it.
        #expect(TaughtHours.sum(Self.plan([Self.phase("a", 6, 9, hours: 40)]), kept: kept, there: [Self.day: 5]) == nil)
    }

    /// Whoever is there, nobody has more than all hours, and everybody at every date has exactly all.
    @Test func fullAttendanceIsAllHours() {
        var random = Seeded(11)
        for _ in 0..<500 {
            let (days, hours, learners) = (
                Int.random(in: 1...60, using: &random), Int.random(in: 1...400, using: &random),
                Int.random(in: 1...50, using: &random)
            )
            let plan = Self.plan([Self.phase("a", 0, days - 1, hours: hours)])
            let dates = Self.dates(0...days - 1)
            let full = Dictionary(uniqueKeysWithValues: dates.map { ($0, Int64(learners)) })
            let kept = [(phase: Slug?.none, dates: dates)]
            let most = TimeSpan.seconds(Int64(hours * learners) * 3600)
            #expect(TaughtHours.sum(plan, kept: kept, there: full) == most)
            let some = full.mapValues { Int64.random(in: 0...$0, using: &random) }
            let part = TaughtHours.sum(plan, kept: kept, there: some) ?? .seconds(-1)
            #expect(TimeSpan.seconds(0) <= part && part <= most)
        }
    }
}
