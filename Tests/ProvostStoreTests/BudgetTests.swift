import ProvostCore
import ProvostStore
import Testing

struct BudgetTests {
    @Test func aBudgetIsGrantedToAllWhoAreThereAndWhoCome() async throws {
        let campus = try await Campus.make(learners: 2)
        #expect(try await campus.store.balance(cohort: campus.cohort, person: campus.learners[0].slug) == nil)
        try await campus.budget(.seconds(3600))
        try await campus.budget(.seconds(3600))
        #expect(try await campus.balance(0).granted == 3_600_000)
        for _ in 0..<2 {
            _ = try await campus.store.enroll(
                person: World.person("late"), cohort: campus.cohort, role: .learner, enrollment: ID(trusted: "enr_late"),
                codeHash: World.digest(Int.random(in: 6000...9_000_000)).hex, codeExpires: World.now, by: "local:0", at: World.now
            )
        }
        #expect(try await campus.store.balance(cohort: campus.cohort, person: Slug("late"))?.granted == 3_600_000)
        try await campus.budget(.seconds(7200))
        #expect(try await campus.balance(1).left == 7_200_000)
        try await campus.budget(.seconds(1800))
        #expect(try await campus.balance(1) == BudgetBalance(unit: .sessionHours, granted: 7_200_000, adjusted: -5_400_000))
        try await campus.budget(.seconds(100), .cpuSeconds)
        #expect(try await campus.balance(1) == BudgetBalance(unit: .cpuSeconds, granted: 100_000))
        // Back and forth between units grants nothing twice.
        try await campus.budget(.seconds(1800))
        #expect(try await campus.balance(1).left == 1_800_000)
        try await campus.store.clearBudget(cohort: campus.cohort, by: "hana", at: World.now)
        #expect(try await campus.store.balance(cohort: campus.cohort, person: campus.learners[1].slug) == nil)
        #expect(try await campus.store.budget(cohort: campus.cohort) == nil)
    }

    @Test func anAdjustmentNeedsAReasonAndABudget() async throws {
        let campus = try await Campus.make()
        let person = campus.learners[0].slug
        func adjust(_ seconds: Int64, _ reason: String) async throws -> BudgetBalance {
            try await campus.store.adjustBudget(
                cohort: campus.cohort, person: person, amount: .seconds(seconds), reason: reason, by: "hana", at: World.now)
        }
        await expectFailure(.conflict, "has no budget") { _ = try await adjust(60, "why") }
        try await campus.budget(.seconds(600))
        await expectFailure(.invalid, "reason") { _ = try await adjust(60, "") }
        #expect(try await adjust(60, "our outage").left == 660_000)
        #expect(try await adjust(-100, "shared their account").left == 560_000)
        let last = try #require(try await campus.store.ledger(cohort: campus.cohort, person: person).last)
        #expect(last.kind == .adjust && last.amount == -100_000 && last.actor == "hana" && last.reason == "shared their account")
    }

    @Test func whatACohortHasTogetherBoundsEveryLearner() async throws {
        let campus = try await Campus.make(learners: 3)
        func total(_ seconds: Int64?) async throws {
            try await campus.store.setBudgetTotal(cohort: campus.cohort, seconds.map { .seconds($0) }, by: "hana", at: World.now)
        }
        await expectFailure(.conflict, "has no budget") { try await total(1500) }
        try await campus.budget(.seconds(3600))
        let first = try await campus.run(0)
        try await campus.stop(0, start: first, used: used(session: 100))
        // What was used before counts.
        try await total(1500)
        #expect(try await campus.balance(1).cohort == CohortBalance(total: 1_500_000, charged: 100_000))
        guard case .begin(let second, 600_000) = try await campus.begin(1) else { throw ProvostError(.internalError, "no start") }
        guard case .begin(let third, 600_000) = try await campus.begin(2) else { throw ProvostError(.internalError, "no start") }
        let both = CohortBalance(total: 1_500_000, charged: 100_000, held: 1_200_000, running: 2)
        #expect(try await campus.balance(0).cohort == both)
        #expect(try await campus.balance(0).left == 200_000)
        // The last lease is as short as what is left, and then nobody starts, though each has time of their own.
        let renewed = try await campus.store.renewLease(campus.id(1), start: second, used: used(session: 600), at: World.now)
        #expect(renewed?.cohort?.left == 0 && renewed?.held == 200_000)
        await expectFailure(.limitReached, "have together are used up (13 min") { try await campus.begin(0) }
        // What was set aside and not used comes back.
        try await campus.stop(2, start: third, used: used(session: 50))
        guard case .begin(_, 550_000) = try await campus.begin(0) else { throw ProvostError(.internalError, "no start") }
        // Granting each of them more leaves it, and it does not change what is counted.
        try await campus.budget(.seconds(7200))
        #expect(try await campus.balance(2).cohort?.total == 1_500_000)
        await expectFailure(.conflict, "counts session-hours") { try await campus.budget(.seconds(7200), .cpuSeconds) }
        try await total(nil)
        #expect(try await campus.balance(2).left == 7_150_000)
        try await campus.budget(.seconds(7200), .cpuSeconds)
        try await total(10)
        #expect(try await campus.balance(2).cohort?.charged == 0)
        try await total(nil)
        try await campus.budget(.seconds(7200))
        try await total(1500)
        #expect(try await campus.balance(2).cohort?.charged == 750_000)
    }

    @Test func theForecastGoesByTheLastSevenDays() async throws {
        let campus = try await Campus.make(learners: 3)
        try await campus.budget(.seconds(100 * 3600))
        // Learner 0 used 14 h in the last week, learner 1 long ago, learner 2 never.
        for (learner, days) in [(0, Int64(1)), (1, 9)] {
            let start = try await campus.run(learner)
            _ = try await campus.store.didStop(
                campus.id(learner), start: start, used: used(session: 14 * 3600), reason: .asked, detail: nil,
                at: Timestamp(milliseconds: World.now.milliseconds - days * 86_400_000))
        }
        let forecasts = try await campus.store.budgetForecasts(cohort: campus.cohort, at: World.now)
        #expect(forecasts.map(\.dailyUse) == [2 * 3_600_000, 0, 0])
        #expect(forecasts[0].usedUpAt == World.now + TimeSpan(milliseconds: 43 * 86_400_000))
        #expect(forecasts[1].usedUpAt == nil && forecasts[1].balance.charged == 14 * 3_600_000)
        #expect(forecasts[2].usedUpAt == nil)
    }

    @Test func usageIsSummedForEachLevel() async throws {
        let campus = try await Campus.make(learners: 2, assignments: 2)
        for (learner, assignment, session) in [(0, 0, Int64(100)), (0, 1, 200), (1, 0, 300)] {
            let start = try await campus.run(learner, assignment)
            try await campus.stop(
                learner, assignment, start: start,
                used: RunUse(session: .seconds(session), cpu: .seconds(session / 10), price: learner == 1 ? 7 : 0))
        }
        let from = Timestamp(milliseconds: World.now.milliseconds - 1000)
        let to = World.now + .seconds(1)
        let learners = try await campus.store.usage(by: .learner, from: from, to: to)
        #expect(learners.map(\.node) == [campus.node(0), campus.node(1)])
        #expect(learners.map(\.sessionTime) == [.seconds(300), .seconds(300)])
        #expect(learners.map(\.workspaces) == [2, 1])
        #expect(learners.map(\.freeTime) == [.seconds(300), .seconds(0)])
        #expect(learners.map(\.priced) == [0, 7])
        for (level, node) in [
            (UsageLevel.cohort, LimitNode.cohort(campus.cohort)), (.program, .program(try Slug("backend"))),
            (.organization, .organization(try Slug("acme"))),
        ] {
            let rows = try await campus.store.usage(by: level, from: from, to: to)
            let expected = UsageRow(
                node: node, learners: 2, workspaces: 3, sessionTime: .seconds(600), cpuTime: .seconds(60),
                freeTime: .seconds(300), priced: 7)
            #expect(rows == [expected])
        }
        #expect(try await campus.store.usage(by: .learner, below: campus.node(1), from: from, to: to).count == 1)
        #expect(try await campus.store.usage(by: .cohort, from: to, to: to).isEmpty)
        await expectFailure(.invalid) { _ = try await campus.store.usage(by: .cohort, from: to, to: from) }
    }

    @Test func theNewestExtensionCounts() async throws {
        let campus = try await Campus.make(learners: 2)
        let store = campus.store
        func until(_ learner: Int) async throws -> Timestamp? {
            try await store.extensionUntil(cohort: campus.cohort, person: campus.learners[learner].slug)
        }
        #expect(try await until(0) == nil)
        func extend(_ person: Slug?, _ seconds: Int64) async throws {
            try await store.extendStudy(
                cohort: campus.cohort, person: person, until: World.now + .seconds(seconds), reason: "ill", by: "hana",
                at: World.now)
        }
        try await extend(campus.learners[0].slug, 100)
        #expect(try await until(0) == World.now + .seconds(100))
        #expect(try await until(1) == nil)
        try await extend(nil, 200)
        #expect(try await until(0) == World.now + .seconds(200))
        try await extend(nil, 50)
        #expect(try await until(0) == World.now + .seconds(100))
        #expect(try await until(1) == World.now + .seconds(50))
        await expectFailure(.invalid, "reason") {
            try await store.extendStudy(
                cohort: campus.cohort, person: nil, until: World.now, reason: "", by: "hana", at: World.now)
        }
    }
}
