import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore
import Synchronization

/// Decides who starts now and who waits. The store checks limits, budget and machine in one transaction; this asks it in fair order whenever
/// a place may have come free. A few start at one time, so that they do not slow each other, or grading, down.
final class WorkspaceStarts: Sendable {
    private let runs: WorkspaceRuns
    private let context: ServiceContext
    private let slots: SlotService
    private let isPumping = Mutex((busy: false, again: false))
    private let isClosed = Mutex(false)

    init(_ runs: WorkspaceRuns, slots: SlotService) {
        self.runs = runs
        self.slots = slots
        context = runs.context
        runs.onFree { [weak self] in self?.pump() }
    }

    /// The workspace running, or waiting for a place. One that runs already is that; two who ask at once get the same start. Throws why it
    /// may not start.
    func start(
        _ id: ID<Workspace>, queue: Bool = true, rescue: Bool = false, by actor: String
    ) async throws(ProvostError) -> Workspace {
        let (asked, ticket) = AsyncStream<Workspace>.makeStream()
        let work = Task { [runs] () -> Result<Workspace, ProvostError> in
            defer { ticket.finish() }
            do throws(ProvostError) {
                return .success(
                    try await runs.turns.take(id) { [self] () throws(ProvostError) -> Workspace in
                        try await begin(id, queue: queue, rescue: rescue, by: actor) { ticket.yield($0) }
                    })
            } catch { return .failure(error) }
        }
        // A first use of an image builds it, for minutes: then the caller is told that it starts, and asks again.
        let patience = Task {
            try? await Task.sleep(for: .seconds(90))
            ticket.finish()
        }
        defer { patience.cancel() }
        var began: Workspace?
        for await workspace in asked { began = workspace }
        if let began, !patience.isCancelled, let slow = try? await context.store.workspace(id), slow.state == .starting {
            return slow.start == began.start ? slow : began
        }
        return try await work.value.get()
    }

    /// Within the workspace's turn.
    func begin(
        _ id: ID<Workspace>, queue: Bool, rescue: Bool = false, by actor: String,
        onBegin: @Sendable (Workspace) -> Void = { _ in }
    ) async throws(ProvostError) -> Workspace {
        let workspace = try await context.store.workspace(id)
        switch workspace.state {
        case .running, .frozen: return workspace
        case .deleted: throw ProvostError(.notFound, "The workspace \(id) was deleted; start the assignment to get a new one.")
        case .starting, .stopping:
            throw ProvostError(.unavailable, "The workspace is \(workspace.state.rawValue); try again in a moment.")
        case .stopped, .waiting: break
        }
        if !rescue || !runs.volumes.exists(id.text) { try runs.requireDisk() }
        let assignment = try await context.store.assignment(cohort: workspace.cohort, slug: workspace.assignment)
        let lab = try await context.store.labVersion(assignment.labVersion)
        let request = try await request(workspace, lab: lab, queue: queue)
        let decision = try await context.store.beginStart(id, request, by: actor, at: context.now())
        let now = try await context.store.workspace(id)
        guard case .begin = decision else { return now }
        onBegin(now)
        let started = try await runs.launch(now, lab: lab, rescue: rescue, by: actor)
        runs.tellFree()
        return started
    }

    private func request(
        _ workspace: Workspace, lab: LabVersion, queue: Bool
    ) async throws(ProvostError) -> StartRequest {
        let manifest = lab.manifest.workspace
        guard manifest.network != .egress || runs.settings.egress else {
            throw ProvostError(
                .denied,
                "The lab \(lab.name) needs a way out to the network, which this server does not give; ask its operator (workspace-egress)."
            )
        }
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        var limits = chain.workspace(lab: manifest)
        // A volume keeps its inodes, and is not made smaller by a start.
        if runs.volumes.exists(workspace.id.text) {
            limits.disk = max(limits.disk, workspace.limits.disk)
            limits.files = workspace.limits.files
        }
        let window = try await WorkspaceWindow.find(cohort: workspace.cohort, person: workspace.person, context)
        guard window.mayRun(at: context.now()) else { throw window.refusal }
        return StartRequest(
            limits: limits, network: manifest.network, labVersion: lab.digest, mayRun: true,
            capacity: runs.settings.capacity, queue: queue, slots: try await slots.current())
    }

    // MARK: Those who wait

    func close() { isClosed.withLock { $0 = true } }

    /// Starts who can, in their order. Rung whenever something ended or began; twice at once is once more.
    func pump() {
        let mine = isPumping.withLock { state in
            state.again = true
            guard !state.busy else { return false }
            state.busy = true
            return true
        }
        guard mine else { return }
        Task { [self] in
            while isPumping.withLock({ state in
                guard state.again else {
                    state.busy = false
                    return false
                }
                state.again = false
                return true
            }) { await startWaiting() }
        }
    }

    private func startWaiting() async {
        guard let slots = try? await slots.current(),
            let waiting = try? await context.store.waitingWorkspaces(slots: slots)
        else { return }
        for workspace in waiting {
            guard !isClosed.withLock({ $0 }) else { return }
            let (answers, answer) = AsyncStream<Bool>.makeStream()
            let runs = runs
            // The launch goes on beside the next one's.
            Task { [self] in
                let began = Mutex(false)
                do throws(ProvostError) {
                    _ = try await runs.turns.take(workspace.id) { [self] () throws(ProvostError) -> Workspace in
                        let now = try await context.store.workspace(workspace.id)
                        guard now.state == .waiting else {
                            answer.yield(true)
                            return now
                        }
                        do throws(ProvostError) {
                            return try await begin(workspace.id, queue: true, by: "provost") { _ in
                                began.withLock { $0 = true }
                                answer.yield(true)
                            }
                        } catch {
                            // Refused for good: others are not to wait behind it.
                            let isFinal = [ErrorCode.limitReached, .denied, .outsideWindow, .notFound, .invalid]
                            if !began.withLock({ $0 }), isFinal.contains(error.code) {
                                _ = try await context.store.beginStop(
                                    workspace.id, start: now.start, reason: .failed, detail: error.message, by: "provost",
                                    at: context.now())
                                answer.yield(true)
                            }
                            throw error
                        }
                    }
                } catch {
                    context.logger.info(
                        "A waiting workspace was not started", metadata: ["workspace": "\(workspace.id)", "why": "\(error)"])
                }
                answer.yield(false)
                answer.finish()
            }
            var goesOn = false
            for await next in answers {
                goesOn = next
                break
            }
            guard goesOn else { return }
        }
    }

    /// The place of one that waits, and how long that will be by the pace of the last hour.
    func place(of id: ID<Workspace>) async throws(ProvostError) -> WorkspacePlaceView? {
        guard let place = try await context.store.waitingPlace(id, slots: slots.current()) else { return nil }
        let span = TimeSpan.seconds(3600)
        let since = Timestamp(milliseconds: context.now().milliseconds - span.milliseconds)
        let freed = try await context.store.placesFreed(since: since)
        return WorkspacePlaceView(
            position: place.position, of: place.of,
            estimate: WaitingRule.estimate(position: place.position, freed: freed, span: span))
    }
}

/// A place among those who wait; 1 is next.
package struct WorkspacePlaceView: Sendable, Hashable {
    package let position: Int
    package let of: Int
    /// nil: there is nothing to go by.
    package let estimate: TimeSpan?
}
