/// How long work on this machine was kept waiting for something, as the kernel counts it (PSI): the time in which at least one
/// process stalled for want of it. Of the whole machine, so it tells a room that was slow by itself from one that was kept from
/// running. What a room waits because of its own CPU limit counts here too; `RoomReport.throttledTime` tells that part.
package struct Pressure: Hashable, Sendable, Codable {
    /// Microseconds.
    package var cpu: Int64
    /// Microseconds.
    package var memory: Int64
    /// Microseconds.
    package var io: Int64

    package init(cpu: Int64, memory: Int64, io: Int64) {
        self.cpu = cpu
        self.memory = memory
        self.io = io
    }

    /// What came since an earlier reading.
    package func since(_ earlier: Self) -> Self {
        Self(cpu: cpu - earlier.cpu, memory: memory - earlier.memory, io: io - earlier.io)
    }
}
