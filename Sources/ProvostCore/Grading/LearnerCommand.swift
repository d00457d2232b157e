/// One call of `learner` inside a grader's room: run a program in the learner's room.
///
/// ```
/// learner run  [--time T] [--cpu T] [--memory SIZE] [--processes N] [--output SIZE] [--disk SIZE] [--stdin FILE|-]
///              [--put FILE[=NAME]]… [--get NAME[=FILE]]… [--read-only] [--pty] [--report FILE] -- COMMAND ARGUMENT…
/// learner pair [the same without --stdin] -- COMMAND ARGUMENT…
/// ```
///
/// Of a pair this is the learner's half: the client keeps the words from `:::` on, and gives the other program's output as input.
package struct LearnerCommand: Hashable, Sendable {
    package enum Input: Hashable, Sendable {
        case none
        /// The caller's own standard input; in a pair, the output of the grader's program.
        case caller
        /// A file in the grader's room.
        case file(String)
    }
    /// A file that goes from one room to the other.
    package struct Transfer: Hashable, Sendable {
        /// Path in the grader's room.
        package let file: String
        /// Relative path below the learner's folder; no `.`, no `..`, no empty part.
        package let name: String
        package init(file: String, name: String) {
            self.file = file
            self.name = name
        }
    }
    package var command: [String] = []
    package var wallTime: TimeSpan?
    package var cpuTime: TimeSpan?
    package var memory: ByteCount?
    package var processes: Int?
    package var output: ByteCount?
    package var disk: ByteCount?
    package var input: Input = .none
    /// Written into the learner's folder before the run, in this order.
    package var puts: [Transfer] = []
    /// Read from the learner's folder after the run, in this order.
    package var gets: [Transfer] = []
    /// The program cannot change the learner's folder.
    package var readOnly = false
    /// The program's standard streams are a terminal.
    package var terminal = false
    package var isPair = false
    /// A file in the grader's room that gets the room's report as JSON.
    package var reportFile: String?

    /// Files of one call, each way together.
    package static let mostFiles = 256

    /// Reads the words after `learner`. Throws `invalid` with a sentence for the grader's author.
    package init(_ words: [String]) throws(ProvostError) {
        var words = Words(words)
        let verb = words.next()
        guard verb == "run" || verb == "pair" else {
            throw ProvostError(.invalid, "learner: the verbs are run and pair, like “learner run -- ./program”.")
        }
        isPair = verb == "pair"
        if isPair { input = .caller }
        while let option = words.next() {
            switch option {
            case "--time": wallTime = try TimeSpan(parsing: words.value(of: option))
            case "--cpu": cpuTime = try TimeSpan(parsing: words.value(of: option))
            case "--memory": memory = try ByteCount(parsing: words.value(of: option))
            case "--output": output = try ByteCount(parsing: words.value(of: option))
            case "--disk": disk = try ByteCount(parsing: words.value(of: option))
            case "--processes":
                let text = try words.value(of: option)
                guard let count = Int(text), count > 0 else {
                    throw ProvostError(.invalid, "--processes: “\(text.prefix(40))” is not a number above 0.")
                }
                processes = count
            case "--stdin":
                let source = try words.value(of: option)
                guard !isPair else {
                    throw ProvostError(
                        .invalid, "learner pair: --stdin is for learner run; here the input is the other program's output.")
                }
                input = source == "-" ? .caller : .file(source)
            case "--put":
                let (file, name) = try Self.transfer(words.value(of: option), option)
                puts.append(Transfer(file: file, name: try Self.name(name ?? Self.lastPart(of: file), option)))
            case "--get":
                let (name, file) = try Self.transfer(words.value(of: option), option)
                gets.append(Transfer(file: file ?? Self.lastPart(of: name), name: try Self.name(name, option)))
            case "--read-only": readOnly = true
            case "--pty": terminal = true
            case "--report": reportFile = try words.value(of: option)
            case "--": command = words.all()
            default:
                throw ProvostError(
                    .invalid, "learner \(verb ?? ""): “\(option.prefix(40))” is not known; the program comes after “--”.")
            }
        }
        guard puts.count + gets.count <= Self.mostFiles else {
            throw ProvostError(.invalid, "learner run: at most \(Self.mostFiles) files; pack more into an archive.")
        }
        guard !command.isEmpty else {
            throw ProvostError(.invalid, "learner run: say the program after “--”, like “learner run -- ./program”.")
        }
    }

    /// Both sides of `A=B`, or `A` alone.
    private static func transfer(_ text: String, _ option: String) throws(ProvostError) -> (String, String?) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, !parts.contains("") else {
            throw ProvostError(
                .invalid, "\(option): “\(text.prefix(80))” is not understood; write one path, or two with “=” between.")
        }
        return (parts[0], parts.count == 2 ? parts[1] : nil)
    }

    private static func lastPart(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func name(_ text: String, _ option: String) throws(ProvostError) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { !["", ".", ".."].contains($0) && $0.utf8.count <= 255 }
        guard isPlain, text.utf8.count <= 1024, !text.utf8.contains(0) else {
            throw ProvostError(
                .invalid, "\(option): “\(text.prefix(80))” is not a path below /submission; write it like out/result.txt.")
        }
        return text
    }

    /// The lab's limits, tightened by what this call asks for.
    package func limits(atMost limits: RoomLimits) -> RoomLimits {
        var limits = limits
        if let wallTime { limits.wallTime = min(limits.wallTime, wallTime) }
        if let cpuTime { limits.cpuTime = min(limits.cpuTime, cpuTime) }
        if let memory { limits.memory = min(limits.memory, memory) }
        if let processes { limits.processes = min(limits.processes, processes) }
        if let output { limits.output = min(limits.output, output) }
        if let disk { limits.disk = min(limits.disk, disk) }
        return limits
    }

    /// What the grader's shell sees for a room's end. 125 is ours alone to give: graders stop at it, and a program that ended with it would
    /// have the grading called off and its attempt given back. A program's own 125 is handed on as 1; the report keeps it.
    package static func exitStatus(for report: RoomReport) -> UInt8 {
        switch (report.ending, report.stoppedBy) {
        case (.failed, _): 125
        case (_, .wallTime?), (_, .cpuTime?): 124
        case (_, .memory?): 137
        case (.exited(125), _): 1
        case (.exited(let status), _): UInt8(truncatingIfNeeded: status)
        case (.signaled(let signal), _): UInt8(truncatingIfNeeded: 128 + signal)
        case (.stopped, _): 137
        }
    }
}
