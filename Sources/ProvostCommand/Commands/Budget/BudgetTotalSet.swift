import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetTotalSet: AsyncParsableCommand {
    static let configuration = Help.command(
        "total", "Bound what all learners of a cohort use together, beside what each may use.",
        note: """
            It counts what the cohort's budget counts, and what was used before.
            Near its end it is shared evenly by the workspaces that run.
            “none” removes it.
            """,
        examples: "provost budget total autumn 3000h", "provost budget total autumn none")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Argument(help: "The amount, like 3000h; “none” for no more than what each may use.")
    var amount: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try BudgetCommand.amount(amount) }

    func run() async throws {
        let session = try connection.session()
        let made: BudgetTotal = try await session.client.send(
            .post, Route.path("budgets", "total"), body: BudgetTotal(cohort: cohort, total: BudgetCommand.amount(amount)))
        try output.renderer(session).item(
            made,
            [
                Column("cohort") { $0.cohort.text },
                Column("together") { $0.total.map { BudgetCommand.text($0.milliseconds) } ?? "none" },
            ])
    }
}
