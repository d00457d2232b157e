import ArgumentParser
import ProvostAPI
import ProvostCore

struct PersonErase: AsyncParsableCommand {
    static let configuration = Help.command(
        "erase", "Take a person out of the record as far as it allows, and say what stays and why.",
        note: """
            Names, addresses, numbers, logins, the archives they handed in and their workspaces
            go for good. Scores, the audit and certificates stay, under a pseudonym. Export
            first what the person wants to keep: provost person export.
            """,
        examples: "provost person erase minji --reason \"asked on 2026-11-02\" --dry-run",
        "provost person erase minji --reason \"asked on 2026-11-02\" --confirm minji")

    @Argument(help: "The person.", transform: reading { try Slug($0) })
    var person: Slug
    @Option(help: ArgumentHelp("Why; it stays on record, so name nobody in it.", valueName: "text"))
    var reason: String
    @Flag(name: .customLong("dry-run"), help: "Show what would go and what would stay, change nothing.")
    var dryRun = false
    @Option(help: ArgumentHelp("The person once more: it cannot be undone.", valueName: "name"))
    var confirm: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !dryRun, confirm != person.text {
            throw ValidationError("Erasing cannot be undone; look with --dry-run first, then add --confirm \(person)")
        }
    }

    func run() async throws {
        let session = try connection.session()
        let report: ErasureReport = try await session.client.send(
            .post, Route.path("persons", person.text, "erasure"),
            body: EraseOrder(reason: reason, confirm: confirm, dryRun: dryRun), idle: .seconds(300))
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(report) }
        let words = session.wording(for: output.output)
        try renderer.list(
            report.erased + report.kept,
            [
                words.column(.fate) { words.text(.record($0.reason == nil ? .goes : .stays)) },
                words.column(.count, alignRight: true) { "\($0.count)" },
                words.column(.what) { $0.what }, words.column(.why) { $0.reason ?? "" },
            ], empty: "")
        session.say(.roster(.erasure(report)))
    }
}
