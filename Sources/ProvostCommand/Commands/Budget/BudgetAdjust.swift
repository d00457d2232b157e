import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetAdjust: AsyncParsableCommand {
    static let configuration = Help.command(
        "adjust", "Add time to one learner's budget, or take some off, with a reason.",
        examples: "provost budget adjust minji 2h --cohort autumn --reason \"our outage\"",
        "provost budget adjust minji 1h --take --cohort autumn --reason \"granted twice\"")

    @Argument(help: "The learner.", transform: reading { try Slug($0) })
    var person: Slug
    @Argument(help: "The amount, like 2h or 30m.", transform: reading { try TimeSpan(parsing: $0) })
    var amount: TimeSpan
    @Flag(help: "Take the amount off.")
    var take = false
    @Option(help: ArgumentHelp("Why; it stands in the learner's ledger.", valueName: "text"))
    var reason: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .admin)
        let body = BudgetAdjustment(
            cohort: try Slug(cohort), person: person,
            amount: TimeSpan(milliseconds: take ? -amount.milliseconds : amount.milliseconds), reason: reason)
        let balance: BudgetBalance = try await session.client.send(.post, Route.path("budgets", "adjust"), body: body)
        try output.renderer(session).item(balance, BudgetBalanceShow.columns)
    }
}
