import GRDB
import ProvostCore
import ProvostStore
import Testing

struct StartTests {
    /// What 64 starts at once race for.
    enum Cap: CaseIterable {
        case each, total, totalAbove, memory, machine, places, budget
    }

    @Test(arguments: Cap.allCases)
    func of64StartsAtOnceExactly8AreAdmitted(cap: Cap) async throws {
        // One learner with 64 workspaces where the cap is the learner's, 64 learners where it is everybody's.
        let own = cap == .each || cap == .budget
        let campus = try await Campus.make(learners: own ? 1 : 64, assignments: own ? 64 : 1)
        var request = campus.request()
        if own { try await campus.set(.cohort(campus.cohort), .each, .workspaces, cap == .each ? 8 : 100) }
        switch cap {
        case .each: break
        case .total: try await campus.set(.cohort(campus.cohort), .total, .workspaces, 8)
        case .totalAbove: try await campus.set(.organization(Slug("acme")), .total, .cpus, 8999)
        case .memory: try await campus.set(.program(Slug("backend")), .total, .memory, 8 * Campus.limits.memory.bytes)
        case .machine: request.capacity.memory = ByteCount(9 * Campus.limits.memory.bytes - 1)
        case .places: request.capacity.workspaces = 8
        case .budget: try await campus.budget(.seconds(8 * 600))
        }
        let started = request
        let outcomes = await withTaskGroup(of: ErrorCode?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    do {
                        let decision = try await campus.begin(own ? 0 : number, own ? number : 0, started)
                        return if case .begin = decision { nil } else { ErrorCode(rawValue: "waiting") }
                    } catch { return (error as? ProvostError)?.code ?? .internalError }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 8)
        let refused = cap == .machine || cap == .places ? ErrorCode.unavailable : .limitReached
        #expect(outcomes.compactMap(\.self) == Array(repeating: refused, count: 56))
        #expect(try await campus.store.workspaces(WorkspaceFilter(states: [.starting])).count == 8)
    }

    @Test func twoStartsOfOneWorkspaceAreOne() async throws {
        let campus = try await Campus.make()
        try await campus.begin()
        await expectFailure(.conflict, "starting already") { try await campus.begin() }
        #expect(try await campus.store.workspace(campus.id()).start == 1)
    }

    @Test func refusalsSayWhatStandsInTheWay() async throws {
        let campus = try await Campus.make(assignments: 3)
        await expectFailure(.outsideWindow, "study window of spring") {
            try await campus.begin(0, 0, campus.request(mayRun: false))
        }
        try await campus.begin(0, 0)
        try await campus.begin(0, 1)
        await expectFailure(.limitReached, "You have 2 of 2 workspaces running (limit workspaces, each, set at standard)") {
            try await campus.begin(0, 2)
        }
        try await campus.set(.cohort(campus.cohort), .each, .workspaces, 3)
        try await campus.set(.program(Slug("backend")), .total, .memory, Campus.limits.memory.bytes * 2)
        await expectFailure(
            .limitReached, "1 GiB of 1 GiB memory in use and this needs 512 MiB (limit memory, total, set at program:backend)"
        ) { try await campus.begin(0, 2) }
        try await campus.store.clearLimit(
            .program(Slug("backend")), scope: .total, dimension: .memory, by: "hana", at: World.now)
        try await campus.budget(.seconds(0))
        await expectFailure(.limitReached, "budget of 0 ms workspace time that spring grants is used up") {
            try await campus.begin(0, 2)
        }
        try await campus.store.clearBudget(cohort: campus.cohort, by: "hana", at: World.now)
        await expectFailure(.limitReached, "more than the 64 MiB that this server gives") {
            try await campus.begin(0, 2, campus.request(capacity: MachineCapacity(memory: .mebibytes(64)), queue: true))
        }
        // A refused start has taken nothing.
        #expect(try await campus.store.workspace(campus.id(0, 2)).start == 0)
        try await campus.begin(0, 2)
    }

    @Test func limitsThatWereLoweredMeanwhileAreNotGotRound() async throws {
        let campus = try await Campus.make()
        for (dimension, value) in [(LimitDimension.memory, Int64(256 << 20)), (.cpus, 999), (.processes, 63)] {
            try await campus.set(campus.node(0), .each, dimension, value)
            await expectFailure(.unavailable, "limit of \(dimension.rawValue) became \(dimension.text(value))") {
                try await campus.begin()
            }
            try await campus.store.clearLimit(campus.node(0), scope: .each, dimension: dimension, by: "hana", at: World.now)
        }
        // A volume that exists is not made smaller by it.
        try await campus.set(campus.node(0), .each, .disk, 1)
        try await campus.begin()
    }

    @Test func aSuspendedLearnerCannotStart() async throws {
        let campus = try await Campus.make()
        _ = try await campus.store.suspendEnrollment(
            person: campus.learners[0].slug, cohort: campus.cohort, by: "hana", at: World.now)
        await expectFailure(.denied, "suspended") { try await campus.begin() }
    }

    @Test func theLearnersCapCountsOverAllCohortsBelowItsNode() async throws {
        let campus = try await Campus.make()
        let other = World.cohort("autumn", program: Slug(trusted: "backend"))
        try await campus.store.createCohort(other, by: "local:0", at: World.now)
        _ = try await campus.store.enroll(
            person: campus.learners[0], cohort: other.slug, role: .learner, enrollment: ID(trusted: "enr_autumn"),
            codeHash: World.digest(5000).hex, codeExpires: World.now, by: "local:0", at: World.now)
        let placed = Assignment(
            id: ID(trusted: "asg_autumn"), cohort: other.slug, slug: Slug(trusted: "lab0"), title: LocalizedText(english: "Lab"),
            lab: campus.world.lab.name, labVersion: campus.world.lab.digest, opens: try CivilTime(parsing: "2026-01-01"),
            due: nil,
            closes: try CivilTime(parsing: "2026-12-31"), attempts: nil, policy: .best, weight: 1)
        try await campus.store.createAssignment(placed, by: "local:0", at: World.now)
        let second = Workspace(
            id: ID(trusted: "wsp_autumn"), person: campus.learners[0].slug, cohort: other.slug, assignment: placed.slug,
            lab: placed.lab, labVersion: placed.labVersion, state: .stopped, start: 0, limits: Campus.limits, network: .loopback,
            createdAt: World.now)
        try await campus.store.createWorkspace(second, by: "minji", at: World.now)
        try await campus.set(.organization(Slug("acme")), .each, .workspaces, 1)
        try await campus.begin()
        await expectFailure(.limitReached, "organization:acme") {
            _ = try await campus.store.beginStart(second.id, campus.request(), by: "minji", at: World.now)
        }
        // Below the cohort alone there is one in each.
        try await campus.store.clearLimit(
            .organization(Slug("acme")), scope: .each, dimension: .workspaces, by: "hana", at: World.now)
        try await campus.set(.cohort(other.slug), .each, .workspaces, 1)
        _ = try await campus.store.beginStart(second.id, campus.request(), by: "minji", at: World.now)
    }

    @Test func volumesCountWhetherTheyRunOrNot() async throws {
        let campus = try await Campus.make(learners: 2, assignments: 2)
        try await campus.set(.cohort(campus.cohort), .total, .disk, 4 * Campus.limits.disk.bytes)
        let assignment = try World.assignment("more", due: nil, lab: campus.world.lab)
        try await campus.store.createAssignment(assignment, by: "local:0", at: World.now)
        let third = Campus(world: campus.world, assignments: [assignment], learners: campus.learners)
        let id = ID<Workspace>(trusted: "wsp_more")
        await expectFailure(.limitReached, "disk") { try await third.create(0, 0, id: id) }
        // What exists starts even below a total that was lowered since, but does not grow.
        try await campus.set(.cohort(campus.cohort), .total, .disk, 1)
        try await campus.begin(0, 0)
        var larger = Campus.limits
        larger.disk = ByteCount(larger.disk.bytes + 1)
        await expectFailure(.limitReached, "disk") { try await campus.begin(1, 0, campus.request(limits: larger)) }
        #expect(try await campus.store.placesFreed(since: Timestamp(milliseconds: 0)) == 0)
        try await campus.stop(start: 1, used: used(session: 3))
        #expect(try await campus.store.placesFreed(since: Timestamp(milliseconds: World.now.milliseconds - 1)) == 1)
        #expect(try await campus.store.placesFreed(since: World.now) == 0)
        // A deleted volume gives its bytes back.
        try await campus.store.deleteWorkspace(campus.id(1, 1), by: "minji", at: World.now)
        try await campus.set(.cohort(campus.cohort), .total, .disk, 4 * Campus.limits.disk.bytes)
        try await third.create(0, 0, id: id)
    }

    @Test func of32VolumesAtOnceOnly5FitIntoTheTotal() async throws {
        let campus = try await Campus.make(learners: 32, assignments: 0)
        let assignment = try World.assignment("lab", due: nil, lab: campus.world.lab)
        try await campus.store.createAssignment(assignment, by: "local:0", at: World.now)
        let room = Campus(world: campus.world, assignments: [assignment], learners: campus.learners)
        try await room.set(.program(Slug("backend")), .total, .disk, 6 * Campus.limits.disk.bytes - 1)
        let made = await withTaskGroup(of: Bool.self) { group in
            for learner in 0..<32 { group.addTask { (try? await room.create(learner, 0)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(made == 5)
        #expect(try await room.store.limitUse(.cohort(room.cohort), .disk, at: World.now) == 5 * Campus.limits.disk.bytes)
    }

    @Test func whoWaitsIsServedInFairOrder() async throws {
        let campus = try await Campus.make(learners: 4, assignments: 2)
        let one = campus.request(capacity: MachineCapacity(workspaces: 1), queue: true)
        func at(_ second: Int64) -> Timestamp { World.now + .seconds(second) }
        #expect(try await campus.begin(0, 0, one, at: at(0)) == .begin(start: 1, hold: 600_000))
        // Learner 1 asks twice before 2 and 3; 0 runs one already, so their second comes last.
        #expect(try await campus.begin(1, 0, one, at: at(1)) == .waiting(position: 1, of: 1))
        #expect(try await campus.begin(1, 1, one, at: at(2)) == .waiting(position: 2, of: 2))
        #expect(try await campus.begin(0, 1, one, at: at(3)) == .waiting(position: 3, of: 3))
        #expect(try await campus.begin(2, 0, one, at: at(4)) == .waiting(position: 2, of: 4))
        #expect(try await campus.begin(3, 0, one, at: at(5)) == .waiting(position: 3, of: 5))
        let order = try await campus.store.waitingWorkspaces().map(\.id)
        #expect(order == [campus.id(1, 0), campus.id(2, 0), campus.id(3, 0), campus.id(1, 1), campus.id(0, 1)])
        #expect(try #require(try await campus.store.waitingPlace(campus.id(3, 0))) == (3, 5))
        #expect(try await campus.store.waitingPlace(campus.id(0, 0)) == nil)

        // Room alone is not enough: the first in the order goes first, and nobody new overtakes. Learner 0 has none now, so that what
        // they wait for is their first, and asked for before that of 2.
        try await campus.stop(start: 1, used: nil)
        #expect(try await campus.begin(2, 0, one, at: at(6)) == .waiting(position: 3, of: 5))
        await expectFailure(.unavailable) { try await campus.begin(2, 1, campus.request(), at: at(7)) }
        #expect(try await campus.begin(1, 0, one, at: at(8)) == .begin(start: 1, hold: 600_000))
        #expect(try await campus.store.workspace(campus.id(1, 0)).askedAt == at(1))
        // Giving a place up moves the others on.
        _ = try await campus.store.beginStop(
            campus.id(2, 0), start: 0, reason: .asked, detail: nil, by: "minji", at: World.now)
        #expect(try #require(try await campus.store.waitingPlace(campus.id(3, 0))) == (2, 3))
    }
    /// Who asked first goes first, whatever the clock showed.
    @Test func aClockThatIsSetBackLetsNobodyOvertake() async throws {
        let campus = try await Campus.make(learners: 4, assignments: 1)
        let one = campus.request(capacity: MachineCapacity(workspaces: 1), queue: true)
        _ = try await campus.begin(0, 0, one, at: World.now)
        #expect(try await campus.begin(1, 0, one, at: World.now + .seconds(10)) == .waiting(position: 1, of: 1))
        #expect(try await campus.begin(3, 0, one, at: World.now + .seconds(-3600)) == .waiting(position: 2, of: 2))
        #expect(try await campus.begin(2, 0, one, at: World.now + .seconds(-3600)) == .waiting(position: 3, of: 3))
        #expect(try await campus.store.waitingWorkspaces().map(\.id) == [campus.id(1, 0), campus.id(3, 0), campus.id(2, 0)])
        // Asked again, it keeps its place.
        #expect(try await campus.begin(3, 0, one, at: World.now + .seconds(-7200)) == .waiting(position: 2, of: 3))
    }
}
