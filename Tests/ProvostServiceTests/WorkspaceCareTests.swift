import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// What ends a workspace without its learner, and what outlives the daemon.
    @Suite struct WorkspaceCareTests {
        @Test func theNextDaemonTakesOverWhatRuns() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let before = try await here.start(minji)
                _ = try await here.run(minji, "sh", "-c", "sleep 600 </dev/null >/dev/null 2>&1 & echo $! > /tmp/pid")
                let next = try await here.again()
                #expect(try await next.workspaces.care?.recover() == 1)
                let after = try await next.workspaces.show(minji, "web").workspace
                #expect(after.state == .running)
                #expect(after.start == before.start)
                #expect(try await next.run(minji, "sh", "-c", "kill -0 $(cat /tmp/pid)").status == 0)
                let holds = try await next.store.ledger(cohort: Home.cohort, person: nil, workspace: before.id)
                #expect(holds.count == 1)
                #expect(try await next.workspaces.stop(minji, "web").workspace.state == .stopped)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: here.home.path + "/run").filter { $0.hasPrefix("wsp_") }
                        == [])
            }
        }

        @Test func aDiskBelowItsReserveStartsNothingButRescues() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                let running = try await here.start(minji)
                let (descriptor, whenOver) = try await here.workspaces.open(
                    minji, "web", .command(["cat"], size: nil))
                let next = try await here.again(reserve: .gibibytes(1 << 20))
                #expect(try await next.workspaces.care?.recover() == 1)
                await next.workspaces.care?.look()
                await next.workspaces.care?.look()
                // It lasts until its input ends, however long the looks took.
                try WorkspaceHome.send(SessionFrame(.inputEnd), to: descriptor)
                let frames = try await WorkspaceHome.frames(descriptor)
                whenOver()
                #expect(frames.count { $0.kind == .notice && $0.text.contains("disk is nearly full") } == 1)
                func refusal(_ body: () async throws -> Void) async -> ErrorCode? {
                    do { try await body() } catch { return (error as? ProvostError)?.code }
                    return nil
                }
                // What runs goes on, and is not stopped for a start that would be refused.
                #expect(await refusal { _ = try await next.workspaces.restart(minji, "web") } == .unavailable)
                #expect(try await next.workspaces.show(minji, "web").workspace.start == running.start)
                #expect(try await next.run(minji, "echo", "on").output == "on\n")
                _ = try await next.workspaces.stop(minji, "web")
                #expect(
                    await refusal { _ = try await next.workspaces.start(minji, assignment: "web", cohort: nil) } == .unavailable)
                // There is nothing to rescue in a new one, and it would take space.
                #expect(
                    await refusal { _ = try await next.workspaces.start(jun, assignment: "web", cohort: nil, rescue: true) }
                        == .unavailable)
                let rescued = try await next.workspaces.start(minji, assignment: "web", cohort: nil, rescue: true).workspace
                #expect(rescued.state == .running)
                #expect(try await next.run(minji, "rm", "hello.txt").status == 0)
                _ = try await next.workspaces.stop(minji, "web")
            }
        }

        @Test func whatEndedWhileTheDaemonWasAwayIsSettled() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                // As a machine that went down leaves it: the store says that it runs, and nothing is there.
                _ = try await here.workspaces.stop(minji, "web")
                let other = try await here.home.join("jun")
                let lost = try await here.start(other)
                _ = try await here.workspaces.stop(other, "web")
                let request = StartRequest(
                    limits: lost.limits, network: lost.network, labVersion: lost.labVersion, mayRun: true,
                    capacity: MachineCapacity(), queue: false)
                guard
                    case .begin(let start, _) = try await here.store.beginStart(
                        lost.id, request, by: "test", at: here.home.clock.read())
                else { return #expect(Bool(false)) }
                #expect(start == 2)
                let next = try await here.again()
                #expect(try await next.workspaces.care?.recover() == 0)
                let after = try await next.workspaces.show(other, "web").workspace
                #expect(after.state == .stopped)
                #expect(after.stopReason == .failed)
                #expect(try await next.store.workspace(workspace.id).state == .stopped)
                let open = try await next.store.ledger(cohort: Home.cohort, person: nil, workspace: lost.id)
                #expect(open.filter { $0.kind == .hold }.count == open.filter { $0.hold != nil }.count)
            }
        }

        @Test func aSuspendedLearnerIsStopped() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                _ = try await here.home.provost.people.suspend(Home.root, person: Slug(trusted: "minji"), cohort: Home.cohort)
                await here.workspaces.care?.look()
                let after = try await here.store.workspace(workspace.id)
                #expect(after.state == .stopped)
                #expect(after.stopReason == .suspended)
            }
        }

        @Test func theWindowsEndFreezesAndThenStopsAndAnExtensionThaws() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                here.home.clock.set("2026-09-02T00:00:00Z")
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .frozen)
                try await here.store.extendStudy(
                    cohort: Home.cohort, person: Slug(trusted: "minji"), until: #require(Timestamp("2026-09-03T00:00:00Z")),
                    reason: "ill",
                    by: "test", at: here.home.clock.read())
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .running)
                #expect(try await here.run(minji, "echo", "on").output == "on\n")
                here.home.clock.set("2026-09-03T00:00:01Z")
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .frozen)
                here.later.add(LeaseRule.grace)
                await here.workspaces.care?.look()
                let after = try await here.store.workspace(workspace.id)
                #expect(after.state == .stopped)
                #expect(after.stopReason == .windowEnded)
                await expectFailure(.outsideWindow) { _ = try await here.start(minji) }
            }
        }

        @Test func whatNobodyUsesIsStoppedAndWhatIsKeptIsNot() async throws {
            try await WorkspaceHome.with(idleAfter: TimeSpan(milliseconds: 300)) { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                let idle = try await here.start(minji)
                let kept = try await here.start(jun)
                _ = try await here.workspaces.extend(jun, "web", keepAlive: .seconds(3600))
                await here.workspaces.care?.look()
                try await Task.sleep(for: .milliseconds(400))
                here.later.add(IdleRule.cpuWindow)
                await here.workspaces.care?.look()
                let after = try await here.store.workspace(idle.id)
                #expect(after.state == .stopped)
                #expect(after.stopReason == .idle)
                #expect(try await here.store.workspace(kept.id).state == .running)
            }
        }

        @Test func aBudgetThatRunsOutFreezesAndStops() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                try await here.store.setBudget(
                    BudgetGrant(cohort: Home.cohort, unit: .sessionHours, amount: .seconds(1200)), by: "test",
                    at: here.home.clock.read())
                let workspace = try await here.start(minji)
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .running)
                here.later.add(.seconds(700))
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .running)
                here.later.add(.seconds(600))
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .frozen)
                here.later.add(LeaseRule.grace)
                await here.workspaces.care?.look()
                let after = try await here.store.workspace(workspace.id)
                #expect(after.state == .stopped)
                #expect(after.stopReason == .budget)
                let balance = try #require(await here.store.balance(cohort: Home.cohort, person: Slug(trusted: "minji")))
                #expect(balance.held == 0)
                // What it ran and nothing of the grace, at which it stood still.
                #expect((1_300_000..<1_590_000).contains(balance.charged), "\(balance.charged)")
                await expectFailure(.limitReached, "budget") { _ = try await here.start(minji) }
            }
        }

        @Test func whatACohortHasTogetherStopsAllThatRun() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                let now = here.home.clock.read()
                try await here.store.setBudget(
                    BudgetGrant(cohort: Home.cohort, unit: .sessionHours, amount: .seconds(7200), total: .seconds(2400)),
                    by: "test",
                    at: now)
                let both = [try await here.start(minji), try await here.start(jun)]
                for seconds in [700, 600] {
                    here.later.add(.seconds(Int64(seconds)))
                    await here.workspaces.care?.look()
                }
                for workspace in both { #expect(try await here.store.workspace(workspace.id).state == .frozen) }
                here.later.add(LeaseRule.grace)
                await here.workspaces.care?.look()
                for workspace in both {
                    let after = try await here.store.workspace(workspace.id)
                    #expect(after.state == .stopped && after.stopReason == .budget)
                }
                let balance = try #require(await here.store.balance(cohort: Home.cohort, person: Slug(trusted: "jun")))
                #expect(balance.ownLeft > 0 && balance.left <= 0 && balance.cohort?.running == 0)
                await expectFailure(.limitReached, "have together are used up") { _ = try await here.start(minji) }
                // More for all, and work goes on.
                try await here.store.setBudgetTotal(cohort: Home.cohort, .seconds(7200), by: "test", at: now)
                _ = try await here.start(minji)
            }
        }

        @Test func aLoweredLimitReachesARunningRoom() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                try await here.store.setLimit(
                    LimitSetting(node: .cohort(Home.cohort), scope: .each, dimension: .processes, value: 20), by: "test",
                    at: here.home.clock.read())
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).limits.processes == 20)
                let forks = try await here.run(
                    minji, "python3", "-c",
                    """
                    import os, signal, time
                    children = []
                    try:
                        for _ in range(40):
                            child = os.fork()
                            if child == 0: time.sleep(600); os._exit(0)
                            children.append(child)
                    except OSError: pass
                    print(len(children))
                    for child in children: os.kill(child, signal.SIGKILL)
                    """)
                let count = try #require(Int(forks.output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(forks.output)")
                #expect((5..<20).contains(count), "\(count)")
                #expect(try await here.workspaces.why(minji, "web").sentence.contains("processes"))
            }
        }
    }
}
