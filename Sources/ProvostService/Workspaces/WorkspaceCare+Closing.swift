import Logging
import ProvostCore
import ProvostSandbox
import ProvostStore
import Synchronization

/// Since when a daemon has seen the deletion days of closed cohorts passed, by the machine's uptime.
final class ClosingWatch: Sendable {
    private let since = Mutex<[Slug: (closing: CohortClosing, uptime: TimeSpan)]>([:])

    /// How long each has been seen passed, without a break.
    func seen(_ due: [CohortClosing], at uptime: TimeSpan) -> [(closing: CohortClosing, for: TimeSpan)] {
        since.withLock { since in
            // A clock that is put right begins it anew.
            since = since.filter { known in due.contains(known.value.closing) }
            return due.map { closing in
                let first = since[closing.cohort]?.uptime ?? uptime
                since[closing.cohort] = (closing, first)
                return (closing, TimeSpan(milliseconds: uptime.milliseconds - first.milliseconds))
            }
        }
    }
}

extension WorkspaceCare {
    /// Deletes the files of closed cohorts whose day has come. A daemon that dies here is followed by one that goes on.
    func deleteDue() async {
        do throws(ProvostError) {
            let now = context.now()
            let due = try await context.store.closingsDue(at: now)
            for (closing, seen) in closings.seen(due, at: runs.settings.uptime())
            where ClosingRule.deletes(closing, at: now, seenPast: seen) {
                for workspace in try await context.store.workspaces(WorkspaceFilter(cohort: closing.cohort)) {
                    await delete(workspace, closing)
                }
            }
        } catch {
            context.logger.error("Closed cohorts could not be looked after; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    private func delete(_ workspace: Workspace, _ closing: CohortClosing) async {
        let id = workspace.id
        do throws(ProvostError) {
            _ = try await runs.turns.take(id) { [runs, context] () throws(ProvostError) -> Workspace in
                let now = try await context.store.workspace(id)
                let window = try await WorkspaceWindow.find(cohort: now.cohort, person: now.person, context)
                // An extension that was given after the closing keeps a learner's files for as long as it lasts.
                guard now.state == .stopped, !window.mayRun(at: context.now()) else { return now }
                await runs.readers.end(id)
                let snapshots = try await context.store.snapshots(of: id)
                let aside = runs.volumes.aside(of: id.text)
                // The store first: files that it does not know are swept at the next start.
                try await context.store.deleteWorkspace(
                    id, closing: closing, size: runs.volumes.size(of: id.text), aside: aside, at: context.now())
                for snapshot in snapshots { try await runs.volumes.removeSnapshot(snapshot.id.text) }
                if runs.volumes.exists(id.text) { try await runs.volumes.remove(id.text) }
                for name in aside {
                    context.logger.warning(
                        "A damaged volume of a deleted workspace was put aside before and is still there; delete it by hand",
                        metadata: ["workspace": "\(id)", "file": "\(name)"])
                }
                return try await context.store.workspace(id)
            }
        } catch {
            context.logger.error(
                "The files of a closed cohort could not be deleted; it is tried again",
                metadata: ["workspace": "\(id)", "error": "\(error)"])
        }
    }
}
