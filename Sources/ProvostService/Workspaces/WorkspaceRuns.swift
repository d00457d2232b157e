import Logging
import ProvostCore
import ProvostGrading
import ProvostSandbox
import Synchronization

/// One run of a workspace on this machine, as the daemon that watches it knows it.
final class WorkspaceRunState: Sendable {
    struct Sight {
        var usage: WorkspaceUsage?
        var idle: IdleRule.Verdict?
        /// CPU time at instants of the last ten minutes, the oldest first.
        var cpu: [(at: ContinuousClock.Instant, used: TimeSpan)] = []
        var warned: TimeSpan?
        var renewedAt: ContinuousClock.Instant
        var usedAtRenewal: Int64 = 0
        var frozenSince: ContinuousClock.Instant?
        var frozenBefore = Duration.zero
    }

    let kept: KeptWorkspace
    /// Not removed while the room sees it.
    let image: UsableImage?
    private let begin: ContinuousClock.Instant
    private let state: Mutex<Sight>

    /// `ranBefore`: for a run that an earlier daemon started.
    init(_ kept: KeptWorkspace, image: UsableImage?, ranBefore: TimeSpan = .seconds(0), frozen: Bool = false) {
        self.kept = kept
        self.image = image
        let now = ContinuousClock.now
        begin = now - ranBefore.duration
        state = Mutex(Sight(renewedAt: now, frozenSince: frozen ? now : nil))
    }

    var sight: Sight { state.withLock { $0 } }
    func change(_ body: (inout sending Sight) -> Void) { state.withLock { body(&$0) } }

    /// What it has used so far. The time it stood still does not count, and no clock that steps back is asked.
    func use(_ usage: WorkspaceUsage?) -> RunUse {
        let sight = sight
        let now = ContinuousClock.now
        let frozen = sight.frozenBefore + (sight.frozenSince.map { now - $0 } ?? .zero)
        let cpu = usage?.cpuTime ?? sight.usage?.cpuTime ?? .seconds(0)
        return RunUse(session: TimeSpan(max(.zero, now - begin - frozen)), cpu: cpu)
    }
}

/// What runs here, and one thing at a time for each workspace.
actor WorkspaceRuns {
    private var runs: [ID<Workspace>: WorkspaceRunState] = [:]
    private var users: [UInt32: ID<Workspace>] = [:]
    private var busy: [ID<Workspace>: [CheckedContinuation<Void, Never>]] = [:]
    private var promoting = false
    private var promoteAgain = false

    func run(_ id: ID<Workspace>) -> WorkspaceRunState? { runs[id] }
    var all: [(ID<Workspace>, WorkspaceRunState)] { runs.map { ($0.key, $0.value) } }
    /// The workspace whose room runs as this host user.
    func workspace(ofUser uid: UInt32) -> ID<Workspace>? { users[uid] }

    func add(_ id: ID<Workspace>, _ run: WorkspaceRunState) {
        runs[id] = run
        users[run.kept.user.uid] = id
    }

    /// Forgets this run and no later one.
    func remove(_ id: ID<Workspace>, start: Int) {
        guard let run = runs[id], run.kept.start == start else { return }
        runs[id] = nil
        if users[run.kept.user.uid] == id { users[run.kept.user.uid] = nil }
    }

    // MARK: One thing at a time

    private func enter(_ id: ID<Workspace>) async {
        guard busy[id] != nil else {
            busy[id] = []
            return
        }
        await withCheckedContinuation { busy[id]?.append($0) }
    }

    private func leave(_ id: ID<Workspace>) {
        if busy[id]?.isEmpty ?? true { busy[id] = nil } else { busy[id]?.removeFirst().resume() }
    }

    /// Runs `body` when nothing else is being done to the workspace, to its end whatever becomes of the caller's task.
    nonisolated func exclusively<Value: Sendable>(
        _ id: ID<Workspace>, _ body: @escaping @Sendable () async throws(ProvostError) -> Value
    ) async throws(ProvostError) -> Value {
        let result: Result<Value, ProvostError> = await Task {
            await enter(id)
            let result: Result<Value, ProvostError>
            do throws(ProvostError) { result = .success(try await body()) } catch { result = .failure(error) }
            await leave(id)
            return result
        }.value
        return try result.get()
    }

    /// Runs `body` unless it runs already; then it is run once more after that.
    nonisolated func promoting(_ body: @escaping @Sendable () async -> Void) async {
        guard await beginPromoting() else { return }
        repeat { await body() } while await promotesAgain()
    }
    private func beginPromoting() -> Bool {
        if promoting { promoteAgain = true }
        defer { promoting = true }
        return !promoting
    }
    private func promotesAgain() -> Bool {
        defer { promoteAgain = false }
        if !promoteAgain { promoting = false }
        return promoteAgain
    }
}
