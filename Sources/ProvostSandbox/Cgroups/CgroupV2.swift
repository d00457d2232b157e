import CLinux
import Glibc
import ProvostCore

/// Version 2: the subtree that systemd delegated to us, or a folder of our own below the root.
struct CgroupV2: CgroupBackend {
    private let folder: String
    private let controllers: Set<String>

    var name: String { "cgroup v2" }
    var degradations: [String] {
        [
            "memory": "Memory is not limited: the cgroup has no memory controller.",
            "pids": "Processes are not limited: the cgroup has no pids controller.",
            "cpu": "CPU use is not limited: the cgroup has no cpu controller.",
        ].filter { !controllers.contains($0.key) }.map {
            $0.value + " Start the daemon by systemd with Delegate=yes, or as root."
        }.sorted()
    }

    /// nil when cgroup2 with its controllers is not mounted here or not ours to use. `belowRoot`: also where this process has a subtree of
    /// its own; for the cgroups of processes that have left it.
    init?(root: String = "/sys/fs/cgroup", cgroupName: String, instance: String, belowRoot: Bool = false) {
        guard let offered = Files.read(root + "/cgroup.controllers") else { return nil }
        guard offered.contains("memory") else { return nil }
        var base = root
        let own = (Files.read("/proc/self/cgroup") ?? "").split(separator: "\n").first { $0.hasPrefix("0::") }.map {
            $0.dropFirst(3)
        }
        if !belowRoot, let own, own != "/", Self.isDelegated(root + own) {
            base = root + own
            // A cgroup with processes of its own cannot hand controllers down: we move to a leaf first.
            let leaf = base + "/supervisor"
            if unsafe mkdir(leaf, 0o755) != 0, errno != EEXIST { return nil }
            for pid in processes(inCgroup: base) { _ = Files.write("\(pid)", to: leaf + "/cgroup.procs") }
        } else if !belowRoot, let own, own.hasSuffix("/supervisor"), Self.isDelegated(root + own.dropLast("/supervisor".count)) {
            base = root + own.dropLast("/supervisor".count)
        }
        for part in ["", cgroupName, instance] {
            if !part.isEmpty {
                base += "/" + part
                if unsafe mkdir(base, 0o755) != 0, errno != EEXIST { return nil }
            }
            // One at a time: a controller that is missing must not keep the others off.
            for controller in ["memory", "pids", "cpu"] {
                _ = Files.write("+\(controller)", to: base + "/cgroup.subtree_control")
            }
        }
        folder = base
        controllers = Set((Files.read(base + "/cgroup.subtree_control") ?? "").split { $0 == " " || $0 == "\n" }.map(String.init))
        guard controllers.contains("memory") || controllers.contains("pids") else { return nil }
    }

    private static func isDelegated(_ path: String) -> Bool {
        unsafe clinux_xattr_byte(path, "trusted.delegate") == Int32(UInt8(ascii: "1"))
            || clinux_xattr_byte(path, "user.delegate") == Int32(UInt8(ascii: "1"))
    }

    func makeSlot(_ name: String) throws(ProvostError) -> any CgroupSlot {
        try Slot(folder: folder + "/" + name, controllers: controllers)
    }

    func sweep() {
        for name in Files.names(in: folder) where Files.exists("\(folder)/\(name)/cgroup.procs") {
            let leftover = "\(folder)/\(name)"
            for attempt in 0..<200 {
                _ = Files.write("1", to: leftover + "/cgroup.kill")
                if unsafe rmdir(leftover) == 0 || errno == ENOENT { break }
                usleep(attempt < 20 ? 1000 : 10_000)
            }
        }
    }

    func share() { _ = Files.write("100", to: folder + "/cpu.weight") }

    func clear(_ name: String) {
        let leftover = "\(folder)/\(name)"
        for attempt in 0..<200 {
            _ = Files.write("1", to: leftover + "/cgroup.kill")
            if unsafe rmdir(leftover) == 0 || errno == ENOENT { break }
            usleep(attempt < 20 ? 1000 : 10_000)
        }
    }

    func slotNames() -> Set<String> {
        Set(Files.names(in: folder).filter { Files.exists("\(folder)/\($0)/cgroup.procs") })
    }

    func removeInstance() { _ = unsafe rmdir(folder) }

    final class Slot: CgroupSlot {
        private let folder: String
        private let controllers: Set<String>

        init(folder: String, controllers: Set<String>) throws(ProvostError) {
            self.folder = folder
            self.controllers = controllers
            if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST { throw .linux("make the cgroup \(folder)", errno) }
        }

        /// `memory.oom.group` makes the kernel end the whole room.
        var outOfMemoryNotice: Int32? { nil }

        func enter(_ pid: Int64) throws(ProvostError) {
            let error = Files.write("\(pid)", to: folder + "/cgroup.procs")
            guard error == 0 else { throw .linux("move a launcher into \(folder)", error) }
        }

        func apply(_ limits: RoomLimits) throws(ProvostError) {
            if controllers.contains("memory") {
                try set("memory.max", "\(limits.memory.bytes)")
                // Missing where the kernel has no swap at all.
                if Files.exists(folder + "/memory.swap.max") { try set("memory.swap.max", "0") }
                try set("memory.oom.group", "1")
            }
            if controllers.contains("pids") { try set("pids.max", "\(limits.processes + ownProcesses)") }
            if controllers.contains("cpu") { try set("cpu.max", "\(max(1000, limits.cpuMillis * 100)) 100000") }
        }

        func hold(_ limits: RoomLimits) throws(ProvostError) {
            if controllers.contains("memory") {
                // Version 2 would end processes to get below it. What can be had back without harm does not count.
                let kept = (current().memory ?? 0) - (keyedValue("inactive_file", in: Files.read(folder + "/memory.stat")) ?? 0)
                if kept > limits.memory.bytes { throw .memoryInUse(kept, limits.memory) }
                try set("memory.max", "\(limits.memory.bytes)")
                if Files.exists(folder + "/memory.swap.max") { try set("memory.swap.max", "0") }
                try set("memory.oom.group", "0")
            }
            if controllers.contains("pids") { try set("pids.max", "\(limits.processes + ownProcesses + ownWorkspaceProcesses)") }
            if controllers.contains("cpu") { try set("cpu.max", "\(max(1000, limits.cpuMillis * 100)) 100000") }
        }

        func current() -> (memory: Int64?, processes: Int?) {
            (number(at: folder + "/memory.current"), number(at: folder + "/pids.current").map { Int($0) })
        }

        func outOfMemoryWatch() -> Int32? {
            let watch = unsafe clinux_watch_changes(folder + "/memory.events")
            return watch < 0 ? nil : watch
        }

        func freeze(_ frozen: Bool) -> Bool { Files.write(frozen ? "1" : "0", to: folder + "/cgroup.freeze") == 0 }

        private func set(_ file: String, _ value: String) throws(ProvostError) {
            let error = Files.write(value, to: "\(folder)/\(file)")
            guard error == 0 else { throw .linux("write \(value) to \(folder)/\(file)", error) }
        }

        func cpuNanoseconds() -> Int64? { keyedValue("usage_usec", in: Files.read(folder + "/cpu.stat")).map { $0 * 1000 } }
        /// Missing where there is no CPU controller, which is what throttles.
        private func throttledNanoseconds() -> Int64? {
            keyedValue("throttled_usec", in: Files.read(folder + "/cpu.stat")).map { $0 * 1000 }
        }

        func usage() -> CgroupUsage {
            CgroupUsage(
                cpuNanoseconds: cpuNanoseconds(), peakMemory: number(at: folder + "/memory.peak"),
                peakProcesses: number(at: folder + "/pids.peak").map { max(0, Int($0) - ownProcesses) },
                outOfMemoryKills: Int(keyedValue("oom_kill", in: Files.read(folder + "/memory.events")) ?? 0),
                refusedForks: Int(keyedValue("max", in: Files.read(folder + "/pids.events")) ?? 0),
                throttledNanoseconds: throttledNanoseconds())
        }

        func unthrottle() { _ = Files.write("max 100000", to: folder + "/cpu.max") }

        func kill() { _ = Files.write("1", to: folder + "/cgroup.kill") }

        func remove() -> Bool { unsafe rmdir(folder) == 0 || errno == ENOENT }
    }
}
