import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List regrade sets, newest first.", examples: "provost regrade list --cohort autumn")

    @Option(help: ArgumentHelp("Only of this assignment.", valueName: "name"))
    var assignment: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let sets: [RegradeSet] = try await session.client.get(
            Route.path("regrade-sets", query: [("cohort", cohort.cohort), ("assignment", assignment)]))
        let times = output.output == .json ? Times() : await session.times()
        try output.renderer(session).list(sets, RegradeCommand.columns(times), empty: "No regrade sets yet.")
    }
}
