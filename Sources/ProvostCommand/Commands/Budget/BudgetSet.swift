import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetSet: AsyncParsableCommand {
    static let configuration = Help.command(
        "set", "Grant each learner of a cohort an amount of time, now and whoever comes later.",
        note: """
            For the whole study window. A higher amount adds to what each has, a lower one
            takes off; what was used stays used. “none” removes the budget.
            """,
        examples: "provost budget set autumn 60h", "provost budget set autumn 20h --unit cpu-seconds",
        "provost budget set autumn none")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Argument(help: "The amount, like 60h or 90m; “none” for no budget.")
    var amount: String
    @Option(help: "What it counts: time that workspaces run, or CPU time that they use.")
    var unit: BudgetUnit = .sessionHours
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try BudgetCommand.amount(amount) }

    func run() async throws {
        let session = try connection.session()
        let made: BudgetOrder = try await session.client.send(
            .post, Route.path("budgets"), body: BudgetOrder(cohort: cohort, unit: unit, amount: BudgetCommand.amount(amount)))
        try output.renderer(session).item(
            made,
            [
                Column("cohort") { $0.cohort.text },
                Column("each-learner") { $0.amount.map { BudgetCommand.text($0.milliseconds) } ?? "none" },
                Column("counts") { $0.amount == nil ? "" : session.text(.budgetCounts($0.unit)) },
            ])
    }
}
