import ArgumentParser
import FoundationEssentials
import Glibc
import ProvostCore

struct LabNew: AsyncParsableCommand {
    static let configuration = Help.command(
        "new", "Begin a lab: a folder that passes “lab check”, to be changed step by step.",
        note: """
            The folder begins as a copy of a shipped lab that uses the grader, under the
            new name: handouts, starter, tests, public tests and samples are all there.
            """,
        examples: "provost lab new sorting --grader io", "provost lab new shop --grader http --in courses/web/labs")

    @Argument(help: "The new lab's name: a-z, 0-9 and hyphens.", transform: reading { try Slug($0) })
    var name: Slug
    @Option(help: ArgumentHelp("The grader that scores it.", valueName: "name"), transform: reading { try Slug($0) })
    var grader: Slug
    @Option(name: .customLong("in"), help: ArgumentHelp("The folder in which the lab's folder is made.", valueName: "dir"))
    var place = "labs"

    func run() async throws {
        let templates = LabTemplates()
        guard let template = templates.all[grader.text] else {
            let known = templates.all.keys.sorted().joined(separator: ", ")
            throw ProvostError(
                .notFound,
                known.isEmpty
                    ? "No shipped labs were found near this program; install Provost whole."
                    : "No shipped lab uses the grader “\(grader)”; there are: \(known)")
        }
        let target = "\(place)/\(name)"
        guard unsafe access(target, F_OK) != 0 else {
            throw ProvostError(.conflict, "\(target) is there already; choose another name, or another place with --in.")
        }
        do {
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: template.folder, toPath: target)
            let manifest = try template.renamed(name)
            try Data(manifest.utf8).write(to: URL(fileURLWithPath: target + "/lab.yaml"))
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "\(target) cannot be made: \(error)", cause: error)
        }
        Console.out("\(target)\n")
        Console.say(
            """
            A copy of the lab “\(template.name)” under a new name. Next:
              1. change README.md, starter/, tests/, public/ and samples/ step by step
              2. provost lab check \(target)
              3. provost lab publish \(target)
            """)
    }
}

/// The shipped labs, by the grader that they use.
struct LabTemplates {
    struct Template {
        let folder: String
        let name: String
        /// lab.yaml under another name, with the title that goes with it.
        func renamed(_ name: Slug) throws(ProvostError) -> String {
            guard let data = FileManager.default.contents(atPath: folder + "/lab.yaml") else {
                throw ProvostError(.unavailable, "\(folder)/lab.yaml cannot be read.")
            }
            let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            return lines.map { $0.hasPrefix("name:") ? "name: \(name)" : String($0) }.joined(separator: "\n")
        }
    }

    /// Of several labs with one grader, the first by name.
    let all: [String: Template]

    init() {
        var all: [String: Template] = [:]
        for folder in Self.places() {
            for lab in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
                guard let data = FileManager.default.contents(atPath: "\(folder)/\(lab)/lab.yaml") else { continue }
                let text = String(decoding: data, as: UTF8.self)
                guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("grader:") }) else { continue }
                let grader = line.dropFirst("grader:".count).trimmingPrefix { $0 == " " }
                let word = String(grader.prefix { !$0.isWhitespace })
                if all[word] == nil { all[word] = Template(folder: "\(folder)/\(lab)", name: lab) }
            }
            if !all.isEmpty { break }
        }
        self.all = all
    }

    /// Where an installation has them, then where the source tree does.
    private static func places() -> [String] {
        guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return [] }
        var folder = URL(fileURLWithPath: own).deletingLastPathComponent()
        var places: [String] = []
        for _ in 0..<6 {
            places += ["share/provost/labs", "labs"].map { folder.appendingPathComponent($0).path }
            folder = folder.deletingLastPathComponent()
        }
        return places
    }
}
