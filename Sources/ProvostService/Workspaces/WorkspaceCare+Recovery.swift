import Foundation
import Logging
package import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore

// At the start of the daemon: what went on without one is taken over, what ended is settled.
extension WorkspaceCare {
    /// Takes over what runs and settles the rest; how many were found. To be called once, before anything is started.
    package func recover() async throws(ProvostError) -> Int {
        try await context.store.endAllVisits(at: context.now())
        var running: Set<WorkspaceRun> = []
        var taken: [(Workspace, KeptWorkspace)] = []
        for kept in await runs.keepers.found() {
            let known = try? await context.store.workspace(ID<Workspace>(parsing: kept.id))
            if let known, known.start == kept.start, known.state.isActive {
                running.insert(WorkspaceRun(workspace: known.id, start: known.start))
                taken.append((known, kept))
            } else {
                // Of an older start, or of a store that was restored: nobody can reach it.
                context.logger.notice("A workspace that is not in the store is ended", metadata: ["workspace": "\(kept.id)"])
                _ = await kept.stop(grace: .seconds(1), reason: "The server does not know this workspace any more.")
            }
        }
        for workspace in try await context.store.workspaces(
            WorkspaceFilter(states: [.starting, .running, .frozen, .stopping]))
        where !running.contains(WorkspaceRun(workspace: workspace.id, start: workspace.start)) {
            guard let ending = runs.keepers.lastEnding(of: workspace.id.text) else { continue }
            let meter = RunMeter.read(runs.meterPath(workspace.id), start: workspace.start)
            let use = RunUse(
                session: meter?.session(at: runs.settings.uptime()) ?? .seconds(0), cpu: ending.usage.cpuTime ?? .seconds(0))
            await runs.settle(workspace.id, start: workspace.start, used: use, reason: .ended, detail: ending.reason)
        }
        for ended in try await context.store.recoverWorkspaces(running: running, at: context.now()) {
            context.logger.notice(
                "A workspace had ended", metadata: ["workspace": "\(ended.id)", "why": "\(ended.stopDetail ?? "-")"])
        }
        for (workspace, kept) in taken { await takeOver(workspace, kept) }
        runs.volumes.sweep()
        await sweepDeleted()
        starts.pump()
        return taken.count
    }

    private func takeOver(_ workspace: Workspace, _ kept: KeptWorkspace) async {
        // Held still for a snapshot that nobody finishes any more.
        try? await kept.release()
        let uptime = runs.settings.uptime()
        var meter = RunMeter.read(runs.meterPath(workspace.id), start: kept.start) ?? RunMeter(start: kept.start, at: uptime)
        if workspace.state == .frozen { meter.pause(at: uptime) } else { meter.go(at: uptime) }
        // Only to hold the image; the room has it already.
        var image: UsableImage?
        if let lab = try? await context.store.labVersion(workspace.labVersion), let tree = try? await runs.tree(lab) {
            image = try? await runs.image(lab, tree: tree)
        }
        runs.adopt(workspace.id, kept: kept, image: image, meter: meter)
        await runs.write(meter, of: workspace.id)
        if workspace.state == .frozen { runs[workspace.id]?.update { $0.frozenAt = uptime } }
        // A lease that the earlier daemon could not renew.
        if let run = runs[workspace.id], let usage = try? await kept.usage() {
            run.update { watch in
                watch.usage = usage
                // Renewed at the next look: what was charged before is known to the store alone.
                watch.renewedAt = TimeSpan(milliseconds: uptime.milliseconds - LeaseRule.length.milliseconds)
            }
        }
        guard workspace.state == .stopping else { return }
        let (runs, context) = (runs, context)
        Task {
            let stopped = try? await runs.turns.take(workspace.id) { () throws(ProvostError) -> Workspace in
                try await runs.stop(
                    workspace, reason: workspace.stopReason ?? .asked, detail: workspace.stopDetail, by: "provost")
            }
            if stopped == nil { context.logger.error("A stop could not be finished", metadata: ["workspace": "\(workspace.id)"]) }
        }
    }

    /// Files of what the store says is deleted: a daemon died between the two.
    private func sweepDeleted() async {
        let deleted = (try? await context.store.workspaces(WorkspaceFilter(states: [.deleted]))) ?? []
        for workspace in deleted {
            do throws(ProvostError) { try await runs.removeFiles(of: workspace.id) } catch {
                closings.finished(workspace.id, false)
            }
        }
        var known: Set<String> = []
        guard let all = try? await context.store.workspaces(WorkspaceFilter()) else { return }
        for workspace in all {
            if workspace.copyOf != nil, workspace.state == .stopped, workspace.start == 0, !runs.volumes.exists(workspace.id.text)
            {
                // A daemon died while it was copied.
                try? await context.store.deleteWorkspace(workspace.id, by: "provost", at: context.now())
                continue
            }
            // Where it is not known, nothing is removed.
            guard let snapshots = try? await context.store.snapshots(of: workspace.id) else { return }
            known.formUnion(snapshots.map(\.id.text))
        }
        let folder = context.directory.volumes + "/snapshots"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where !name.hasPrefix(".") {
            let id = name.hasSuffix(".ext4") ? String(name.dropLast(5)) : name
            guard !known.contains(id) else { continue }
            // It may be a learner's, if the store is an older one that was put back: an operator decides.
            context.logger.warning(
                "A snapshot is not in the store and is kept; remove it by hand if nobody needs it",
                metadata: ["file": "\(folder)/\(name)"])
        }
    }
}
