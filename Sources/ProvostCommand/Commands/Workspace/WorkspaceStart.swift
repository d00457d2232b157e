import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceStart: AsyncParsableCommand {
    static let configuration = Help.command(
        "start", "Start the workspace of a lab: a room of your own with your files in it.",
        note: """
            The first start makes it, with the lab's starter files in your home. When the
            machine is full you get a place in a queue; Ctrl-C leaves, and keeps the place.
            """,
        examples: "provost start web-service --shell", "provost start web-service && provost shell",
        "provost start web-service --no-wait")

    @Argument(help: "The assignment, as “provost labs” names it; or a workspace's id.")
    var name: String
    @Flag(inversion: .prefixedNo, help: "Stay until it runs, or only take a place in the queue.")
    var wait = true
    @Flag(help: "Go in as soon as it runs, as “provost shell” does.")
    var shell = false
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if shell, !wait || output.output != .table { throw ValidationError("With --shell leave --no-wait and --output away.") }
    }

    func run() async throws {
        let session = try connection.session()
        let info = try await Self.start(name, cohort: cohort.cohort, wait: wait, session)
        if shell {
            let id = info.workspace.id.text
            return try await SessionRun.run(try await SessionOpening.usual(id, session), in: id, session)
        }
        guard output.output == .table else {
            return try output.renderer(session).item(info, WorkspaceList.columns(session.wording(for: output.output), Times()))
        }
        if info.workspace.state == .running { session.say(.workspace(.running(name: info.workspace.assignment.text))) }
    }

    /// Asks for it, and (with `wait`) tells the place in the queue until it runs. Throws `unavailable` when it does not start.
    /// For a `rescue` the server starts it also while its disk is nearly full.
    static func start(
        _ name: String, cohort: String?, wait: Bool, rescue: Bool? = nil, _ session: Session
    ) async throws -> WorkspaceInfo {
        let order = StartWorkspace(
            assignment: name, cohort: cohort ?? session.surroundings.environment["PROVOST_COHORT"], rescue: rescue)
        var info: WorkspaceInfo = try await session.client.send(
            .post, Route.path("workspaces"), body: order, idle: .seconds(120))
        let id = info.workspace.id.text
        var told = ""
        while true {
            switch info.workspace.state {
            case .waiting:
                let place = info.place
                let line = session.text(
                    .workspace(.waiting(position: place?.position ?? 1, of: place?.of ?? 1, estimate: place?.estimate)))
                if line != told { GradingStory.console(line, wait) }
                told = line
                if !wait { return info }
                Interruption.watch(saying: "\n" + session.text(.workspace(.placeKept(name: name))))
            case .starting, .stopping:
                if !wait { return info }
                if told.isEmpty { GradingStory.console(session.text(.workspace(.starting)), true) }
                told = "starting"
            case .running, .frozen:
                Console.clearTransient()
                return info
            case .stopped, .deleted:
                Console.clearTransient()
                let reason = info.workspace.stopDetail ?? info.workspace.stopReason?.rawValue ?? info.workspace.state.rawValue
                throw session.surroundings.error(.unavailable, .workspace(.startFailed(reason: reason)))
            }
            try await Task.sleep(for: info.workspace.state == .waiting ? .seconds(2) : .milliseconds(100))
            info = try await again(id, session)
        }
    }

    /// While waiting a restarted daemon is no reason to give up.
    private static func again(_ id: String, _ session: Session) async throws -> WorkspaceInfo {
        var failures = 0
        while true {
            do { return try await session.client.get(Route.path("workspaces", id)) } catch let error as ProvostError {
                guard error.code == .unavailable, failures < 30 else { throw error }
                failures += 1
                try await Task.sleep(for: .seconds(2))
            }
        }
    }
}
