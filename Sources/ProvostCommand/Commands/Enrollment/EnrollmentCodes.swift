import ArgumentParser
import Glibc
import ProvostAPI
import ProvostCore

struct EnrollmentCodes: AsyncParsableCommand {
    static let configuration = Help.command(
        "code", "Make a fresh enrolment code for people of a cohort; their older unused ones stop working.",
        note: """
            Codes are shown this once and work once, for two weeks. Without names: for everybody
            in the cohort who never logged in, into the file that --to names.
            """,
        examples: "provost enrollment code minji --cohort autumn", "provost enrollment code --cohort autumn --to codes.csv")

    @Argument(help: "The people.", transform: reading { try Slug($0) })
    var people: [Slug] = []
    @Option(help: ArgumentHelp("A new file for the codes of everybody.", valueName: "file"), completion: .file())
    var to: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if people.isEmpty == (to == nil) {
            throw ValidationError("Name people, or say with --to FILE where everybody's codes go.")
        }
    }

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .admin)
        if let to { return try await CodesFile(to, session.surroundings).fill(cohort: cohort, session) }
        let page: CodesPage = try await session.client.send(
            .post, Route.path("cohorts", cohort, "codes"), body: NewCodes(people: people))
        if !page.withheld.isEmpty { session.say(.roster(.withheld(page.withheld.map(\.text)))) }
        try output.renderer(session).list(page.codes, CodesFile.columns, empty: "")
    }
}

/// A file of codes, made private and new: whoever reads it can log in as all of them.
struct CodesFile {
    static let columns: [Column<EnrollmentCode>] = [
        Column("person") { $0.enrollment.person.slug.text }, Column("name") { $0.enrollment.person.name },
        Column("email") { $0.enrollment.person.email ?? "" }, Column("section") { $0.enrollment.section ?? "" },
        Column("code") { $0.code }, Column("expires") { Times.local($0.expiresAt, in: .utc, withSeconds: false) },
    ]

    private let path: String
    private let descriptor: Int32

    /// Throws `invalid` when there is already a file, or none can be made.
    init(_ path: String, _ surroundings: Surroundings) throws(ProvostError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
        }
    }

    /// Asks for codes until everybody has one, and closes the file.
    func fill(cohort: String, _ session: Session) async throws {
        defer { close(descriptor) }
        // The mark, without which Korean spreadsheets take UTF-8 for CP949.
        try write("\u{FEFF}" + CSV.text([], Self.columns), session)
        var after: Int64?
        var count = 0
        var withheld: [String] = []
        repeat {
            let page: CodesPage = try await session.client.send(
                .post, Route.path("cohorts", cohort, "codes"), body: NewCodes(after: after))
            let lines = CSV.text(page.codes, Self.columns)
            try write(String(lines[lines.index(after: lines.firstIndex(of: "\r\n") ?? lines.startIndex)...]), session)
            count += page.codes.count
            withheld += page.withheld.map(\.text)
            after = page.next
        } while after != nil
        guard fsync(descriptor) == 0 else { throw failure(session) }
        if !withheld.isEmpty { session.say(.roster(.withheld(withheld))) }
        session.say(.roster(.codesWritten(count, path: path)))
    }

    private func write(_ text: String, _ session: Session) throws {
        do { try PrivateFile.writeAll(Array(text.utf8), to: descriptor) } catch { throw failure(session) }
    }

    private func failure(_ session: Session) -> ProvostError {
        session.surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
    }
}
