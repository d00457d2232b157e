import Foundation
import ProvostCore
import Testing

@Suite struct ScheduleTests {
    private static func zone(_ name: String) throws -> Zone {
        let zone = try #require(TimeZone(identifier: name))
        return Zone(name: name) { zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval($0))) }
    }

    private static func calendar(_ name: String = "GMT") throws -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        return calendar
    }

    private static func text(of date: Date, in calendar: Calendar) -> String {
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        let two = { (number: Int?) in (number ?? -1) < 10 ? "0\(number ?? -1)" : "\(number ?? -1)" }
        return
            "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))T\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
    }

    // MARK: Instants

    @Test func instantsComeBackAndAgreeWithFoundation() throws {
        var random = Seeded(11)
        let calendar = try Self.calendar()
        // 1600 to 9999: Foundation's calendar is Gregorian from 1582 on.
        for _ in 0..<1500 {
            let instant = Timestamp(milliseconds: Int64.random(in: -11_676_096_000_000...253_402_300_799_999, using: &random))
            #expect(Timestamp(instant.description) == instant)
            let seconds = (Double(instant.milliseconds) / 1000).rounded(.down)
            let expected = Self.text(of: Date(timeIntervalSince1970: seconds), in: calendar)
            #expect(instant.description.hasPrefix(expected + "."), "\(instant) is \(expected)")
            #expect(try JSONDecoder().decode([Timestamp].self, from: JSONEncoder().encode([instant])) == [instant])
        }
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-21T01:02:03.456789Z", 1_795_222_923_456),
            ("2000-02-29T12:00:00.5Z", 951_825_600_500),
        ] as [(String, Int64)])
    func instantsThatAreGood(text: String, milliseconds: Int64) { #expect(Timestamp(text)?.milliseconds == milliseconds) }

    @Test(arguments: [
        "", "Z", "2026-11-21T01:02:03", "2026-11-21T01:02:03+00:00", "2026-11-21T01:02:03.Z", ".2026-11-21T01:02:03Z",
        "2026-11-21T01:02:03.1234567890Z",
        "2026-11-21T01:02:03.١Z", "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T01:60:00Z", "2026-11-21T01:02:60Z",
        "+2026-11-21T01:02:03Z",
        "now",
    ])
    func instantsThatAreNot(text: String) { #expect(Timestamp(text) == nil) }

    // MARK: Days

    @Test(arguments: ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01", "9999-12-31"])
    func daysThatExist(text: String) throws {
        let day = try CivilDate(parsing: text)
        #expect(day.description == text)
        #expect(CivilDate(daysSince1970: day.daysSince1970) == day)
    }

    @Test(arguments: [
        "2023-02-29", "1900-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "2026-01-00", "2026-1-1", "26-01-01",
        "2026/01/01", "", "-026-01-01",
        "0000-01-01", "２０２６-01-01", "2026-01-01 ", "2026-01-0١",
    ])
    func daysThatDoNot(text: String) { #expect(throws: ProvostError.self) { try CivilDate(parsing: text) } }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() throws {
        let calendar = try Self.calendar()
        let first = try CivilDate(parsing: "1700-01-01").daysSince1970
        for number in first..<first + 146_097 {
            let day = CivilDate(daysSince1970: number)
            guard day.daysSince1970 == number else {
                Issue.record("\(day) is not day \(number)")
                return
            }
            if number % 97 == 0 {
                let expected = Self.text(of: Date(timeIntervalSince1970: Double(number) * 86_400), in: calendar)
                #expect(expected.hasPrefix(day.description))
            }
        }
    }

    @Test(
        arguments: [
            ("2026-11-21", 0, "2026-11-21T00:00"), ("2026-11-21T18:00", 64_800, "2026-11-21T18:00"),
            ("2026-11-21 18:00:05", 64_805, "2026-11-21T18:00:05"),
            ("2026-11-21T23:59:59", 86_399, "2026-11-21T23:59:59"),
        ] as [(String, Int, String)])
    func wallClocks(text: String, second: Int, description: String) throws {
        let civil = try CivilTime(parsing: text)
        #expect(civil.secondOfDay == second)
        #expect(civil.description == description)
        #expect(CivilTime(secondsIfUTC: civil.secondsIfUTC) == civil)
    }

    @Test(arguments: [
        "2026-11-21T", "2026-11-21T18", "2026-11-21T24:00", "2026-11-21T18:60", "2026-11-21T1:00", "2026-11-21T18:00:00:00",
        "2026-11-21T18:00Z", "18:00",
    ])
    func noWallClocks(text: String) { #expect(throws: ProvostError.self) { try CivilTime(parsing: text) } }

    // MARK: Zones

    /// Where a wall clock shows the time, it is that instant, and the later one where it shows it twice.
    @Test(arguments: [
        "America/New_York", "Europe/Berlin", "Asia/Seoul", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
        "America/St_Johns", "Africa/Casablanca",
        "America/Havana",
    ])
    func wallClocksFindTheirInstant(name: String) throws {
        let zone = try Self.zone(name)
        let calendar = try Self.calendar(name)
        var random = Seeded(UInt64(name.utf8.count) * 31)
        for _ in 0..<600 {
            // 2000 to 2037, at whole minutes.
            let seconds = Int64.random(in: 15_778_080...35_506_079, using: &random) * 60
            let instant = Timestamp(milliseconds: seconds * 1000)
            let civil = zone.civil(at: instant)
            #expect(civil.text(withSeconds: true) == Self.text(of: Date(timeIntervalSince1970: Double(seconds)), in: calendar))
            let back = zone.instant(of: civil)
            #expect(zone.civil(at: back) == civil)
            #expect(back >= instant, "\(civil) in \(name)")
            #expect((back - instant).milliseconds <= 7_200_000)
        }
    }

    @Test(
        arguments: [
            // Forward an hour: 02:30 never happens, and is moved by the gap.
            ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00.000Z"),
            // Back an hour: 01:30 happens twice; the later one.
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T06:30:00.000Z"),
            ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00.000Z"),
            ("Europe/Berlin", "2026-10-25T02:59", "2026-10-25T01:59:00.000Z"),
            ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00.000Z"),
            ("Asia/Seoul", "2026-11-21T00:00", "2026-11-20T15:00:00.000Z"),
            // Half an hour, on the other half of the Earth.
            ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T15:15:00.000Z"),
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00.000Z"),
            // A day that never was: 2011-12-30 is moved to the 31st.
            ("Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59:00.000Z"),
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00:00.000Z"),
            ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00:00.000Z"),
        ] as [(String, String, String)])
    func gapsAndOverlaps(name: String, civil: String, instant: String) throws {
        #expect(try Self.zone(name).instant(of: CivilTime(parsing: civil)).description == instant)
    }

    // MARK: Windows

    @Test(
        arguments: [
            // A night of 23 hours and one of 25 at the edges of the window.
            ("Europe/Berlin", "2026-03-29", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", "2026-10-25", 25),
            ("Asia/Seoul", "2026-11-21", "2026-11-21", 24),
        ] as [(String, String, String, Int64)])
    func aStudyDayIsAsLongAsThatDay(name: String, first: String, last: String, hours: Int64) throws {
        let window = StudyWindow(
            firstDay: try CivilDate(parsing: first), lastDay: try CivilDate(parsing: last), zone: try Self.zone(name))
        #expect((window.ends - window.begins) == .seconds(hours * 3600))
        #expect(window.contains(window.begins))
        #expect(!window.contains(Timestamp(milliseconds: window.begins.milliseconds - 1)))
        #expect(window.contains(Timestamp(milliseconds: window.ends.milliseconds - 1)))
        #expect(!window.contains(window.ends))
    }

    private static func window(opens: String, due: String?, closes: String, zone: Zone) throws -> AssignmentWindow {
        let slug = try Slug("one")
        let cohort = Cohort(
            id: ID(trusted: "coh_1"), program: slug, slug: slug, title: "", firstDay: try CivilDate(parsing: "2026-03-01"),
            lastDay: try CivilDate(parsing: "2026-03-29"), timezone: zone.name)
        let assignment = Assignment(
            id: ID(trusted: "asg_1"), cohort: slug, slug: slug, title: LocalizedText(english: "One"), lab: slug,
            labVersion: ContentDigest(bytes: [UInt8](repeating: 0, count: 32)), opens: try CivilTime(parsing: opens),
            due: try due.map { try CivilTime(parsing: $0) }, closes: try CivilTime(parsing: closes), attempts: nil, policy: .best,
            weight: 1)
        return AssignmentWindow(assignment: assignment, cohort: cohort, zone: zone)
    }

    @Test func openingAndDueAreInsideClosingIsNot() throws {
        let window = try Self.window(
            opens: "2026-03-02T09:00", due: "2026-03-20T18:00", closes: "2026-03-25T18:00", zone: try Self.zone("Asia/Seoul"))
        let step = { (instant: Timestamp, by: Int64) in window.verdict(at: Timestamp(milliseconds: instant.milliseconds + by)) }
        let due = try #require(window.due)
        #expect(step(window.study.begins, -1) == .beforeStudy(begins: window.study.begins))
        #expect(step(window.study.begins, 0) == .notOpen(opens: window.opens))
        #expect(step(window.opens, -1) == .notOpen(opens: window.opens))
        #expect(step(window.opens, 0) == .onTime)
        #expect(step(due, 0) == .onTime)
        #expect(step(due, 1) == .late)
        #expect(step(window.closes, -1) == .late)
        #expect(step(window.closes, 0) == .closed(at: window.closes))
        #expect(step(window.study.ends, -1) == .closed(at: window.closes))
        #expect(step(window.study.ends, 0) == .afterStudy(ended: window.study.ends))
    }

    @Test func theStudyWindowWinsOverALaterClosing() throws {
        let window = try Self.window(opens: "2026-02-01", due: nil, closes: "2026-12-31", zone: try Self.zone("Europe/Berlin"))
        #expect(window.study.ends.description == "2026-03-29T22:00:00.000Z", "midnight in summer time")
        #expect(window.verdict(at: Timestamp(milliseconds: window.study.ends.milliseconds - 1)) == .onTime)
        #expect(window.verdict(at: window.study.ends) == .afterStudy(ended: window.study.ends))
        #expect(window.verdict(at: window.opens) == .beforeStudy(begins: window.study.begins))
    }

    /// Due at a time that the clock skips: the learner gets the hour.
    @Test func aDueTimeInTheGapIsLater() throws {
        let window = try Self.window(
            opens: "2026-03-02", due: "2026-03-29T02:30", closes: "2026-03-30", zone: try Self.zone("Europe/Berlin"))
        #expect(window.due?.description == "2026-03-29T01:30:00.000Z")
    }
}
