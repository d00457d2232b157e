import ArgumentParser
import ProvostAPI
import ProvostCore

struct AssignmentCreate: AsyncParsableCommand {
    static let configuration = Help.command(
        "create", "Place a lab in a cohort.",
        note: "Without times it is open on all of the cohort's days. Without --lab-version the newest version is pinned.",
        examples:
            "provost assignment create web-service --cohort autumn --lab web-service \\ --due 2026-12-01T18:00 --attempts 10")

    @Argument(help: "The name that learners type.", transform: reading { try Slug($0) })
    var name: Slug
    @Option(help: ArgumentHelp("The lab.", valueName: "name"), transform: reading { try Slug($0) })
    var lab: Slug
    @Option(help: ArgumentHelp("How much it weighs among the cohort's assignments.", valueName: "number"))
    var weight: Int?
    @OptionGroup var schedule: ScheduleOptions
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let body = NewAssignment(
            slug: name, lab: lab, labVersion: schedule.labVersion, opens: schedule.opens, due: schedule.due,
            closes: schedule.closes, attempts: schedule.attempts, policy: schedule.policy, weight: weight)
        let made: AssignmentInfo = try await session.client.send(.post, Route.path("cohorts", cohort, "assignments"), body: body)
        try output.renderer(session).item(made, AssignmentCommand.columns(session, [made]))
    }
}
