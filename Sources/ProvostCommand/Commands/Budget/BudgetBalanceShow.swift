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
        let times = output.output == .json ? Times() : await session.times()
        let balance = { (read: @escaping @Sendable (BudgetBalance) -> String) in
            { @Sendable (report: BudgetReport) in report.balance.map(read) ?? "" }
        }
        try output.renderer(session).item(
            report,
            [
                Column("cohort") { $0.cohort.text }, Column("learner") { $0.person.text },
                Column("counts") { $0.balance.map { BudgetCommand.text($0.unit) } ?? "no budget: time is not capped" },
                Column("granted", balance { BudgetCommand.text($0.granted) }),
                Column("adjusted", balance { $0.adjusted == 0 ? "" : BudgetCommand.text($0.adjusted) }),
                Column("used", balance { BudgetCommand.text($0.charged) }),
                Column("set-aside", balance { $0.held == 0 ? "" : BudgetCommand.text($0.held) }),
                Column("left", balance { BudgetCommand.text($0.left) }),
                Column("window-begins") { times.short($0.windowBegins, cohort: $0.cohort) },
                Column("window-ends") { times.short($0.windowEnds, cohort: $0.cohort) },
                Column("extended-until") { times.short($0.extensionUntil, cohort: $0.cohort) },
            ])
    }

    static let columns: [Column<BudgetBalance>] = [
        Column("counts") { BudgetCommand.text($0.unit) }, Column("granted") { BudgetCommand.text($0.granted) },
        Column("adjusted") { BudgetCommand.text($0.adjusted) }, Column("used") { BudgetCommand.text($0.charged) },
        Column("set-aside") { BudgetCommand.text($0.held) }, Column("left") { BudgetCommand.text($0.left) },
    ]
}
