import ArgumentParser
import ProvostAPI
import ProvostCore

struct Doctor: AsyncParsableCommand {
    static let configuration = Help.command(
        "doctor", "Show each limit, its mechanism, and whether trying to break it failed.",
        note: "Ends with 1 when something is not enforced.", examples: "provost doctor")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        // Every limit is tried on the spot, which takes its time.
        let report: DoctorReport = try await session.client.get(Route.path("doctor"), idle: .seconds(180))
        let columns: [Column<DoctorCheck>] = [
            Column("limit") { $0.subject }, Column("mechanism") { $0.mechanism },
            Column("state") { Self.word($0.state) }, Column("evidence") { $0.evidence },
        ]
        if output.output == .json {
            try output.renderer(session).json(report)
        } else {
            try output.renderer(session).list(report.checks, columns, empty: "No limit was tried; nothing is proved.")
        }
        if report.checks.isEmpty { throw ExitCode(ExitStatus.error) }
        guard !report.enforced else { return }
        let open = report.checks.filter { $0.state == .notEnforced }.map(\.subject).joined(separator: ", ")
        Console.say("Not enforced: \(open). Submissions are graded here only with “provostd serve --allow-degraded”.")
        throw ExitCode(ExitStatus.error)
    }

    private static func word(_ state: DoctorCheck.State) -> String {
        switch state {
        case .proved: "proved"
        case .notEnforced: "NOT ENFORCED"
        case .information: "–"
        }
    }
}
