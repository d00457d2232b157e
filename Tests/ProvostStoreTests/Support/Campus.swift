import ProvostCore
import ProvostStore
import Testing

/// A world with many learners, each with a stopped workspace for each of many assignments.
struct Campus: Sendable {
    let world: World
    let assignments: [Assignment]
    let learners: [Person]
    var store: Store { world.store }
    var cohort: Slug { world.cohort }

    static let limits = WorkspaceLimits(
        cpuMillis: 1000, memory: .mebibytes(512), processes: 64, disk: .mebibytes(256), files: 1000)

    static func make(learners: Int = 1, assignments: Int = 1) async throws -> Campus {
        let world = try await World.make(learners: (0..<learners).map { "learner\($0)" }, dues: [])
        var made: [Assignment] = []
        for number in 0..<assignments {
            let assignment = try World.assignment("lab\(number)", due: nil, lab: world.lab)
            try await world.store.createAssignment(assignment, by: "local:0", at: World.now)
            made.append(assignment)
        }
        let campus = Campus(world: world, assignments: made, learners: world.learners)
        for learner in 0..<learners {
            for assignment in 0..<assignments { try await campus.create(learner, assignment) }
        }
        return campus
    }

    func id(_ learner: Int = 0, _ assignment: Int = 0) -> ID<Workspace> { ID(trusted: "wsp_\(learner)_\(assignment)") }
    func node(_ learner: Int) -> LimitNode { .enrollment(cohort: cohort, person: learners[learner].slug) }

    func create(_ learner: Int, _ assignment: Int, disk: ByteCount = limits.disk, id: ID<Workspace>? = nil) async throws {
        var limits = Self.limits
        limits.disk = disk
        let workspace = Workspace(
            id: id ?? self.id(learner, assignment), person: learners[learner].slug, cohort: cohort,
            assignment: assignments[assignment].slug, lab: world.lab.name, labVersion: world.lab.digest, state: .stopped,
            start: 0,
            limits: limits, network: .loopback, createdAt: World.now)
        try await store.createWorkspace(workspace, by: "minji", at: World.now)
    }

    func request(
        limits: WorkspaceLimits = limits, lease: TimeSpan = .seconds(600), mayRun: Bool = true,
        capacity: MachineCapacity = MachineCapacity(), queue: Bool = false
    ) -> StartRequest {
        StartRequest(
            limits: limits, network: .loopback, labVersion: world.lab.digest, lease: lease, mayRun: mayRun, capacity: capacity,
            queue: queue)
    }

    @discardableResult
    func begin(
        _ learner: Int = 0, _ assignment: Int = 0, _ request: StartRequest? = nil, at instant: Timestamp = World.now
    ) async throws -> StartDecision {
        try await store.beginStart(id(learner, assignment), request ?? self.request(), by: "minji", at: instant)
    }

    /// Begins and reports that it runs; the number of the start.
    @discardableResult
    func run(_ learner: Int = 0, _ assignment: Int = 0, at instant: Timestamp = World.now) async throws -> Int {
        guard case .begin(let start, _) = try await begin(learner, assignment, at: instant) else {
            throw ProvostError(.internalError, "it waits")
        }
        _ = try await store.didStart(id(learner, assignment), start: start, at: instant)
        return start
    }

    @discardableResult
    func stop(_ learner: Int = 0, _ assignment: Int = 0, start: Int, used: RunUse?) async throws -> Workspace {
        let id = id(learner, assignment)
        _ = try await store.beginStop(id, start: start, reason: .asked, detail: nil, by: "minji", at: World.now)
        return try await store.didStop(id, start: start, used: used, reason: .ended, detail: nil, at: World.now)
    }

    func set(_ node: LimitNode, _ scope: LimitScope, _ dimension: LimitDimension, _ value: Int64) async throws {
        try await store.setLimit(
            LimitSetting(node: node, scope: scope, dimension: dimension, value: value), by: "hana", at: World.now)
    }

    func budget(_ amount: TimeSpan, _ unit: BudgetUnit = .sessionHours) async throws {
        try await store.setBudget(BudgetGrant(cohort: cohort, unit: unit, amount: amount), by: "hana", at: World.now)
    }

    func balance(_ learner: Int = 0) async throws -> BudgetBalance {
        try #require(try await store.balance(cohort: cohort, person: learners[learner].slug))
    }
}

func used(session: Int64, cpu: Int64 = 0, price: Int64 = 0) -> RunUse {
    RunUse(session: .seconds(session), cpu: .seconds(cpu), price: price)
}
