import ProvostCore

/// What a room used, as its cgroup counted it. nil where this kernel does not count.
struct CgroupUsage: Sendable {
    var cpuNanoseconds: Int64?
    var peakMemory: Int64?
    /// Without our own processes.
    var peakProcesses: Int?
    /// Processes that the kernel ended because the room was out of memory.
    var outOfMemoryKills = 0
    /// Times that a fork or a thread was refused.
    var refusedForks = 0
    /// How long its processes wanted a CPU and were kept from it by the room's own CPU limit, summed over CPUs.
    var throttledNanoseconds: Int64?
}

/// One way to hold rooms in cgroups.
protocol CgroupBackend: Sendable {
    /// For `doctor`: `cgroup v1`, `cgroup v2`.
    var name: String { get }
    /// Limits that this back end cannot hold on this machine, as sentences.
    var degradations: [String] { get }
    /// A fresh cgroup for one room, without limits yet. Names are never used twice.
    func makeSlot(_ name: String) throws(ProvostError) -> any CgroupSlot
    /// Ends and removes what an earlier daemon of this instance left.
    func sweep()
    /// Removes the instance's own folders; its slots must be gone.
    func removeInstance()
    /// Ends what is in the slot of this name, whoever made it, and removes it. Waits up to two seconds.
    func clear(_ name: String)
    /// Gives the instance the same weight as every other one: grading and workspaces each keep a share of the processors when both are busy.
    func share()
    /// The slots there are, whoever made them.
    func slotNames() -> Set<String>
}

/// The cgroup of one room. Used once, so that its counters tell of that room alone.
protocol CgroupSlot: Sendable {
    /// Moves a process in. May take 20 ms (the kernel waits for all CPUs); done ahead of time.
    func enter(_ pid: Int64) throws(ProvostError)
    /// Puts the limits on.
    func apply(_ limits: RoomLimits) throws(ProvostError)
    /// CPU time so far.
    func cpuNanoseconds() -> Int64?
    func usage() -> CgroupUsage
    /// A descriptor that becomes readable when the room runs out of memory; nil where the kernel ends the whole room itself.
    var outOfMemoryNotice: Int32? { get }
    /// The limits of a workspace, which lives on when the kernel ends one of its processes for lack of memory; also while it runs. Throws
    /// `limitReached` when it uses more memory than it is to have.
    func hold(_ limits: RoomLimits) throws(ProvostError)
    /// Bytes and processes, ours among them, now.
    func current() -> (memory: Int64?, processes: Int?)
    /// A descriptor that becomes readable when a process was ended for lack of memory.
    func outOfMemoryWatch() -> Int32?
    /// Stops or continues everything in it. False when this kernel cannot.
    func freeze(_ frozen: Bool) -> Bool
    /// Lifts the CPU limit: a throttled process also dies slowly.
    func unthrottle()
    /// SIGKILL to everything in it.
    func kill()
    /// False while something is still in it; call again.
    func remove() -> Bool
}

/// Processes of ours that live in a room's cgroup beside the command: launcher, bubblewrap, bubblewrap's pid 1.
let ownProcesses = 3

/// In a workspace's room besides: the program that starts its sessions.
let ownWorkspaceProcesses = 1

extension ProvostError {
    static func memoryInUse(_ used: Int64, _ limit: ByteCount) -> ProvostError {
        ProvostError(
            .limitReached,
            "The workspace uses \(ByteCount(used)) of memory now, which is more than \(limit); end programs in it or stop it first."
        )
    }
}

/// Values of `key value` lines.
func keyedValue(_ key: String, in text: String?) -> Int64? {
    guard let text else { return nil }
    for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2, words[0] == key { return Int64(words[1]) }
    }
    return nil
}

/// A file that holds one number.
func number(at path: String) -> Int64? {
    Files.read(path).flatMap { Int64($0.split(separator: "\n").first ?? "") }
}

/// The pids in a cgroup.
func processes(inCgroup folder: String) -> [Int32] {
    (Files.read(folder + "/cgroup.procs") ?? "").split(separator: "\n").compactMap { Int32($0) }
}
