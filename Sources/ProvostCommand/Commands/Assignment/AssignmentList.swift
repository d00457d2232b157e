import ArgumentParser
import ProvostAPI
import ProvostCore

struct AssignmentList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the assignments of your cohorts.", examples: "provost assignment list --cohort autumn")

    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [AssignmentInfo] = try await session.client.get(Route.path("assignments", query: [("cohort", cohort.cohort)]))
        try output.renderer(session).list(rows, AssignmentCommand.columns(session, rows), empty: session.text(.noAssignments))
    }
}
