import ArgumentParser
import ProvostCore

struct LabCheck: AsyncParsableCommand {
    static let configuration = Help.command(
        "check", "Check that labs grade right, before learners meet them.",
        note: """
            Runs on this machine in the rooms that a daemon uses; no daemon is needed,
            root is. Graded are the starter (at most its floor), every sample (as its
            expected.yaml says), the reference (all points, ten times the same, with
            headroom in every limit), small changes of the reference (tests should
            notice), and starters that try to forge a result or to carry the hidden
            tests out.
            """,
        examples: "provost lab check labs/web-service", "provost lab check labs/*",
        "provost lab check labs/web-service --repeats 3 --mutants 5 -o junit")

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, junit }

    @Argument(help: "The folders with lab.yaml. Of several, what is no folder is left out.", completion: .directory)
    var folders: [String]
    @Option(
        help: ArgumentHelp("The folder that holds the graders; default: graders beside the lab's own folder.", valueName: "dir"))
    var graders: String?
    @Option(help: ArgumentHelp("How often the reference is graded; default: gate in lab.yaml, 10.", valueName: "n"))
    var repeats: Int?
    @Option(help: ArgumentHelp("How many changed copies are tried; default: gate in lab.yaml, 20.", valueName: "n"))
    var mutants: Int?
    @Option(help: ArgumentHelp("No changed copy is begun after so many seconds.", valueName: "seconds"))
    var mutantTime: Int?
    @Option(help: ArgumentHelp("Gradings at one time.", valueName: "n"))
    var jobs: Int?
    @Flag(help: "Check although some limit cannot be enforced here.")
    var allowDegraded = false
    @Option(name: [.customShort("o"), .customLong("output")], help: "How the findings are written.")
    var output: Format = .table

    func run() async throws {
        var words = ["check", "--output", output.rawValue]
        if let graders { words += ["--graders", graders] }
        for (name, value) in [("repeats", repeats), ("mutants", mutants), ("mutant-time", mutantTime), ("jobs", jobs)] {
            if let value { words += ["--\(name)", "\(value)"] }
        }
        if allowDegraded { words.append("--allow-degraded") }
        try GateProgram().replace(words + ["--"] + folders)
    }
}
