import Logging
import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore
import Synchronization

/// Does before a slot what each of its learners' starts would have to do and what needs no lease: the lab's tree and image, the workspace's row,
/// its volume made or checked. It takes no place, no memory and no budget; it gives way to starts, and leaves a running workspace alone.
///
/// What was done is recorded for each learner, and every step of it can be repeated: one that is ended half-way goes on at the next look.
final class WorkspaceWarming: Sendable {
    private let runs: WorkspaceRuns
    private let context: ServiceContext
    private let slots: SlotService
    private struct State {
        var busy = false
        var closed = false
    }
    private let state = Mutex(State())

    init(_ runs: WorkspaceRuns, slots: SlotService) {
        self.runs = runs
        self.slots = slots
        context = runs.context
    }

    func close() { state.withLock { $0.closed = true } }
    private var isClosed: Bool { state.withLock { $0.closed } }

    /// Begins a pass in a task of its own, unless one goes on.
    func ring() { Task { await pass() } }

    /// Warms whatever is due now; returns at once when another pass goes on.
    func pass() async {
        let mine = state.withLock { state in
            guard !state.busy, !state.closed else { return false }
            state.busy = true
            return true
        }
        guard mine else { return }
        defer { state.withLock { $0.busy = false } }
        do throws(ProvostError) {
            for (planned, window) in try await slots.planned() where window.warms(at: context.now()) {
                guard try await warm(planned, window) else { return }
            }
        } catch {
            context.logger.error("Workspaces could not be warmed; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    /// Whether the pass may go on: not while a learner's start needs the machine.
    private func warm(_ planned: PlannedSlot, _ window: SlotWindow) async throws(ProvostError) -> Bool {
        let outcomes = try await context.store.warmings(of: planned.slot.id)
        let now = context.now()
        let due = try await slots.learners(of: planned.slot.cohort).filter {
            WarmingRule.isDue(window, outcomes[$0.id], labVersion: planned.labVersion, at: now)
        }
        guard !due.isEmpty else { return true }
        let lab = try await context.store.labVersion(planned.labVersion)
        // Held to the end, so that the image is not removed before its slot.
        var image: UsableImage?
        var obstacle: String?
        do throws(ProvostError) { image = try await runs.image(lab, tree: runs.tree(lab)) } catch { obstacle = error.message }
        defer { withExtendedLifetime(image) {} }
        for enrollment in due {
            guard !isClosed, window.warms(at: context.now()), try await isQuiet() else { return false }
            var reason = obstacle
            if reason == nil {
                do throws(ProvostError) {
                    try await warm(enrollment, planned, lab, begins: window.begins)
                } catch { reason = error.message }
            }
            try await context.store.recordWarming(
                planned.slot.id, enrollment.id,
                WarmingRule.Outcome(at: context.now(), labVersion: planned.labVersion, reason: reason))
            if obstacle == nil { try? await Task.sleep(for: WarmingRule.pace.duration) }
        }
        return true
    }

    private func isQuiet() async throws(ProvostError) -> Bool {
        try await context.store.workspaces(WorkspaceFilter(states: [.starting])).isEmpty
    }

    private func warm(_ enrollment: Enrollment, _ planned: PlannedSlot, _ lab: LabVersion, begins: Timestamp)
        async throws(ProvostError)
    {
        let person = enrollment.person
        let window = try await WorkspaceWindow.find(cohort: enrollment.cohort, person: person.slug, context)
        guard window.mayRun(at: begins) else {
            throw ProvostError(.outsideWindow, "\(enrollment.cohort) is closed, or outside its study window then")
        }
        if try await context.store.workspace(assignment: planned.assignment, person: person.id) == nil {
            let chain = try await context.store.limitChain(cohort: enrollment.cohort, person: person.slug)
            try requireRoom(for: chain.workspace(lab: lab.manifest.workspace).disk)
        }
        let workspace = try await context.workspace(
            of: person, cohort: enrollment.cohort, assignment: (planned.assignment, planned.slot.assignment), lab: lab,
            by: "provost")
        _ = try await runs.turns.take(workspace.id) { [self] () throws(ProvostError) -> Bool in
            let now = try await context.store.workspace(workspace.id)
            // What runs or waits was started by its learner already.
            guard now.state == .stopped else { return false }
            let exists = runs.volumes.exists(now.id.text)
            try requireRoom(for: exists ? ByteCount(0) : now.limits.disk)
            if !exists {
                // A start takes the present limits; a volume of other ones would bind it.
                let chain = try await context.store.limitChain(cohort: now.cohort, person: now.person)
                let limits = chain.workspace(lab: lab.manifest.workspace)
                guard limits.disk == now.limits.disk, limits.files == now.limits.files else {
                    throw ProvostError(.conflict, "its limits changed since it was made; its first start makes its files")
                }
            }
            // Growing it is the start's, which takes the space from the totals.
            guard !runs.readers.isRead(now.id) else {
                throw ProvostError(.unavailable, "Its files are being read; it is tried again.")
            }
            try await runs.readyVolume(now, rescue: false, grows: false)
            return true
        }
    }

    private func requireRoom(for size: ByteCount) throws(ProvostError) {
        let room = runs.volumes.room()
        guard WarmingRule.hasRoom(free: room.free, reserve: room.reserve, size: size) else {
            throw ProvostError(
                .limitReached,
                "the server's disk is nearly full: \(room.free) are free, and \(room.reserve) are kept in reserve")
        }
    }
}

extension ServiceContext {
    /// Somebody's workspace for an assignment, made if there is none. Throws as ``Store/createWorkspace(_:by:at:)``.
    func workspace(
        of person: Person, cohort: Slug, assignment: (id: ID<Assignment>, slug: Slug), lab: LabVersion, by actor: String
    ) async throws(ProvostError) -> Workspace {
        if let known = try await store.workspace(assignment: assignment.id, person: person.id) { return known }
        let chain = try await store.limitChain(cohort: cohort, person: person.slug)
        let now = now()
        let workspace = Workspace(
            id: identifiers.next("wsp"), person: person.slug, cohort: cohort, assignment: assignment.slug, lab: lab.name,
            labVersion: lab.digest, state: .stopped, start: 0, limits: chain.workspace(lab: lab.manifest.workspace),
            network: lab.manifest.workspace.network, createdAt: now)
        do throws(ProvostError) {
            try await store.createWorkspace(workspace, by: actor, at: now)
        } catch {
            // Two asked at the same instant: the other's is this one.
            if error.code == .conflict, let known = try await store.workspace(assignment: assignment.id, person: person.id) {
                return known
            }
            throw error
        }
        return workspace
    }
}
