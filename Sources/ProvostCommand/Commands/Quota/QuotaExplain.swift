import ArgumentParser
import ProvostAPI
import ProvostCore

struct QuotaExplain: AsyncParsableCommand {
    static let configuration = Help.command(
        "explain", "Show what you may use, what you do use, and which place binds.",
        note: """
            The chain shows what each place says, from the organization down; the one that
            binds is marked with *. Totals are shared with everybody below their place.
            """,
        examples: "provost quota explain", "provost quota explain memory --assignment web-service",
        "provost quota explain --person minji --cohort autumn   (instructors)")

    @Argument(help: "One dimension, like memory; all without it.")
    var dimension: LimitDimension?
    @Option(help: ArgumentHelp("Another person (instructors).", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @Option(help: ArgumentHelp("Count in what this assignment's lab asks for.", valueName: "name"))
    var assignment: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        var standing: LimitStanding = try await session.client.get(
            Route.path(
                "limits", "explain", query: [("cohort", cohort), ("person", person?.text), ("assignment", assignment)]))
        if let dimension { standing.rows.removeAll { $0.explanation.dimension != dimension } }
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(standing) }
        try renderer.list(standing.rows, Self.columns(session.wording(for: output.output)), empty: "")
    }

    private static func columns(_ words: Session) -> [Column<LimitStanding.Row>] {
        [
            Column("dimension", heading: words.heading(.dimension)) { $0.explanation.dimension.rawValue },
            Column("limit", heading: words.heading(.limit), alignRight: true) {
                QuotaCommand.text($0.explanation.value, $0.explanation.dimension)
            },
            Column("used", heading: words.heading(.used), alignRight: true) { row in
                row.used.map(row.explanation.dimension.text) ?? ""
            },
            Column("bound-by", heading: words.heading(.boundBy)) { $0.explanation.binding?.description ?? "" },
            Column("chain", heading: words.heading(.chain)) { row in
                row.explanation.steps.map { step in
                    let value = step.value.map(row.explanation.dimension.text) ?? "–"
                    return "\(step.origin) \(value)\(step.origin == row.explanation.binding ? "*" : "")"
                }.joined(separator: " > ")
            },
            Column("totals", heading: words.heading(.totals)) { row in
                row.totals.map { total in
                    "\(total.node) \(row.explanation.dimension.text(total.used)) of \(row.explanation.dimension.text(total.value))"
                }.joined(separator: ", ")
            },
        ]
    }
}
