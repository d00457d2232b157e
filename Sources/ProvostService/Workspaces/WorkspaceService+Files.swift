import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore

// What becomes of a workspace's files. Each keeps what was there before it takes anything away.
extension WorkspaceService {
    package func snapshots(_ principal: Principal, _ typed: String) async throws(ProvostError) -> [Snapshot] {
        try await context.store.snapshots(of: finder.find(principal, typed, .own).id)
    }

    /// Of a running one as of one instant: its files stand still for the moment.
    package func snapshot(_ principal: Principal, _ typed: String) async throws(ProvostError) -> Snapshot {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .own)
        return try await runs.turns.take(workspace.id) { [self] () throws(ProvostError) -> Snapshot in
            try await keep(workspace.id, .asked, by: principal.name)
        }
    }

    /// Within the workspace's turn.
    private func keep(_ id: ID<Workspace>, _ cause: Snapshot.Cause, by actor: String) async throws(ProvostError) -> Snapshot {
        let runs = try parts.runs
        let known = try await context.store.snapshots(of: id)
        guard known.count < Self.mostSnapshots else {
            throw ProvostError(
                .limitReached,
                "A workspace keeps up to \(Self.mostSnapshots) snapshots; remove one first: provost workspace snapshots --remove \(known[0].id)"
            )
        }
        let snapshot: ID<Snapshot> = context.identifiers.next("snp")
        let size: ByteCount
        do throws(ProvostError) {
            size = try await runs.whileStill(id) { () throws(ProvostError) in
                try await runs.volumes.snapshot(id.text, as: snapshot.text)
            }
        } catch {
            // Held for too long: what was copied may be torn.
            try? await runs.volumes.removeSnapshot(snapshot.text)
            throw error
        }
        let kept = Snapshot(id: snapshot, workspace: id, cause: cause, createdAt: context.now(), size: size)
        do throws(ProvostError) { try await context.store.addSnapshot(kept, by: actor) } catch {
            try? await runs.volumes.removeSnapshot(snapshot.text)
            throw error
        }
        return kept
    }

    package func removeSnapshot(
        _ principal: Principal, _ typed: String, _ snapshot: ID<Snapshot>
    ) async throws(ProvostError) -> Snapshot {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .own)
        return try await runs.turns.take(workspace.id) { [self] () throws(ProvostError) -> Snapshot in
            let found = try await find(snapshot, of: workspace.id)
            // The row first: a file without a row is swept, a row without a file would be a promise.
            try await context.store.removeSnapshot(snapshot, by: principal.name, at: context.now())
            try await runs.volumes.removeSnapshot(snapshot.text)
            return found
        }
    }

    private func find(_ snapshot: ID<Snapshot>, of id: ID<Workspace>) async throws(ProvostError) -> Snapshot {
        guard let found = try await context.store.snapshots(of: id).first(where: { $0.id == snapshot }) else {
            throw ProvostError(
                .notFound, "There is no snapshot \(snapshot) of this workspace; see: provost workspace snapshots")
        }
        return found
    }

    /// Puts a snapshot's files in the place of the present ones, of which a snapshot is made before. One that runs is stopped for it and
    /// started again.
    package func restore(
        _ principal: Principal, _ typed: String, from snapshot: ID<Snapshot>
    ) async throws(ProvostError) -> WorkspaceView {
        try await replace(principal, typed) { [self] workspace, runs throws(ProvostError) in
            _ = try await find(snapshot, of: workspace.id)
            try await keepWhatIsThere(workspace, .restore, by: principal.name)
            try await runs.volumes.restore(workspace.id.text, from: snapshot.text)
            try await context.store.recordRestore(workspace.id, from: snapshot, by: principal.name, at: context.now())
        }
    }

    /// A snapshot of the volume, or, where it is damaged, its file put aside for an operator: what it was damaged by must not keep the learner
    /// from going on.
    private func keepWhatIsThere(_ workspace: Workspace, _ cause: Snapshot.Cause, by actor: String) async throws(ProvostError) {
        let runs = try parts.runs
        guard runs.volumes.exists(workspace.id.text) else { return }
        do throws(ProvostError) { _ = try await keep(workspace.id, cause, by: actor) } catch {
            guard error.code == .unavailable else { throw error }
            let name = try await runs.volumes.setAside(workspace.id.text)
            context.logger.error(
                "A damaged volume was put aside",
                metadata: ["workspace": "\(workspace.id)", "file": "\(name)", "why": "\(error.message)"])
        }
    }

    /// Back to the lab's starter. What was there is a snapshot.
    package func reset(_ principal: Principal, _ typed: String) async throws(ProvostError) -> WorkspaceView {
        try await replace(principal, typed) { [self] workspace, runs throws(ProvostError) in
            let id = workspace.id.text
            try await keepWhatIsThere(workspace, .reset, by: principal.name)
            try await runs.volumes.remove(id)
            // Made at once: a start takes a missing volume for a loss.
            try await runs.volumes.create(id, size: workspace.limits.disk, files: workspace.limits.files)
        }
    }

    private func replace(
        _ principal: Principal, _ typed: String,
        _ change: @escaping @Sendable (Workspace, WorkspaceRuns) async throws(ProvostError) -> Void
    ) async throws(ProvostError) -> WorkspaceView {
        let (runs, starts, _) = try parts
        let workspace = try await finder.find(principal, typed, .own)
        let after = try await runs.turns.take(workspace.id) { [context] () throws(ProvostError) -> Workspace in
            var now = try await context.store.workspace(workspace.id)
            let ran = now.state != .stopped
            if ran { now = try await runs.stop(now, reason: .asked, detail: nil, by: principal.name) }
            guard now.state == .stopped else {
                throw ProvostError(.conflict, "The workspace is \(now.state.rawValue); try again in a moment.")
            }
            await runs.readers.end(now.id)
            try await change(now, runs)
            return ran ? try await starts.begin(now.id, queue: true, by: principal.name) : now
        }
        return try await view(after)
    }

    /// For good, with its snapshots: only one that is stopped, and only when its id is said again.
    package func delete(_ principal: Principal, _ typed: String, confirm: String?) async throws(ProvostError) -> WorkspaceView {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .delete)
        guard confirm == workspace.id.text else {
            throw ProvostError(
                .invalid,
                "Deleting takes the files and every snapshot away for good: say the workspace's id again (confirm=\(workspace.id))."
            )
        }
        let after = try await runs.turns.take(workspace.id) { [context] () throws(ProvostError) -> Workspace in
            await runs.readers.end(workspace.id)
            // The store first: what it says is deleted is removed at the next start, too.
            try await context.store.deleteWorkspace(workspace.id, by: principal.name, at: context.now())
            try await runs.removeFiles(of: workspace.id)
            return try await context.store.workspace(workspace.id)
        }
        return try await view(after)
    }
}
