import ArgumentParser
import ProvostAPI
import ProvostCore

struct GraderShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show every version of one grader, newest first.", examples: "provost grader show web-service")

    @Argument(help: "The grader's name.", transform: reading { try Slug($0) })
    var grader: Slug
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [GraderVersion] = try await session.client.get(Route.path("graders", grader.text))
        try output.renderer(session).list(rows, GraderCommand.columns, empty: "No versions.")
    }
}
