import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceCopyOfLearner: AsyncParsableCommand {
    static let configuration = Help.command(
        "copy", "Copy the files of a learner who let you, to a workspace of your own.",
        note: """
            The learner allows it with “provost workspace share --mode copy”, and sees that you
            did. Their workspace goes on. The copy is stopped, counts among yours, and nothing
            in it can hand in or ask for anything in your name.
            """,
        examples: "provost workspace copy wsp_7k2mq0r9x4w1c8tz", "provost workspace copy web-service --person minji")

    @Argument(
        help: ArgumentHelp("The learner's workspace: its id, or with --person its assignment's name.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("Whose.", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if person == nil, !name.hasPrefix("wsp_") {
            throw ValidationError("Say whose workspace it is with --person, or name it by its id.")
        }
    }

    func run() async throws {
        let session = try connection.session()
        let source = try await source(session)
        let info: WorkspaceInfo = try await session.client.send(
            .post, Route.path("workspaces", source.id, "copy"), idle: .seconds(300))
        guard output.output == .table else {
            return try output.renderer(session).item(info, WorkspaceList.columns(session.wording(for: output.output), Times()))
        }
        session.say(
            .workspace(
                .copyMade(person: source.person, name: info.workspace.assignment.text, id: info.workspace.id.text)))
    }

    private func source(_ session: Session) async throws -> (id: String, person: String) {
        guard let person, !name.hasPrefix("wsp_") else {
            let info: WorkspaceInfo = try await session.client.get(Route.path("workspaces", name))
            return (info.workspace.id.text, info.workspace.person.text)
        }
        let all: [WorkspaceInfo] = try await session.client.get(
            Route.path("workspaces", query: [("cohort", cohort.cohort), ("person", person.text), ("assignment", name)]))
        let found = all.filter { $0.workspace.copyOf == nil }
        guard let first = found.first else {
            throw ProvostError(.notFound, "\(person) has no workspace for \(name) that you may see; see: provost workspace list")
        }
        guard found.count == 1 else {
            throw ProvostError(.invalid, "\(person) has \(name) in several cohorts; say which with --cohort.")
        }
        return (first.workspace.id.text, person.text)
    }
}
