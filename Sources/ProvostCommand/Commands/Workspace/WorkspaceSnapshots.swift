import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceSnapshot: AsyncParsableCommand {
    static let configuration = Help.command(
        "snapshot", "Keep a copy of a workspace's files as they are now.", examples: "provost workspace snapshot web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let made: Snapshot = try await session.client.send(
            .post, Route.path("workspaces", name, "snapshots"), idle: .seconds(300))
        session.say(.workspace(.snapshotMade(id: made.id.text, size: "\(made.size)")))
    }
}

struct WorkspaceSnapshots: AsyncParsableCommand {
    static let configuration = Help.command(
        "snapshots", "List a workspace's snapshots, or remove one.", examples: "provost workspace snapshots web-service",
        "provost workspace snapshots --remove snp_7k2mq0r9x4w1c8tz")

    @OptionGroup var workspace: WorkspaceArgument
    @Option(
        help: ArgumentHelp("Remove this one, for ever.", valueName: "snapshot"),
        transform: reading { try ID<Snapshot>(parsing: $0) })
    var remove: ID<Snapshot>?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let rows: [Snapshot] =
            if let remove {
                [try await session.client.send(.delete, Route.path("workspaces", name, "snapshots", remove.text))]
            } else { try await session.client.get(Route.path("workspaces", name, "snapshots")) }
        let columns: [Column<Snapshot>] = [
            Column("snapshot") { $0.id.text }, Column("cause") { $0.cause.rawValue },
            Column("created") { Times.local($0.createdAt, in: .utc, withSeconds: true) },
            Column("size", alignRight: true) { "\($0.size)" },
        ]
        try output.renderer(session).list(rows, columns, empty: session.text(.workspace(.noSnapshots)))
    }
}

struct WorkspaceRestore: AsyncParsableCommand {
    static let configuration = Help.command(
        "restore", "Bring a snapshot back; what is there now is kept as a snapshot first.",
        examples: "provost workspace restore snp_7k2mq0r9x4w1c8tz web-service")

    @Argument(
        help: "The snapshot, as “provost workspace snapshots” names it.", transform: reading { try ID<Snapshot>(parsing: $0) })
    var snapshot: ID<Snapshot>
    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let info: WorkspaceInfo = try await session.client.send(
            .post, Route.path("workspaces", name, "snapshots", snapshot.text, "restore"), idle: .seconds(300))
        let assignment = info.workspace.assignment.text
        session.say(.workspace(info.workspace.state == .running ? .running(name: assignment) : .stoppedState(name: assignment)))
    }
}
