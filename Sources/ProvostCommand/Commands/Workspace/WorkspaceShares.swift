import ArgumentParser
import ProvostAPI
import ProvostCore

extension Share.Mode: ExpressibleByArgument {}

struct WorkspaceShare: AsyncParsableCommand {
    static let configuration = Help.command(
        "share", "Let a named instructor into your workspace for a time; list who may come in; take it back.",
        note: "watch: they see your terminals. pair: they type in them as well. copy: they get\na copy of the files.",
        examples: "provost workspace share --with kim --mode watch --time 1h", "provost workspace share",
        "provost workspace share --revoke shr_7k2mq0r9x4w1c8tz")

    @OptionGroup var workspace: WorkspaceArgument
    @Option(help: ArgumentHelp("Who may come in.", valueName: "name"))
    var with: String?
    @Option(help: "What they may do: watch, pair or copy.")
    var mode: Share.Mode = .watch
    @Option(
        help: ArgumentHelp("For how long, like 30m or 2h.", valueName: "time"), transform: reading { try TimeSpan(parsing: $0) })
    var time: TimeSpan = .seconds(3600)
    @Option(
        help: ArgumentHelp("Take this one back at once.", valueName: "share"), transform: reading { try ID<Share>(parsing: $0) })
    var revoke: ID<Share>?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if with != nil, revoke != nil { throw ValidationError("Give --with or --revoke, not both.") }
    }

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let path = Route.path("workspaces", name, "shares")
        if let with {
            let share: Share = try await session.client.send(
                .post, path, body: NewShare(person: with, mode: mode, time: time))
            let until = Times.local(share.until, in: .utc, withSeconds: false)
            session.say(.workspace(.shared(person: share.person.text, mode: share.mode.rawValue, until: until)))
            return try output.renderer(session).list([share], Self.columns, empty: "")
        }
        let rows: [Share] =
            if let revoke {
                [try await session.client.send(.delete, Route.path("workspaces", name, "shares", revoke.text))]
            } else { try await session.client.get(path) }
        try output.renderer(session).list(rows, Self.columns, empty: session.text(.workspace(.noShares)))
    }

    private static let columns: [Column<Share>] = [
        Column("share") { $0.id.text }, Column("person") { $0.person.text }, Column("mode") { $0.mode.rawValue },
        Column("until") { Times.local($0.until, in: .utc, withSeconds: false) },
        Column("revoked") { $0.revokedAt.map { Times.local($0, in: .utc, withSeconds: false) } ?? "" },
    ]
}

struct WorkspaceVisits: AsyncParsableCommand {
    static let configuration = Help.command(
        "visits", "List who was in your workspace, and when.", examples: "provost workspace visits web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let rows: [Visit] = try await session.client.get(Route.path("workspaces", name, "visits"))
        let columns: [Column<Visit>] = [
            Column("person") { $0.person.text }, Column("mode") { $0.mode.rawValue },
            Column("began") { Times.local($0.beganAt, in: .utc, withSeconds: true) },
            Column("ended") { $0.endedAt.map { Times.local($0, in: .utc, withSeconds: true) } ?? "" },
        ]
        try output.renderer(session).list(rows, columns, empty: session.text(.workspace(.noVisits)))
    }
}
