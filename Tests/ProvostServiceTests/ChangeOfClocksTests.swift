import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// The nights in which a cohort's wall clocks go forward or back: windows that end in the hour that is skipped or happens twice,
    /// extensions into it, and days of 23 and 25 hours in what was used.
    @Suite struct ChangeOfClocksTests {
        private struct Night: Sendable {
            let zone: String
            /// The last day of the study window, whose end lies in the hour.
            let lastDay: String
            let ends: String
            /// An extension into the hour.
            let until: String
            let extended: String
            /// The day with 23 or 25 hours.
            let day: String
            let hours: Int64
        }
        private static let nights = [
            // Midnight happens twice: the learner gets the later one, and that day is the last one's.
            Night(
                zone: "America/Havana", lastDay: "2026-10-31", ends: "2026-11-01T05:00:00Z", until: "2026-11-01T00:30",
                extended: "2026-11-01T05:30:00Z", day: "2026-10-31", hours: 25),
            // Midnight is skipped: the day begins at one o'clock.
            Night(
                zone: "America/Santiago", lastDay: "2026-09-05", ends: "2026-09-06T04:00:00Z", until: "2026-09-06T00:30",
                extended: "2026-09-06T04:30:00Z", day: "2026-09-06", hours: 23),
            Night(
                zone: "America/New_York", lastDay: "2026-10-31", ends: "2026-11-01T04:00:00Z", until: "2026-11-01T01:30",
                extended: "2026-11-01T06:30:00Z", day: "2026-11-01", hours: 25),
            Night(
                zone: "Europe/Berlin", lastDay: "2026-03-28", ends: "2026-03-28T23:00:00Z", until: "2026-03-29T02:30",
                extended: "2026-03-29T01:30:00Z", day: "2026-03-29", hours: 23),
        ]
        private static let kim = Slug(trusted: "kim")

        /// A cohort in that zone with one learner and the lab `web`.
        private static func cohort(_ night: Night, _ home: Home) async throws -> (slug: Slug, learner: Principal) {
            let slug = Slug(trusted: "night")
            home.clock.set("2026-03-01T00:00:00Z")
            _ = try await home.provost.programs.createCohort(
                Home.root, program: Slug(trusted: "backend"), slug: slug, title: nil, firstDay: CivilDate(parsing: "2026-03-01"),
                lastDay: CivilDate(parsing: night.lastDay), timezone: night.zone)
            _ = try await home.provost.assignments.create(
                Home.root, cohort: slug, name: Slug(trusted: "web"), lab: Slug(trusted: "web"), labVersion: nil,
                opens: CivilTime(parsing: "2026-03-01"), due: nil, closes: CivilTime(parsing: night.lastDay), attempts: nil,
                policy: nil, weight: nil)
            return (slug, try await home.join("kim", cohort: slug))
        }

        @Test(arguments: nights.indices)
        func theWindowEndsOnceAndAnExtensionReachesIntoTheHour(number: Int) async throws {
            let night = Self.nights[number]
            try await WorkspaceHome.with { here in
                let home = here.home
                let (cohort, kim) = try await Self.cohort(night, home)
                let ends = try #require(Timestamp(night.ends))
                let standing = try await home.provost.budgets.standing(kim, cohort: cohort, person: nil)
                #expect(standing.window.ends == ends, "\(night.zone): \(standing.window.ends)")
                func start() async throws -> Workspace {
                    try await here.workspaces.start(kim, assignment: "web", cohort: cohort).workspace
                }
                func look(at instant: Timestamp) async throws -> Workspace.State {
                    home.clock.set(instant.description)
                    await here.workspaces.care?.look()
                    return try await here.workspaces.show(kim, "web").workspace.state
                }
                // Half an hour before, which may be the first time that the wall clock shows the hour, and at the end.
                home.clock.set((ends + .seconds(-1800)).description)
                let workspace = try await start()
                #expect(try await look(at: ends + .seconds(-1)) == .running)
                #expect(try await look(at: ends) == .frozen)
                let until = try await home.provost.budgets.extend(
                    Home.root, cohort: cohort, person: Self.kim, until: CivilTime(parsing: night.until), reason: "the night")
                #expect(until == Timestamp(night.extended), "\(night.zone): \(until)")
                #expect(try await look(at: ends + .seconds(60)) == .running)
                #expect(try await look(at: until + .seconds(-1)) == .running)
                #expect(try await look(at: until) == .frozen)
                here.later.add(LeaseRule.grace)
                #expect(try await look(at: until + .seconds(300)) == .stopped)
                #expect(try await here.store.workspace(workspace.id).stopReason == .windowEnded)
                await expectFailure(.outsideWindow) { _ = try await start() }
            }
        }

        /// An hour's use at the end of every hour of four days: each is in one day, and that day has as many as it has hours.
        @Test(arguments: nights.indices)
        func everyHourIsOfOneDay(number: Int) async throws {
            let night = Self.nights[number]
            try await WorkspaceHome.with { here in
                let home = here.home
                let (cohort, _) = try await Self.cohort(night, home)
                let assignment = try await here.store.assignment(cohort: cohort, slug: Slug(trusted: "web"))
                let lab = try await here.store.labVersion(assignment.labVersion)
                let limits = WorkspaceLimits(
                    cpuMillis: 1000, memory: .mebibytes(64), processes: 64, disk: .mebibytes(32), files: 1000)
                let id = home.context.identifiers.next("wsp", as: ID<Workspace>.self)
                let day = try CivilDate(parsing: night.day)
                let zone = try home.context.zones.zone(night.zone)
                let first = zone.instant(of: CivilTime(date: day.adding(days: -1)))
                let last = zone.instant(of: CivilTime(date: day.adding(days: 3)))
                try await here.store.createWorkspace(
                    Workspace(
                        id: id, person: Self.kim, cohort: cohort, assignment: assignment.slug, lab: lab.name,
                        labVersion: lab.digest, state: .stopped, start: 0, limits: limits, network: .none, createdAt: first),
                    by: "test", at: first)
                let request = StartRequest(
                    limits: limits, network: .none, labVersion: lab.digest, mayRun: true, capacity: MachineCapacity(),
                    queue: false)
                var instant = first
                var hours: Int64 = 0
                while instant < last {
                    guard case .begin(let start, _) = try await here.store.beginStart(id, request, by: "test", at: instant)
                    else { throw ProvostError(.internalError, "it waits") }
                    hours += 1
                    _ = try await here.store.didStop(
                        id, start: start, used: RunUse(session: .seconds(3600), cpu: .seconds(1)), reason: .ended, detail: nil,
                        at: instant)
                    instant = instant + .seconds(3600)
                }
                func used(_ from: CivilDate, _ to: CivilDate) async throws -> Int64 {
                    let rows = try await home.provost.budgets.usage(
                        Home.root, level: .learner, node: .cohort(cohort), from: from, to: to
                    ).rows
                    return rows.reduce(0) { $0 + $1.sessionTime.milliseconds } / 3_600_000
                }
                var sum: Int64 = 0
                for offset in -1...2 {
                    let one = day.adding(days: offset)
                    let hoursOfDay = try await used(one, one)
                    #expect(hoursOfDay == (offset == 0 ? night.hours : 24), "\(night.zone) \(one)")
                    sum += hoursOfDay
                }
                #expect(sum == hours && hours == 72 + night.hours)
                #expect(try await used(day.adding(days: -1), day.adding(days: 2)) == hours)
            }
        }
    }
}
