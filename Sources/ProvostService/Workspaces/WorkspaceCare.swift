import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore
import ServiceLifecycle

/// Looks after everything that runs: leases, the end of budgets and study windows, idleness, limits that changed, suspended learners; and
/// starts what waits. One look every few seconds; nothing that happens between two of them is lost, since everything is judged anew.
package struct WorkspaceCare: Service {
    private let workspaces: WorkspaceService
    private var context: ServiceContext { workspaces.context }
    private var runs: WorkspaceRuns { workspaces.runs }

    init(_ workspaces: WorkspaceService) { self.workspaces = workspaces }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await look()
                try await Task.sleep(for: workspaces.settings.pace)
            }
        }
        // Workspaces go on without the daemon; only what is kept ready is ended.
        await workspaces.keepers.shutdown()
    }

    /// Takes over what an earlier daemon left running, and settles the rest. Before anything is started. Returns how many were found.
    package func recover() async throws(ProvostError) -> Int {
        let found = await workspaces.keepers.found()
        var known: [WorkspaceRun: Workspace] = [:]
        for workspace in try await context.store.workspaces(WorkspaceFilter(states: [.starting, .running, .frozen, .stopping])) {
            known[WorkspaceRun(workspace: workspace.id, start: workspace.start)] = workspace
        }
        var running: Set<WorkspaceRun> = []
        for kept in found {
            let run = WorkspaceRun(workspace: ID(trusted: kept.id), start: kept.start)
            guard let workspace = known[run], workspace.state != .stopping else {
                // Nobody knows it, or its end was asked for: what it is cannot be trusted, or is not wanted.
                let ending = await kept.stop(grace: .seconds(0), reason: "The workspace stops.")
                if let workspace = known[run] {
                    _ = try await context.store.didStop(
                        workspace.id, start: workspace.start,
                        used: ending.usage.cpuTime.map { RunUse(session: ran(workspace), cpu: $0) },
                        reason: workspace.stopReason ?? .ended, detail: workspace.stopDetail, at: context.now())
                }
                continue
            }
            running.insert(run)
        }
        for workspace in try await context.store.recoverWorkspaces(running: running, at: context.now()) {
            let ending = workspaces.keepers.lastEnding(of: workspace.id.text)
            context.logger.notice(
                "A workspace had ended", metadata: ["workspace": "\(workspace.id)", "why": "\(ending?.reason ?? "unknown")"])
        }
        try await context.store.endAllVisits(at: context.now())
        for kept in found {
            let run = WorkspaceRun(workspace: ID(trusted: kept.id), start: kept.start)
            guard running.contains(run), let workspace = known[run] else { continue }
            let state = WorkspaceRunState(kept, image: nil, ranBefore: ran(workspace), frozen: workspace.state == .frozen)
            await workspaces.starts.adopt(run.workspace, state)
        }
        return running.count
    }

    /// By the wall clock, because no other was there all the time; never less than nothing.
    private func ran(_ workspace: Workspace) -> TimeSpan {
        max(.seconds(0), context.now() - (workspace.startedAt ?? context.now()))
    }

    /// One look at everything. Public for tests, which do not wait for the pace.
    package func look() async {
        await withTaskGroup(of: Void.self) { group in
            for (id, run) in await runs.all { group.addTask { await look(at: id, run) } }
        }
        await workspaces.starts.promote()
    }

    private func look(at id: ID<Workspace>, _ run: WorkspaceRunState) async {
        do throws(ProvostError) {
            let workspace = try await context.store.workspace(id)
            guard workspace.start == run.kept.start, workspace.state == .running || workspace.state == .frozen else { return }
            let usage = try await run.kept.usage()
            note(usage, run)
            if try await isSuspended(workspace) {
                return try await stop(
                    workspace, .suspended, "The enrollment in \(workspace.cohort) was suspended.",
                    notice: "You are no longer active in \(workspace.cohort), so this workspace stops. Your files are kept.")
            }
            try await followLimits(workspace, run)
            let now = context.now()
            if workspace.state == .running, TimeSpan(milliseconds: 5000) < usage.quiet || workspace.activeAt == nil {
                // Quiet ones need no writing.
            } else if workspace.activeAt.map({ now - $0 > .seconds(60) }) ?? true {
                try await context.store.touch(id, activeAt: now)
            }
            let balance = try await lease(workspace, run, usage)
            if try await ends(workspace, run, usage, balance) { return }
            try await idle(workspace, run, usage)
        } catch {
            context.logger.warning("A workspace could not be looked after", metadata: ["workspace": "\(id)", "why": "\(error)"])
        }
    }

    private func note(_ usage: WorkspaceUsage, _ run: WorkspaceRunState) {
        let now = ContinuousClock.now
        run.change { sight in
            sight.usage = usage
            guard let cpu = usage.cpuTime else { return }
            sight.cpu.append((now, cpu))
            // One sample older than the window stays, so that the window is whole.
            while sight.cpu.count > 2, now - sight.cpu[1].at >= IdleRule.cpuWindow.duration { sight.cpu.removeFirst() }
        }
    }

    private func isSuspended(_ workspace: Workspace) async throws(ProvostError) -> Bool {
        let person = try await context.store.person(workspace.person)
        let enrollment = try await context.store.enrollments(person: person.id).first { $0.cohort == workspace.cohort }
        return enrollment?.suspended ?? true
    }

    /// Limits that an admin changed reach what runs; memory that is in use already stays until it is given back.
    private func followLimits(_ workspace: Workspace, _ run: WorkspaceRunState) async throws(ProvostError) {
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        let version = try await context.store.labVersion(workspace.labVersion)
        var limits = chain.workspace(lab: version.manifest.workspace)
        (limits.disk, limits.files) = (workspace.limits.disk, workspace.limits.files)
        guard limits != workspace.limits else { return }
        do throws(ProvostError) { try await run.kept.setLimits(limits.room) } catch {
            guard error.code == .limitReached else { throw error }
            return await run.kept.notify(
                "Your memory limit was lowered to \(limits.memory); end a program, or it holds from the next start on.")
        }
        try await context.store.setWorkspaceLimits(
            workspace.id, start: workspace.start, limits: limits, by: "provost", at: context.now())
        await run.kept.notify(
            "Your limits changed: \(LimitDimension.cpus.text(Int64(limits.cpuMillis))) processors, \(limits.memory) of memory, \(limits.processes) processes."
        )
    }

    // MARK: Budget and window

    private func lease(
        _ workspace: Workspace, _ run: WorkspaceRunState, _ usage: WorkspaceUsage
    ) async throws(ProvostError) -> BudgetBalance? {
        let balance = try await context.store.balance(cohort: workspace.cohort, person: workspace.person)
        let sight = run.sight
        let use = run.use(usage)
        let used = use.amount(balance?.unit ?? .sessionHours) - sight.usedAtRenewal
        let since = TimeSpan(ContinuousClock.now - sight.renewedAt)
        let held = balance?.held ?? LeaseRule.hold(LeaseRule.length, unit: .sessionHours, cpuMillis: workspace.limits.cpuMillis)
        guard LeaseRule.renews(used: max(0, used), held: held, sinceRenewal: since) else { return balance }
        let renewed = try await context.store.renewLease(workspace.id, start: workspace.start, used: use, at: context.now())
        run.change { sight in
            sight.renewedAt = .now
            sight.usedAtRenewal = use.amount(balance?.unit ?? .sessionHours)
        }
        return renewed
    }

    /// Warns, freezes, thaws and stops as the end of the budget or of the study window comes near. True when it is being stopped.
    private func ends(
        _ workspace: Workspace, _ run: WorkspaceRunState, _ usage: WorkspaceUsage, _ balance: BudgetBalance?
    ) async throws(ProvostError) -> Bool {
        let sight = run.sight
        let window = try await workspaces.finder.study(of: workspace).ends - context.now()
        let used = run.use(usage).amount(balance?.unit ?? .sessionHours) - sight.usedAtRenewal
        let budget = LeaseRule.timeLeft(balance: balance, usedSinceCharge: max(0, used), cpuMillis: workspace.limits.cpuMillis)
        let byBudget = budget.map { $0 < window } ?? false
        let left = byBudget ? budget ?? window : window
        let what = byBudget ? "Your compute budget" : "The study window"
        switch LeaseRule.step(left: left, frozen: sight.frozenSince.map { TimeSpan(ContinuousClock.now - $0) }) {
        case .run:
            if let due = LeaseRule.warning(left: left, warned: sight.warned) {
                run.change { $0.warned = due }
                await run.kept.notify(
                    "\(what) ends in \(left). Then your programs stand still, and \(LeaseRule.grace) later they stop; your files are kept."
                )
            }
            return false
        case .freeze:
            await run.kept.notify(
                "\(what) has ended. Your programs stand still now and stop in \(LeaseRule.grace); your files are kept.")
            try await run.kept.freeze()
            run.change { $0.frozenSince = .now }
            _ = try await context.store.freeze(
                workspace.id, start: workspace.start, reason: byBudget ? "budget" : "window-ended", at: context.now())
            return false
        case .thaw:
            try await run.kept.thaw()
            run.change { sight in
                if let since = sight.frozenSince { sight.frozenBefore += ContinuousClock.now - since }
                sight.frozenSince = nil
                sight.warned = nil
            }
            _ = try await context.store.thaw(
                workspace.id, start: workspace.start, reason: "there is time again", at: context.now())
            await run.kept.notify("There is time again: your programs go on.")
            return false
        case .stop:
            try await run.kept.thaw()
            try await stop(
                workspace, byBudget ? .budget : .windowEnded, "\(what) had ended.",
                notice: "\(what) has ended: the workspace stops. Your files are kept.")
            return true
        }
    }

    private func idle(_ workspace: Workspace, _ run: WorkspaceRunState, _ usage: WorkspaceUsage) async throws(ProvostError) {
        let now = ContinuousClock.now
        let first = run.sight.cpu.first
        var cpu: TimeSpan?
        if let first, let last = usage.cpuTime, now - first.at >= IdleRule.cpuWindow.duration {
            cpu = max(.seconds(0), TimeSpan(milliseconds: last.milliseconds - first.used.milliseconds))
        }
        let verdict = IdleRule.verdict(
            IdleRule.Sight(quiet: usage.quiet, cpu: cpu, keepAliveUntil: workspace.keepAliveUntil, now: context.now()),
            idleAfter: workspaces.settings.idleAfter)
        run.change { $0.idle = verdict }
        guard verdict.stops, workspace.state == .running else { return }
        try await stop(workspace, .idle, verdict.cause, notice: "\(verdict.cause) The workspace stops; your files are kept.")
    }

    private func stop(
        _ workspace: Workspace, _ reason: Workspace.StopReason, _ detail: String, notice: String
    ) async throws(ProvostError) {
        let starts = workspaces.starts
        let store = context.store
        _ = try await runs.exclusively(workspace.id) { () throws(ProvostError) -> Workspace in
            let now = try await store.workspace(workspace.id)
            guard now.start == workspace.start, now.state.isActive else { return now }
            return try await starts.stop(now, reason: reason, detail: detail, notice: notice, by: "provost")
        }
    }
}
