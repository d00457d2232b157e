import ArgumentParser
import ProvostAPI
import ProvostCore

struct SubmissionList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List submissions, newest first: your own, or (instructors) a cohort's.",
        examples: "provost submission list", "provost submission list --assignment web-service --person minji")

    @Option(help: ArgumentHelp("Only of this assignment.", valueName: "name"))
    var assignment: String?
    @Option(help: ArgumentHelp("Only of this person (instructors).", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [SubmissionInfo] = try await session.client.get(
            Route.path("submissions", query: [("cohort", cohort.cohort), ("assignment", assignment), ("person", person)]))
        let times = output.output == .json ? Times() : await session.times()
        try output.renderer(session).list(
            rows, Self.columns(session.wording(for: output.output), times), empty: session.text(.noSubmissions))
    }

    static func columns(_ session: Session, _ times: Times) -> [Column<SubmissionInfo>] {
        [
            Column("submission", heading: session.heading(.submission)) { $0.submission.id.text },
            Column("assignment", heading: session.heading(.assignment)) { $0.assignmentName },
            Column("person", heading: session.heading(.person)) { $0.person.text },
            Column("attempt", heading: session.heading(.attempt), alignRight: true) { "\($0.submission.attempt)" },
            Column("received", heading: session.heading(.received)) { times.short($0.submission.receivedAt, cohort: $0.cohort) },
            Column("late", heading: session.heading(.late)) { $0.submission.late ? session.text(.yes) : "" },
            Column("stage", heading: session.heading(.stage)) { info in
                let stage = info.grading.map { session.text(.stage($0.stage)) } ?? ""
                return info.position.map { "\(stage) (\($0))" } ?? stage
            },
            Column("score", heading: session.heading(.score), alignRight: true) { info in
                info.grading?.record.flatMap { record in record.score.map { "\($0)/\(record.max)" } } ?? ""
            },
        ]
    }
}
