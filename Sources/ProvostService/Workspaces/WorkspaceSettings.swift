import Glibc
package import ProvostCore

/// What the operator decides about workspaces.
package struct WorkspaceSettings: Sendable {
    /// The host's users for workspaces: none that a grading room has.
    package var users: Range<UInt32>
    /// Sum of the memory limits of what runs; nil: 70 % of the machine's memory.
    package var memory: ByteCount?
    /// Of the disk of the volumes, never given away; nil: 5 % of it.
    package var reserve: ByteCount?
    /// nil: nothing counts as idle.
    package var idleAfter: TimeSpan?
    /// Keepers that wait for a start.
    package var warm: Int
    /// Whether labs may ask for a way out to the network.
    package var egress: Bool
    /// Where `provost-launch` and `provost-keeper` lie; nil: no workspaces here.
    package var programs: String?
    /// Of the cgroups.
    package var cgroupName: String
    /// Processors that all workspaces and all gradings have each at least a share of are the sandbox's matter; this is how many start at one time.
    package var startsAtOnce: Int
    /// Time since the machine was started, also while it slept: never steps back. A test may turn it.
    package var uptime: @Sendable () -> TimeSpan

    package init(
        users: Range<UInt32> = 270_000..<335_000, memory: ByteCount? = nil, reserve: ByteCount? = nil,
        idleAfter: TimeSpan? = IdleRule.quietTime, warm: Int = 1, egress: Bool = false, programs: String? = nil,
        cgroupName: String = "provost", startsAtOnce: Int = 4, uptime: @escaping @Sendable () -> TimeSpan = systemUptime
    ) {
        self.users = users
        self.memory = memory
        self.reserve = reserve
        self.idleAfter = idleAfter
        self.warm = warm
        self.egress = egress
        self.programs = programs
        self.cgroupName = cgroupName
        self.startsAtOnce = startsAtOnce
        self.uptime = uptime
    }

    /// 70 % of the machine's memory unless the operator said otherwise.
    package var capacity: MachineCapacity {
        let pages = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        return MachineCapacity(memory: memory ?? ByteCount(pages / 10 * 7), starting: startsAtOnce)
    }

    /// 5 % of the disk that the folder lies on, unless the operator said otherwise.
    package func reserve(for folder: String) -> ByteCount {
        if let reserve { return reserve }
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else { return .mebibytes(512) }
        return ByteCount(Int64(status.f_blocks) * Int64(status.f_frsize) / 20)
    }
}

/// CLOCK_BOOTTIME.
package let systemUptime: @Sendable () -> TimeSpan = {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return TimeSpan(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
}
