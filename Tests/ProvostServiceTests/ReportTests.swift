import ProvostCore
import ProvostService
import ProvostStore
import Testing

/// A program with a campus in the north and one in the south.
enum Academy {
    static let (north, south) = (Slug(trusted: "north"), Slug(trusted: "south"))
    static func file(capacity: Int) -> String {
        """
        name: academy
        title: {en: Academy}
        summary: {en: Two campuses.}
        organization: acme
        timezone: Asia/Seoul
        languages: [en]
        capacity: \(capacity)
        campuses: [north, south]
        workdays: [monday, tuesday, wednesday, thursday, friday]
        phases:
          - {name: basics, title: {en: Basics}, place: online, begins: day 1, ends: day 7, hours: 12}
          - {name: site, title: {en: On site}, place: on-site, begins: week 2 monday, ends: week 2 friday, hours: 40}
        assignments:
          - {name: there, title: {en: There}, attendance: true, phase: site, opens: week 2 monday, closes: week 2 friday 24:00, weight: 0}
        """
    }

    /// Two cohorts that began on Monday 2026-05-04, one at each campus, called as their campus.
    static func open(in home: Home, capacity: Int = 30) async throws {
        for campus in [north, south] {
            _ = try await home.provost.people.createOrganization(Home.root, slug: campus, title: nil)
        }
        _ = try await home.provost.programs.publish(Home.root, file: "academy.yaml", text: file(capacity: capacity))
        for campus in [north, south] {
            _ = try await home.provost.programs.createCohort(
                Home.root, program: Slug(trusted: "academy"), slug: campus, title: nil,
                firstDay: CivilDate(parsing: "2026-05-04"),
                organization: campus)
        }
    }

    /// Somebody in charge of a campus, who is in no cohort of it.
    static func head(of campus: Slug, in home: Home) async throws -> Principal {
        let name = "head-\(campus)"
        let code = try await home.provost.people.enroll(
            Home.root, cohort: Home.cohort, slug: Slug(trusted: name), name: nil, email: nil, role: .learner
        ).code
        _ = try await home.provost.people.addAdmin(Home.root, person: Slug(trusted: name), organization: campus)
        return try await home.provost.people.login(code: code.text, label: nil).principal
    }
}

extension RealRooms {
    /// The report for sponsors, from a real store.
    @Suite struct ReportTests {
        private func report(
            _ home: Home, _ principal: Principal = Home.root, cohort: Slug? = nil, organization: Slug? = nil, from: String? = nil,
            to: String? = nil
        ) async throws -> [SponsorRow] {
            try await home.provost.reports.report(
                principal, organization: organization, program: nil, cohort: cohort,
                from: from.map { try CivilDate(parsing: $0) },
                to: to.map { try CivilDate(parsing: $0) }, byCohort: true)
        }

        private func note(_ home: Home, _ cohort: Slug, _ date: String, _ states: [String: AttendanceEntry.State]) async throws {
            _ = try await home.provost.attendance.set(
                Home.root, cohort: cohort, date: CivilDate(parsing: date),
                states: Dictionary(uniqueKeysWithValues: states.map { (Slug(trusted: $0.key), $0.value) }))
        }

        @Test func taughtHoursAreThoseOfDaysAtWhichLearnersWereThere() async throws {
            try await Home.with { home in
                try await Academy.open(in: home)
                for (name, cohort) in [("minji", Academy.north), ("jun", Academy.north), ("sua", Academy.south)] {
                    _ = try await home.join(name, cohort: cohort)
                }
                // Nobody noted anything yet: nothing was delivered, and that is known.
                #expect(try await report(home, cohort: Academy.north).map(\.taught) == [.seconds(0)])
                try await note(home, Academy.north, "2026-05-11", ["minji": .present, "jun": .absent])
                try await note(home, Academy.north, "2026-05-12", ["minji": .late, "jun": .excused])
                // The newest word counts, both ways; and a date of a phase that keeps no attendance brings no hours.
                try await note(home, Academy.north, "2026-05-11", ["jun": .present])
                try await note(home, Academy.north, "2026-05-13", ["minji": .present])
                try await note(home, Academy.north, "2026-05-13", ["minji": .absent])
                try await note(home, Academy.north, "2026-05-05", ["minji": .present, "jun": .present])
                // 40 hours at 5 days are 8 a day; three learner's days.
                let north = try #require(try await report(home, cohort: Academy.north).first)
                #expect(north.taught == .seconds(24 * 3600) && north.delivered == .seconds(0) && north.enrolled == 2)
                #expect(
                    try await report(home, cohort: Academy.north, from: "2026-05-12", to: "2026-05-12").map(\.taught) == [
                        .seconds(8 * 3600)
                    ])
                #expect(try await report(home, cohort: Academy.north, from: "2026-05-12").map(\.taught) == [.seconds(8 * 3600)])
                #expect(try await report(home, cohort: Academy.north, to: "2026-05-11").map(\.taught) == [.seconds(16 * 3600)])
                #expect(try await report(home, cohort: Academy.north, to: "9999-12-30").map(\.taught) == [.seconds(24 * 3600)])
                // A cohort without a plan knows of no hours; another campus has its own.
                try await note(home, Academy.south, "2026-05-15", ["sua": .present])
                let all = try await report(home)
                let taught = Dictionary(uniqueKeysWithValues: all.map { ($0.cohort, $0.taught) })
                #expect(taught[Academy.north] == .seconds(24 * 3600) && taught[Academy.south] == .seconds(8 * 3600))
                #expect(taught[Home.cohort] == .some(nil))
                // Suspended or erased later: the hours were delivered all the same.
                _ = try await home.provost.people.suspend(Home.root, person: Slug(trusted: "minji"), cohort: Academy.north)
                #expect(try await report(home, cohort: Academy.north).map(\.taught) == [.seconds(24 * 3600)])
            }
        }

        @Test func aCampusSeesItselfAlone() async throws {
            try await Home.with { home in
                try await Academy.open(in: home)
                for (name, cohort) in [("minji", Academy.north), ("jun", Academy.south)] {
                    _ = try await home.join(name, cohort: cohort)
                }
                let head = try await Academy.head(of: Academy.north, in: home)
                for rows in [
                    try await report(home, head), try await report(home, head, organization: Academy.north),
                    try await report(home, head, cohort: Academy.north),
                ] { #expect(rows.map(\.cohort) == [Academy.north] && rows.map(\.enrolled) == [1]) }
                // The whole of a campus is of its own organization also for an administrator.
                #expect(try await report(home, organization: Academy.south).map(\.cohort) == [Academy.south])
                await expectFailure(.denied) { _ = try await report(home, head, organization: Academy.south) }
                await expectFailure(.denied) { _ = try await report(home, head, cohort: Academy.south) }
                // Nor the organization that the program is of, nor a cohort in which they are a learner.
                await expectFailure(.denied) { _ = try await report(home, head, organization: Slug(trusted: "acme")) }
                await expectFailure(.denied) { _ = try await report(home, head, cohort: Home.cohort) }
                await expectFailure(.denied) { _ = try await home.provost.reports.gradebook(head, cohort: Academy.south) }
                #expect(try await home.provost.reports.gradebook(head, cohort: Academy.north).learners.count == 1)
                let learner = try await home.join("sua", cohort: Academy.north)
                await expectFailure(.denied) { _ = try await report(home, learner) }
            }
        }
    }
}
