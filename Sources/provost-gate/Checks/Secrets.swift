import Foundation
import ProvostArchive
import ProvostCore
import ProvostGrading

// What of the hidden tests reaches learners.
extension LabCheck {
    /// Everything of a grading that its learner can read.
    private static func visible(_ record: GradingRecord) -> String {
        var texts = record.messages + [record.reason ?? ""]
        for test in record.tests where test.visibility != .hidden { texts += [test.name, test.message ?? "", test.output ?? ""] }
        return texts.joined(separator: "\n")
    }

    /// Marks the hidden tests with strings that stand nowhere else, grades again, and looks for them.
    ///
    /// Marked are: a file of its own, the end of every file whose language has comments, and each line of a Python test that asserts something. Graded are
    /// the reference, every sample, and a starter that prints whatever it can find.
    func canary(_ reference: Sample, _ samples: [Sample]) async throws -> Finding {
        let canary = "CANARY-" + String(lab.version.hex.prefix(12))
        let tests = lab.folder + "/tests"
        let text = Array("\(canary)\n".utf8)
        var planted: [String: [UInt8]] = ["tests/\(canary).txt": text]
        for file in Patch.texts(in: tests) {
            guard let marked = Self.marked(file, with: canary) else { continue }
            planted["tests/" + file.path] = Array(marked.utf8)
        }
        let copy = rooms.temporary + "/canary/" + lab.manifest.name.text
        try? FileManager.default.createDirectory(atPath: rooms.temporary + "/canary", withIntermediateDirectories: true)
        try Patch.copy(lab.folder, to: copy, files: planted)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        var marked = try lab.changed(folder: copy, rooms: rooms)
        var result = try await rooms.grade(try rooms.pack(reference.folder, ignoring: .submission), marked)
        if !result.record.passed {
            // The marks broke the tests: the file alone cannot.
            try Patch.copy(lab.folder, to: copy, files: ["tests/\(canary).txt": text])
            marked = try lab.changed(folder: copy, rooms: rooms)
            result = try await rooms.grade(try rooms.pack(reference.folder, ignoring: .submission), marked)
        }
        let hunters = Forgery.hunters(for: lab, canary: canary)
        let final = marked
        let hunted = try await each(Array(hunters.enumerated())) { number, hunter in
            let folder = rooms.temporary + "/hunter-\(number)"
            try Patch.copy(lab.folder + "/starter", to: folder, files: hunter.files)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try await rooms.grade(try rooms.pack(folder, ignoring: .submission), final)
        }
        let graded = try await each(samples.filter { $0.name != "reference" }) { sample in
            try await rooms.grade(try rooms.pack(sample.folder, ignoring: .submission), final)
        }
        for (name, result) in [("reference", result)] + zip(samples.filter { $0.name != "reference" }.map(\.name), graded)
            + hunters.map({ _ in "a starter that prints what it finds" }).enumerated().map({ ($1, hunted[$0]) })
        where Self.visible(result.record).contains(canary) {
            return Finding(
                "canary", name, .failed,
                "a string of the hidden tests is shown to learners; see what the grader puts into messages and outputs")
        }
        return Finding(
            "canary", "tests", .passed,
            "\(planted.count) marked files, \(graded.count + hunted.count + 1) gradings: not shown to learners")
    }

    /// Long texts of the hidden tests that learners were shown and could not know from elsewhere: for the author to look at.
    func shownSecrets(_ results: [GradingResult]) -> Finding {
        var known = ""
        for place in ["README.md", "README.ko.md"] {
            known +=
                FileManager.default.contents(atPath: lab.folder + "/" + place).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        for place in ["public", "starter", "samples"] {
            for file in Patch.texts(in: lab.folder + "/" + place) { known += file.text }
        }
        let shown = results.map { Self.visible($0.record) }.joined(separator: "\n")
        // Names of tests are meant to be shown.
        let names = results.flatMap { $0.record.tests.map(\.name) }.joined(separator: "\n")
        for file in Patch.texts(in: lab.folder + "/tests") {
            for word in file.text.split(whereSeparator: { $0.isWhitespace || "\"'(){}[],;:=".contains($0) })
            where word.count >= 14 {
                if shown.contains(word), !known.contains(word), !names.contains(word) {
                    return Finding(
                        "canary", "tests/" + file.path, .warning,
                        "learners are shown “\(word.prefix(60))”, which stands in the hidden tests alone; is that meant?")
                }
            }
        }
        return Finding("canary", "messages", .passed, "no long text of the hidden tests in what learners see")
    }

    private static func marked(_ file: (path: String, text: String), with canary: String) -> String? {
        let ending = file.path.split(separator: ".").last.map(String.init) ?? ""
        switch ending {
        case "py":
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                let code = line.drop { $0 == " " || $0 == "\t" }
                let whole = code.hasPrefix("assert ") || code.hasPrefix("self.assert")
                return whole && !line.hasSuffix("\\") && !line.hasSuffix(",") && !line.hasSuffix("(") && !line.contains("\"\"\"")
                    ? line + "  # \(canary)" : String(line)
            }
            return lines.joined(separator: "\n") + "\n# \(canary)\n"
        case "sh", "bats", "rb": return file.text + "\n# \(canary)\n"
        case "c", "h", "cpp", "java", "js": return file.text + "\n// \(canary)\n"
        case "sql": return file.text + "\n-- \(canary)\n"
        default: return nil
        }
    }
}
