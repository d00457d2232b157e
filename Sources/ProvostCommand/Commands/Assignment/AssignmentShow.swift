import ArgumentParser
import ProvostAPI
import ProvostCore

struct AssignmentShow: AsyncParsableCommand {
    static let configuration = Help.command("show", "Show one assignment.", examples: "provost assignment show web-service")

    @Argument(help: "The assignment.")
    var assignment: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let info: AssignmentInfo = try await session.client.get(
            Route.path("assignments", assignment, query: [("cohort", cohort.cohort)]))
        try output.renderer(session).item(info, AssignmentCommand.columns(session, [info]))
    }
}
