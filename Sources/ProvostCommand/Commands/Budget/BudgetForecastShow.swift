import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetForecastShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "forecast", "Say when each grant is used up at the pace of the last 7 days.",
        examples: "provost budget forecast", "provost budget forecast --cohort autumn   (instructors)")

    @Option(help: ArgumentHelp("One learner (instructors).", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let rows: [BudgetForecast] = try await session.client.get(
            Route.path("budgets", "forecast", query: [("cohort", cohort), ("person", person?.text)]))
        let times = output.output == .json ? Times() : await session.cohortTimes()
        let slug = try Slug(cohort)
        try output.renderer(session).list(
            rows,
            [
                Column("learner") { $0.person.text },
                Column("left", alignRight: true) { BudgetCommand.text($0.balance.left) },
                Column("a-day", alignRight: true) { BudgetCommand.text($0.dailyUse) },
                Column("used-up") { $0.usedUpAt.map { times.short($0, cohort: slug) } ?? "not at this pace" },
            ], empty: "The cohort has no budget; set one with “provost budget set \(cohort) 60h”.")
    }
}
