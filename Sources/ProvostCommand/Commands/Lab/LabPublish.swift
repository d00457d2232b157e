import ArgumentParser
import FoundationEssentials
import ProvostAPI
import ProvostCore

struct LabPublish: AsyncParsableCommand {
    static let configuration = Help.command(
        "publish", "Check a lab, then publish its folder as a new version.",
        note: """
            The check is “provost lab check”, on this machine; a lab that fails it is
            not published. With --no-check it is published unchecked, and the version
            says so. Assignments stay with the version they have until “assignment
            change --newest-lab-version”.
            """,
        examples: "provost lab publish labs/web-service", "provost lab publish labs/web-service --no-check")

    @Argument(help: "The folder with lab.yaml.", completion: .directory)
    var folder: String
    @Flag(inversion: .prefixedNo, help: "Check it first.")
    var check = true
    @Option(help: ArgumentHelp("For the check: the folder that holds the graders.", valueName: "dir"))
    var graders: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let record = check ? try checked() : CheckRecord(outcome: .notMade)
        let answer = try await Publishing.publish(
            folder, to: Route.path("labs"), headers: [(Route.checkedHeader, try Self.encoded(record))], as: LabVersion.self,
            session)
        guard output.output != .json else { return try output.renderer(session).json(answer) }
        try output.renderer(session).list([answer.version], LabCommand.columns, empty: "")
        Publishing.tell("lab", answer.version.name, answer.version.number, new: answer.new)
        Publishing.tell(answer.changes, points: answer.version.manifest.points)
    }

    /// Runs the check and shows it. Throws when the lab did not pass.
    private func checked() throws -> CheckRecord {
        Console.say("Checking \(folder); this may take minutes (--no-check leaves it out).")
        let (json, status) = try GateProgram().run(
            ["check", folder, "--output", "json"] + (graders.map { ["--graders", $0] } ?? []))
        guard let report = try? WireCoding.decoder().decode(GateReport.self, from: Data(json)) else {
            throw ProvostError(
                .invalid,
                "The check ended with exit status \(status) and no findings; see “provost lab check \(folder)”, or publish with --no-check."
            )
        }
        for finding in report.findings where finding.state == "failed" || finding.state == "warning" {
            Console.say("  \(finding.check) \(finding.subject): \(finding.state): \(finding.reason)")
        }
        let record = report.record
        Console.say("\(record.passed) passed, \(record.failed) failed, \(record.warnings) to look at.")
        guard record.outcome == .passed else {
            throw ProvostError(
                .invalid,
                "Not published: the lab did not pass its check. Mend it, or publish it all the same with --no-check.")
        }
        return record
    }

    private static func encoded(_ record: CheckRecord) throws -> String {
        Route.percentEncoded(String(decoding: try WireCoding.encoder().encode(record), as: UTF8.self))
    }
}
