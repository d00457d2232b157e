import ArgumentParser
import ProvostAPI
import ProvostCore

struct GraderList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the graders, each with its newest version.", examples: "provost grader list -o csv")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [GraderVersion] = try await session.client.get(Route.path("graders"))
        try output.renderer(session).list(
            rows, GraderCommand.columns, empty: "No graders yet; publish one with “provost grader publish DIR”.")
    }
}
