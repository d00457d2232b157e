import ArgumentParser
import ProvostAPI
import ProvostCore

struct GradesExport: AsyncParsableCommand {
    static let configuration = Help.command(
        "export", "Write the results of a cohort as CSV (RFC 4180, UTF-8).",
        note: "Cells that a spreadsheet would take for a formula are written with an apostrophe before them.",
        examples: "provost grades export --csv --cohort autumn > grades.csv", "provost grades export --csv --to grades.csv")

    @Flag(help: "As CSV; so far the only form, and the default.")
    var csv = false
    @Option(
        help: ArgumentHelp("The file to make or replace; standard output when left out.", valueName: "file"), completion: .file())
    var to: String?
    @Option(help: ArgumentHelp("Only of this assignment.", valueName: "name"))
    var assignment: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let rows = try await GradesCommand.rows(session, cohort: cohort.cohort, assignment: assignment)
        let text = CSV.text(rows, GradesCommand.columns)
        guard let to else { return Console.out(text) }
        do { try PrivateFile.write(Array(text.utf8), to: to) } catch {
            throw session.surroundings.error(.invalid, .fileNotWritten(path: to, reason: error.description), cause: error)
        }
        Console.say("Wrote \(rows.count) results to \(to).")
    }
}
