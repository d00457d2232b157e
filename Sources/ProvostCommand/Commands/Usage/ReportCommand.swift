import ArgumentParser
import ProvostAPI
import ProvostCore

struct ReportCommand: AsyncParsableCommand {
    static let configuration = Help.command(
        "report", "Show for a sponsor who is enrolled, active and done, by organization and program.",
        note: """
            Active: handed something in, or worked in a workspace, in the time named.
            Completed: holds a certificate of the cohort; where it leads to none, was active in
            a cohort that is over. Workspace hours: how long workspaces ran. Taught hours: the hours
            of phases by the part of their days at which learners were present or late; empty
            where no phase with hours keeps attendance. Days are those of UTC; of attendance,
            the cohort's.
            """,
        examples: "provost report", "provost report --organization gwangju --from 2026-05-01 --to 2026-08-31 -o csv",
        "provost report --program nhn-academy --by-cohort")

    @Option(help: ArgumentHelp("Only this organization (campus).", valueName: "name"), transform: reading { try Slug($0) })
    var organization: Slug?
    @Option(help: ArgumentHelp("Only this program.", valueName: "name"), transform: reading { try Slug($0) })
    var program: Slug?
    @Option(help: ArgumentHelp("Only this cohort.", valueName: "name"), transform: reading { try Slug($0) })
    var cohort: Slug?
    @Option(help: ArgumentHelp("The first day.", valueName: "day"), transform: reading { try CivilDate(parsing: $0) })
    var from: CivilDate?
    @Option(help: ArgumentHelp("The last day, included.", valueName: "day"), transform: reading { try CivilDate(parsing: $0) })
    var to: CivilDate?
    @Flag(name: .customLong("by-cohort"), help: "A row for each cohort.")
    var byCohort = false
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let from, let to, to < from { throw ValidationError("--to must not be before --from.") }
    }

    func run() async throws {
        let session = try connection.session()
        let words = session.wording(for: output.output)
        let rows: [SponsorRow] = try await session.client.get(
            Route.path(
                "report",
                query: [
                    ("organization", organization?.text), ("program", program?.text), ("cohort", cohort?.text),
                    ("from", from?.description), ("to", to?.description), ("by", byCohort ? "cohort" : nil),
                ]), idle: .seconds(300))
        try output.renderer(session).list(
            rows,
            [
                words.column(.organization) { $0.organization.text }, words.column(.program) { $0.program.text },
                words.column(.cohort) { $0.cohort?.text ?? "" }, words.column(.cohorts, alignRight: true) { "\($0.cohorts)" },
                words.column(.enrolled, alignRight: true) { "\($0.enrolled)" },
                words.column(.suspended, alignRight: true) { "\($0.suspended)" },
                words.column(.active, alignRight: true) { "\($0.active)" },
                words.column(.completed, alignRight: true) { "\($0.completed)" },
                words.column(.workspaceHours, alignRight: true) { UsageCommand.hours($0.delivered) },
                words.column(.taughtHours, alignRight: true) { $0.taught.map(UsageCommand.hours) ?? "" },
            ], empty: session.text(.record(.noCohorts)))
    }
}
