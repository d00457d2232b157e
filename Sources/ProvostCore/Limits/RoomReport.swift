/// How a room ended, with the evidence. Made by the supervisor, never by what ran inside.
package struct RoomReport: Hashable, Sendable, Codable {
    package enum Ending: Hashable, Sendable, Codable {
        /// The command ended by itself with this status.
        case exited(Int32)
        /// The command was ended by this signal, not sent by us.
        case signaled(Int32)
        /// We ended the whole room; `stopped` says why.
        case stopped
        /// The room could not be started or was lost: our fault, with a sentence for the log.
        case failed(String)
    }

    /// Which limit ended the room, or was hit while it ran.
    package enum Limit: String, Hashable, Sendable, Codable, CaseIterable {
        case wallTime = "wall-time"
        case cpuTime = "cpu-time"
        case memory
        case processes
        case disk
        case output
    }

    package var ending: Ending
    /// Why we ended the room; nil when it ended by itself or `cancelled`.
    package var stoppedBy: Limit?
    /// True when whoever asked for the room asked for its end.
    package var cancelled: Bool
    /// Limits that were hit without ending the room: refused forks, dropped output.
    package var limitsHit: Set<Limit>
    package var wallTime: TimeSpan
    /// nil where this machine cannot measure it for the whole room.
    package var cpuTime: TimeSpan?
    package var peakMemory: ByteCount?
    package var peakProcesses: Int?
    /// Bytes beyond `RoomLimits.output` that were dropped.
    package var droppedOutput: Int64
    package var droppedError: Int64
    /// How long its processes were kept from running by the room's own CPU limit, summed over CPUs; nil where it is not counted.
    package var throttledTime: TimeSpan?
    /// How long the machine's work stalled while the room lived; nil where the kernel does not count it.
    package var pressure: Pressure?

    package init(
        ending: Ending, stoppedBy: Limit? = nil, cancelled: Bool = false, limitsHit: Set<Limit> = [], wallTime: TimeSpan,
        cpuTime: TimeSpan? = nil, peakMemory: ByteCount? = nil, peakProcesses: Int? = nil, droppedOutput: Int64 = 0,
        droppedError: Int64 = 0, throttledTime: TimeSpan? = nil, pressure: Pressure? = nil
    ) {
        self.ending = ending
        self.stoppedBy = stoppedBy
        self.cancelled = cancelled
        self.limitsHit = limitsHit
        self.wallTime = wallTime
        self.cpuTime = cpuTime
        self.peakMemory = peakMemory
        self.peakProcesses = peakProcesses
        self.droppedOutput = droppedOutput
        self.droppedError = droppedError
        self.throttledTime = throttledTime
        self.pressure = pressure
    }

    package var succeeded: Bool { ending == .exited(0) && stoppedBy == nil }

    /// One sentence for people, with the evidence: “stopped: memory limit 256 MiB, peak 256 MiB”.
    package func summary(limits: RoomLimits) -> String {
        let peak = peakMemory.map { ", peak \($0)" } ?? ""
        switch (ending, stoppedBy) {
        case (.failed(let why), _): return "could not be run: \(why)"
        case (_, .memory?): return "stopped: memory limit \(limits.memory)\(peak)"
        case (_, .wallTime?): return "stopped: time limit \(limits.wallTime)"
        case (_, .cpuTime?): return "stopped: CPU time limit \(limits.cpuTime)"
        case (_, .processes?): return "stopped: process limit \(limits.processes)"
        case (_, .disk?): return "stopped: disk limit \(limits.disk)"
        case (_, .output?): return "stopped: output limit \(limits.output)"
        case (.stopped, nil): return "stopped on request"
        case (.signaled(let signal), nil): return "ended by signal \(signal)"
        case (.exited(let status), nil): return status == 0 ? "ended normally" : "ended with exit status \(status)"
        }
    }
}
