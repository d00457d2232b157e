import ProvostCore
import Testing

@Suite struct CohortPlanningTests {
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static let version = ContentDigest(bytes: [UInt8](repeating: 7, count: 32))

    private static func program() throws -> ProgramDescription {
        let title = LocalizedText(english: "A")
        var first = PlannedAssignment(
            name: slug("first"), title: title, work: .lab(slug("lab")), opens: try RelativeTime(parsing: "week 1 monday"),
            due: try RelativeTime(parsing: "week 2 friday 23:59"), closes: try RelativeTime(parsing: "week 2 friday 24:00"))
        first.attempts = 5
        first.weight = 2
        let open = PlannedAssignment(
            name: slug("open"), title: title, work: .lab(slug("lab")), opens: try RelativeTime(parsing: "day 1"), due: nil,
            closes: try RelativeTime(parsing: "day 20 18:00"))
        let there = PlannedAssignment(
            name: slug("there"), title: title, work: .attendance, opens: try RelativeTime(parsing: "week 2 monday"), due: nil,
            closes: try RelativeTime(parsing: "week 3 friday 24:00"), terms: AssignmentTerms(phase: slug("site")))
        return ProgramDescription(
            name: slug("p"), title: title, organization: slug("o"), timezone: "Asia/Seoul",
            phases: [
                .init(name: slug("online"), title: title, place: .online, begins: .day(1), ends: .week(1, .sunday)),
                .init(name: slug("site"), title: title, place: .onSite, begins: .week(2, .monday), ends: .week(3, .friday)),
            ], assignments: [first, open, there])
    }

    /// Any first day and any holidays that leave workdays.
    @Test func whateverTheFirstDayTheOrderHolds() throws {
        var random = Seeded(5)
        let program = try Self.program()
        for _ in 0..<2000 {
            let day = CivilDate(daysSince1970: Int.random(in: 18_000...24_000, using: &random))
            let holidays = Set(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in day.adding(days: Int.random(in: 0...25, using: &random)) })
            let calendar = CohortCalendar(firstDay: day, workdays: program.workdays, holidays: holidays)
            let planning: CohortPlanning
            do { planning = try CohortPlanning.plan(program, version: Self.version, calendar: calendar) } catch {
                // Only a site phase of which every day is a holiday has nothing to keep.
                #expect(error.message.contains("attendance") == true, "\(error)")
                continue
            }
            #expect(planning.assignments.count == 3 && planning.plan.program == Self.version)
            for assignment in planning.assignments {
                #expect(CivilTime(date: day) <= assignment.opens && assignment.opens < assignment.closes)
                #expect(assignment.lastDay <= planning.lastDay)
                if let due = assignment.due {
                    #expect(assignment.opens <= due && due <= assignment.closes)
                    #expect(calendar.isWorkday(due.date), "due on \(due), a free day")
                }
            }
            #expect(
                planning.plan.attendance.allSatisfy(calendar.isWorkday)
                    && planning.plan.attendance == planning.plan.attendance.sorted())
            #expect(
                planning.plan.phases.allSatisfy {
                    day <= $0.firstDay && $0.firstDay <= $0.lastDay && $0.lastDay <= planning.lastDay
                })
            #expect(try CohortPlanning.plan(program, version: Self.version, calendar: calendar) == planning)
        }
    }

    @Test func datesAreWhereTheCalendarHasThem() throws {
        let program = try Self.program()
        // A Wednesday; Friday of the second week is a holiday.
        let day = try CivilDate(parsing: "2026-09-02")
        let calendar = CohortCalendar(firstDay: day, workdays: program.workdays, holidays: [try CivilDate(parsing: "2026-09-11")])
        let planning = try CohortPlanning.plan(program, version: Self.version, calendar: calendar)
        #expect("\(planning.assignments[0].opens)" == "2026-09-02T00:00")
        #expect(planning.assignments[0].due.map { "\($0)" } == "2026-09-14T23:59")
        #expect("\(planning.assignments[0].closes)" == "2026-09-14T23:59")
        #expect("\(planning.assignments[1].closes)" == "2026-09-21T18:00")
        #expect(
            planning.plan.attendance.map { "\($0)" } == [
                "2026-09-07", "2026-09-08", "2026-09-09", "2026-09-10", "2026-09-14", "2026-09-15", "2026-09-16", "2026-09-17",
                "2026-09-18",
            ])
        #expect("\(planning.lastDay)" == "2026-09-21")
    }

    private static func advance(
        _ change: (inout ProgramDescription) throws -> Void, used: Set<String> = [], now: String = "2026-09-08T12:00"
    ) throws -> CohortAdvance {
        var program = try program()
        let calendar = CohortCalendar(firstDay: try CivilDate(parsing: "2026-09-07"), workdays: program.workdays, holidays: [])
        let old = try CohortPlanning.plan(program, version: version, calendar: calendar)
        try change(&program)
        let new = try CohortPlanning.plan(program, version: version, calendar: calendar)
        return CohortAdvance.compare(
            old.assignments.map { .init($0, isUsed: used.contains($0.slug.text)) }, plan: old.plan, with: new,
            now: try CivilTime(parsing: now))
    }

    @Test func nothingChangesNothing() throws {
        let advance = try Self.advance { _ in }
        #expect(advance.changes.isEmpty && advance.refusals.isEmpty && advance.changed.isEmpty && advance.added.isEmpty)
    }

    @Test func whatGivesIsApplied() throws {
        let advance = try Self.advance {
            $0.assignments[0].due = try RelativeTime(parsing: "week 3 friday 23:59")
            $0.assignments[0].closes = try RelativeTime(parsing: "week 3 friday 24:00")
            $0.assignments[0].attempts = nil
        }
        #expect(advance.refusals.isEmpty && advance.changed.map(\.slug.text) == ["first"])
        #expect(advance.changes.map(\.name) == ["due", "closes", "attempts"])
    }

    @Test func whatTakesIsRefusedOnceItHasOpened() throws {
        let takes: (inout ProgramDescription) throws -> Void = {
            $0.assignments[0].due = try RelativeTime(parsing: "week 1 friday 23:59")
            $0.assignments[0].attempts = 3
            $0.assignments[0].terms.coolOff = .seconds(60)
            $0.assignments[0].terms.late = LatePolicy(
                grace: .seconds(0), penalty: .each(.seconds(3600), lose: Percentage(billionths: 100_000_000), keep: .zero))
        }
        #expect(try Self.advance(takes).refusals.count == 4)
        #expect(try Self.advance(takes, now: "2026-09-01T12:00").refusals.isEmpty)
    }

    @Test func whatIsWorkedOnStays() throws {
        let removes: (inout ProgramDescription) throws -> Void = { $0.assignments.remove(at: 0) }
        #expect(try Self.advance(removes).removed.map(\.text) == ["first"])
        #expect(try Self.advance(removes).refusals.isEmpty)
        #expect(try Self.advance(removes, used: ["first"]).refusals.count == 1)
    }
}
