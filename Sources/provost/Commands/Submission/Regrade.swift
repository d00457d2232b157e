import ArgumentParser
import ProvostAPI
import ProvostCore

struct Regrade: AsyncParsableCommand {
    static let configuration = Help.command(
        "regrade", "Grade submissions again (instructors).",
        note: "Earlier scores stay on record. The assignment's present lab version is used.",
        examples: "provost regrade sub_7k2mq0r9x4w1c8tz", "provost regrade --assignment web-service --cohort autumn")

    @Argument(help: "The submissions.", transform: reading { try ID<Submission>(parsing: $0) })
    var submissions: [ID<Submission>] = []
    @Option(help: ArgumentHelp("Every submission of this assignment.", valueName: "name"))
    var assignment: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if submissions.isEmpty == (assignment == nil) {
            throw ValidationError("Name submissions, or one assignment with --assignment.")
        }
    }

    func run() async throws {
        let session = try connection.session()
        var queued = 0
        if let assignment {
            let path = Route.path("assignments", assignment, "regrade", query: [("cohort", cohort.cohort)])
            queued = try await session.client.send(.post, path, as: RegradeAnswer.self, idle: .seconds(120)).queued
        }
        for submission in submissions {
            queued += try await session.client.send(
                .post, Route.path("submissions", submission.text, "regrade"), as: RegradeAnswer.self
            ).queued
        }
        let total = RegradeAnswer(queued: queued)
        guard output.output == .table else {
            return try output.renderer(session).item(total, [Column("queued") { "\($0.queued)" }])
        }
        Console.out("\(queued) \(queued == 1 ? "grading" : "gradings") queued.\n")
    }
}
