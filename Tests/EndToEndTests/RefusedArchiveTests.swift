import Foundation
import ProvostTestSupport
import Testing

extension EndToEndTests {
    /// Archives that are the learner's to mend: a clear sentence, exit status 8, and no attempt used.
    struct RefusedArchiveTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let bytes: [UInt8]
            /// What the sentence must hold.
            let says: String
            var testDescription: String { name }
        }

        private static let cases = [
            Case(name: "truncated.tar.gz", bytes: truncatedTarGz(), says: "damaged"),
            Case(name: "encrypted.zip", bytes: encryptedZip(), says: "password"),
            Case(name: "empty.zip", bytes: emptyZip(), says: "no files"),
            Case(name: "bomb.zip", bytes: bombZip(claiming: 10 << 30, reallyHolding: 100 << 20), says: "MiB"),
            Case(name: "escape.tar", bytes: escapingTar(), says: "escaped.txt"),
        ]

        @Test func refusalsAreExplainedAndCostNoAttempt() async throws {
            let room = try await Classroom()
            try await room.assignment("once", options: ["--attempts", "1"])
            let learner = try await room.member("jun")
            for one in Self.cases {
                let ended = try await room.submit("once", room.archive(learner, one.name, one.bytes), as: learner)
                #expect(ended.status == 8, "\(one.name): \(ended.text)")
                #expect(ended.json["grading"]["outcome"].text == "not-graded", "\(one.name)")
                #expect(ended.json["grading"]["score"].isNull)
                #expect(ended.json["grading"]["reason"].text?.contains(one.says) == true, "\(one.name): \(ended.output)")
                #expect(
                    ended.errors.contains("no attempt was used") || ended.errors.contains("No attempt was used"),
                    "\(one.name): \(ended.errors)")
                let id = try #require(ended.json["submission"]["id"].text)
                let shown = try await room.show(id, as: learner, json: false)
                #expect(shown.output.contains(one.says), "\(one.name): \(shown.output)")
            }
            // The one attempt is still there, and now it is used up.
            let good = try room.work(learner, ["score": "8 2\n"])
            #expect(try await room.submit("once", good, as: learner).status == 0)
            let another = try await room.submit("once", good, as: learner)
            #expect(another.status == 5, "\(another.text)")
        }

        @Test func refusalsAreExplainedInKorean() async throws {
            let room = try await Classroom()
            try await room.assignment("once")
            let learner = try await room.member("jun")
            let path = try room.archive(learner, "encrypted.zip", encryptedZip())
            let ended = try await room.daemon.cli(
                ["submit", "once", path, "--wait"], as: learner, environment: ["LANG": "ko_KR.UTF-8"])
            #expect(ended.status == 8)
            #expect(ended.output.contains("암호"), "\(ended.text)")
            #expect(ended.output.contains("시도 횟수는 줄지 않았습니다"))
            #expect(ended.errors.contains("접수되었습니다"))
            let good = try await room.daemon.cli(
                ["submit", "once", room.work(learner, ["score": "8 2\n"]), "--wait"], as: learner,
                environment: ["LANG": "ko_KR.UTF-8"])
            #expect(good.status == 0)
            #expect(good.output.contains("점수: 10점 만점에 10점"), "\(good.text)")
        }

        @Test func namesInCP949AreDecodedAndTold() async throws {
            let room = try await Classroom()
            try await room.assignment(
                "korean",
                grader: """
                    #!/bin/sh
                    learner run -- test -f 과제.txt && [ -f /grade/submission/자료/표.csv ]
                    """, format: "exit-code")
            let learner = try await room.member("jun")
            let zip = cp949Zip(files: [("과제.txt", Array("답\n".utf8)), ("자료/표.csv", Array("1,2\n".utf8))])
            let ended = try await room.submit("korean", room.archive(learner, "과제.zip", zip), as: learner)
            #expect(ended.status == 0, "\(ended.text)")
            let id = try #require(ended.json["submission"]["id"].text)
            let shown = try await room.show(id, as: learner, json: false).output
            #expect(shown.contains("과제.txt") && shown.contains("자료/표.csv") && shown.contains("과제.zip"), "\(shown)")
        }
    }
}
