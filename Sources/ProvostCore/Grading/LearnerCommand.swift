/// One call of `learner` inside a grader's room: run a program in the learner's room.
///
/// ```
/// learner run [--time T] [--cpu T] [--memory SIZE] [--processes N] [--stdin FILE|-] [--report FILE] -- COMMAND ARGUMENT…
/// ```
package struct LearnerCommand: Hashable, Sendable {
    package enum Input: Hashable, Sendable {
        case none
        /// The caller's own standard input.
        case caller
        /// A file in the grader's room.
        case file(String)
    }
    package var command: [String]
    package var wallTime: TimeSpan?
    package var cpuTime: TimeSpan?
    package var memory: ByteCount?
    package var processes: Int?
    package var input: Input
    /// A file in the grader's room that gets the room's report as JSON.
    package var reportFile: String?

    /// Reads the words after `learner`. Throws `invalid` with a sentence for the grader's author.
    package init(_ words: [String]) throws(ProvostError) {
        var words = Words(words)
        guard words.next() == "run" else {
            throw ProvostError(.invalid, "learner: the only verb is run, like “learner run -- ./program”.")
        }
        input = .none
        command = []
        while let option = words.next() {
            switch option {
            case "--time": wallTime = try TimeSpan(parsing: words.value(of: option))
            case "--cpu": cpuTime = try TimeSpan(parsing: words.value(of: option))
            case "--memory": memory = try ByteCount(parsing: words.value(of: option))
            case "--processes":
                let text = try words.value(of: option)
                guard let count = Int(text), count > 0 else {
                    throw ProvostError(.invalid, "--processes: “\(text.prefix(40))” is not a number above 0.")
                }
                processes = count
            case "--stdin":
                let source = try words.value(of: option)
                input = source == "-" ? .caller : .file(source)
            case "--report": reportFile = try words.value(of: option)
            case "--": command = words.all()
            default:
                throw ProvostError(.invalid, "learner run: “\(option.prefix(40))” is not known; the program comes after “--”.")
            }
        }
        guard !command.isEmpty else {
            throw ProvostError(.invalid, "learner run: say the program after “--”, like “learner run -- ./program”.")
        }
    }

    /// The lab's limits, tightened by what this call asks for.
    package func limits(atMost limits: RoomLimits) -> RoomLimits {
        var limits = limits
        if let wallTime { limits.wallTime = min(limits.wallTime, wallTime) }
        if let cpuTime { limits.cpuTime = min(limits.cpuTime, cpuTime) }
        if let memory { limits.memory = min(limits.memory, memory) }
        if let processes { limits.processes = min(limits.processes, processes) }
        return limits
    }

    /// What the grader's shell sees for a room's end; 125 is ours alone to give.
    package static func exitStatus(for report: RoomReport) -> UInt8 {
        switch (report.ending, report.stoppedBy) {
        case (.failed, _): 125
        case (_, .wallTime?), (_, .cpuTime?): 124
        case (_, .memory?): 137
        case (.exited(let status), _): UInt8(truncatingIfNeeded: status)
        case (.signaled(let signal), _): UInt8(truncatingIfNeeded: 128 + signal)
        case (.stopped, _): 137
        }
    }
}
