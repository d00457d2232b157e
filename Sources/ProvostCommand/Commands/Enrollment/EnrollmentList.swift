import ArgumentParser
import ProvostAPI
import ProvostCore

struct EnrollmentList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the enrollments of a cohort.", examples: "provost enrollment list --cohort autumn")

    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let rows: [Enrollment] = try await session.client.get(Route.path("cohorts", cohort, "enrollments"))
        try output.renderer(session).list(rows, EnrollmentCommand.columns, empty: "Nobody is enrolled yet.")
    }
}
