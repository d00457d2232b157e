import ArgumentParser
import ProvostAPI
import ProvostCore

struct GradesList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the results of a cohort, by learner and assignment.",
        examples: "provost grades list --cohort autumn --assignment web-service")

    @Option(help: ArgumentHelp("Only of this assignment.", valueName: "name"))
    var assignment: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows = try await GradesCommand.rows(session, cohort: cohort.cohort, assignment: assignment)
        try output.renderer(session).list(rows, GradesCommand.columns, empty: "No learners with results yet.")
    }
}
