import Foundation
import Testing

extension EndToEndTests {
    /// A grader that fails is our fault: not graded, nothing charged, evidence for the instructor alone.
    struct GraderFailureTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let grader: String
            /// What the evidence must hold.
            let evidence: String
            var lab = ""
            var testDescription: String { name }
        }

        static let cases = [
            Case(name: "nan", grader: "report test a pass --score NaN --max 10", evidence: "NaN"),
            Case(name: "above", grader: "report test a pass --score 11 --max 10", evidence: "11"),
            Case(name: "above-points", grader: "report score 10.5", evidence: "10.5"),
            Case(name: "status", grader: "report test a pass --max 10; exit 3", evidence: "3"),
            Case(
                name: "slow", grader: "report test a pass --max 10; sleep 60", evidence: "1 s",
                lab: "limits:\n  grader:\n    wall-time: 1s"),
            Case(name: "silent", grader: "exit 0", evidence: ""),
            Case(name: "sum", grader: "report test a pass --max 9", evidence: "9"),
            Case(name: "room", grader: "learner run -- true; report test a pass --max 10; kill -9 $$", evidence: "signal"),
        ]

        @Test(arguments: cases) func failingGradersCostNothing(one: Case) async throws {
            let room = try await Classroom()
            try await room.assignment(
                "work", grader: "#!/bin/sh\necho the inside of the grader >&2\n\(one.grader)\n", lab: one.lab,
                options: ["--attempts", "1"])
            let learner = try await room.member("lee")
            let teacher = try await room.member("han", role: "instructor")
            let work = try room.work(learner, ["answer": "42\n"])
            let ended = try await room.submit("work", work, as: learner)
            #expect(ended.status == 8, "\(ended.text)")
            let grading = ended.json["grading"]
            #expect(grading["outcome"].text == "not-graded")
            #expect(grading["score"].isNull)
            #expect(grading["reason"].text?.isEmpty == false)
            let id = try #require(ended.json["submission"]["id"].text)

            let mine = try await room.show(id, as: learner)
            let evidence = try await room.show(id, as: teacher).json["grading"]["record"]["evidence"].text
            #expect(evidence?.isEmpty == false)
            #expect(evidence?.contains(one.evidence) == true || one.evidence.isEmpty, "\(evidence ?? "none")")
            #expect(!mine.json["grading"]["record"]["evidence"].exists || mine.json["grading"]["record"]["evidence"].isNull)
            #expect(!mine.output.contains("the inside of the grader"))
            #expect(try await room.daemon.cli(["submission", "logs", id], as: learner).status == 4)
            let log = try await room.daemon.must(["submission", "logs", id], as: teacher)
            #expect(log.output.contains("the inside of the grader"))

            // The only attempt was given back.
            #expect(try await room.submit("work", work, as: learner).status == 8)
        }

        @Test func floodsOfOutputAreCutAndGraded() async throws {
            let room = try await Classroom()
            try await room.assignment(
                "flood", grader: "#!/bin/sh\nhead -c 10485760 /dev/zero | tr '\\0' x\nreport test a pass --max 10\n")
            let learner = try await room.member("lee")
            let teacher = try await room.member("han", role: "instructor")
            let ended = try await room.submit("flood", room.work(learner, ["answer": "42\n"]), as: learner)
            #expect(ended.status == 0, "\(ended.text)")
            let id = try #require(ended.json["submission"]["id"].text)
            let log = try await room.daemon.must(["submission", "logs", id], as: teacher).output
            #expect(log.contains("(9437184 bytes dropped)"), "\(log.prefix(300))")
            #expect(log.utf8.count < 2 << 20)
        }

        @Test func learnersWhoCloseTheirFolderAreGraded() async throws {
            let room = try await Classroom()
            try await room.assignment(
                "chmod",
                grader: """
                    #!/bin/sh
                    learner run -- python3 main.py
                    [ "$?" -ne 125 ] || exit 2
                    learner run -- true && report test "still there" pass --max 10
                    """)
            let learner = try await room.member("lee")
            let work = try room.work(learner, ["main.py": "import os\nos.chmod('/submission', 0)\n"])
            let ended = try await room.submit("chmod", work, as: learner)
            #expect(ended.status == 0, "\(ended.text)")
        }

        @Test func wrongKeysAreShownWithTheirPlace() async throws {
            let room = try await Classroom()
            let learner = try await room.member("lee")
            let folder = try room.work(
                learner,
                ["lab.yaml": "name: wrong\ntitle:\n  en: Wrong\ngrader: g\npoints: 10\nlimits:\n  learner:\n    memroy: 1MiB\n"])
            let ended = try await room.daemon.cli(["lab", "publish", folder, "--no-check"])
            #expect(ended.status == 1, "\(ended.text)")
            #expect(ended.errors.contains("lab.yaml:8:5"), "\(ended.errors)")
            #expect(ended.errors.contains("memroy"))
        }
    }
}
