import ArgumentParser
import ProvostAPI
import ProvostCore

struct CohortAdvance: AsyncParsableCommand {
    static let configuration = Help.command(
        "advance", "Move a cohort to its program's newest version.",
        note: """
            What has opened keeps what it promised: nothing is due or closes earlier,
            attempts do not become fewer, lateness not dearer, and nothing that learners have
            worked on goes away. Where a version asks for that, nothing at all is changed,
            and each reason is named. Labs stay at the version that they are pinned to.
            """,
        examples: "provost cohort advance autumn --dry-run", "provost cohort advance autumn")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Flag(name: .customLong("dry-run"), help: "Show what would change, and change nothing.")
    var isDryRun = false
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let report: CohortAdvanceReport = try await session.client.send(
            .post, Route.path("cohorts", cohort.text, "advance"), body: AdvanceCohort(dryRun: isDryRun))
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(report) }
        if output.output == .table {
            let from = report.from.map { "from version \($0) " } ?? ""
            Console.say("\(cohort): \(from)to version \(report.to)\(report.applied ? "." : "; nothing was changed.")")
        }
        try renderer.list(report.changes, ProgramCommand.changes, empty: "Nothing differs for this cohort.")
        if !report.refusals.isEmpty {
            Console.say("It cannot be done:")
            for refusal in report.refusals { Console.say("  - \(refusal)") }
        }
    }
}
