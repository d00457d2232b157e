import ArgumentParser
import FoundationEssentials
import ProvostAPI
import ProvostArchive
import ProvostCore

struct GradesExport: AsyncParsableCommand {
    static let configuration = Help.command(
        "export", "Write the results of a cohort for a spreadsheet, Canvas, Moodle, OneRoster or a program.",
        note: """
            canvas: for Gradebook > Import; moodle: for Grades > Import > CSV file; oneroster:
            a complete OneRoster 1.2 set (ZIP); csv: a line for each result, for people; table:
            a line for each learner, for people. What people open has an apostrophe before
            cells that a spreadsheet would take for a formula; what programs import has none.
            Suspended learners are in csv, table and json alone.
            """,
        examples: "provost grades export --cohort autumn --to grades.csv",
        "provost grades export --for canvas --cohort autumn --to canvas.csv",
        "provost grades export --for oneroster --cohort autumn --to oneroster.zip")

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case csv, table, canvas, moodle, oneroster, json
        /// A person opens it, by a double click.
        var isForPeople: Bool { self == .csv || self == .table }
    }
    enum Encoding: String, ExpressibleByArgument, CaseIterable {
        case utf8 = "utf-8"
        case utf8Mark = "utf-8-bom"
        case cp949
    }

    @Option(name: .customLong("for"), help: "The form.")
    var form: Form = .csv
    @Flag(help: "As CSV; the default.")
    var csv = false
    @Option(
        help: ArgumentHelp("The file to make or replace; standard output when left out.", valueName: "file"), completion: .file())
    var to: String?
    @Option(
        help:
            "How text is written. Files of csv and table begin with a mark by default, without which spreadsheets misread Korean."
    )
    var encoding: Encoding?
    @Option(help: ArgumentHelp("Only of this assignment (csv).", valueName: "name"))
    var assignment: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if csv, form != .csv { throw ValidationError("--csv and --for \(form.rawValue) exclude each other.") }
        if assignment != nil, form != .csv { throw ValidationError("--assignment goes with --for csv alone.") }
        if encoding != nil, form == .oneroster || form == .json {
            throw ValidationError("\(form.rawValue) is UTF-8 by its definition; leave --encoding out.")
        }
        if form == .oneroster, to == nil { throw ValidationError("A ZIP goes into a file: --to FILE") }
    }

    func run() async throws {
        let session = try connection.session()
        let (bytes, count) = try await content(session)
        guard let to else { return Console.out(bytes) }
        do { try PrivateFile.write(bytes, to: to) } catch {
            throw session.surroundings.error(.invalid, .fileNotWritten(path: to, reason: error.description), cause: error)
        }
        Console.say("Wrote \(count) to \(to).")
    }

    private func content(_ session: Session) async throws -> (bytes: [UInt8], count: String) {
        if form == .csv {
            let rows = try await GradesCommand.rows(session, cohort: cohort.cohort, assignment: assignment)
            return (try encoded(CSV.text(rows, GradesCommand.columns)), "\(rows.count) results")
        }
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let book: Gradebook = try await session.client.get(Route.path("cohorts", cohort, "gradebook"))
        let count = "\(book.learners.count) learners and \(book.items.count) assignments"
        switch form {
        case .table: return (try encoded(book.table()), count)
        case .canvas: return (try encoded(book.canvas()), count)
        case .moodle: return (try encoded(book.moodle()), count)
        case .json: return ([UInt8](try WireCoding.encoder(pretty: true).encode(book)) + [0x0A], count)
        case .oneroster, .csv:
            let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            let offset = ZoneFile.zone(named: book.cohort.timezone)?.offset(now.milliseconds / 1000) ?? 0
            return (
                StoredZip.archive(
                    book.oneRoster(day: now.civil(offsetSeconds: offset).date, offsetSeconds: offset)), count
            )
        }
    }

    private func encoded(_ text: String) throws -> [UInt8] {
        switch encoding ?? (form.isForPeople && to != nil ? .utf8Mark : .utf8) {
        case .utf8: Array(text.utf8)
        case .utf8Mark: [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        case .cp949: try TextFile.cp949(text)
        }
    }
}
