import ArgumentParser
import ProvostAPI
import ProvostCore

struct EnrollmentSuspend: AsyncParsableCommand {
    static let configuration = Help.command(
        "suspend", "Suspend an enrollment: its history stays, and it may do nothing.",
        note: "“provost enroll” with the same person and cohort takes it up again.",
        examples: "provost enrollment suspend minji --cohort autumn")

    @Argument(help: "The person.", transform: reading { try Slug($0) })
    var person: Slug
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .admin)
        let suspended: Enrollment = try await session.client.send(
            .delete, Route.path("cohorts", cohort, "enrollments", person.text))
        try output.renderer(session).item(suspended, EnrollmentCommand.columns)
    }
}
