import Logging
import ProvostCore
import ProvostSandbox
import ProvostStore
import Synchronization

/// Since when a daemon has seen the deletion days of closed cohorts passed, by the machine's uptime.
final class ClosingWatch: Sendable {
    private struct State {
        var since: [Slug: (closing: CohortClosing, uptime: TimeSpan)] = [:]
        var last: TimeSpan?
        /// Deleted ones whose files could not be removed yet.
        var unfinished: Set<ID<Workspace>> = []
    }
    private let state = Mutex(State())
    /// Looks that are further apart are no watching: the machine slept, or the daemon could not look.
    private static let longestGap = TimeSpan.seconds(600)

    /// How long each has been seen passed, without a break.
    func seen(_ due: [CohortClosing], at uptime: TimeSpan) -> [(closing: CohortClosing, for: TimeSpan)] {
        state.withLock { state in
            let gap = state.last.map { TimeSpan(milliseconds: uptime.milliseconds - $0.milliseconds) }
            if gap.map({ $0 > Self.longestGap }) ?? false { state.since = [:] }
            state.last = uptime
            // A clock that is put right begins it anew.
            state.since = state.since.filter { known in due.contains(known.value.closing) }
            return due.map { closing in
                let first = state.since[closing.cohort]?.uptime ?? uptime
                state.since[closing.cohort] = (closing, first)
                return (closing, TimeSpan(milliseconds: uptime.milliseconds - first.milliseconds))
            }
        }
    }

    var unfinished: Set<ID<Workspace>> { state.withLock { $0.unfinished } }
    func finished(_ id: ID<Workspace>, _ done: Bool) {
        state.withLock { if done { $0.unfinished.remove(id) } else { $0.unfinished.insert(id) } }
    }
}

/// One deletion at a time, beside everything else: what runs does not wait for it.
final class DeletionBell: Sendable {
    private let isBusy = Mutex(false)
    func ring(_ care: WorkspaceCare) {
        let mine = isBusy.withLock { busy in
            defer { busy = true }
            return !busy
        }
        guard mine else { return }
        Task { [self] in
            await care.deleteDue()
            isBusy.withLock { $0 = false }
        }
    }
}

extension WorkspaceCare {
    /// Deletes the files of closed cohorts whose day has come. A daemon that dies here is followed by one that goes on.
    package func deleteDue() async {
        for id in closings.unfinished { await finishDeletion(id) }
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
            let isDeleted = try await runs.turns.take(id) { [runs, context] () throws(ProvostError) -> Bool in
                let now = try await context.store.workspace(id)
                let window = try await WorkspaceWindow.find(cohort: now.cohort, person: now.person, context)
                let instant = context.now()
                // Somebody who is just taking the files is let finish: a reading has an end.
                guard now.state == .stopped, !window.mayRun(at: instant), window.deleteAt.map({ $0 <= instant }) ?? false,
                    !runs.readers.isRead(id)
                else { return false }
                let aside = runs.volumes.aside(of: id.text)
                // The store first: what it says is deleted is removed by whoever comes after this daemon, too.
                try await context.store.deleteWorkspace(
                    id, closing: closing, size: runs.volumes.size(of: id.text), aside: aside, at: instant)
                for name in aside {
                    context.logger.warning(
                        "A damaged volume of a deleted workspace was put aside before and is still there; delete it by hand",
                        metadata: ["workspace": "\(id)", "file": "\(name)"])
                }
                return true
            }
            if isDeleted { await finishDeletion(id) }
        } catch {
            // One that was given more time meanwhile.
            guard error.code != .conflict else { return }
            context.logger.error(
                "The files of a closed cohort could not be deleted; it is tried again",
                metadata: ["workspace": "\(id)", "error": "\(error)"])
        }
    }

    private func finishDeletion(_ id: ID<Workspace>) async {
        do throws(ProvostError) {
            try await runs.removeFiles(of: id)
            closings.finished(id, true)
        } catch {
            let isNews = !closings.unfinished.contains(id)
            closings.finished(id, false)
            guard isNews else { return }
            context.logger.error(
                "Files of a deleted workspace could not be removed; it is tried again",
                metadata: ["workspace": "\(id)", "error": "\(error)"])
        }
    }
}
