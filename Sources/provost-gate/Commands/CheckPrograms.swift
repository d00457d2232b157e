import ArgumentParser
import Foundation
import ProvostCore
import ProvostManifests

/// `provost program check`, which is documented there for people.
struct CheckPrograms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check programs' files.", discussion: "Exit status: 0 all are good · 10 some are not · 3 a file is not there.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Argument(help: "The files.")
    var files: [String]
    @Option(help: ArgumentHelp("The folder that holds the labs.", valueName: "dir"))
    var labs = "labs"
    @Option(name: [.customShort("o"), .customLong("output")], help: "How the findings are written.")
    var output: Format = .table

    private struct Verdict: Encodable {
        let file: String
        let passed: Bool
        let program: Slug?
        let assignments: Int?
        /// `FILE:LINE:COLUMN: sentence`, each.
        let complaints: [String]
    }

    func run() async throws {
        try await GateFailure.reported {
            var verdicts: [Verdict] = []
            for file in files {
                let text = try ProgramFiles.text(file)
                do throws(ProvostError) {
                    let program = try ProgramReader.read(
                        file: file, text: text, surroundings: ProgramFiles.surroundings(labs: labs))
                    verdicts.append(
                        Verdict(
                            file: file, passed: true, program: program.name, assignments: program.assignments.count,
                            complaints: []))
                } catch {
                    let lines = error.message.split(separator: "\n").map(String.init)
                    verdicts.append(Verdict(file: file, passed: false, program: nil, assignments: nil, complaints: lines))
                }
            }
            write(verdicts)
            throw ExitCode(verdicts.allSatisfy(\.passed) ? 0 : 10)
        }
    }

    private func write(_ verdicts: [Verdict]) {
        guard output == .table else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return Text.out((try? encoder.encode(verdicts)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "")
        }
        for verdict in verdicts {
            if let program = verdict.program, let count = verdict.assignments {
                Text.out("\(verdict.file): good: \(program), \(count) assignments\n")
            }
            for complaint in verdict.complaints { Text.out(Text.line(complaint) + "\n") }
        }
    }
}

/// `provost program table`: which program uses which lab, and what grades it, as a page of Markdown.
struct TabulatePrograms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a page of programs, labs and graders.")

    @Argument(help: "The programs' files.")
    var files: [String]
    @Option(help: ArgumentHelp("The folder that holds the labs.", valueName: "dir"))
    var labs = "labs"

    func run() async throws {
        try await GateFailure.reported {
            var programs: [ProgramDescription] = []
            for file in files {
                programs.append(
                    try ProgramReader.read(
                        file: file, text: ProgramFiles.text(file), surroundings: ProgramFiles.surroundings(labs: labs)))
            }
            var graders: [Slug: Slug] = [:]
            for program in programs {
                for case .lab(let lab) in program.assignments.map(\.work) where graders[lab] == nil {
                    graders[lab] = try ManifestReader.lab(ProgramFiles.text("\(labs)/\(lab)/lab.yaml")).grader
                }
            }
            Text.out(ProgramTable.markdown(programs, graders: graders))
        }
    }
}

/// Programs' files, and what of their surroundings lies on this machine.
enum ProgramFiles {
    static func text(_ path: String) throws(ProvostError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ProvostError(
                .notFound, "There is no file \(path); name a program's file, like deploy/programs/startup-school.yaml.")
        }
        return Array(data)
    }

    static func surroundings(labs: String) throws(ProvostError) -> ProgramReader.Surroundings {
        guard FileManager.default.fileExists(atPath: "\(labs)/.") else {
            throw ProvostError(.notFound, "There is no folder \(labs) to look for labs in; say where they are with --labs DIR.")
        }
        var surroundings = ProgramReader.Surroundings()
        surroundings.hasLab = { FileManager.default.fileExists(atPath: "\(labs)/\($0)/lab.yaml") }
        surroundings.hasTimezone = { TimeZone(identifier: $0) != nil }
        return surroundings
    }
}
