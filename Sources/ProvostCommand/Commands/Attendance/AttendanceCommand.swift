import ArgumentParser
import ProvostAPI
import ProvostCore

struct AttendanceCommand: ParsableCommand {
    static let configuration = Help.command(
        "attendance", "Note who was there, and list it.",
        examples: "provost attendance set autumn 2026-10-05 --present minji,jun --absent hana",
        "provost attendance list autumn --date 2026-10-05", subcommands: [AttendanceSet.self, AttendanceList.self])
}

struct AttendanceSet: AsyncParsableCommand {
    static let configuration = Help.command(
        "set", "Note who was there on a date. Noting somebody again replaces what was noted.",
        note: "A CSV file has the columns person and state; a state is present, late, absent or excused.",
        examples: "provost attendance set autumn 2026-10-05 --present minji,jun --late sua --absent hana",
        "provost attendance set autumn 2026-10-05 --csv today.csv")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Argument(help: "The date, like 2026-10-05.", transform: reading { try CivilDate(parsing: $0) })
    var date: CivilDate
    @Option(help: ArgumentHelp("Who was there.", valueName: "names"), transform: reading { try Self.names($0) })
    var present: [Slug] = []
    @Option(
        help: ArgumentHelp("Who came late; it counts as being there.", valueName: "names"),
        transform: reading { try Self.names($0) })
    var late: [Slug] = []
    @Option(help: ArgumentHelp("Who was not.", valueName: "names"), transform: reading { try Self.names($0) })
    var absent: [Slug] = []
    @Option(
        help: ArgumentHelp("For whom the date does not count.", valueName: "names"), transform: reading { try Self.names($0) })
    var excused: [Slug] = []
    @Option(help: ArgumentHelp("A file with the columns person and state.", valueName: "file"), completion: .file())
    var csv: String?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        let given = !(present + late + absent + excused).isEmpty
        guard given != (csv != nil) else { throw ValidationError("Give --present, --late, --absent or --excused, or --csv.") }
    }

    func run() async throws {
        let session = try connection.session()
        var rows: [AttendanceOrder.Row] = []
        for (names, state) in [
            (present, AttendanceEntry.State.present), (late, .late), (absent, .absent), (excused, .excused),
        ] {
            rows += names.map { AttendanceOrder.Row(person: $0, state: state) }
        }
        if let csv { rows = try Self.rows(file: csv, session) }
        let answer: ChangeCount = try await session.client.send(
            .post, Route.path("cohorts", cohort.text, "attendance"), body: AttendanceOrder(date: date, rows: rows))
        session.say(.record(.attendanceNoted(date, changed: answer.changed, same: rows.count - answer.changed)))
    }

    static func names(_ text: String) throws(ProvostError) -> [Slug] {
        var names: [Slug] = []
        for part in text.split(separator: ",") { names.append(try Slug(String(part))) }
        return names
    }

    private static func rows(file: String, _ session: Session) throws -> [AttendanceOrder.Row] {
        let bytes: [UInt8]
        do { bytes = try PrivateFile.read(file) } catch {
            throw session.surroundings.error(.invalid, .fileNotRead(path: file, reason: error.description), cause: error)
        }
        return try rows(String(decoding: bytes, as: UTF8.self), file: file)
    }

    /// Plain cells without quotes: names and states hold no commas. Every complaint names its line.
    static func rows(_ text: String, file: String) throws(ProvostError) -> [AttendanceOrder.Row] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
                String(cell.filter { !$0.isWhitespace && $0 != "\u{FEFF}" && $0 != "\r" })
            }
        }
        while lines.last == [""] || lines.last == [] { lines.removeLast() }
        guard let header = lines.first, let person = header.firstIndex(of: "person"), let state = header.firstIndex(of: "state")
        else { throw ProvostError(.invalid, "\(file):1: the first line names the columns person and state.") }
        var rows: [AttendanceOrder.Row] = []
        for (number, cells) in lines.enumerated().dropFirst() where cells != [""] && !cells.isEmpty {
            guard cells.count == header.count else {
                throw ProvostError(.invalid, "\(file):\(number + 1): \(cells.count) cells, the first line has \(header.count).")
            }
            guard let known = AttendanceEntry.State(rawValue: cells[state]) else {
                throw ProvostError(
                    .invalid, "\(file):\(number + 1): “\(cells[state])” is no state; there are: present, late, absent, excused.")
            }
            guard Slug.isValid(cells[person]) else {
                throw ProvostError(.invalid, "\(file):\(number + 1): “\(cells[person])” is no person's name.")
            }
            rows.append(AttendanceOrder.Row(person: Slug(trusted: cells[person]), state: known))
        }
        return rows
    }
}

struct AttendanceList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List what was noted; learners see their own.", examples: "provost attendance list autumn --date 2026-10-05",
        "provost attendance list autumn --person minji -o csv")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Option(help: ArgumentHelp("Only this date.", valueName: "day"), transform: reading { try CivilDate(parsing: $0) })
    var date: CivilDate?
    @Option(help: ArgumentHelp("Only this learner.", valueName: "name"))
    var person: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let words = session.wording(for: output.output)
        let rows: [AttendanceEntry] = try await session.client.get(
            Route.path(
                "cohorts", cohort.text, "attendance", query: [("date", date?.description), ("person", person)]))
        try output.renderer(session).list(
            rows,
            [
                words.column(.date) { $0.date.description }, words.column(.person) { $0.person.text },
                words.column(.state) { words.text(.record(.attendance($0.state))) },
                words.column(.by) { $0.by }, words.column(.row) { "att_\($0.sequence)" },
            ], empty: session.text(.record(.noAttendance)))
    }
}
