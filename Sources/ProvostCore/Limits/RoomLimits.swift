/// What one room may use. Every field is a hard cap on the room as a whole, not on one process.
package struct RoomLimits: Hashable, Sendable, Codable {
    /// Real time from start to end.
    package var wallTime: TimeSpan
    /// CPU time of all processes together.
    package var cpuTime: TimeSpan
    /// How many thousandths of a CPU the room gets at a time; 1000 is one whole CPU.
    package var cpuMillis: Int
    /// Memory of all processes together, with page cache that cannot be reclaimed and what lies on the room's own tmpfs. No swap.
    package var memory: ByteCount
    /// Processes and threads at one time.
    package var processes: Int
    /// Bytes of the room's writable folders together.
    package var disk: ByteCount
    /// Files, folders and links in the room's writable folders together.
    package var inodes: Int
    /// Bytes kept of standard output and of standard error, each; the rest is counted and dropped.
    package var output: ByteCount
    /// Open descriptors per process.
    package var openFiles: Int

    package init(
        wallTime: TimeSpan = .seconds(10), cpuTime: TimeSpan = .seconds(10), cpuMillis: Int = 1000,
        memory: ByteCount = .mebibytes(256),
        processes: Int = 64, disk: ByteCount = .mebibytes(64), inodes: Int = 10_000, output: ByteCount = .mebibytes(1),
        openFiles: Int = 256
    ) {
        self.wallTime = wallTime
        self.cpuTime = cpuTime
        self.cpuMillis = cpuMillis
        self.memory = memory
        self.processes = processes
        self.disk = disk
        self.inodes = inodes
        self.output = output
        self.openFiles = openFiles
    }

    /// The least of both in every dimension: a grader can tighten what a lab grants, never widen it.
    package func capped(by other: Self) -> Self {
        Self(
            wallTime: min(wallTime, other.wallTime), cpuTime: min(cpuTime, other.cpuTime),
            cpuMillis: min(cpuMillis, other.cpuMillis),
            memory: min(memory, other.memory), processes: min(processes, other.processes), disk: min(disk, other.disk),
            inodes: min(inodes, other.inodes), output: min(output, other.output), openFiles: min(openFiles, other.openFiles))
    }
}
