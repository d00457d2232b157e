import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetLedger: AsyncParsableCommand {
    static let configuration = Help.command(
        "ledger", "List each grant, hold, charge, release and adjustment, oldest first.",
        note: "Nothing in it ever changes. A hold ends with a charge or a release.",
        examples: "provost budget ledger", "provost budget ledger --cohort autumn -o csv   (instructors)")

    @Option(help: ArgumentHelp("Another person (instructors).", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @Option(help: ArgumentHelp("Only this workspace.", valueName: "id"), transform: reading { try ID<Workspace>(parsing: $0) })
    var workspace: ID<Workspace>?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let rows: [LedgerEntry] = try await session.client.get(
            Route.path(
                "budgets", "ledger",
                query: [("cohort", cohort), ("person", person?.text), ("workspace", workspace?.text)]))
        let times = output.output == .json ? Times() : await session.cohortTimes()
        try output.renderer(session).list(
            rows,
            [
                Column("entry", alignRight: true) { "\($0.sequence)" },
                Column("at") { times.short($0.at, cohort: $0.cohort) }, Column("learner") { $0.person.text },
                Column("kind") { $0.kind.rawValue },
                Column("amount", alignRight: true) { BudgetCommand.text($0.amount) },
                Column("unit") { $0.unit.rawValue },
                Column("workspace") { $0.workspace?.text ?? "" },
                Column("ends", alignRight: true) { entry in entry.hold.map { "\($0)" } ?? "" },
                Column("by") { $0.actor }, Column("reason") { $0.reason },
            ], empty: "The ledger is empty.")
    }
}
