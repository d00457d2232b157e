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
    }
}

/// The real daemon, the real command line, real rooms. The tests in here share one daemon and have a cohort each.
@Suite(.rooms, .sharedDaemon) struct EndToEndTests {}
