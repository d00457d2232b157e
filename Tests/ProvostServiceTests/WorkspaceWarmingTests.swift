import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// Before a slot of the timetable, with real volumes. The clock stands at nine in the morning of the cohort's first of June.
    @Suite struct WorkspaceWarmingTests {
        private static func slot(
            _ here: WorkspaceHome, _ principal: Principal = Home.root, begins: String = "2026-06-01T09:10"
        ) async throws -> SlotView {
            try await here.home.provost.slots.create(
                principal, cohort: Home.cohort, assignment: Slug(trusted: "web"), begins: CivilTime(parsing: begins),
                time: .seconds(3 * 3600), warm: .seconds(20 * 60))
        }
        private static func progress(_ here: WorkspaceHome) async throws -> SlotView {
            try #require(try await here.home.provost.slots.list(Home.root, cohort: Home.cohort).first)
        }
        /// Of each volume: when it was last written, and which file it is.
        private static func volumes(_ here: WorkspaceHome) throws -> [String: [Int]] {
            let folder = here.home.path + "/volumes/"
            var found: [String: [Int]] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("wsp_") {
                var status = stat()
                #expect(unsafe stat(folder + name, &status) == 0)
                found[name] = [Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            }
            return found
        }

        @Test func everyActiveLearnersIsWarmedOnceAndARunningOneIsLeftAlone() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                for name in ["jun", "sora", "gone"] { _ = try await here.home.join(name) }
                _ = try await here.home.join("hana", .instructor)
                _ = try await here.home.provost.people.suspend(Home.root, person: Slug(trusted: "gone"), cohort: Home.cohort)
                try await here.store.setBudget(
                    BudgetGrant(cohort: Home.cohort, unit: .sessionHours, amount: .seconds(7200)), by: "test",
                    at: here.home.clock.read())
                let running = try await here.start(minji)
                // A daemon died between a row and its volume.
                let half = Workspace(
                    id: ID(trusted: "wsp_half"), person: Slug(trusted: "sora"), cohort: Home.cohort,
                    assignment: running.assignment, lab: running.lab, labVersion: running.labVersion, state: .stopped, start: 0,
                    limits: running.limits, network: running.network, createdAt: here.home.clock.read())
                try await here.store.createWorkspace(half, by: "sora", at: here.home.clock.read())
                let made = try await Self.slot(here)
                #expect(made.learners == 3 && made.warmed == 0)

                await here.workspaces.care?.warm()
                let view = try await Self.progress(here)
                #expect(view.warmed == 3 && view.learners == 3 && view.obstacles.isEmpty, "\(view)")
                let all = try await here.store.workspaces(WorkspaceFilter(cohort: Home.cohort))
                #expect(Set(all.map(\.person.text)) == ["minji", "jun", "sora"])
                #expect(all.filter { $0.person.text != "minji" }.allSatisfy { $0.state == .stopped && $0.start == 0 })
                #expect(try await here.store.workspace(running.id) == running)
                let volumes = try Self.volumes(here)
                #expect(volumes.count == 3)
                let held = try await here.store.ledger(cohort: Home.cohort, person: nil, workspace: nil).filter {
                    $0.kind == .hold
                }
                #expect(held.map(\.workspace) == [running.id])

                // Again, and by another daemon: nothing changes.
                await here.workspaces.care?.warm()
                let next = try await here.again()
                await next.workspaces.care?.warm()
                let after = try Self.volumes(here)
                #expect(
                    after.filter { !$0.key.hasPrefix(running.id.text) } == volumes.filter { !$0.key.hasPrefix(running.id.text) })
                // Who comes later is warmed as well, and their start uses what is there.
                let late = try await here.home.join("late")
                await here.workspaces.care?.warm()
                #expect(try await Self.progress(here).warmed == 4)
                let before = try await here.store.workspaces(WorkspaceFilter(person: Slug(trusted: "late"))).first
                let started = try await here.start(late)
                #expect(started.id == before?.id && started.start == 1)
                #expect(try await here.run(late, "cat", "/home/learner/hello.txt").output == "hello\n")
            }
        }

        @Test func itKeepsAboveTheReserveAndSaysWhy() async throws {
            try await WorkspaceHome.with { here in
                for name in ["minji", "jun"] { _ = try await here.home.join(name) }
                _ = try await Self.slot(here)
                let poor = try await here.again(reserve: .gibibytes(1 << 20))
                await poor.workspaces.care?.warm()
                let view = try await Self.progress(here)
                #expect(view.warmed == 0)
                #expect(view.obstacles.map(\.learners) == [2] || view.obstacles.map(\.learners) == [1, 1], "\(view.obstacles)")
                #expect(view.obstacles.allSatisfy { $0.reason.contains("nearly full") })
                #expect(try Self.volumes(here).isEmpty)
                #expect(try await here.store.workspaces(WorkspaceFilter()).isEmpty)
                // Space came free; it is tried again after a minute, and no sooner.
                await here.workspaces.care?.warm()
                #expect(try await Self.progress(here).warmed == 0)
                here.home.clock.set("2026-06-01T00:01:10Z")
                await here.workspaces.care?.warm()
                #expect(try await Self.progress(here).warmed == 2)
                #expect(try await Self.progress(here).obstacles.isEmpty)
            }
        }

        @Test func onlyBeforeItsSlotAndBehindStarts() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                _ = try await here.home.join("jun")
                let running = try await here.start(minji)
                _ = try await here.workspaces.stop(minji, "web")
                _ = try await Self.slot(here, begins: "2026-06-01T12:00")
                await here.workspaces.care?.warm()
                #expect(try await Self.progress(here).warmed == 0)
                here.home.clock.set("2026-06-01T02:45:00Z")
                // Somebody's start is going on.
                let request = StartRequest(
                    limits: running.limits, network: running.network, labVersion: running.labVersion, mayRun: true,
                    capacity: MachineCapacity(), queue: false)
                guard
                    case .begin(let start, _) = try await here.store.beginStart(
                        running.id, request, by: "test", at: here.home.clock.read())
                else { return #expect(Bool(false)) }
                await here.workspaces.care?.warm()
                #expect(try await Self.progress(here).warmed == 0)
                _ = try await here.store.didStop(
                    running.id, start: start, used: nil, reason: .failed, detail: nil, at: here.home.clock.read())
                await here.workspaces.care?.warm()
                #expect(try await Self.progress(here).warmed == 2)
            }
        }

        @Test func aSlotIsAnInstructorsAndAtATimeThatThereIs() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let hana = try await here.home.join("hana", .instructor)
                await expectFailure(.denied) { _ = try await Self.slot(here, minji) }
                await expectFailure(.denied) { _ = try await here.home.provost.slots.list(minji, cohort: Home.cohort) }
                let slot = try await Self.slot(here, hana).slot
                await expectFailure(.denied) {
                    _ = try await here.home.provost.slots.remove(minji, cohort: Home.cohort, slot.id)
                }
                await expectFailure(.conflict) { _ = try await Self.slot(here, hana) }
                await expectFailure(.invalid, "over already") { _ = try await Self.slot(here, hana, begins: "2026-05-30T09:00") }
                await expectFailure(.invalid, "study window") { _ = try await Self.slot(here, hana, begins: "2026-09-01T09:00") }
                #expect(try await here.home.provost.slots.remove(hana, cohort: Home.cohort, slot.id) == slot)
                #expect(try await here.home.provost.slots.list(hana, cohort: Home.cohort).isEmpty)

                let berlin = Slug(trusted: "berlin")
                _ = try await here.home.provost.programs.createCohort(
                    Home.root, program: Slug(trusted: "backend"), slug: berlin, title: nil,
                    firstDay: CivilDate(parsing: "2026-10-01"), lastDay: CivilDate(parsing: "2027-04-30"),
                    timezone: "Europe/Berlin")
                _ = try await here.home.provost.assignments.create(
                    Home.root, cohort: berlin, name: Slug(trusted: "web"), lab: Slug(trusted: "web"), labVersion: nil,
                    opens: CivilTime(parsing: "2026-10-01"), due: nil, closes: CivilTime(parsing: "2027-04-30"), attempts: nil,
                    policy: nil, weight: nil)
                func night(_ begins: String) async throws -> SlotView {
                    try await here.home.provost.slots.create(
                        Home.root, cohort: berlin, assignment: Slug(trusted: "web"), begins: CivilTime(parsing: begins),
                        time: .seconds(3 * 3600), warm: .seconds(600))
                }
                await expectFailure(.invalid, "twice") { _ = try await night("2026-10-25T02:30") }
                await expectFailure(.invalid, "never") { _ = try await night("2027-03-28T02:30") }
                let across = try await night("2026-10-25T01:00").window
                #expect(across.begins == Timestamp("2026-10-24T23:00:00Z") && across.ends == Timestamp("2026-10-25T02:00:00Z"))
            }
        }
    }
}
