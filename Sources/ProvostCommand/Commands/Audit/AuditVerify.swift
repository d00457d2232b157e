import ArgumentParser
import ProvostAPI
import ProvostCore

struct AuditVerify: AsyncParsableCommand {
    static let configuration = Help.command(
        "verify", "Check the hash chain of the audit record.", note: "Ends with 1 when the chain is broken.",
        examples: "provost audit verify")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let verification: AuditVerification = try await session.client.get(Route.path("audit", "verify"), idle: .seconds(180))
        if output.output == .table {
            let verdict = verification.brokenAt.map { "BROKEN at entry \($0)" } ?? "whole"
            Console.out("\(verification.entries) entries; the chain is \(verdict).\n")
        } else {
            try output.renderer(session).item(
                verification,
                [Column("entries") { "\($0.entries)" }, Column("broken-at") { $0.brokenAt.map { "\($0)" } ?? "" }])
        }
        if verification.brokenAt != nil { throw ExitCode(ExitStatus.error) }
    }
}
