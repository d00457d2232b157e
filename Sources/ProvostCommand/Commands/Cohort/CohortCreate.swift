import ArgumentParser
import ProvostAPI
import ProvostCore

struct CohortCreate: AsyncParsableCommand {
    static let configuration = Help.command(
        "create", "Make a cohort: one run of a program.",
        note: """
            Both days belong to it. Of a published program it gets phases, assignments with
            dates, limits and budget; the last day and the timezone are the program's unless
            they are given. Labs are pinned at their newest version.
            """,
        examples: "provost cohort create spring --program startup-school --first-day 2027-03-02",
        "provost cohort create autumn --program data-101 \\ --first-day 2026-09-01 --last-day 2026-12-20 --timezone Asia/Seoul"
    )

    @Argument(help: "Its name, as it is typed.", transform: reading { try Slug($0) })
    var name: Slug
    @Option(help: ArgumentHelp("The program.", valueName: "name"), transform: reading { try Slug($0) })
    var program: Slug
    @Option(help: ArgumentHelp("Its name, as it is written.", valueName: "text"))
    var title: String?
    @Option(
        name: .customLong("first-day"), help: ArgumentHelp("The first day, like 2026-09-01.", valueName: "day"),
        transform: reading { try CivilDate(parsing: $0) })
    var firstDay: CivilDate
    @Option(
        name: .customLong("last-day"), help: ArgumentHelp("The last day.", valueName: "day"),
        transform: reading { try CivilDate(parsing: $0) })
    var lastDay: CivilDate?
    @Option(help: ArgumentHelp("The IANA name of its timezone, like Asia/Seoul.", valueName: "name"))
    var timezone: String?
    @Option(
        name: [.customLong("org"), .customLong("organization")],
        help: ArgumentHelp("The campus that it is at; default: the program's own organization.", valueName: "name"),
        transform: reading { try Slug($0) })
    var organization: Slug?
    @Option(
        name: .customLong("holiday"),
        help: ArgumentHelp("A day on which nothing is due, besides the program's; may be given again.", valueName: "day"),
        transform: reading { try CivilDate(parsing: $0) })
    var holidays: [CivilDate] = []
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let lastDay, lastDay < firstDay { throw ValidationError("--last-day must not be before --first-day.") }
    }

    func run() async throws {
        let session = try connection.session()
        let body = NewCohort(
            program: program, slug: name, title: title, firstDay: firstDay, lastDay: lastDay, timezone: timezone,
            organization: organization, holidays: holidays.isEmpty ? nil : holidays)
        let made: Cohort = try await session.client.send(.post, Route.path("cohorts"), body: body)
        try output.renderer(session).item(made, CohortCommand.columns)
    }
}
