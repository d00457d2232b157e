import Logging
import ProvostCore
import ProvostSandbox
import ProvostStore
import ServiceLifecycle
import Synchronization

/// Looks after what runs: renews leases, warns, freezes and stops at the end of the window or the budget, stops what is idle or suspended, and
/// hands changed limits to running rooms; warms workspaces before a slot. In tasks of its own; grading waits for none of it.
package final class WorkspaceCare: Service {
    /// How often everything is looked at.
    package static let interval = Duration.seconds(5)

    let runs: WorkspaceRuns
    let starts: WorkspaceStarts
    let warming: WorkspaceWarming
    let context: ServiceContext
    /// Whether the last look found less of the disk free than the reserve.
    private let isShort = Mutex(false)
    let closings = ClosingWatch()
    private let deletions = DeletionBell()

    init(_ runs: WorkspaceRuns, starts: WorkspaceStarts, warming: WorkspaceWarming) {
        self.runs = runs
        self.starts = starts
        self.warming = warming
        context = runs.context
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                await look()
                deletions.ring(self)
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            }
        } onGracefulShutdown: { [starts, warming] in
            starts.close()
            warming.close()
        }
        warming.close()
        // Workspaces go on; only what waits for a start ends.
        await runs.keepers.shutdown()
    }

    /// One look at everything.
    package func look() async {
        await watchDisk()
        await withTaskGroup { group in
            // Two at a time: a look costs a little CPU time, and the machine belongs to those who work on it.
            var rest = runs.all[...]
            for _ in 0..<2 {
                if let run = rest.popFirst() { group.addTask { await self.look(at: run) } }
            }
            while await group.next() != nil {
                if let run = rest.popFirst() { group.addTask { await self.look(at: run) } }
            }
        }
        starts.pump()
        warming.ring()
    }

    /// Warms what is due before a slot, one after the other; a look only begins it.
    package func warm() async { await warming.pass() }

    /// Tells operators and learners, once each time that it comes to it.
    private func watchDisk() async {
        let short = runs.volumes.shortage()
        let isNews = isShort.withLock { known in
            defer { known = short != nil }
            return known != (short != nil)
        }
        guard isNews else { return }
        guard let short else {
            return context.logger.notice("The volumes' disk has its reserve again; workspaces start")
        }
        context.logger.warning(
            "Less than the reserve is free on the volumes' disk; no workspace starts until there is space",
            metadata: ["free": "\(short.free)", "reserve": "\(short.reserve)", "folder": "\(context.directory.volumes)"])
        for run in runs.all {
            await run.kept.notify(
                "The server's disk is nearly full: hand in what is done, and delete what you do not need. Its operator has been told."
            )
        }
    }

    private func look(at run: RunningWorkspace) async {
        do throws(ProvostError) {
            let workspace = try await context.store.workspace(run.id)
            guard workspace.start == run.start, workspace.state == .running || workspace.state == .frozen else { return }
            if try await isSuspended(workspace) {
                let sentence = "Your enrollment in \(workspace.cohort) was suspended; your files are kept."
                await run.kept.notify("The workspace stops now. \(sentence)")
                return try await stop(workspace, .suspended, sentence)
            }
            try await measure(run, workspace)
            try await renew(run, workspace)
            try await end(run, workspace)
            try await limit(run, workspace)
        } catch {
            // One that just ended is settled by who watches it.
            guard error.code != .conflict, error.code != .notFound else { return }
            context.logger.error(
                "A workspace could not be looked after; it is tried again",
                metadata: ["workspace": "\(run.id)", "error": "\(error)"])
        }
    }

    private func isSuspended(_ workspace: Workspace) async throws(ProvostError) -> Bool {
        let enrollments = try await context.store.enrollments(cohort: workspace.cohort)
        return enrollments.first { $0.person.slug == workspace.person }?.suspended ?? true
    }

    /// Between the look and the turn it may have been stopped by somebody else.
    private func stop(
        _ workspace: Workspace, _ reason: Workspace.StopReason, _ detail: String
    ) async throws(ProvostError) {
        _ = try await runs.turns.take(workspace.id) { [runs, context] () throws(ProvostError) -> Workspace in
            let now = try await context.store.workspace(workspace.id)
            guard now.start == workspace.start, now.state == .running || now.state == .frozen else { return now }
            return try await runs.stop(now, reason: reason, detail: detail, by: "provost")
        }
    }

    // MARK: Use

    private func measure(_ run: RunningWorkspace, _ workspace: Workspace) async throws(ProvostError) {
        let usage = try await run.kept.usage()
        let uptime = runs.settings.uptime()
        run.update { watch in
            watch.usage = usage
            guard let cpu = usage.cpuTime else { return }
            watch.samples.append((at: uptime, cpu: cpu))
            // The newest that is older than the window stays: it is what the window is measured from.
            let from = uptime.milliseconds - IdleRule.cpuWindow.milliseconds
            while watch.samples.count > 1, watch.samples[1].at.milliseconds <= from { watch.samples.removeFirst() }
        }
        let active = Timestamp(milliseconds: context.now().milliseconds - usage.quiet.milliseconds)
        if workspace.activeAt.map({ (active - $0).milliseconds > 30_000 }) ?? true {
            try await context.store.touch(run.id, activeAt: active)
        }
    }

    private func renew(_ run: RunningWorkspace, _ workspace: Workspace) async throws(ProvostError) {
        let uptime = runs.settings.uptime()
        let use = run.use(at: uptime)
        let watch = run.watch
        let unit = watch.balance?.unit ?? .sessionHours
        let sinceCharge = use.amount(unit) - (unit == .cpuSeconds ? watch.chargedCpu : watch.chargedSession).milliseconds
        let hold = LeaseRule.hold(LeaseRule.length, unit: unit, cpuMillis: workspace.limits.cpuMillis)
        let since = TimeSpan(milliseconds: uptime.milliseconds - watch.renewedAt.milliseconds)
        let known = try await context.store.balance(cohort: workspace.cohort, person: workspace.person)
        run.update { $0.balance = known }
        guard LeaseRule.renews(used: sinceCharge, held: known.map { min(hold, max(1, $0.held)) } ?? hold, sinceRenewal: since)
        else { return }
        let balance = try await context.store.renewLease(run.id, start: run.start, used: use, at: context.now())
        run.update { watch in
            watch.balance = balance
            watch.chargedSession = use.session
            watch.chargedCpu = use.cpu
            watch.renewedAt = uptime
        }
        run.watch.meter.write(runs.meterPath(run.id))
    }

    // MARK: The end of window and budget, and idleness

    private func end(_ run: RunningWorkspace, _ workspace: Workspace) async throws(ProvostError) {
        let now = context.now()
        let uptime = runs.settings.uptime()
        let use = run.use(at: uptime)
        let before = run.watch
        let unit = before.balance?.unit ?? .sessionHours
        let charged = unit == .cpuSeconds ? before.chargedCpu : before.chargedSession
        let budget = LeaseRule.timeLeft(
            balance: before.balance, usedSinceCharge: use.amount(unit) - charged.milliseconds,
            cpuMillis: workspace.limits.cpuMillis)
        let time = try await WorkspaceWindow.find(cohort: workspace.cohort, person: workspace.person, context)
        let window = time.left(at: now)
        let files =
            time.closing == nil ? "your files are kept" : "your files can be read until they are deleted (provost why says when)"
        let reason: Workspace.StopReason = budget.map { $0 < window } ?? false ? .budget : .windowEnded
        let left = min(window, budget ?? window)
        run.update { watch in
            watch.left = left
            watch.leftBecause = reason
            if workspace.state == .frozen, watch.frozenAt == nil { watch.frozenAt = uptime }
        }
        let what =
            reason == .budget ? "the budget of \(workspace.cohort) is used up" : "the study window of \(workspace.cohort) ends"
        if workspace.state == .running, let warning = LeaseRule.warning(left: left, warned: before.warned) {
            run.update { $0.warned = warning }
            await run.kept.notify("In \(left) \(what) and the workspace stops; \(files). Hand in what is due.")
        }
        let frozen = run.watch.frozenAt.map { TimeSpan(milliseconds: uptime.milliseconds - $0.milliseconds) }
        switch LeaseRule.step(left: left, frozen: frozen) {
        case .run: if frozen == nil { try await stopIfIdle(run, workspace, now: now, uptime: uptime) }
        case .freeze: try await freeze(run, what: what, files: files)
        case .thaw: try await thaw(run)
        case .stop:
            let sentence =
                reason == .budget
                ? "The budget that \(workspace.cohort) grants is used up; \(files). Ask an admin of the cohort for more."
                : "The study window of \(workspace.cohort) has ended; \(files). Ask an admin of the cohort for an extension."
            try await stop(workspace, reason, sentence)
        }
    }

    private func freeze(_ run: RunningWorkspace, what: String, files: String) async throws(ProvostError) {
        await run.kept.notify(
            "\(what.prefix(1).uppercased())\(what.dropFirst()): everything stands still now, and is stopped in \(LeaseRule.grace); \(files)."
        )
        // Where the machine cannot freeze, the grace still runs, and its time is not charged.
        do throws(ProvostError) { try await run.kept.freeze() } catch  where error.code == .unavailable {}
        let uptime = runs.settings.uptime()
        run.update { watch in
            watch.frozenAt = uptime
            watch.meter.pause(at: uptime)
        }
        run.watch.meter.write(runs.meterPath(run.id))
        _ = try await context.store.freeze(run.id, start: run.start, reason: what, at: context.now())
    }

    private func thaw(_ run: RunningWorkspace) async throws(ProvostError) {
        do throws(ProvostError) { try await run.kept.thaw() } catch  where error.code == .unavailable {}
        let uptime = runs.settings.uptime()
        run.update { watch in
            watch.frozenAt = nil
            watch.warned = nil
            watch.meter.go(at: uptime)
        }
        run.watch.meter.write(runs.meterPath(run.id))
        _ = try await context.store.thaw(run.id, start: run.start, reason: "there is time again", at: context.now())
        await run.kept.notify("There is time again: the workspace goes on.")
    }

    private func stopIfIdle(
        _ run: RunningWorkspace, _ workspace: Workspace, now: Timestamp, uptime: TimeSpan
    ) async throws(ProvostError) {
        let watch = run.watch
        guard let usage = watch.usage else { return }
        var cpu: TimeSpan?
        if let first = watch.samples.first, let last = watch.samples.last,
            uptime.milliseconds - first.at.milliseconds >= IdleRule.cpuWindow.milliseconds
        {
            cpu = TimeSpan(milliseconds: last.cpu.milliseconds - first.cpu.milliseconds)
        }
        let verdict = IdleRule.verdict(
            IdleRule.Sight(quiet: usage.quiet, cpu: cpu, keepAliveUntil: workspace.keepAliveUntil, now: now),
            idleAfter: runs.settings.idleAfter)
        run.update { $0.idle = verdict }
        if verdict.stops { try await stop(workspace, .idle, verdict.cause) }
    }

    // MARK: Limits that were changed

    private func limit(_ run: RunningWorkspace, _ workspace: Workspace) async throws(ProvostError) {
        let lab = try await context.store.labVersion(workspace.labVersion)
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        var wanted = chain.workspace(lab: lab.manifest.workspace)
        (wanted.disk, wanted.files) = (workspace.limits.disk, workspace.limits.files)
        guard wanted != workspace.limits else { return run.update { $0.limitsRefused = nil } }
        do throws(ProvostError) { try await run.kept.setLimits(wanted.room) } catch {
            guard error.code == .limitReached else { throw error }
            // It uses more than it is to have: it is told once, and gets the limit as soon as it uses less.
            let isNews = run.update { watch in
                defer { watch.limitsRefused = error.message }
                return watch.limitsRefused == nil
            }
            if isNews { await run.kept.notify("Your memory limit is to be \(wanted.memory). \(error.message)") }
            return
        }
        try await context.store.setWorkspaceLimits(
            run.id, start: run.start, limits: wanted, by: "provost", at: context.now())
        run.update { $0.limitsRefused = nil }
    }
}
