import ArgumentParser
import ProvostAPI
import ProvostCore

struct AllowanceCommand: ParsableCommand {
    static let configuration = Help.command(
        "allowance", "Excuse a learner, give them more time, a bonus or slip days.",
        examples:
            "provost allowance add minji --assignment web-service --until \"2026-10-09 18:00\" --reason ill --cohort autumn",
        "provost allowance add jun --time-factor 1.5 --reason \"certified\"", "provost allowance list --person minji",
        subcommands: [AllowanceAdd.self, AllowanceList.self, AllowanceWithdraw.self])

    static func columns(_ session: Session) -> [Column<Allowance>] {
        [
            session.column(.allowance) { $0.id.text }, session.column(.person) { $0.person.text },
            session.column(.assignment) { $0.assignment?.text ?? session.text(.record(.everything)) },
            session.column(.kind) { session.text(.record(.allowance($0.kind))) },
            session.column(.amount) { allowance in
                allowance.until?.description ?? allowance.factor?.description ?? allowance.bonus?.description
                    ?? allowance.days.map { "\($0)" } ?? ""
            }, session.column(.reason) { $0.reason }, session.column(.by) { $0.by },
            session.column(.withdrawn) { allowance in
                allowance.withdrawal.map { session.text(.record(.withdrawn(by: $0.by, reason: $0.reason))) } ?? ""
            },
        ]
    }
}

struct AllowanceAdd: AsyncParsableCommand {
    static let configuration = Help.command(
        "add", "Grant one learner something, with a reason that stays on record.",
        note: """
            --until lets work be handed in, on time, until then. --time-factor stretches the time
            from opening to due and to closing. Times are in the cohort's timezone.
            """,
        examples: "provost allowance add minji --assignment web-service --until \"2026-10-09 18:00\" --reason ill",
        "provost allowance add minji --assignment pitch --excused --reason \"abroad that day\"",
        "provost allowance add jun --time-factor 1.5 --reason \"certified\"",
        "provost allowance add sua --slip-days 2 --reason \"outage of ours\"")

    @Argument(help: "The learner.", transform: reading { try Slug($0) })
    var person: Slug
    @Option(
        help: ArgumentHelp("For this assignment; a time factor without one is for all.", valueName: "name"),
        transform: reading { try Slug($0) })
    var assignment: Slug?
    @Flag(help: "It does not count, neither for nor against.")
    var excused = false
    @Option(help: ArgumentHelp("More time until then.", valueName: "time"), transform: reading { try CivilTime(parsing: $0) })
    var until: CivilTime?
    @Option(
        help: ArgumentHelp("Stretch the time by this, like 1.5.", valueName: "number"),
        transform: reading { try TimeFactor(parsing: $0) })
    var timeFactor: TimeFactor?
    @Option(
        help: ArgumentHelp("Add this to the result, like 5%.", valueName: "percent"),
        transform: reading { try Percentage(parsing: $0) })
    var bonus: Percentage?
    @Option(help: ArgumentHelp("More days of lateness that cost nothing.", valueName: "number"))
    var slipDays: Int?
    @Option(help: ArgumentHelp("Why; it stays on record, and the learner reads it.", valueName: "text"))
    var reason: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    private var kinds: [Allowance.Kind] {
        [
            excused ? .excused : nil, until == nil ? nil : .extension, timeFactor == nil ? nil : .timeFactor,
            bonus == nil ? nil : .bonus, slipDays == nil ? nil : .slipDays,
        ].compactMap(\.self)
    }

    func validate() throws {
        guard kinds.count == 1 else {
            throw ValidationError("Give one of --excused, --until, --time-factor, --bonus and --slip-days.")
        }
    }

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .admin)
        let order = AllowanceOrder(
            person: person, assignment: assignment, kind: kinds[0], until: until, factor: timeFactor, bonus: bonus,
            days: slipDays, reason: reason)
        let made: Allowance = try await session.client.send(.post, Route.path("cohorts", cohort, "allowances"), body: order)
        try output.renderer(session).item(made, AllowanceCommand.columns(session.wording(for: output.output)))
    }
}

struct AllowanceList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List what learners of a cohort were granted; learners see their own.",
        examples: "provost allowance list --cohort autumn --person minji")

    @Option(help: ArgumentHelp("Only of this learner.", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let rows: [Allowance] = try await session.client.get(
            Route.path("cohorts", cohort, "allowances", query: [("person", person)]))
        try output.renderer(session).list(
            rows, AllowanceCommand.columns(session.wording(for: output.output)), empty: session.text(.record(.noAllowances)))
    }
}

struct AllowanceWithdraw: AsyncParsableCommand {
    static let configuration = Help.command(
        "withdraw", "Take back what was granted, from now on.",
        examples: "provost allowance withdraw alw_7k2mq0r9x4w1c8tz --reason \"given to the wrong person\"")

    @Argument(help: "The allowance.", transform: reading { try ID<Allowance>(parsing: $0) })
    var allowance: ID<Allowance>
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .admin)
        let withdrawn: Allowance = try await session.client.send(
            .post, Route.path("cohorts", cohort, "allowances", allowance.text, "withdraw"), body: WithdrawalOrder(reason: reason))
        try output.renderer(session).item(withdrawn, AllowanceCommand.columns(session.wording(for: output.output)))
    }
}
