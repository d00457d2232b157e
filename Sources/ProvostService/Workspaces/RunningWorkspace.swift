import ProvostCore
import ProvostGrading
import ProvostSandbox
import Synchronization

/// One workspace that runs now, as this daemon holds it.
final class RunningWorkspace: Sendable {
    struct Watch: Sendable {
        var meter: RunMeter
        /// CPU time at instants of the uptime, over the last ten minutes.
        var samples: [(at: TimeSpan, cpu: TimeSpan)] = []
        var balance: BudgetBalance?
        /// Of the whole run, when the lease was last renewed.
        var chargedSession = TimeSpan.seconds(0)
        var chargedCpu = TimeSpan.seconds(0)
        var renewedAt: TimeSpan
        var warned: TimeSpan?
        var frozenAt: TimeSpan?
        var usage: WorkspaceUsage?
        /// What the window's or the budget's end was last found to be: which of them is first, and how long until then.
        var left: TimeSpan?
        var leftBecause = Workspace.StopReason.windowEnded
        var idle: IdleRule.Verdict?
        /// Out-of-memory and throttling at the last look, to tell news from what was.
        var limitsRefused: String?
    }
    let id: ID<Workspace>
    let start: Int
    let kept: KeptWorkspace
    /// Held as long as it runs: an image in use is not removed.
    let image: UsableImage?
    private let watched: Mutex<Watch>
    private let looked = Mutex<(at: ContinuousClock.Instant, usage: WorkspaceUsage)?>(nil)

    init(_ id: ID<Workspace>, kept: KeptWorkspace, image: UsableImage?, meter: RunMeter, uptime: TimeSpan) {
        self.id = id
        start = kept.start
        self.kept = kept
        self.image = image
        watched = Mutex(Watch(meter: meter, renewedAt: uptime))
    }

    var watch: Watch { watched.withLock { $0 } }
    func update<Value: Sendable>(_ change: (inout sending Watch) -> sending Value) -> Value {
        watched.withLock { change(&$0) }
    }

    /// What its keeper said within the last tenth of a second.
    var freshUsage: WorkspaceUsage? {
        looked.withLock { looked in looked.flatMap { ContinuousClock.now - $0.at < .milliseconds(100) ? $0.usage : nil } }
    }
    /// Its keeper said so now.
    func look(_ usage: WorkspaceUsage) {
        looked.withLock { $0 = (.now, usage) }
        update { $0.usage = usage }
    }

    /// What the run has used, with what its keeper counted last.
    func use(at uptime: TimeSpan) -> RunUse {
        let watch = watch
        return RunUse(session: watch.meter.session(at: uptime), cpu: watch.usage?.cpuTime ?? .seconds(0))
    }
}

/// One thing at a time for each workspace, in the order in which it was asked for.
final class WorkspaceTurns: Sendable {
    private let last = Mutex<[ID<Workspace>: (number: Int, task: Task<Void, Never>)]>([:])
    private let counter = Mutex(0)

    /// Runs to its end whatever becomes of the caller: a client that hangs up leaves nothing half done.
    func take<Value: Sendable>(
        _ id: ID<Workspace>, _ work: @escaping @Sendable () async throws(ProvostError) -> Value
    ) async throws(ProvostError) -> Value {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let task = last.withLock { last in
            let before = last[id]?.task
            let task = Task { () -> Result<Value, ProvostError> in
                await before?.value
                do throws(ProvostError) { return .success(try await work()) } catch { return .failure(error) }
            }
            last[id] = (number, Task { _ = await task.value })
            return task
        }
        let result = await task.value
        last.withLock { last in
            if last[id]?.number == number { last[id] = nil }
        }
        return try result.get()
    }
}
