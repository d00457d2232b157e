import Foundation
import Testing

/// `provost lab try`: the public tests over work that is not handed in.
@Suite(.rooms, .sharedDaemon) struct TrialTests {
    /// Adds up what the tests' folder asks for, and names what is in it.
    private static let grader = """
        #!/bin/sh
        for file in /grade/lab/tests/*; do
            if [ "$(cat /grade/submission/answer)" = "$(cat "$file")" ]; then report test "$(basename "$file")" pass --max 5
            else report test "$(basename "$file")" fail --max 5; fi
        done
        """

    private func assignment(_ room: Classroom, public: Bool = true) async throws {
        let files = `public` ? ["lab/public/shown": "42\n"] : [:]
        try await room.assignment(
            "riddle", grader: Self.grader, files: files.merging(["lab/tests/second": "43\n"]) { $1 },
            options: ["--attempts", "1"])
    }

    @Test func aTrialIsNoSubmission() async throws {
        let room = try await Classroom()
        try await assignment(room)
        let learner = try await room.member("kim")
        let right = try room.work(learner, ["answer": "42\n"])
        for _ in 0..<2 {
            let ended = try await room.daemon.cli(["lab", "try", "riddle", right, "--cohort", room.cohort], as: learner)
            #expect(ended.status == 0, "\(ended.text)")
            #expect(ended.output.contains("shown") && ended.output.contains("5 of 5"))
            #expect(!ended.output.contains("second") && !ended.output.contains("secret.txt"), "hidden tests have no place in it")
        }
        let wrong = try room.work(learner, ["answer": "41\n"])
        let ended = try await room.daemon.cli(
            ["lab", "try", "riddle", wrong, "--cohort", room.cohort, "-o", "json"], as: learner)
        #expect(ended.status == 10, "\(ended.text)")
        #expect(ended.json["record"]["score"].number == 0 && ended.json["record"]["max"].number == 5)
        #expect(try await room.attempts("riddle", of: learner).isEmpty)
        // The one attempt is still there.
        #expect(try await room.submit("riddle", right, as: learner).status == 10)
    }

    @Test func aLabWithoutPublicTestsSaysWhatToDoInstead() async throws {
        let room = try await Classroom()
        try await assignment(room, public: false)
        let learner = try await room.member("kim")
        let work = try room.work(learner, ["answer": "42\n"])
        let ended = try await room.daemon.cli(["lab", "try", "riddle", work, "--cohort", room.cohort], as: learner)
        #expect(ended.status == 3, "\(ended.text)")
        #expect(ended.errors.contains("provost submit riddle"))
    }

    @Test func anArchiveThatIsRefusedIsNoResult() async throws {
        let room = try await Classroom()
        try await assignment(room)
        let learner = try await room.member("kim")
        let path = try room.archive(learner, "work.zip", Array("no archive".utf8))
        let ended = try await room.daemon.cli(["lab", "try", "riddle", path, "--cohort", room.cohort], as: learner)
        #expect(ended.status == 8, "\(ended.text)")
        // The next one may begin: nothing is held by the one before.
        let work = try room.work(learner, ["answer": "42\n"])
        #expect(try await room.daemon.cli(["lab", "try", "riddle", work, "--cohort", room.cohort], as: learner).status == 0)
    }

    @Test func trialsAreForLearnersOfTheCohort() async throws {
        let room = try await Classroom()
        try await assignment(room)
        let stranger = try await Classroom().member("lee")
        let work = try room.work(stranger, ["answer": "42\n"])
        #expect(try await room.daemon.cli(["lab", "try", "riddle", work, "--cohort", room.cohort], as: stranger).status != 0)
        #expect(try await room.daemon.cli(["lab", "try", "riddle", work, "--cohort", room.cohort]).status == 4)
    }

    @Test func publishingSaysWhatChanged() async throws {
        let room = try await Classroom()
        try await assignment(room)
        let lab = "\(room.daemon.folder)/content/\(room.cohort)-riddle/lab"
        try Data("44\n".utf8).write(to: URL(fileURLWithPath: lab + "/tests/third"))
        try FileManager.default.removeItem(atPath: lab + "/tests/second")
        try Data("# Other words\n".utf8).write(to: URL(fileURLWithPath: lab + "/README.md"))
        let ended = try await room.daemon.must(["lab", "publish", lab, "--no-check"])
        for line in ["Since version 1:", "added: tests/third", "removed: tests/second", "changed: README.md"] {
            #expect(ended.errors.contains(line), "\(line): \(ended.errors)")
        }
        let versions = try await room.daemon.must(["lab", "show", "\(room.cohort)-riddle", "-o", "json"]).json.items
        #expect(versions.count == 2 && versions[0]["checked"]["outcome"].text == "not-made")
    }
}
