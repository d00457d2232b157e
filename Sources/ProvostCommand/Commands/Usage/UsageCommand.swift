import ArgumentParser
import ProvostAPI
import ProvostCore

struct UsageCommand: AsyncParsableCommand {
    static let configuration = Help.command(
        "usage", "Show what ran: for each learner, cohort, program or organization.",
        note: """
            Counted when it was charged: what runs now is in it up to its last lease. Days
            are those of the cohort's zone where --place names one, otherwise of UTC.
            """,
        examples: "provost usage", "provost usage --by learner --place cohort:autumn --from 2026-09-01 --to 2026-09-30 -o csv",
        "provost usage --by organization")

    @Option(help: "For what a row each is made.")
    var by: UsageLevel = .learner
    @Option(
        help: ArgumentHelp("Only what is below it, like cohort:autumn.", valueName: "place"),
        transform: reading { try LimitNode(parsing: $0) })
    var place: LimitNode?
    @Option(help: ArgumentHelp("The first day.", valueName: "day"), transform: reading { try CivilDate(parsing: $0) })
    var from: CivilDate?
    @Option(help: ArgumentHelp("The last day, included.", valueName: "day"), transform: reading { try CivilDate(parsing: $0) })
    var to: CivilDate?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let from, let to, to < from { throw ValidationError("--to must not be before --from.") }
    }

    func run() async throws {
        let session = try connection.session()
        let report: UsageReport = try await session.client.get(
            Route.path(
                "usage",
                query: [
                    ("level", by.rawValue), ("node", place?.description), ("from", from?.description), ("to", to?.description),
                ]))
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(report) }
        try renderer.list(report.rows, Self.columns, empty: "Nothing ran in that time.")
        guard output.output == .table, !report.rows.isEmpty else { return }
        let free = report.rows.reduce(0) { $0 + $1.freeTime.milliseconds }
        Console.out("free hours delivered: \(Self.hours(TimeSpan(milliseconds: free)))\n")
    }

    private static let columns: [Column<UsageRow>] = [
        Column("place") { $0.node.description }, Column("learners", alignRight: true) { "\($0.learners)" },
        Column("workspaces", alignRight: true) { "\($0.workspaces)" },
        Column("hours", alignRight: true) { hours($0.sessionTime) }, Column("cpu-hours", alignRight: true) { hours($0.cpuTime) },
        Column("free-hours", alignRight: true) { hours($0.freeTime) },
        Column("price", alignRight: true) { $0.priced == 0 ? "" : "\(Points(thousandths: $0.priced))" },
    ]

    /// Hundredths, so that a CSV can be summed up.
    static func hours(_ time: TimeSpan) -> String {
        let hundredths = (max(0, time.milliseconds) + 18_000) / 36_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension UsageLevel: ExpressibleByArgument {}
