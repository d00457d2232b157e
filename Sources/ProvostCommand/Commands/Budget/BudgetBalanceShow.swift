import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetBalanceShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "balance", "Show how much time is left, and when the study window ends.",
        examples: "provost budget balance", "provost budget balance --person minji --cohort autumn   (instructors)")

    @Option(help: ArgumentHelp("Another person (instructors).", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let report: BudgetReport = try await session.client.get(
            Route.path("budgets", "balance", query: [("cohort", cohort), ("person", person?.text)]))
        let times = output.output == .json ? Times() : await session.cohortTimes()
        let words = session.wording(for: output.output)
        let amount = { (read: @escaping @Sendable (BudgetBalance) -> Int64) in
            { @Sendable (report: BudgetReport) in report.balance.map { BudgetCommand.text(read($0)) } ?? "" }
        }
        try output.renderer(session).item(
            report,
            [
                Column("cohort", heading: words.heading(.cohort)) { $0.cohort.text },
                Column("learner", heading: words.heading(.person)) { $0.person.text },
                Column("counts", heading: words.heading(.counts)) { report in
                    words.text(report.balance.map { .budgetCounts($0.unit) } ?? .noBudget)
                },
                Column("granted", heading: words.heading(.granted), amount(\.granted)),
                Column("adjusted", heading: words.heading(.adjusted), amount(\.adjusted)),
                Column("used", heading: words.heading(.used), amount(\.charged)),
                Column("set-aside", heading: words.heading(.setAside), amount(\.held)),
                Column("left", heading: words.heading(.left), amount(\.left)),
                Column("cohort-left", heading: words.heading(.cohortLeft)) { report in
                    report.balance?.cohort.map { "\(BudgetCommand.text($0.left)) / \(BudgetCommand.text($0.total))" } ?? ""
                },
                Column("window-begins", heading: words.heading(.windowBegins)) {
                    times.short($0.windowBegins, cohort: $0.cohort)
                },
                Column("window-ends", heading: words.heading(.windowEnds)) { times.short($0.windowEnds, cohort: $0.cohort) },
                Column("extended-until", heading: words.heading(.extendedUntil)) {
                    times.short($0.extensionUntil, cohort: $0.cohort)
                },
            ])
    }

    static let columns: [Column<BudgetBalance>] = [
        Column("unit") { $0.unit.rawValue }, Column("granted") { BudgetCommand.text($0.granted) },
        Column("adjusted") { BudgetCommand.text($0.adjusted) }, Column("used") { BudgetCommand.text($0.charged) },
        Column("set-aside") { BudgetCommand.text($0.held) }, Column("left") { BudgetCommand.text($0.left) },
    ]
}
