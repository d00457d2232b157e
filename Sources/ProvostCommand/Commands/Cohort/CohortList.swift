import ArgumentParser
import ProvostAPI
import ProvostCore

struct CohortList: AsyncParsableCommand {
    static let configuration = Help.command("list", "List the cohorts.", examples: "provost cohort list")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [Cohort] = try await session.client.get(Route.path("cohorts"))
        try output.renderer(session).list(rows, CohortCommand.columns, empty: "No cohorts yet.")
    }
}
