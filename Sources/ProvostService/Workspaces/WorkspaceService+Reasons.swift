package import ProvostCore
import ProvostSandbox
import ProvostStore

// Why it is as it is, from evidence.
extension WorkspaceService {
    /// One sentence for the matter that counts most, and whatever else was found.
    package func why(_ principal: Principal, _ typed: String) async throws(ProvostError) -> (sentence: String, details: [String])
    {
        let workspace = try await finder.find(principal, typed, .see)
        let view = try await view(workspace)
        var found: [String] = []
        switch workspace.state {
        case .waiting:
            let place = view.place.map { "place \($0.position) of \($0.of)" } ?? "its turn"
            let estimate = view.place?.estimate.map { "about \($0)" } ?? "how long is not known yet"
            found.append("Waiting for room on the server: \(place), \(estimate). It starts by itself.")
        case .starting: found.append("It is starting since \(workspace.askedAt.map { "\($0)" } ?? "a moment ago").")
        case .stopping: found.append("It is stopping: \(stopped(workspace)).")
        case .stopped, .deleted:
            found.append(
                workspace.start == 0
                    ? "It was never started; run: provost start \(workspace.assignment)"
                    : "Stopped \(workspace.stoppedAt.map { "at \($0)" } ?? ""): \(stopped(workspace)).")
            found += try await obstacles(workspace)
        case .frozen:
            found.append(
                "Standing still: \(view.deadlineCause ?? "the study window or the budget has ended."), and it is stopped within \(LeaseRule.grace). Its files are kept."
            )
        case .running: found += slowness(workspace, view)
        }
        if workspace.state == .running || workspace.state == .frozen {
            if let cause = view.deadlineCause { found.append(view.deadline.map { "Stops at \($0): \(cause)" } ?? cause) }
        }
        return (found.first ?? "It runs, and nothing holds it back.", Array(found.dropFirst()))
    }

    /// Why the last run of it ended, for the middle of a sentence.
    func stopped(_ workspace: Workspace) -> String {
        let detail = workspace.stopDetail.flatMap { $0.isEmpty ? nil : $0 }
        let reason =
            switch workspace.stopReason {
            case .asked?: "as asked"
            case .idle?: "it was idle"
            case .budget?: "the budget was used up"
            case .windowEnded?: "the study window ended"
            case .suspended?: "the enrollment was suspended"
            case .ended?: "its programs or its keeper ended"
            case .failed?: "it could not be started"
            case nil: "nobody recorded why"
            }
        guard let detail else { return reason }
        return "\(reason) (\(detail.hasSuffix(".") ? String(detail.dropLast()) : detail))"
    }

    /// What would refuse a start now.
    private func obstacles(_ workspace: Workspace) async throws(ProvostError) -> [String] {
        var found: [String] = []
        let window = try await WorkspaceWindow.find(cohort: workspace.cohort, person: workspace.person, context)
        if !window.mayRun(at: context.now()) {
            found.append(
                window.closing == nil
                    ? "Outside the study window of \(workspace.cohort) (\(window.begins) to \(window.ends)) nothing starts."
                    : window.refusal.message)
        } else if let closing = window.closing {
            found.append("The workspaces of \(workspace.cohort) are closed; the files are deleted on \(closing.deleteOn).")
        }
        let balance = try await context.store.balance(cohort: workspace.cohort, person: workspace.person)
        if let balance, balance.left <= 0 { found.append("The budget of \(workspace.cohort) is used up.") }
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        let explained = chain.effective(.workspaces)
        let filter = WorkspaceFilter(person: workspace.person, states: [.starting, .running, .frozen, .stopping])
        let mine = Int64(try await context.store.workspaces(filter).count)
        if let most = explained.value, mine >= most {
            found.append("\(mine) of \(most) workspaces run (limit workspaces, set at \(explained.binding ?? .standard)).")
        }
        for (node, value) in chain.totals(.workspaces) {
            let used = try await context.store.limitUse(node, .workspaces, at: context.now())
            if used >= value { found.append("Everybody below \(node) has \(used) of \(value) workspaces running.") }
        }
        return found
    }

    /// The worst first.
    private func slowness(_ workspace: Workspace, _ view: WorkspaceView) -> [String] {
        guard let usage = view.usage else { return ["It runs; its keeper does not answer just now."] }
        var found: [String] = []
        if let used = usage.diskUsed, let size = usage.diskSize, size.bytes > 0 {
            let share = used.bytes * 100 / size.bytes
            if share >= 95 {
                found.append(
                    "Its disk is full: \(used) of \(size). Delete something (provost workspace rescue works without a free byte)."
                )
            } else if share >= 80 {
                found.append("Its disk is nearly full: \(used) of \(size).")
            }
        }
        if let used = usage.filesUsed, let size = usage.filesSize, size > 0, used * 100 / size >= 95 {
            found.append("It has nearly as many files as it may: \(used) of \(size).")
        }
        if usage.outOfMemoryKills > 0 {
            found.append(
                "\(usage.outOfMemoryKills) of its processes were ended for lack of memory: limit \(workspace.limits.memory), peak \(usage.peakMemory.map { "\($0)" } ?? "unknown")."
            )
        }
        if let memory = usage.memory, memory.bytes * 10 >= workspace.limits.memory.bytes * 9 {
            found.append("Its memory is nearly used up: \(memory) of \(workspace.limits.memory).")
        }
        if usage.refusedForks > 0 {
            found.append(
                "It was refused new processes \(usage.refusedForks) times: limit \(workspace.limits.processes), peak \(usage.peakProcesses.map { "\($0)" } ?? "unknown")."
            )
        }
        if let throttled = usage.throttledTime, throttled.milliseconds > 1000 {
            found.append(
                "It is slowed by its own limit of \(LimitDimension.cpus.text(Int64(workspace.limits.cpuMillis))) processors: its processes were held back for \(throttled) so far."
            )
        }
        if let refused = (try? parts)?.runs[workspace.id]?.watch.limitsRefused { found.append(refused) }
        if found.isEmpty, let busy = MachinePressure.sentence() { found.append(busy) }
        if found.isEmpty { found.append("It runs, and none of its limits holds it back.") }
        return found
    }

    /// What happened to it, a line each.
    package func log(_ principal: Principal, _ typed: String) async throws(ProvostError) -> String {
        let workspace = try await finder.find(principal, typed, .see)
        let entries = try await context.store.workspaceHistory(workspace.id)
        return entries.map {
            "\($0.at) \($0.actor) \($0.action.replacing("workspace.", with: "")) \(WorkspaceLine.text($0.details))\n"
        }
        .joined()
    }
}
