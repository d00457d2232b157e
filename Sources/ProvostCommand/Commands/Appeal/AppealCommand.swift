import ArgumentParser
import ProvostAPI
import ProvostCore

struct AppealCommand: ParsableCommand {
    static let configuration = Help.command(
        "appeal", "Object to a result, and see the reply.",
        examples: "provost appeal web-service --reason \"Test 3 asks for something that the handout does not say\"",
        "provost appeal list", "provost appeal reply apl_7k2mq0r9x4w1c8tz --verdict declined --text \"See section 2\" --cohort c",
        subcommands: [AppealMake.self, AppealList.self, AppealReply.self], defaultSubcommand: AppealMake.self)

    static func columns(_ session: Session, _ times: Times) -> [Column<Appeal>] {
        [
            Column("appeal") { $0.id.text },
            Column("person", heading: session.heading(.person)) { $0.person.text },
            Column("assignment", heading: session.heading(.assignment)) { "\($0.cohort)/\($0.assignment)" },
            Column("at", heading: session.heading(.at)) { times.short($0.at, cohort: $0.cohort) },
            Column("reason", heading: session.heading(.reason)) { $0.text },
            Column("state", heading: session.heading(.state)) { appeal in
                guard let reply = appeal.reply else { return session.text(.result(.appealOpen)) }
                return session.text(.result(.appealAnswered(reply.verdict, by: reply.by)))
            },
            Column("reply", heading: session.heading(.reply)) { $0.reply?.text ?? "" },
        ]
    }
}

struct AppealMake: AsyncParsableCommand {
    static let configuration = Help.command(
        "make", "Object to a result of yours; an instructor replies.",
        examples: "provost appeal web-service --reason \"Test 3 asks for something that the handout does not say\"")

    @Argument(help: "The assignment.", transform: reading { try Slug($0) })
    var assignment: Slug
    @Option(help: ArgumentHelp("Why; your instructors read it.", valueName: "text"))
    var reason: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let made: Appeal = try await session.client.send(
            .post, Route.path("cohorts", cohort, "appeals"), body: AppealOrder(assignment: assignment, text: reason))
        if output.output == .table { return session.say(.result(.appealMade(id: made.id.text))) }
        try output.renderer(session).item(made, AppealCommand.columns(session.wording(for: output.output), Times()))
    }
}

struct AppealList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List your appeals with their replies; instructors see the cohort's.", examples: "provost appeal list",
        "provost appeal list --cohort autumn --person minji")

    @Option(help: ArgumentHelp("Only of this learner (instructors).", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let rows: [Appeal] = try await session.client.get(
            Route.path("cohorts", cohort, "appeals", query: [("person", person)]))
        try output.renderer(session).list(
            rows, AppealCommand.columns(session.wording(for: output.output), await session.cohortTimes()),
            empty: session.text(.result(.noAppeals)))
    }
}

struct AppealReply: AsyncParsableCommand {
    static let configuration = Help.command(
        "reply", "Reply to a learner's appeal. A changed result is marked or regraded by itself.",
        examples: "provost appeal reply apl_7k2mq0r9x4w1c8tz --verdict upheld --text \"Regraded, thank you\"")

    @Argument(help: "The appeal.", transform: reading { try ID<Appeal>(parsing: $0) })
    var appeal: ID<Appeal>
    @Option(help: "What became of it.")
    var verdict: Appeal.Verdict
    @Option(help: ArgumentHelp("What the learner reads.", valueName: "text"))
    var text: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let replied: Appeal = try await session.client.send(
            .post, Route.path("cohorts", cohort, "appeals", appeal.text, "reply"),
            body: AppealReplyOrder(verdict: verdict, text: text))
        try output.renderer(session).item(
            replied, AppealCommand.columns(session.wording(for: output.output), await session.cohortTimes()))
    }
}

extension Appeal.Verdict: ExpressibleByArgument {}
