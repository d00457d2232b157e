package import ProvostCore
import ProvostStore

// Why it waits, is slow, or does not run: one sentence from evidence, then the evidence.
extension WorkspaceService {
    package func why(
        _ principal: Principal, _ name: String, cohort: Slug?
    ) async throws(ProvostError) -> (sentence: String, details: [String]) {
        let view = try await show(principal, name, cohort: cohort)
        let workspace = view.workspace
        var details = ["state: \(workspace.state.rawValue)", "study ends: \(view.studyEnds)"]
        if let balance = view.balance {
            details.append("budget: \(TimeSpan(milliseconds: balance.left + balance.held)) of \(balance.unit.rawValue) left")
        }
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        let version = try await context.store.labVersion(workspace.labVersion)
        let lab = version.manifest.workspace
        let asked: [(LimitDimension, Int64?)] = [
            (.cpus, lab.cpuMillis.map(Int64.init)), (.memory, lab.memory?.bytes), (.disk, lab.disk?.bytes),
            (.files, lab.files.map(Int64.init)), (.processes, lab.processes.map(Int64.init)),
        ]
        for (dimension, value) in asked {
            let limit = chain.effective(dimension, lab: value)
            guard let most = limit.value else { continue }
            details.append("\(dimension.rawValue): \(dimension.text(most)), by \(limit.binding.map { "\($0)" } ?? "nobody")")
        }
        switch workspace.state {
        case .waiting: return (Self.waiting(view), details)
        case .running, .frozen:
            if let usage = view.usage { details += Self.lines(usage) }
            if let idle = view.idle { details.append("idleness: \(idle.cause)") }
            return (try await running(view), details)
        case .starting: return ("It is starting.", details)
        case .stopping: return ("It is stopping: \(Self.reason(workspace)).", details)
        case .deleted: return ("It was deleted.", details)
        case .stopped: return (try await stopped(view), details)
        }
    }

    private static func waiting(_ view: WorkspaceView) -> String {
        guard let place = view.place else { return "It waits for a place on the machine." }
        let estimate = place.estimate.map { ", about \($0)" } ?? ""
        return "The machine is full; it is number \(place.position) of \(place.of)\(estimate), and starts by itself."
    }

    private static func reason(_ workspace: Workspace) -> String {
        if let detail = workspace.stopDetail { return detail.hasSuffix(".") ? String(detail.dropLast()) : detail }
        switch workspace.stopReason {
        case .asked: return "you asked for it"
        case .idle: return "nobody used it"
        case .budget: return "the compute budget was used up"
        case .windowEnded: return "the study window ended"
        case .suspended: return "the enrollment was suspended"
        case .ended: return "its programs ended"
        case .failed: return "it could not be started, by our fault"
        case nil: return "it was never started"
        }
    }

    private func stopped(_ view: WorkspaceView) async throws(ProvostError) -> String {
        let workspace = view.workspace
        let begins = workspace.stoppedAt.map { " at \($0)" } ?? ""
        var sentence = "It stopped\(begins): \(Self.reason(workspace))."
        if workspace.start == 0 { sentence = "It was never started." }
        let study = try await finder.study(of: workspace)
        if !study.mayRun {
            sentence += " It cannot be started now: \(workspace.cohort) is outside its study window."
        } else if let balance = view.balance, balance.left <= 0 {
            sentence += " It cannot be started now: the compute budget is used up; ask an admin of \(workspace.cohort)."
        } else {
            sentence += " Start it with: provost start \(workspace.assignment)"
        }
        return sentence
    }

    private func running(_ view: WorkspaceView) async throws(ProvostError) -> String {
        let workspace = view.workspace
        if workspace.state == .frozen {
            return
                "Its programs stand still, because the study window or the budget has ended; it stops soon, and files are kept."
        }
        guard let usage = view.usage else { return "It runs." }
        if let used = usage.diskUsed, let size = usage.diskSize, used.bytes * 100 >= size.bytes * 95 {
            return
                "It runs, but its disk is full: \(used) of \(size). Remove something; see: provost rescue \(workspace.assignment)"
        }
        if let used = usage.filesUsed, let most = usage.filesSize, used * 100 >= most * 95 {
            return "It runs, but it has almost no files left: \(used) of \(most). Remove some."
        }
        if usage.outOfMemoryKills > 0 {
            return
                "It runs; \(usage.outOfMemoryKills) of its processes were ended for lack of memory: the limit is \(workspace.limits.memory), the peak was \(usage.peakMemory.map { "\($0)" } ?? "at it")."
        }
        if usage.refusedForks > 0 {
            return
                "It runs; a new process was refused \(usage.refusedForks) times: the limit is \(workspace.limits.processes) processes."
        }
        if let throttled = usage.throttledTime, let cpu = usage.cpuTime, throttled.milliseconds * 4 > cpu.milliseconds,
            throttled.milliseconds > 1000
        {
            return
                "It is slow because of its own limit of \(LimitDimension.cpus.text(Int64(workspace.limits.cpuMillis))) processors: its programs were held back for \(throttled)."
        }
        if let memory = usage.memory, memory.bytes * 100 >= workspace.limits.memory.bytes * 90 {
            return "It is near its memory limit: \(memory) of \(workspace.limits.memory)."
        }
        if let used = usage.diskUsed, let size = usage.diskSize, used.bytes * 100 >= size.bytes * 80 {
            return "It runs; its disk is nearly full: \(used) of \(size)."
        }
        if let idle = view.idle, let deadline = idle.deadline { return "It runs; \(idle.cause) That would be at \(deadline)." }
        return "It runs, and none of its limits holds it back."
    }

    private static func lines(_ usage: WorkspaceUsage) -> [String] {
        var lines: [String] = []
        if let time = usage.cpuTime {
            lines.append("cpu time: \(time)\(usage.throttledTime.map { ", held back for \($0)" } ?? "")")
        }
        if let memory = usage.memory { lines.append("memory: \(memory)\(usage.peakMemory.map { ", peak \($0)" } ?? "")") }
        if let processes = usage.processes { lines.append("processes: \(processes), refused \(usage.refusedForks) times") }
        lines.append("ended for lack of memory: \(usage.outOfMemoryKills)")
        if let used = usage.diskUsed, let size = usage.diskSize { lines.append("disk: \(used) of \(size)") }
        if let used = usage.filesUsed, let most = usage.filesSize { lines.append("files: \(used) of \(most)") }
        lines.append("sessions: \(usage.sessions); quiet for \(usage.quiet)")
        return lines
    }
}
