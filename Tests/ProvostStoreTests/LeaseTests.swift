import GRDB
import ProvostCore
import ProvostStore
import Testing

struct LeaseTests {
    @Test func aLeaseIsHeldRenewedChargedAndReleased() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(3600))
        let start = try await campus.run()
        #expect(try await campus.balance() == BudgetBalance(unit: .sessionHours, granted: 3_600_000, held: 600_000))
        let renewed = try await campus.store.renewLease(
            campus.id(), start: start, used: used(session: 300, cpu: 40), at: World.now)
        #expect(renewed == BudgetBalance(unit: .sessionHours, granted: 3_600_000, charged: 300_000, held: 600_000))
        try await campus.stop(start: start, used: used(session: 420, cpu: 60))
        #expect(try await campus.balance() == BudgetBalance(unit: .sessionHours, granted: 3_600_000, charged: 420_000))
        let kinds = try await campus.store.ledger(cohort: campus.cohort).map(\.kind)
        #expect(kinds == [.grant, .hold, .charge, .hold, .charge])
    }

    @Test func whatIsRepeatedIsNotChargedTwice() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(3600))
        let start = try await campus.run()
        for _ in 0..<3 {
            _ = try await campus.store.renewLease(campus.id(), start: start, used: used(session: 300), at: World.now)
        }
        #expect(try await campus.balance().charged == 300_000)
        #expect(try await campus.balance().held == 600_000)
        for _ in 0..<3 { try await campus.stop(start: start, used: used(session: 400)) }
        #expect(try await campus.balance() == BudgetBalance(unit: .sessionHours, granted: 3_600_000, charged: 400_000))
    }

    @Test func theClockStepsBackAnHour() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(7200))
        let start = try await campus.run()
        _ = try await campus.store.renewLease(campus.id(), start: start, used: used(session: 300), at: World.now)
        let before = Timestamp(milliseconds: World.now.milliseconds - 3_600_000)
        _ = try await campus.store.renewLease(campus.id(), start: start, used: used(session: 600), at: before)
        #expect(try await campus.balance().charged == 600_000)
        // Even a count that went back is not taken off again, and what comes after it is not charged twice.
        _ = try await campus.store.renewLease(campus.id(), start: start, used: used(session: 100), at: before)
        #expect(try await campus.balance().charged == 600_000)
        _ = try await campus.store.didStop(
            campus.id(), start: start, used: used(session: 700), reason: .ended, detail: nil, at: before)
        #expect(try await campus.balance() == BudgetBalance(unit: .sessionHours, granted: 7_200_000, charged: 700_000))
    }

    @Test func anOldStartIsRefused() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(3600))
        let old = try await campus.run()
        try await campus.stop(start: old, used: used(session: 10))
        let new = try await campus.run()
        #expect(new == old + 1)
        let id = campus.id()
        let store = campus.store
        let spent = used(session: 900)
        await expectFailure(.conflict, "Start 1") {
            _ = try await store.renewLease(id, start: old, used: spent, at: World.now)
        }
        await expectFailure(.conflict, "Start 1") {
            _ = try await store.didStop(id, start: old, used: spent, reason: .ended, detail: nil, at: World.now)
        }
        await expectFailure(.conflict, "Start 1") {
            _ = try await store.beginStop(id, start: old, reason: .idle, detail: nil, by: "provost", at: World.now)
        }
        await expectFailure(.conflict, "Start 1") { _ = try await store.didStart(id, start: old, at: World.now) }
        await expectFailure(.conflict, "Start 1") {
            _ = try await store.freeze(id, start: old, reason: "budget", at: World.now)
        }
        #expect(try await campus.balance().charged == 10_000)
        #expect(try await store.workspace(id).state == .running)
        // After the end of the same start a renewal is refused as well.
        try await campus.stop(start: new, used: used(session: 20))
        await expectFailure(.conflict, "is stopped") {
            _ = try await store.renewLease(id, start: new, used: spent, at: World.now)
        }
    }

    @Test func aCrashLosesAtMostOneLease() async throws {
        let campus = try await Campus.make(learners: 5)
        try await campus.budget(.seconds(3600))
        // 0: renewed, then gone; 1: starting and gone; 2: found again; 3: found while it was starting; 4: was being stopped.
        let gone = try await campus.run(0)
        _ = try await campus.store.renewLease(campus.id(0), start: gone, used: used(session: 300), at: World.now)
        try await campus.begin(1)
        let found = try await campus.run(2)
        try await campus.begin(3)
        let stopping = try await campus.run(4)
        _ = try await campus.store.beginStop(
            campus.id(4), start: stopping, reason: .idle, detail: "quiet", by: "provost", at: World.now)
        let running: Set = [
            WorkspaceRun(workspace: campus.id(2), start: found), WorkspaceRun(workspace: campus.id(3), start: 1),
            // An older start of it that still hangs around does not count as found.
            WorkspaceRun(workspace: campus.id(0), start: gone - 1),
        ]
        let ended = try await campus.store.recoverWorkspaces(running: running, at: World.now)
        #expect(ended.map(\.id) == [campus.id(0), campus.id(1), campus.id(4)])
        #expect(ended.map(\.stopReason) == [.ended, .failed, .idle])
        #expect(try await campus.balance(0) == BudgetBalance(unit: .sessionHours, granted: 3_600_000, charged: 300_000))
        #expect(try await campus.balance(1) == BudgetBalance(unit: .sessionHours, granted: 3_600_000))
        #expect(try await campus.balance(2).held == 600_000)
        #expect(try await campus.store.workspace(campus.id(3)).state == .running)
        #expect(try await campus.store.recoverWorkspaces(running: running, at: World.now).isEmpty)
        // The keeper's last word comes late: the start is over, and it charges nothing.
        _ = try await campus.store.didStop(
            campus.id(0), start: gone, used: used(session: 900), reason: .ended, detail: nil, at: World.now)
        #expect(try await campus.balance(0).charged == 300_000)
    }

    @Test func theLastLeaseIsAsShortAsTheBudget() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(700))
        let start = try await campus.run()
        let balance = try await campus.store.renewLease(
            campus.id(), start: start, used: used(session: 300), at: World.now)
        #expect(balance?.held == 400_000 && balance?.left == 0)
        let over = try await campus.store.renewLease(campus.id(), start: start, used: used(session: 710), at: World.now)
        #expect(over == BudgetBalance(unit: .sessionHours, granted: 700_000, charged: 710_000))
        try await campus.stop(start: start, used: used(session: 711))
        await expectFailure(.limitReached, "used up") { try await campus.begin() }
        _ = try await campus.store.adjustBudget(
            cohort: campus.cohort, person: campus.learners[0].slug, amount: .seconds(60), reason: "our outage", by: "hana",
            at: World.now)
        #expect(try await campus.begin() == .begin(start: 2, hold: 49_000))
    }

    @Test func cpuSecondsAreHeldForAllProcessorsAndChargedAsUsed() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(3600), .cpuSeconds)
        var limits = Campus.limits
        limits.cpuMillis = 1500
        try await campus.set(.cohort(campus.cohort), .each, .cpus, 1500)
        #expect(try await campus.begin(0, 0, campus.request(limits: limits)) == .begin(start: 1, hold: 900_000))
        _ = try await campus.store.didStart(campus.id(), start: 1, at: World.now)
        try await campus.stop(start: 1, used: used(session: 500, cpu: 7))
        #expect(try await campus.balance() == BudgetBalance(unit: .cpuSeconds, granted: 3_600_000, charged: 7000))
    }

    @Test func frozenAndThawedOnceEach() async throws {
        let campus = try await Campus.make()
        let start = try await campus.run()
        let id = campus.id()
        #expect(try await campus.store.freeze(id, start: start, reason: "budget", at: World.now).state == .frozen)
        #expect(try await campus.store.freeze(id, start: start, reason: "budget", at: World.now).state == .frozen)
        #expect(try await campus.store.thaw(id, start: start, reason: "more budget", at: World.now).state == .running)
        #expect(try await campus.store.thaw(id, start: start, reason: "more budget", at: World.now).state == .running)
        let actions = try await campus.store.workspaceHistory(id).map(\.action)
        #expect(
            actions == [
                "workspace.create", "workspace.start", "workspace.running", "workspace.freeze", "workspace.thaw",
            ])
        try await campus.stop(start: start, used: nil)
        await expectFailure(.conflict) { _ = try await campus.store.freeze(id, start: start, reason: "", at: World.now) }
    }

    @Test func activityNeverGoesBack() async throws {
        let campus = try await Campus.make()
        try await campus.run()
        try await campus.store.touch(campus.id(), activeAt: World.now + .seconds(50))
        try await campus.store.touch(campus.id(), activeAt: World.now + .seconds(20))
        #expect(try await campus.store.workspace(campus.id()).activeAt == World.now + .seconds(50))
        let kept = try await campus.store.keepAlive(
            campus.id(), until: World.now + .seconds(7200), by: "minji", at: World.now)
        #expect(kept.keepAliveUntil == World.now + .seconds(7200))
    }

    /// The ledger is the truth: after any history what it sums to is the balance, each hold has ended at most once, and what runs has
    /// exactly one that has not.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func theLedgerSumsToTheBalance(seed: UInt64) async throws {
        let campus = try await Campus.make(learners: 2, assignments: 2)
        try await campus.set(.cohort(campus.cohort), .each, .workspaces, 2)
        var random = Seeded(seed)
        var spent: [ID<Workspace>: Int64] = [:]
        try await campus.budget(.seconds(20_000), seed.isMultiple(of: 2) ? .sessionHours : .cpuSeconds)
        for step in 0..<150 {
            let learner = Int.random(in: 0..<2, using: &random)
            let assignment = Int.random(in: 0..<2, using: &random)
            let id = campus.id(learner, assignment)
            let workspace = try await campus.store.workspace(id)
            let now = World.now + .seconds(Int64.random(in: -4000...4000, using: &random))
            let use = { (more: Int64) -> RunUse in
                spent[id, default: 0] = max(0, spent[id, default: 0] + more)
                return RunUse(session: .seconds(spent[id] ?? 0), cpu: .seconds((spent[id] ?? 0) / 3), price: 0)
            }
            do {
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    try await campus.begin(learner, assignment, at: now)
                    spent[id] = 0
                case 2, 3:
                    _ = try await campus.store.renewLease(
                        id, start: workspace.start, used: use(Int64.random(in: -50...400, using: &random)), at: now)
                case 4: _ = try await campus.store.didStart(id, start: workspace.start, at: now)
                case 5:
                    _ = try await campus.store.didStop(
                        id, start: max(workspace.start - (step % 3 == 0 ? 1 : 0), 0),
                        used: step.isMultiple(of: 2) ? use(100) : nil, reason: .ended, detail: nil, at: now)
                case 6:
                    if step.isMultiple(of: 5) {
                        _ = try await campus.store.recoverWorkspaces(
                            running: [WorkspaceRun(workspace: id, start: workspace.start)], at: now)
                    }
                default:
                    _ = try await campus.store.adjustBudget(
                        cohort: campus.cohort, person: campus.learners[learner].slug,
                        amount: .seconds(Int64.random(in: -300...300, using: &random)), reason: "test", by: "hana", at: now)
                }
            } catch let error as ProvostError where [.conflict, .limitReached, .invalid].contains(error.code) {}
        }
        for learner in 0..<2 {
            let entries = try await campus.store.ledger(cohort: campus.cohort, person: campus.learners[learner].slug)
            let sum = { (kind: LedgerEntry.Kind) in entries.filter { $0.kind == kind }.reduce(0) { $0 + $1.amount } }
            let ended = entries.compactMap(\.hold)
            #expect(Set(ended).count == ended.count)
            let open = entries.filter { $0.kind == .hold && !ended.contains($0.sequence) }
            let active = try await campus.store.workspaces(
                WorkspaceFilter(
                    person: campus.learners[learner].slug, states: [.starting, .running, .frozen, .stopping]))
            #expect(open.map(\.workspace).sorted { $0?.text ?? "" < $1?.text ?? "" } == active.map { Optional($0.id) })
            let balance = try await campus.balance(learner)
            #expect(balance.granted == sum(.grant) && balance.charged == sum(.charge) && balance.adjusted == sum(.adjust))
            #expect(balance.held == open.reduce(0) { $0 + $1.amount })
            #expect(entries.filter { $0.kind != .adjust }.allSatisfy { $0.amount >= 0 })
        }
    }

    @Test func theLedgerCannotBeRewritten() async throws {
        let campus = try await Campus.make()
        try await campus.budget(.seconds(3600))
        let start = try await campus.run()
        try await campus.stop(start: start, used: used(session: 10))
        for statement in [
            "UPDATE ledger SET amount = 0", "DELETE FROM ledger WHERE kind = 'charge'",
            """
            INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, hold, at, actor, reason)
              SELECT enrollment, workspace, start, 'charge', unit, 1, hold, 1, 'x', 'again' FROM ledger WHERE kind = 'charge'
            """,
            "UPDATE workspace SET start = 9", "DELETE FROM workspace", "UPDATE workspace SET state = 'running'",
        ] {
            #expect(throws: DatabaseError.self, "\(statement)") { try campus.world.execute(statement) }
        }
    }
}
