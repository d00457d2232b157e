import ProvostCore
import ProvostStore
import Testing

struct LimitTests {
    @Test func theLeastAlongTheChainHolds() async throws {
        let campus = try await Campus.make(learners: 2)
        try await campus.set(.organization(Slug("acme")), .each, .memory, 4 << 30)
        try await campus.set(.program(Slug("backend")), .each, .memory, 1 << 30)
        try await campus.set(.cohort(campus.cohort), .each, .memory, 2 << 30)
        let chain = try await campus.store.limitChain(cohort: campus.cohort, person: campus.learners[0].slug)
        #expect(chain.effective(.memory).value == 1 << 30)
        #expect(chain.effective(.memory).binding == .node(.program(Slug(trusted: "backend"))))
        try await campus.set(campus.node(1), .each, .memory, 1 << 20)
        #expect(
            try await campus.store.limitChain(cohort: campus.cohort, person: campus.learners[1].slug).effective(.memory).value
                == 1 << 20)
        #expect(
            try await campus.store.limitChain(cohort: campus.cohort, person: campus.learners[0].slug).effective(.memory).value
                == 1 << 30)
        let all = try await campus.store.limitSettings()
        #expect(
            all.map(\.node.description) == [
                "organization:acme", "program:backend", "cohort:spring", "learner:spring/learner1",
            ])
        #expect(try await campus.store.limitSettings(.cohort(campus.cohort)).map(\.value) == [2 << 30])
    }

    @Test func whatCannotBeSetIsRefused() async throws {
        let campus = try await Campus.make()
        await expectFailure(.invalid, "sessions has no total") {
            try await campus.set(.cohort(campus.cohort), .total, .sessions, 3)
        }
        await expectFailure(.invalid, "0 or more") { try await campus.set(.cohort(campus.cohort), .each, .cpus, -1) }
        await expectFailure(.invalid, "at most 1024 TiB") {
            try await campus.set(.cohort(campus.cohort), .each, .memory, .max)
        }
        await expectFailure(.notFound, "cohort “nowhere”") { try await campus.set(.cohort(Slug("nowhere")), .each, .cpus, 1) }
        await expectFailure(.notFound, "not in the cohort") {
            let stranger = World.person("stranger")
            try await campus.store.createPerson(stranger, by: "local:0", at: World.now)
            try await campus.set(.enrollment(cohort: campus.cohort, person: stranger.slug), .each, .cpus, 1)
        }
        #expect(try await campus.store.limitSettings().isEmpty)
    }

    @Test func loweringBelowWhatRunsOnlyStopsNewStarts() async throws {
        let campus = try await Campus.make(learners: 3)
        let start = try await campus.run(0)
        try await campus.run(1)
        try await campus.set(.cohort(campus.cohort), .total, .workspaces, 1)
        #expect(try await campus.store.workspaces(WorkspaceFilter(states: [.running])).count == 2)
        #expect(try await campus.store.limitUse(.cohort(campus.cohort), .workspaces, at: World.now) == 2)
        await expectFailure(.limitReached, "2 of 1") { try await campus.begin(2) }
        _ = try await campus.store.renewLease(campus.id(0), start: start, used: used(session: 5), at: World.now)
    }

    @Test func useIsCountedBelowEachNode() async throws {
        let campus = try await Campus.make(learners: 2, assignments: 2)
        try await campus.run(0, 0)
        try await campus.run(1, 0)
        func use(_ node: LimitNode, _ dimension: LimitDimension) async throws -> Int64 {
            try await campus.store.limitUse(node, dimension, at: World.now)
        }
        for node in [LimitNode.organization(try Slug("acme")), .program(try Slug("backend")), .cohort(campus.cohort)] {
            #expect(try await use(node, .workspaces) == 2)
            #expect(try await use(node, .memory) == 2 * Campus.limits.memory.bytes)
            #expect(try await use(node, .disk) == 4 * Campus.limits.disk.bytes)
        }
        #expect(try await use(campus.node(0), .workspaces) == 1)
        #expect(try await use(campus.node(0), .disk) == 2 * Campus.limits.disk.bytes)
    }

    @Test func simulateSaysWhoIsTouchedAndChangesNothing() async throws {
        let campus = try await Campus.make(learners: 3)
        try await campus.run(0)
        try await campus.set(campus.node(2), .each, .memory, 64 << 20)
        let change = LimitChange(node: .cohort(campus.cohort), scope: .each, dimension: .memory, value: 256 << 20)
        let effects = try await campus.store.limitEffects(of: change, at: World.now)
        #expect(effects.map(\.node) == [campus.node(0), campus.node(1)])
        #expect(effects.map(\.consequence) == [.cutNow, .lowered])
        #expect(effects.map(\.before) == [512 << 20, 512 << 20])
        #expect(effects[0].used == Campus.limits.memory.bytes)
        #expect(try await campus.store.limitSettings().count == 1)
        let total = LimitChange(node: .organization(Slug(trusted: "acme")), scope: .total, dimension: .workspaces, value: 1)
        let sums = try await campus.store.limitEffects(of: total, at: World.now)
        #expect(sums.map(\.consequence) == [.startsRefused] && sums.map(\.used) == [1])
        let nothing = LimitChange(node: campus.node(2), scope: .each, dimension: .memory, value: 64 << 20)
        #expect(try await campus.store.limitEffects(of: nothing, at: World.now).isEmpty)
    }

    /// For random changes: what simulate said is what the chains say once the change is made.
    @Test(arguments: [11, 12, 13] as [UInt64])
    func simulateIsWhatHappens(seed: UInt64) async throws {
        let campus = try await Campus.make(learners: 4, assignments: 2)
        try await campus.run(0, 0)
        try await campus.run(1, 0)
        try await campus.run(1, 1)
        var random = Seeded(seed)
        let nodes: [LimitNode] =
            [.organization(Slug(trusted: "acme")), .program(Slug(trusted: "backend")), .cohort(campus.cohort)]
            + (0..<4).map(campus.node)
        for _ in 0..<40 {
            let dimension = try #require(LimitDimension.allCases.randomElement(using: &random))
            let change = LimitChange(
                node: try #require(nodes.randomElement(using: &random)),
                scope: dimension.hasTotal && Bool.random(using: &random) ? .total : .each, dimension: dimension,
                value: Bool.random(using: &random) ? Int64.random(in: 0...4, using: &random) : nil)
            func values() async throws -> [LimitNode: Int64?] {
                var values: [LimitNode: Int64?] = [:]
                for learner in 0..<4 {
                    let chain = try await campus.store.limitChain(
                        cohort: campus.cohort, person: campus.learners[learner].slug)
                    values[campus.node(learner)] = .some(chain.effective(dimension).value)
                }
                return values
            }
            let before = try await values()
            let effects = try await campus.store.limitEffects(of: change, at: World.now)
            #expect(try await values() == before)
            if let value = change.value {
                try await campus.set(change.node, change.scope, dimension, value)
            } else {
                try await campus.store.clearLimit(
                    change.node, scope: change.scope, dimension: dimension, by: "hana", at: World.now)
            }
            let after = try await values()
            if change.scope == .each {
                let moved = after.filter { before[$0.key] != $0.value }
                #expect(Set(effects.map(\.node)) == Set(moved.keys))
                for effect in effects { #expect(after[effect.node] == .some(effect.after)) }
            }
            // Who is said to be refused is refused. It asks for nothing but a place, so that no other limit refuses it.
            let bare = WorkspaceLimits(
                cpuMillis: 0, memory: ByteCount(0), processes: 0, disk: Campus.limits.disk, files: Campus.limits.files)
            for effect in effects where effect.consequence == .startsRefused && dimension == .workspaces {
                guard case .enrollment(_, let person) = effect.node else { continue }
                let idle = try await campus.store.workspaces(WorkspaceFilter(person: person, states: [.stopped])).first
                guard let idle else { continue }
                await expectFailure(.limitReached) {
                    _ = try await campus.store.beginStart(
                        idle.id, campus.request(limits: bare), by: "minji", at: World.now)
                }
            }
        }
    }

    @Test func submissionsPerDayAreCountedInTheSameTransaction() async throws {
        let world = try await World.make(dues: ["2026-12-01T18:00", "2026-12-02T18:00"])
        try await world.store.setLimit(
            LimitSetting(node: .cohort(world.cohort), scope: .each, dimension: .submissionsPerDay, value: 3), by: "hana",
            at: world.now)
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<16 {
                group.addTask { (try? await world.submit("race\(number)", to: number % 2)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(admitted == 3)
        await expectFailure(.limitReached, "3 of 3 submissions in 24 hours are used") { try await world.submit("more") }
        await expectFailure(.limitReached, "possible in 1 d, at 2026-09-22") { try await world.submit("more") }
        try await world.submit("other", by: 1)
        // What is on record already is answered, and does not count again.
        let known = try await world.store.submissions(
            cohort: nil, assignment: world.assignments[0].id, person: world.learners[0].id, limit: 1)
        let name = try #require(known.first).submission.id.text.dropFirst(4)
        try await world.submit(String(name))
        try await world.store.requireSubmissionInDay(
            person: world.learners[0].id, cohort: world.cohort, assignment: world.assignments[0], key: "key-\(name)",
            at: world.now)
        await expectFailure(.limitReached) {
            try await world.store.requireSubmissionInDay(
                person: world.learners[0].id, cohort: world.cohort, assignment: world.assignments[0], key: "new", at: world.now)
        }
        // A day later there is room; an hour before, by a clock that stepped back, there is not.
        let later = world.now + .seconds(86_400)
        try await world.store.requireSubmissionInDay(
            person: world.learners[0].id, cohort: world.cohort, assignment: world.assignments[0], key: "new", at: later)
        await expectFailure(.limitReached) {
            try await world.store.requireSubmissionInDay(
                person: world.learners[0].id, cohort: world.cohort, assignment: world.assignments[0], key: "new",
                at: Timestamp(milliseconds: world.now.milliseconds - 3_600_000))
        }
    }

    @Test func ourOwnFailureCostsNoSubmissionOfTheDay() async throws {
        let world = try await World.make()
        try await world.store.setLimit(
            LimitSetting(node: .cohort(world.cohort), scope: .each, dimension: .submissionsPerDay, value: 1), by: "hana",
            at: world.now)
        try await world.submitAndRecord("first", World.notGraded)
        try await world.submitAndRecord("second", World.refused)
        await expectFailure(.limitReached) { try await world.submit("third") }
    }
}
