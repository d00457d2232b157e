import ArgumentParser
import ProvostAPI
import ProvostCore

struct IntegrityCommand: ParsableCommand {
    static let configuration = Help.command(
        "integrity", "Open and decide doubts about the honesty of work.",
        note: "A certificate can ask for no open case. A case changes no result by itself.",
        examples: "provost integrity open minji --assignment web-service --reason \"the same as sub_7k2m\" --cohort autumn",
        "provost integrity close int_7k2mq0r9x4w1c8tz --verdict cleared --reason \"worked together, as allowed\"",
        subcommands: [IntegrityOpen.self, IntegrityClose.self, IntegrityList.self])

    static func columns(_ session: Session) -> [Column<IntegrityCase>] {
        [
            session.column(.integrityCase) { $0.id.text }, session.column(.person) { $0.person.text },
            session.column(.assignment) { $0.assignment?.text ?? "" }, session.column(.reason) { $0.reason },
            session.column(.by) { $0.by }, session.column(.state) { session.text(.record(.integrity($0.decision?.verdict))) },
            session.column(.decision) { found in found.decision.map { "\($0.by): \($0.reason)" } ?? "" },
        ]
    }
}

struct IntegrityOpen: AsyncParsableCommand {
    static let configuration = Help.command(
        "open", "Open a case about a learner's work.",
        examples: "provost integrity open minji --assignment web-service --reason \"the same as sub_7k2m\"")

    @Argument(help: "The learner.", transform: reading { try Slug($0) })
    var person: Slug
    @Option(help: ArgumentHelp("What it is about.", valueName: "name"), transform: reading { try Slug($0) })
    var assignment: Slug?
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let made: IntegrityCase = try await session.client.send(
            .post, Route.path("cohorts", cohort, "integrity-cases"),
            body: IntegrityOrder(person: person, assignment: assignment, reason: reason))
        try output.renderer(session).item(made, IntegrityCommand.columns(session.wording(for: output.output)))
    }
}

struct IntegrityClose: AsyncParsableCommand {
    static let configuration = Help.command(
        "close", "Decide a case. A decision stands; what comes to light later is another case.",
        examples: "provost integrity close int_7k2mq0r9x4w1c8tz --verdict confirmed --reason \"admitted\"")

    @Argument(help: "The case.", transform: reading { try ID<IntegrityCase>(parsing: $0) })
    var integrityCase: ID<IntegrityCase>
    @Option(help: "What it came to.")
    var verdict: IntegrityCase.Verdict
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let closed: IntegrityCase = try await session.client.send(
            .post, Route.path("cohorts", cohort, "integrity-cases", integrityCase.text, "close"),
            body: IntegrityDecisionOrder(verdict: verdict, reason: reason))
        try output.renderer(session).item(closed, IntegrityCommand.columns(session.wording(for: output.output)))
    }
}

struct IntegrityList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the cases of a cohort.", examples: "provost integrity list --cohort autumn")

    @Option(help: ArgumentHelp("Only of this learner.", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let rows: [IntegrityCase] = try await session.client.get(
            Route.path("cohorts", cohort, "integrity-cases", query: [("person", person)]))
        try output.renderer(session).list(
            rows, IntegrityCommand.columns(session.wording(for: output.output)), empty: session.text(.record(.noCases)))
    }
}

extension IntegrityCase.Verdict: ExpressibleByArgument {}
