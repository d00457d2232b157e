import Foundation
import Testing

/// Every sample of every shipped lab ends as its expected.yaml says, one lab after the other. On a daemon of its own: endless loops keep both workers
/// busy. Not treasure-hunt, whose flags belong to one person, in its samples to nobody: Tests/gate grades those.
@Suite(.rooms, .sharedDaemon, .serialized) struct ShippedLabTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static let labs =
        (try? FileManager.default.contentsOfDirectory(atPath: root + "/labs"))?.sorted()
        .filter { $0 != "treasure-hunt" && FileManager.default.fileExists(atPath: "\(root)/labs/\($0)/lab.yaml") } ?? []

    @Test(.timeLimit(.minutes(16)), arguments: labs)
    func samplesEndAsExpected(lab: String) async throws {
        let room = try await Classroom()
        let manifest = try String(contentsOfFile: "\(Self.root)/labs/\(lab)/lab.yaml", encoding: .utf8)
        let grader = try #require(manifest.firstMatch(of: /(?m)^grader: ([a-z0-9-]+)$/), "\(lab) names no grader").output.1
        try await room.daemon.must(["grader", "publish", "\(Self.root)/graders/\(grader)"])
        try await room.daemon.must(["lab", "publish", "\(Self.root)/labs/\(lab)", "--no-check"])
        try await room.daemon.must(["assignment", "create", lab, "--lab", lab, "--cohort", room.cohort])
        let learner = try await room.member("kim")
        let samples = "\(Self.root)/labs/\(lab)/samples"
        let names = try FileManager.default.contentsOfDirectory(atPath: samples).sorted()
        #expect(names.count >= 6)
        try await withThrowingTaskGroup { group in
            for name in names {
                let expected = try Expectation(samples + "/" + name + "/expected.yaml")
                group.addTask { try await Self.check(room, lab, "\(samples)/\(name)/submission", expected, as: learner) }
            }
            // Where people mark, nothing is graded, and a starter has no score.
            if try Expectation(samples + "/reference/expected.yaml").outcome == "graded" {
                let nothing = try Expectation(text: "{outcome: graded, score: {min: 0, max: 5}}")
                group.addTask { try await Self.check(room, lab, "\(Self.root)/labs/\(lab)/starter", nothing, as: learner) }
            }
            try await group.waitForAll()
        }
    }

    private static func check(_ room: Classroom, _ lab: String, _ path: String, _ expected: Expectation, as learner: Member)
        async throws
    {
        let ended = try await room.daemon.cli(
            ["submit", lab, path, "--wait", "-o", "json", "--cohort", room.cohort], as: learner, limit: .seconds(800))
        // A refused archive is not graded, and says so.
        let outcome = expected.outcome == "refused" ? "not-graded" : expected.outcome
        var isAsExpected = ended.json["grading"]["outcome"].text == outcome
        if isAsExpected, expected.outcome == "graded" {
            isAsExpected = ended.json["grading"]["score"].number.map(expected.scores.contains) == true
        }
        guard !isAsExpected else { return }
        let submission = ended.json["submission"]["id"].text ?? ""
        let shown = try await room.daemon.cli(["submission", "show", submission])
        let logs = try await room.daemon.cli(["submission", "logs", submission])
        Issue.record("\(path): not \(expected.outcome), \(expected.scores)\n\(ended.text)\n\(shown.text)\n\(logs.text)")
    }
}

/// What expected.yaml holds, in the one form that the shipped labs use.
private struct Expectation: Sendable {
    let outcome: String
    let scores: ClosedRange<Double>

    init(_ path: String) throws { try self.init(text: String(contentsOfFile: path, encoding: .utf8)) }

    init(text: String) throws {
        if let other = text.wholeMatch(of: /\{outcome: (not-graded|refused)\}\s*/) {
            outcome = String(other.output.1)
            scores = 0...0
            return
        }
        let form = /\{outcome: ([a-z-]+), score: (?:\{min: ([0-9.]+), max: ([0-9.]+)\}|([0-9.]+))\}\s*/
        let parts = try #require(text.wholeMatch(of: form), "\(text)").output
        outcome = String(parts.1)
        let low = try #require((parts.2 ?? parts.4).flatMap { Double($0) })
        scores = low...(try #require((parts.3 ?? parts.4).flatMap { Double($0) }))
    }
}
