import ArgumentParser
import ProvostAPI
import ProvostCore

struct CohortClose: AsyncParsableCommand {
    static let configuration = Help.command(
        "close", "End a cohort's workspaces and say when their files are deleted, or show where that stands.",
        note: """
            From now on nothing starts; what runs is frozen and stopped. Files stay readable
            until the beginning of the day that is named, a week from now at the earliest, and
            are deleted then, with a receipt in the audit. Submissions and scores stay.
            """,
        examples: "provost cohort close autumn --delete-on 2027-01-31 --reason \"end of the programme\"",
        "provost cohort close autumn")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Option(
        name: .customLong("delete-on"),
        help: ArgumentHelp("The day on which the files are deleted, in the cohort's timezone.", valueName: "day"),
        transform: reading { try CivilDate(parsing: $0) })
    var deleteOn: CivilDate?
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if reason != nil, deleteOn == nil { throw ValidationError("Say on which day the files are deleted: --delete-on DAY") }
        if deleteOn != nil, reason ?? "" == "" { throw ValidationError("Say why, which stays on record: --reason TEXT") }
    }

    func run() async throws {
        let session = try connection.session()
        let path = Route.path("cohorts", cohort.text, "closing")
        let info: ClosingInfo
        if let deleteOn {
            info = try await session.client.send(.post, path, body: CloseCohort(deleteOn: deleteOn, reason: reason ?? ""))
        } else {
            info = try await session.client.get(path)
        }
        try await Self.show(info, session, output)
    }

    static func show(_ info: ClosingInfo, _ session: Session, _ output: OutputOptions) async throws {
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(info) }
        let times = await session.cohortTimes()
        if output.output == .table {
            session.say(.workspace(.closing(info)))
            guard !info.receipts.isEmpty else { return }
        }
        try renderer.list(
            info.receipts,
            [
                Column("workspace") { $0.workspace.text },
                Column("assignment", heading: session.heading(.assignment)) { $0.assignment.text },
                Column("person", heading: session.heading(.person)) { $0.person.text },
                Column("deleted") { times.short($0.at, cohort: info.cohort) },
                Column("size", alignRight: true) { "\($0.size)" },
                Column("snapshots", alignRight: true) { "\($0.snapshots)" },
                Column("audit", alignRight: true) { "\($0.sequence)" },
                Column("left") { $0.aside.joined(separator: " ") },
            ], empty: "")
    }
}

struct CohortReopen: AsyncParsableCommand {
    static let configuration = Help.command(
        "reopen", "Take the closing of a cohort back, as long as nothing is deleted.",
        examples: "provost cohort reopen autumn --reason \"two more weeks\"")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let info: ClosingInfo = try await session.client.send(
            .delete, Route.path("cohorts", cohort.text, "closing", query: [("reason", reason)]))
        try await CohortClose.show(info, session, output)
    }
}
