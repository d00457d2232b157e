import ArgumentParser
import ProvostAPI
import ProvostArchive
import ProvostCore

struct LabTry: AsyncParsableCommand {
    static let configuration = Help.command(
        "try", "Run an assignment's public tests over your work; no attempt is used.",
        note: """
            The work is sent, tried in a room like those of a grading, and forgotten:
            nothing is handed in and nothing counts. The hidden tests may ask for more.
            """,
        examples: "provost lab try web-service .", "provost lab try web-service work.zip -o json")

    @Argument(help: "The assignment, as “provost labs” names it.")
    var assignment: String
    @Argument(help: "The folder or archive with your work.", completion: .file())
    var path: String = "."
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let parcel = try Parcel(path: path, ignoring: .submission, surroundings: session.surroundings)
        parcel.tell(session)
        let answer: TrialAnswer = try await parcel.send(
            to: Route.path("assignments", assignment, "trials", query: [("cohort", cohort.cohort)]), session: session,
            idle: .seconds(3600))
        let report = TrialReport(session: session, answer: answer, assignment: assignment)
        if output.output == .table {
            Console.out(report.text())
        } else {
            try output.renderer(session).item(answer, TrialReport.columns)
        }
        throw ExitCode(report.exitStatus)
    }
}

/// What a trial came to, for people.
struct TrialReport {
    let session: Session
    let answer: TrialAnswer
    let assignment: String

    static let columns: [Column<TrialAnswer>] = [
        Column("outcome") { $0.record.outcome.rawValue },
        Column("score") { $0.record.score.map { "\($0)" } ?? "" },
        Column("max") { "\($0.record.max)" },
        Column("reason") { $0.record.reason ?? "" },
    ]

    func text() -> String {
        let record = answer.record
        var text = record.tests.isEmpty ? "" : Table.aligned(record.tests, OutcomeReport.columns(session)) + "\n"
        for message in record.messages { text += Console.sanitized(session.text(.graderSays(message))) + "\n" }
        if record.outcome == .graded {
            if let score = record.score { text += session.text(.trialScore(score: "\(score)", max: "\(record.max)")) + "\n" }
            text += session.text(.trialDoesNotCount(assignment: assignment)) + "\n"
        } else {
            text += Console.sanitized(session.text(.trialFailed(reason: record.reason ?? "–"))) + "\n"
        }
        return text
    }

    var exitStatus: Int32 {
        guard answer.record.outcome == .graded else { return ExitStatus.unavailable }
        return answer.record.passed ? ExitStatus.ok : ExitStatus.notPassed
    }
}
