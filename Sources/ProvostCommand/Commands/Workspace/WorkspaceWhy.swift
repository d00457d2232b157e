import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceWhy: AsyncParsableCommand {
    static let configuration = Help.command(
        "why", "Say in one sentence why a workspace is slow, stopped or refused; then the evidence.",
        examples: "provost why", "provost why web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if output.output == .csv { throw ValidationError("why writes a table or json.") }
    }

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let reason: WorkspaceReason = try await session.client.get(Route.path("workspaces", name, "why"))
        if output.output == .json { return try output.renderer(session).json(reason) }
        Console.out(Console.sanitized(reason.sentence) + "\n")
        for detail in reason.details { Console.out("  " + Console.sanitized(detail) + "\n") }
    }
}

struct WorkspaceLogs: AsyncParsableCommand {
    static let configuration = Help.command(
        "logs", "Print what happened to a workspace: each start and stop, and why.",
        examples: "provost logs", "provost logs web-service | tail")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        Console.out(Console.sanitized(try await session.client.text(Route.path("workspaces", name, "log"))))
    }
}

struct WorkspaceSessions: AsyncParsableCommand {
    static let configuration = Help.command(
        "sessions", "List the terminals and commands that run in a workspace.",
        note: "Attach to one with “provost shell --session NUMBER”.", examples: "provost workspace sessions")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session)
        let rows: [SessionInfo] = try await session.client.get(Route.path("workspaces", name, "sessions"))
        let columns: [Column<SessionInfo>] = [
            Column("number", heading: session.wording(for: output.output).heading(.number), alignRight: true) { "\($0.number)" },
            Column("command") { $0.command.joined(separator: " ") },
            Column("terminal") { session.text($0.terminal ? .yes : .no) },
            Column("attached", alignRight: true) { "\($0.attached)" },
            Column("started") { Times.local($0.startedAt, in: .utc, withSeconds: true) },
        ]
        try output.renderer(session).list(rows, columns, empty: session.text(.workspace(.noSessions)))
    }
}
