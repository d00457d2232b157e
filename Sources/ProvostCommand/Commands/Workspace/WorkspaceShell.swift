import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceShell: AsyncParsableCommand {
    static let configuration = Help.command(
        "shell", "Open a terminal in your workspace, or come back to the one you left.",
        note: """
            Ctrl-\\ Ctrl-d leaves it running; Ctrl-\\ twice sends one Ctrl-\\. A lost link is
            taken up again by itself. The shell's exit status is passed on.
            """,
        examples: "provost shell", "provost shell web-service --new", "provost shell --rescue")

    @OptionGroup var workspace: WorkspaceArgument
    @Flag(help: "A new terminal, also when you left one.")
    var new = false
    @Option(help: ArgumentHelp("The terminal of this number, as “provost workspace sessions” lists it.", valueName: "number"))
    var session: Int?
    @Flag(help: "Only look; with --session.")
    var watch = false
    @Flag(help: "A shell that starts even when the home is full or closed.")
    var rescue = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if [new, session != nil, rescue].count(where: \.self) > 1 {
            throw ValidationError("Give one of --new, --session and --rescue.")
        }
        if watch, session == nil { throw ValidationError("Say which terminal to watch with --session.") }
    }

    func run() async throws {
        let there = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, there)
        try await SessionRun.run(try await opening(name, there), in: name, there)
    }

    private func opening(_ name: String, _ there: Session) async throws -> SessionOpening {
        if let session { return watch ? .watch(session) : .attach(session) }
        if rescue { return .rescue }
        return new ? .shell : try await .usual(name, there)
    }
}

extension SessionOpening {
    /// The newest terminal that was left, or a new one.
    static func usual(_ workspace: String, _ there: Session) async throws -> Self {
        let sessions: [SessionInfo] = try await there.client.get(Route.path("workspaces", workspace, "sessions"))
        let left = sessions.filter { $0.terminal && $0.attached == 0 }.map(\.number).max()
        return left.map { .attach($0) } ?? .shell
    }
}

struct WorkspaceExec: AsyncParsableCommand {
    static let configuration = Help.command(
        "exec", "Run a command in your workspace, with this command's input and output.",
        note: "The command's exit status is passed on; 128 and more tell of a signal.",
        examples: "provost exec -- make test", "provost exec web-service -t -- top", "provost exec -- cat notes.txt > notes.txt")

    @OptionGroup var workspace: WorkspaceArgument
    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The command and its arguments, after --.", valueName: "command"))
    var command: [String] = []
    @Flag(name: [.customShort("t"), .customLong("terminal")], help: "Give the command a terminal.")
    var terminal = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if command.isEmpty { throw ValidationError("Write the command behind --, like: provost exec -- make test") }
    }

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session)
        try await SessionRun.run(.command(command, terminal: terminal), in: name, session)
    }
}

struct WorkspaceRescue: AsyncParsableCommand {
    static let configuration = Help.command(
        "rescue", "Open a shell even when your home is full or closed, and show what takes the space.",
        note: "A stopped workspace is started first.", examples: "provost workspace rescue web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let found = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        var info: WorkspaceInfo = try await session.client.get(Route.path("workspaces", found))
        if info.workspace.state == .stopped {
            info = try await WorkspaceStart.start(
                info.workspace.assignment.text, cohort: info.workspace.cohort.text, wait: true, rescue: true, session)
        }
        let name = info.workspace.id.text
        // Only a help: the shell is what was asked for.
        let program = RoomProgram(session: session, workspace: name)
        let report = try? await program.collect(
            "cd /home/learner && du -xkd 2 . | sort -rn | head -n 12", limit: 1 << 20)
        if let report, report.status == 0, !report.output.isEmpty {
            session.say(.workspace(.biggest))
            for line in String(decoding: report.output, as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: "\t", maxSplits: 1)
                guard parts.count == 2, let kibibytes = Int64(parts[0]) else { continue }
                Console.say("  \(ByteCount.kibibytes(kibibytes))  \(parts[1])")
            }
        } else {
            session.say(.workspace(.homeClosed))
        }
        try await SessionRun.run(.rescue, in: name, session)
    }
}
