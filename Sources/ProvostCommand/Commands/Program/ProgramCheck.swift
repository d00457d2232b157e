import ArgumentParser
import ProvostCore

struct ProgramCheck: AsyncParsableCommand {
    static let configuration = Help.command(
        "check", "Check programs' files, before anybody follows them.",
        note: """
            Runs on this machine; no daemon is needed. Each mistake is named with its file,
            line and column. Looked for are also the labs that the files name, as folders
            in --labs. The files' reference is docs/program.md. Exit status 10: a file is
            not good.
            """,
        examples: "provost program check deploy/programs/startup-school.yaml",
        "provost program check deploy/programs/*.yaml -o json")

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Argument(help: "The files.", completion: .file(extensions: ["yaml"]))
    var files: [String]
    @Option(help: ArgumentHelp("The folder that holds the labs; default: labs.", valueName: "dir"))
    var labs: String?
    @Option(name: [.customShort("o"), .customLong("output")], help: "How the findings are written.")
    var output: Format = .table

    func run() async throws {
        var words = ["check-programs", "--output", output.rawValue]
        if let labs { words += ["--labs", labs] }
        try GateProgram().replace(words + ["--"] + files)
    }
}

struct ProgramTable: AsyncParsableCommand {
    static let configuration = Help.command(
        "table", "Print which program uses which lab, and what grades it, as a page of Markdown.",
        note: "Runs on this machine; no daemon is needed.",
        examples: "provost program table deploy/programs/*.yaml > docs/programs.md")

    @Argument(help: "The programs' files.", completion: .file(extensions: ["yaml"]))
    var files: [String]
    @Option(help: ArgumentHelp("The folder that holds the labs; default: labs.", valueName: "dir"))
    var labs: String?

    func run() async throws {
        try GateProgram().replace(["tabulate-programs"] + (labs.map { ["--labs", $0] } ?? []) + ["--"] + files)
    }
}
