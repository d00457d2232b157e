import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceStop: AsyncParsableCommand {
    static let configuration = Help.command(
        "stop", "Stop a workspace, or give up its place in the queue. Its files stay.",
        examples: "provost stop", "provost stop web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let info = try await WorkspaceVerb.post("stop", workspace.name, session, stopped: true)
        session.say(.workspace(.stoppedState(name: info.workspace.assignment.text)))
    }
}

struct WorkspaceRestart: AsyncParsableCommand {
    static let configuration = Help.command(
        "restart", "Stop a workspace and start it again, with the lab's newest material and your files.",
        examples: "provost restart web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let info = try await WorkspaceVerb.post("restart", workspace.name, session, stopped: true)
        session.say(.workspace(.running(name: info.workspace.assignment.text)))
    }
}

struct WorkspaceReset: AsyncParsableCommand {
    static let configuration = Help.command(
        "reset", "Begin a workspace anew with the starter files; a snapshot of yours is kept first.",
        examples: "provost reset web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let info = try await WorkspaceVerb.post("reset", workspace.name, session, stopped: true)
        session.say(.workspace(.resetDone(name: info.workspace.assignment.text)))
    }
}

struct WorkspaceExtend: AsyncParsableCommand {
    static let configuration = Help.command(
        "extend", "Keep a workspace from being stopped for being idle; that time costs budget.",
        examples: "provost workspace extend --keep-alive 2h")

    @OptionGroup var workspace: WorkspaceArgument
    @Option(
        help: ArgumentHelp("For how long from now, like 30m or 2h.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var keepAlive: TimeSpan
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session)
        let info: WorkspaceInfo = try await session.client.send(
            .post, Route.path("workspaces", name, "extend"), body: ExtendWorkspace(keepAlive: keepAlive))
        let until = await session.times().short(info.workspace.keepAliveUntil, cohort: info.workspace.cohort)
        session.say(.workspace(.keptAlive(name: info.workspace.assignment.text, until: until)))
    }
}

struct WorkspaceDelete: AsyncParsableCommand {
    static let configuration = Help.command(
        "delete", "Delete a stopped workspace with its files and snapshots, for ever.",
        examples: "provost workspace delete web-service --yes")

    @Argument(help: "The workspace: its assignment's name, or its id.")
    var name: String
    @Flag(help: "Really. Without it nothing is deleted, and you are told what would be.")
    var yes = false
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let info: WorkspaceInfo = try await session.client.get(Route.path("workspaces", name))
        let id = info.workspace.id.text
        guard yes else {
            session.say(.workspace(.deleteAsks(name: info.workspace.assignment.text, id: id)))
            throw ExitCode(ExitStatus.usage)
        }
        let _: WorkspaceInfo = try await session.client.send(
            .delete, Route.path("workspaces", id, query: [("confirm", id)]), idle: .seconds(120))
        session.say(.workspace(.deleted(name: info.workspace.assignment.text)))
    }
}

/// Verbs without a body.
enum WorkspaceVerb {
    static func post(_ verb: String, _ name: String?, _ session: Session, stopped: Bool) async throws -> WorkspaceInfo {
        let found = try await WorkspaceChoice.find(name, session, stopped: stopped)
        // Stopping has its grace, and big volumes take their time.
        return try await session.client.send(.post, Route.path("workspaces", found, verb), idle: .seconds(180))
    }
}
