/// What one workspace may use, all its processes together.
package struct WorkspaceLimits: Hashable, Sendable, Codable {
    /// Thousandths of a processor at a time.
    package var cpuMillis: Int
    package var memory: ByteCount
    package var processes: Int
    /// The volume's size.
    package var disk: ByteCount
    /// The volume's inodes.
    package var files: Int

    package init(cpuMillis: Int, memory: ByteCount, processes: Int, disk: ByteCount, files: Int) {
        self.cpuMillis = cpuMillis
        self.memory = memory
        self.processes = processes
        self.disk = disk
        self.files = files
    }

    /// The room that holds it: no end by time, `/tmp` of an eighth of the memory and at least 16 MiB, 1024 descriptors.
    package var room: RoomLimits {
        RoomLimits(
            wallTime: .seconds(10 * 366 * 86_400), cpuTime: .seconds(10 * 366 * 86_400), cpuMillis: cpuMillis, memory: memory,
            processes: processes, disk: max(.mebibytes(16), ByteCount(memory.bytes / 8)), inodes: 16_384,
            output: .mebibytes(1), openFiles: 1024)
    }
}
