/// Whether a time limit was met because the machine was pressed rather than because the program was slow.
///
/// A verdict that is suspect is not shown: the whole grading is repeated while nothing else is graded, and the second one counts, whatever it says.
package enum Suspicion {
    /// Of the wall time during which something stalled for a processor, memory or a disk; above it the machine was pressed.
    static let pressedShare = 0.25
    /// A program that used this much of the wall time as CPU time was not kept from running.
    static let busyShare = 0.8

    /// A sentence with the evidence, for people; nil when the verdict stands.
    package static func sentence(about report: RoomReport) -> String? {
        guard report.stoppedBy == .wallTime || report.stoppedBy == .cpuTime, let pressure = report.pressure else { return nil }
        let wall = Double(report.wallTime.milliseconds) * 1000
        guard wall > 0 else { return nil }
        // What the room waited for its own CPU limit is no fault of the machine.
        let throttled = Double(report.throttledTime?.milliseconds ?? 0) * 1000
        let stalled = max(Double(pressure.cpu) - throttled, Double(pressure.memory), Double(pressure.io))
        guard stalled / wall >= pressedShare else { return nil }
        if let used = report.cpuTime.map({ Double($0.milliseconds) * 1000 }), used / wall >= busyShare { return nil }
        let percent = Int((stalled / wall * 100).rounded())
        return "a time limit was met while the machine kept programs waiting for \(min(percent, 100)) % of the time"
    }
}
