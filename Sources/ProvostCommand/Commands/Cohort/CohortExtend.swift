import ArgumentParser
import ProvostAPI
import ProvostCore

struct CohortExtend: AsyncParsableCommand {
    static let configuration = Help.command(
        "extend", "Let one learner, or the whole cohort, work beyond the last day.",
        note: """
            A day alone is included as a whole; times are in the cohort's timezone. The
            newest word counts, so an earlier time takes an extension back.
            """,
        examples: "provost cohort extend autumn --until 2026-12-27 --reason \"the server was down\"",
        "provost cohort extend autumn --person minji --until 2027-01-10T18:00 --reason ill")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Option(
        help: ArgumentHelp("The last day, or a day and time like 2026-12-27T18:00.", valueName: "time"),
        transform: reading(CohortExtend.end))
    var until: CivilTime
    @Option(help: ArgumentHelp("One learner; everybody without it.", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    /// The midnight that ends a day without a time.
    @Sendable private static func end(_ text: String) throws -> CivilTime {
        if let day = try? CivilDate(parsing: text) { return CivilTime(date: day.adding(days: 1)) }
        return try CivilTime(parsing: text)
    }

    func run() async throws {
        let session = try connection.session()
        let made: ExtensionInfo = try await session.client.send(
            .post, Route.path("cohorts", cohort.text, "extensions"),
            body: NewExtension(person: person, until: until, reason: reason))
        let times = output.output == .json ? Times() : await session.cohortTimes()
        try output.renderer(session).item(
            made,
            [
                Column("cohort") { $0.cohort.text }, Column("learner") { $0.person?.text ?? "everybody" },
                Column("until") { times.short($0.until, cohort: $0.cohort) },
            ])
    }
}
