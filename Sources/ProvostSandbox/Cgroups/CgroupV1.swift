import CLinux
import Glibc
import ProvostCore

/// Version 1: one hierarchy for each controller, and, where it is mounted beside them, an empty cgroup2 for `cgroup.kill` and freezing. Where
/// that cannot be used, the `freezer` controller freezes.
struct CgroupV1: CgroupBackend {
    static let controllers = ["memory", "pids", "cpu", "cpuacct"]
    let root: String
    let instance: String
    let hasUnified: Bool
    let hasSwapLimit: Bool

    var name: String { "cgroup v1" }
    var degradations: [String] {
        // Without swap there is nothing that the missing limit would let through.
        let swap = (Files.read("/proc/swaps") ?? "").split(separator: "\n").count > 1
        return hasSwapLimit || !swap
            ? [] : ["Swap is on and its accounting is off: a room can use more memory than its limit. Boot with swapaccount=1."]
    }

    /// nil when the controllers are not mounted here or not ours to use.
    init?(root: String = "/sys/fs/cgroup", cgroupName: String, instance: String) {
        for controller in Self.controllers {
            let base = "\(root)/\(controller)"
            guard Files.exists("\(base)/cgroup.procs") else { return nil }
            for folder in ["\(base)/\(cgroupName)", "\(base)/\(cgroupName)/\(instance)"] {
                if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST { return nil }
            }
        }
        self.root = root
        self.instance = "\(cgroupName)/\(instance)"
        hasSwapLimit = Files.exists("\(root)/memory/\(self.instance)/memory.memsw.limit_in_bytes")
        let unified = "\(root)/unified"
        hasUnified =
            Files.exists("\(unified)/cgroup.procs")
            && (unsafe mkdir("\(unified)/\(cgroupName)", 0o755) == 0 || errno == EEXIST)
            && (unsafe mkdir("\(unified)/\(self.instance)", 0o755) == 0 || errno == EEXIST)
            && Files.exists("\(unified)/\(self.instance)/cgroup.kill")
        let freezer = "\(root)/freezer"
        hasFreezer =
            Files.exists("\(freezer)/cgroup.procs")
            && (unsafe mkdir("\(freezer)/\(cgroupName)", 0o755) == 0 || errno == EEXIST)
            && (unsafe mkdir("\(freezer)/\(self.instance)", 0o755) == 0 || errno == EEXIST)
            && Files.exists("\(freezer)/\(self.instance)/freezer.state")
    }

    private let hasFreezer: Bool

    /// Where a slot can be, whoever made it: an earlier daemon, or a keeper, may have found the machine otherwise.
    private var hierarchies: [String] { Self.controllers + ["unified", "freezer"] }

    func makeSlot(_ name: String) throws(ProvostError) -> any CgroupSlot {
        let last = hasUnified ? ["unified"] : hasFreezer ? ["freezer"] : []
        return try Slot(
            folders: (Self.controllers + last).map { "\(root)/\($0)/\(instance)/\(name)" },
            freezing: hasUnified ? .unified : hasFreezer ? .controller : .none, hasSwapLimit: hasSwapLimit)
    }

    func sweep() {
        for hierarchy in hierarchies {
            let folder = "\(root)/\(hierarchy)/\(instance)"
            for name in Files.names(in: folder) where Files.exists("\(folder)/\(name)/cgroup.procs") {
                for attempt in 0..<200 {
                    if hierarchy == "freezer" { _ = Files.write("THAWED", to: "\(folder)/\(name)/freezer.state") }
                    for pid in processes(inCgroup: "\(folder)/\(name)") { Glibc.kill(pid, SIGKILL) }
                    if unsafe rmdir("\(folder)/\(name)") == 0 || errno == ENOENT { break }
                    usleep(attempt < 20 ? 1000 : 10_000)
                }
            }
        }
    }

    func share() { _ = Files.write("1024", to: "\(root)/cpu/\(instance)/cpu.shares") }

    func clear(_ name: String) {
        let folders = hierarchies.map { "\(root)/\($0)/\(instance)/\(name)" }
        for attempt in 0..<200 {
            _ = Files.write("0", to: folders[4] + "/cgroup.freeze")
            // The kill comes first, so that nothing runs on when it goes on.
            for pid in processes(inCgroup: folders[1]) { Glibc.kill(pid, SIGKILL) }
            _ = Files.write("THAWED", to: folders[5] + "/freezer.state")
            var gone = true
            for folder in folders where unsafe rmdir(folder) != 0 && errno != ENOENT { gone = false }
            if gone { return }
            usleep(attempt < 20 ? 1000 : 10_000)
        }
    }

    func slotNames() -> Set<String> {
        Set(
            hierarchies.flatMap { hierarchy in
                let folder = "\(root)/\(hierarchy)/\(instance)"
                return Files.names(in: folder).filter { Files.exists("\(folder)/\($0)/cgroup.procs") }
            })
    }

    func removeInstance() {
        for hierarchy in hierarchies { _ = unsafe rmdir("\(root)/\(hierarchy)/\(instance)") }
    }

    /// What the last of a slot's folders is for.
    enum Freezing {
        case unified, controller, none
    }

    final class Slot: CgroupSlot {
        private let folders: [String]
        private let freezing: Freezing
        private let hasSwapLimit: Bool
        private let notice: Descriptor
        private var memory: String { folders[0] }
        private var pids: String { folders[1] }
        private var cpu: String { folders[2] }

        init(folders: [String], freezing: Freezing, hasSwapLimit: Bool) throws(ProvostError) {
            self.folders = folders
            self.freezing = freezing
            self.hasSwapLimit = hasSwapLimit
            notice = Descriptor(clinux_eventfd())
            for folder in folders where unsafe mkdir(folder, 0o755) != 0 && errno != EEXIST {
                throw .linux("make the cgroup \(folder)", errno)
            }
            // Version 1 ends one process and lets the rest go on; this notice lets us end the room.
            let control = unsafe open(memory + "/memory.oom_control", O_RDONLY | O_CLOEXEC)
            guard control >= 0 else { throw .linux("open \(memory)/memory.oom_control", errno) }
            defer { close(control) }
            let error = Files.write("\(notice.number) \(control)", to: memory + "/cgroup.event_control")
            guard error == 0 else { throw .linux("watch \(memory) for lack of memory", error) }
        }

        var outOfMemoryNotice: Int32? { notice.number }

        func enter(_ pid: Int64) throws(ProvostError) {
            for folder in folders {
                let error = Files.write("\(pid)", to: folder + "/cgroup.procs")
                guard error == 0 else { throw .linux("move a launcher into \(folder)", error) }
            }
        }

        func apply(_ limits: RoomLimits) throws(ProvostError) {
            try set(memory + "/memory.limit_in_bytes", "\(limits.memory.bytes)")
            if hasSwapLimit { try set(memory + "/memory.memsw.limit_in_bytes", "\(limits.memory.bytes)") }
            try set(pids + "/pids.max", "\(limits.processes + ownProcesses)")
            try set(cpu + "/cpu.cfs_quota_us", "\(max(1000, limits.cpuMillis * 100))")
        }

        func hold(_ limits: RoomLimits) throws(ProvostError) {
            let (plain, both) = (memory + "/memory.limit_in_bytes", memory + "/memory.memsw.limit_in_bytes")
            // The sum with swap is never below: it goes up first, and down last.
            let raises = (number(at: plain) ?? 0) < limits.memory.bytes
            for path in raises ? [both, plain] : [plain, both] where path == plain || hasSwapLimit {
                let error = Files.write("\(limits.memory.bytes)", to: path)
                if error == EBUSY { throw .memoryInUse(current().memory ?? 0, limits.memory) }
                guard error == 0 else { throw .linux("write \(limits.memory.bytes) to \(path)", error) }
            }
            try set(pids + "/pids.max", "\(limits.processes + ownProcesses + ownWorkspaceProcesses)")
            try set(cpu + "/cpu.cfs_quota_us", "\(max(1000, limits.cpuMillis * 100))")
        }

        func current() -> (memory: Int64?, processes: Int?) {
            (number(at: memory + "/memory.usage_in_bytes"), number(at: pids + "/pids.current").map { Int($0) })
        }

        func outOfMemoryWatch() -> Int32? { notice.number }

        /// Preferably by cgroup2's freezer, whose processes can still be killed. The `freezer` controller's die only when they are thawed:
        /// of a room whose keeper was killed meanwhile, the daemon does that in `clear`, at the latest when it starts.
        func freeze(_ frozen: Bool) -> Bool {
            switch freezing {
            case .none: return false
            case .unified: return Files.write(frozen ? "1" : "0", to: folders[4] + "/cgroup.freeze") == 0
            case .controller:
                let state = folders[4] + "/freezer.state"
                let wanted = frozen ? "FROZEN" : "THAWED"
                // A process that forks or waits in the kernel meanwhile leaves it at FREEZING; asked again, it is tried again.
                for attempt in 0..<200 {
                    guard Files.write(wanted, to: state) == 0 else { return false }
                    if Files.read(state)?.hasPrefix(wanted) == true { return true }
                    usleep(attempt < 20 ? 500 : 5000)
                }
                // Half frozen is neither.
                if frozen { _ = Files.write("THAWED", to: state) }
                return false
            }
        }

        private func set(_ path: String, _ value: String) throws(ProvostError) {
            let error = Files.write(value, to: path)
            guard error == 0 else { throw .linux("write \(value) to \(path)", error) }
        }

        func cpuNanoseconds() -> Int64? { number(at: folders[3] + "/cpuacct.usage") }

        func usage() -> CgroupUsage {
            CgroupUsage(
                cpuNanoseconds: cpuNanoseconds(), peakMemory: number(at: memory + "/memory.max_usage_in_bytes"),
                peakProcesses: number(at: pids + "/pids.peak").map { max(0, Int($0) - ownProcesses) },
                outOfMemoryKills: Int(keyedValue("oom_kill", in: Files.read(memory + "/memory.oom_control")) ?? 0),
                refusedForks: Int(keyedValue("max", in: Files.read(pids + "/pids.events")) ?? 0),
                throttledNanoseconds: keyedValue("throttled_time", in: Files.read(cpu + "/cpu.stat")))
        }

        func unthrottle() { _ = Files.write("-1", to: cpu + "/cpu.cfs_quota_us") }

        func kill() {
            if freezing == .unified, Files.write("1", to: folders[4] + "/cgroup.kill") == 0 { return }
            for _ in 0..<100 {
                let left = processes(inCgroup: pids)
                if left.isEmpty { return }
                for pid in left { Glibc.kill(pid, SIGKILL) }
                if freezing == .controller { _ = Files.write("THAWED", to: folders[4] + "/freezer.state") }
                usleep(1000)
            }
        }

        func remove() -> Bool {
            var gone = true
            for folder in folders where unsafe rmdir(folder) != 0 && errno != ENOENT { gone = false }
            return gone
        }
    }
}
