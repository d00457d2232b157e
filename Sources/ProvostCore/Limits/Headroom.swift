/// How near the rooms of one grading came to their limits: for each dimension the run that came nearest.
package struct Headroom: Hashable, Sendable, Codable {
    package enum Dimension: String, Hashable, Sendable, Codable, CaseIterable {
        case wallTime = "wall-time"
        case cpuTime = "cpu-time"
        case memory
        case processes
    }

    /// Amounts in the dimension's own unit: milliseconds, bytes, processes.
    package struct Use: Hashable, Sendable, Codable {
        package var used: Int64
        package var limit: Int64
        package init(used: Int64, limit: Int64) {
            self.used = used
            self.limit = limit
        }
        /// How many times what was used would have fitted.
        package var factor: Double { used <= 0 ? .infinity : Double(limit) / Double(used) }
    }

    private(set) package var nearest: [Dimension: Use] = [:]

    package init() {}

    /// Takes one room's end into account. What the machine cannot measure is left out.
    package mutating func add(_ report: RoomReport, limits: RoomLimits) {
        note(.wallTime, Use(used: report.wallTime.milliseconds, limit: limits.wallTime.milliseconds))
        if let time = report.cpuTime { note(.cpuTime, Use(used: time.milliseconds, limit: limits.cpuTime.milliseconds)) }
        if let memory = report.peakMemory { note(.memory, Use(used: memory.bytes, limit: limits.memory.bytes)) }
        if let processes = report.peakProcesses {
            note(.processes, Use(used: Int64(processes), limit: Int64(limits.processes)))
        }
    }

    /// The nearest of both.
    package mutating func merge(_ other: Headroom) { for (dimension, use) in other.nearest { note(dimension, use) } }

    private mutating func note(_ dimension: Dimension, _ use: Use) {
        if let known = nearest[dimension], known.factor <= use.factor { return }
        nearest[dimension] = use
    }
}
