import ArgumentParser
import Foundation
import ProvostCore

/// `provost lab check`, which is documented there for people.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that labs grade right before learners meet them.",
        discussion:
            "Exit status: 0 every check passed · 10 some failed · 8 something of this machine failed · 1 a lab cannot be read.")

    @Argument(help: "The labs' folders. Of several, what is no folder is left out.")
    var labs: [String]
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
        let (folders, others) = labs.count == 1 ? (labs, []) : (labs.filter(Self.isFolder), labs.filter { !Self.isFolder($0) })
        for other in others { Text.say("\(other) is no folder; left out.") }
        guard !folders.isEmpty else { throw ValidationError("None of these is a lab's folder.") }
        var reports: [LabReport] = []
        var unread: ExitCode?
        for folder in folders {
            // One that cannot be read keeps none of the others from being checked.
            do {
                try await GateFailure.reported {
                    let report = LabReport(lab: folder, findings: try await checked(folder))
                    reports.append(report)
                    if output == .table { FindingWriter.write(report, under: folders.count > 1) }
                }
            } catch let failure as ExitCode {
                guard folders.count > 1 else { throw failure }
                Text.say("\(folder) could not be checked.")
                unread = failure
            }
        }
        FindingWriter.end(reports, of: folders, as: output)
        if let unread { throw unread }
        throw ExitCode(reports.allSatisfy(\.passed) ? 0 : 10)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// In rooms of its own, so that nothing of one lab is there for the next.
    private func checked(_ lab: String) async throws -> [Finding] {
        let rooms = try LocalRooms(allowDegraded: allowDegraded)
        let result: Result<[Finding], any Error>
        do { result = .success(try await findings(of: lab, rooms)) } catch { result = .failure(error) }
        await rooms.close()
        return try result.get()
    }

    private func findings(of lab: String, _ rooms: LocalRooms) async throws -> [Finding] {
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
