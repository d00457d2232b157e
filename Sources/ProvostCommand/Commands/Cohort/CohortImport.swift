import ArgumentParser
import Glibc
import ProvostAPI
import ProvostArchive
import ProvostCore

struct CohortImport: AsyncParsableCommand {
    static let configuration = Help.command(
        "import", "Enrol everybody who is in a roster (CSV), and bring those who are enrolled up to date.",
        note: """
            The first line names the columns, in English or Korean: student_id (학번), name
            (이름), email (이메일), section (분반), login (아이디); others are passed over. The file
            may be UTF-8, UTF-16LE or CP949, as spreadsheets write it. People are known again by
            their student number, then login, then e-mail address. With one mistake in it
            nothing is taken. Importing twice is the same as once. No codes are made unless
            --codes or “provost enrollment code” asks for them.
            """,
        examples: "provost cohort import autumn roster.csv --dry-run",
        "provost cohort import autumn roster.csv --sync --codes codes.csv")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Argument(help: "The roster.", completion: .file())
    var file: String
    @Flag(name: .customLong("dry-run"), help: "Show what would change (+ new, ~ changed, ^ back, - suspended), change nothing.")
    var dryRun = false
    @Flag(help: "Suspend who has the role and is not in the roster; nobody is deleted.")
    var sync = false
    @Flag(help: "Suspend them also when they are more than half of those who have the role.")
    var yes = false
    @Option(help: "What everybody in the roster may do in the cohort.")
    var role: Role = .learner
    @Option(
        help: ArgumentHelp(
            "Make an enrolment code for each who never logged in, and write them to a new file.", valueName: "file"),
        completion: .file())
    var codes: String?
    @Option(help: "What the file is written in, where finding out by itself goes wrong.")
    var encoding: RosterEncoding?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if yes, !sync { throw ValidationError("--yes is about who --sync would suspend; give both, or neither.") }
        if dryRun, codes != nil { throw ValidationError("--dry-run makes no codes; leave --codes out.") }
    }

    func run() async throws {
        let session = try connection.session()
        // Before anybody is enrolled: a file that cannot be made is found out first.
        let target = try codes.map { try CodesFile($0, session.surroundings) }
        let text = try RosterText(path: file, as: encoding?.encoding, surroundings: session.surroundings)
        let report: RosterReport = try await session.client.upload(
            Route.path(
                "cohorts", cohort.text, "roster",
                query: [
                    ("role", role.rawValue), ("sync", sync ? "true" : nil), ("dry-run", dryRun ? "true" : nil),
                    ("yes", yes ? "true" : nil),
                ]),
            headers: [("Content-Type", "text/csv; charset=utf-8")], descriptor: text.descriptor, length: text.length,
            // A million rows take minutes, in which the server is silent; to send them again would start from the beginning.
            retry: RetryPolicy(delays: []), idle: .seconds(3600), progress: { _ in }, onRetry: { _, _ in })
        try show(report, text.encoding, session)
        if let target { try await target.fill(cohort: cohort.text, session) }
    }

    private func show(_ report: RosterReport, _ encoding: TextFile.Encoding, _ session: Session) throws {
        switch output.output {
        case .json: return try output.renderer(session).json(report)
        case .csv: try output.renderer(session).list(report.changes, Self.columns, empty: "")
        case .table:
            for change in report.changes {
                let details = change.details.isEmpty ? "" : "  (\(change.details.joined(separator: "; ")))"
                Console.out(Console.sanitized("\(change.kind.sign) \(change.person)  \(change.name)\(details)") + "\n")
            }
        }
        session.say(.roster(.report(report, encoding: encoding.rawValue)))
    }

    private static let columns: [Column<RosterChange>] = [
        Column("change") { $0.kind.rawValue }, Column("line", alignRight: true) { $0.line.map { "\($0)" } ?? "" },
        Column("person") { $0.person.text }, Column("name") { $0.name },
        Column("details") { $0.details.joined(separator: "; ") },
    ]
}

/// What a roster's file can be written in.
enum RosterEncoding: String, ExpressibleByArgument, CaseIterable {
    case utf8 = "utf-8"
    case utf16 = "utf-16le"
    case cp949

    var encoding: TextFile.Encoding {
        switch self {
        case .utf8: .utf8
        case .utf16: .utf16LittleEndian
        case .cp949: .cp949
        }
    }
}

/// A roster as it is sent: UTF-8, in a file without a name.
private final class RosterText: Sendable {
    let descriptor: Int32
    let length: Int64
    let encoding: TextFile.Encoding

    /// Throws `invalid` when it cannot be read or is no text.
    init(path: String, as known: TextFile.Encoding?, surroundings: Surroundings) throws(ProvostError) {
        let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else {
            throw surroundings.error(.invalid, .roster(.notRead(path: path, reason: PrivateFile.Failure().description)))
        }
        defer { close(source) }
        let place = "\(surroundings.environment["TMPDIR"] ?? "/tmp")/provost-roster-\(UInt64.random(in: 0 ... .max))"
        let target = unsafe open(place, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else {
            throw surroundings.error(.invalid, .fileNotWritten(path: place, reason: PrivateFile.Failure().description))
        }
        unsafe unlink(place)
        descriptor = target
        do throws(ProvostError) { encoding = try TextFile.convert(from: source, to: target, as: known) } catch {
            close(target)
            throw error
        }
        length = Int64(lseek(target, 0, SEEK_END))
    }

    deinit { close(descriptor) }
}
