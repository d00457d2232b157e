import ArgumentParser
import ProvostAPI
import ProvostCore

struct Progress: AsyncParsableCommand {
    static let configuration = Help.command(
        "progress", "Show what counts so far, and what is still missing.",
        examples: "provost progress", "provost progress --person minji --cohort autumn   (instructors)")

    @Option(help: ArgumentHelp("Another person (instructors).", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let reports: [ProgressReport] = try await session.client.get(
            Route.path("progress", query: [("cohort", cohort.cohort), ("person", person)]))
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(reports) }
        let rows = reports.flatMap(\.rows)
        let columns = Self.columns(session.wording(for: output.output), Times(rows.map(\.assignment)))
        guard output.output == .table else { return try renderer.list(rows, columns, empty: "") }
        if reports.isEmpty { session.say(.noAssignments) }
        for report in reports {
            Console.out("\(report.cohort.title) (\(report.cohort.slug))\n")
            guard let standing = report.standing else {
                try renderer.list(report.rows, columns, empty: session.text(.noAssignments))
                continue
            }
            try renderer.list(
                standing.rows, StandingReport.columns(session, Times(cohorts: [report.cohort]), report),
                empty: session.text(.noAssignments))
            for row in report.rows {
                guard let notice = row.regrade else { continue }
                Console.out(OutcomeReport.regraded(notice, subject: row.result.assignment.text, session: session))
            }
            Self.total(report, session)
            Console.out(StandingReport.text(standing, session))
        }
    }

    /// Points of the labs, and those that have less than all.
    private static func total(_ report: ProgressReport, _ session: Session) {
        // What somebody is excused from has no range, and is not asked for.
        let excused = Set(report.standing?.rows.filter { $0.range == nil }.map(\.assignment) ?? [])
        let rows = report.rows.filter { !excused.contains($0.assignment.assignment.slug) }
        guard !rows.isEmpty else { return }
        let score = rows.compactMap(\.result.score).reduce(Points.zero, +)
        let most = rows.map(\.result.max).reduce(Points.zero, +)
        Console.out(session.text(.progressTotal(score: "\(score)", max: "\(most)")) + "\n")
        let missing = rows.filter { ($0.result.score ?? .zero) < $0.result.max }.map(\.assignment.assignment.slug.text)
        if !missing.isEmpty { Console.out(session.text(.progressMissing(names: missing.joined(separator: ", "))) + "\n") }
    }

    private static func columns(_ session: Session, _ times: Times) -> [Column<ProgressReport.Row>] {
        [
            Column("assignment", heading: session.heading(.assignment)) { $0.result.assignment.text },
            Column("title", heading: session.heading(.title)) { session.title($0.assignment.assignment.title) },
            Column("state", heading: session.heading(.state)) { session.text(.state($0.assignment.state)) },
            Column("due", heading: session.heading(.due)) {
                times.short($0.assignment.dueAt, cohort: $0.assignment.assignment.cohort)
            },
            Column("attempts", heading: session.heading(.attempts), alignRight: true) { "\($0.result.attemptsUsed)" },
            Column("score", heading: session.heading(.score), alignRight: true) { row in
                "\(row.result.score.map { "\($0)" } ?? "–")/\(row.result.max)"
            },
            Column("late", heading: session.heading(.late)) { $0.result.late ? session.text(.yes) : "" },
            Column("submission", heading: session.heading(.submission)) { $0.result.submission?.text ?? "" },
        ]
    }
}
