import Foundation
import Testing

extension EndToEndTests {
    /// What everybody does every day.
    struct MainRoadTests {
        @Test func submittingPrintsExactlyOneObject() async throws {
            let room = try await Classroom()
            try await room.assignment("count")
            let learner = try await room.member("mina")
            let ended = try await room.submit("count", room.work(learner, ["score": "5 2\n"]), as: learner)
            #expect(ended.status == 10, "\(ended.text)")
            let answer = ended.json
            #expect(ended.output.hasPrefix("{") && ended.output.hasSuffix("}\n"))
            #expect(answer.keys == ["submission", "grading"])
            #expect(answer["submission"].keys == ["id", "assignment", "attempt", "digest", "bytes", "receivedAt", "late"])
            #expect(answer["submission"]["assignment"].text == "count")
            #expect(answer["submission"]["attempt"].number == 1)
            let grading = answer["grading"]
            #expect(grading.keys == ["id", "outcome", "isolation", "score", "max", "reason", "tests"])
            #expect(grading["outcome"].text == "graded")
            #expect(grading["isolation"].text == "two-room")
            #expect(grading["score"].number == 7)
            #expect(grading["max"].number == 10)
            #expect(grading["reason"].isNull)
            #expect(grading["tests"].items.count == 1, "the hidden test is not shown")
            #expect(grading["tests"][0].keys == ["number", "name", "status", "score", "max", "message"])
            #expect(grading["tests"][0]["message"].isNull)
            let whole = try await room.submit("count", room.work(learner, ["score": "8 2\n"]), as: learner)
            #expect(whole.status == 0, "\(whole.text)")
        }

        /// Points of one learner for one assignment, as the instructor exports them.
        private func exported(_ name: String, in room: Classroom, by teacher: Member) async throws -> [String: String] {
            let csv = try await room.daemon.must(
                ["grades", "export", "--cohort", room.cohort, "--assignment", name], as: teacher
            ).output
            let lines = csv.replacingOccurrences(of: "\r\n", with: "\n").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            try #require(lines.count == 2, "\(csv)")
            return Dictionary(zip(lines[0], lines[1])) { first, _ in first }
        }

        @Test(arguments: [("best", "10"), ("last", "6")]) func thePolicyDecidesWhichSubmissionCounts(
            policy: String, score: String
        ) async throws {
            let room = try await Classroom()
            try await room.assignment("work", options: ["--policy", policy])
            let learner = try await room.member("mina")
            let teacher = try await room.member("han", role: "instructor")
            for text in ["5 2\n", "8 2\n", "5 1\n"] {
                _ = try await room.submit("work", room.work(learner, ["score": text]), as: learner)
            }
            let row = try await exported("work", in: room, by: teacher)
            #expect(row["score"] == score, "\(row)")
            #expect(row["person"] == learner.name)
        }

        @Test func theNewestRegradingCounts() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let learner = try await room.member("mina")
            let teacher = try await room.member("han", role: "instructor")
            let ended = try await room.submit("work", room.work(learner, ["score": "5 2\n"]), as: learner)
            let id = try #require(ended.json["submission"]["id"].text)
            // A stricter grader, then a milder one.
            for given in ["3", "9"] {
                try await room.publish("work", grader: "#!/bin/sh\nreport score \(given)\n")
                try await room.daemon.must(
                    ["assignment", "change", "work", "--cohort", room.cohort, "--newest-lab-version"], as: teacher)
                try await room.daemon.must(["regrade", id], as: teacher)
                try await room.wait(for: id) { $0["record"]["score"].number == Double(given) }
                let row = try await exported("work", in: room, by: teacher)
                #expect(row["score"] == given, "\(row)")
            }
            #expect(try await room.show(id, as: teacher).json["gradings"].number == 3)
            #expect(try await room.daemon.cli(["audit", "verify"]).status == 0)
        }

        @Test func failedRegradesLeaveTheScore() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let learner = try await room.member("mina")
            let teacher = try await room.member("han", role: "instructor")
            let ended = try await room.submit("work", room.work(learner, ["score": "5 2\n"]), as: learner)
            let id = try #require(ended.json["submission"]["id"].text)
            try await room.publish("work", grader: "#!/bin/sh\nexit 9\n")
            try await room.daemon.must(
                ["assignment", "change", "work", "--cohort", room.cohort, "--newest-lab-version"], as: teacher)
            try await room.daemon.must(["regrade", id], as: teacher)
            try await room.wait(for: id) { $0["stage"].text == "failed" }
            #expect(try await room.show(id, as: teacher).json["grading"]["record"]["outcome"].text == "not-graded")
            let row = try await exported("work", in: room, by: teacher)
            #expect(row["score"] == "7", "\(row)")
            let progress = try await room.daemon.must(["progress", "--cohort", room.cohort, "-o", "json"], as: learner).output
            #expect(progress.contains("7"))
        }
    }
}

/// The real daemon, the real command line, real rooms. The tests in here share one daemon and have a cohort each.
@Suite(.rooms, .sharedDaemon) struct EndToEndTests {}
