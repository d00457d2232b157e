import ArgumentParser
import Foundation
import ProvostCore

/// `provost lab check`, which is documented there for people.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that a lab grades right before learners meet it.",
        discussion:
            "Exit status: 0 every check passed · 10 some failed · 8 something of this machine failed · 1 the lab cannot be read.")

    @Argument(help: "The lab's folder.")
    var lab: String
    @Option(help: ArgumentHelp("The folder that holds the graders.", valueName: "dir"))
    var graders: String?
    @Option(help: ArgumentHelp("How often the reference is graded; default: lab.yaml's gate, 10.", valueName: "n"))
    var repeats: Int?
    @Option(
        help: ArgumentHelp("How many changed copies of the reference are tried; default: lab.yaml's gate, 20.", valueName: "n"))
    var mutants: Int?
    @Option(help: ArgumentHelp("No changed copy is begun after so many seconds.", valueName: "seconds"))
    var mutantTime = 120
    @Option(help: ArgumentHelp("Gradings at one time.", valueName: "n"))
    var jobs = 2
    @Flag(help: "Check although some limit cannot be enforced here.")
    var allowDegraded = false
    @Option(name: [.customShort("o"), .customLong("output")], help: "How the findings are written.")
    var output: FindingFormat = .table

    func run() async throws {
        try await GateFailure.reported {
            let rooms = try LocalRooms(allowDegraded: allowDegraded)
            let result: Result<[Finding], any Error>
            do { result = .success(try await findings(rooms)) } catch { result = .failure(error) }
            await rooms.close()
            let findings = try result.get()
            FindingWriter.write(findings, lab: lab, as: output)
            throw ExitCode(findings.contains { $0.state == .failed } ? 10 : 0)
        }
    }

    private func findings(_ rooms: LocalRooms) async throws -> [Finding] {
        let lab = try LoadedLab(folder: lab, graders: graders, rooms: rooms)
        let onTerminal = output == .table && isatty(STDERR_FILENO) == 1
        let check = LabCheck(
            lab: lab, rooms: rooms,
            options: .init(repeats: repeats, mutants: mutants, mutantTime: .seconds(mutantTime), jobs: jobs),
            progress: { finding in if onTerminal { Text.say("  \(finding.check) \(finding.subject): \(finding.state.rawValue)") }
            })
        return try await check.run()
    }
}
