import ArgumentParser
import ProvostAPI
import ProvostCore

struct Explain: AsyncParsableCommand {
    static let configuration = Help.command(
        "explain", "Show how one result came about, step by step, with the row behind each step.",
        examples: "provost explain web-service", "provost explain pitch --person minji --cohort autumn   (instructors)")

    @Argument(help: "The assignment.")
    var assignment: String
    @Option(help: ArgumentHelp("Another person (instructors).", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let found: ExplanationInfo = try await session.client.get(
            Route.path("results", assignment, query: [("cohort", cohort.cohort), ("person", person)]))
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(found) }
        let words = session.wording(for: output.output)
        if output.output == .table {
            let times = Times(cohorts: [found.cohort])
            let row = found.row
            Console.out(
                Table.fields(
                    [
                        (words.heading(.assignment), "\(found.cohort.slug)/\(row.assignment), \(words.title(row.title))"),
                        (words.heading(.person), found.person.text),
                        (words.heading(.due), times.both(row.dueAt, cohort: found.cohort.slug, session: session)),
                        (words.heading(.closes), times.both(row.closesAt, cohort: found.cohort.slug, session: session)),
                    ].filter { !$0.1.isEmpty }))
        }
        try renderer.list(
            found.row.steps,
            [
                Column("step", heading: words.heading(.step)) { words.text(.result(.step($0))) },
                Column("row", heading: words.heading(.row)) {
                    [$0.row, $0.grading?.text].compactMap(\.self).joined(separator: " ")
                },
            ], empty: "")
    }
}
