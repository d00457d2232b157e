import Foundation
import Glibc
import Testing

/// What a daemon that is killed or stopped leaves, and what the next one makes of it.
@Suite(.rooms) struct RecoveryTests {
    /// Twenty kills between receipt and score, the instants drawn from a fixed seed and spread over twice a grading's length.
    @Test func killedAtAnyInstantNothingIsLostOrGradedTwice() async throws {
        try await Daemon.with { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment(
                "work", grader: "#!/bin/sh\nsleep 0.1\nlearner run -- sleep 0.1\nreport test whole pass --max 10\n")
            let learner = try await room.member("kim")
            let cgroup = try await daemon.roomCgroup()
            let work = try room.work(learner, ["answer": "42\n"])
            var random = SplitMix(state: 20_261_121)
            var receipts: [String] = []
            for _ in 0..<20 {
                let ended = try await room.submit("work", work, as: learner, wait: false)
                try #require(ended.status == 0, "\(ended.text)")
                receipts.append(try #require(ended.json["submission"]["id"].text))
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &random)))
                await daemon.kill()
                try await daemon.start()
            }
            let submissions = try await allGraded("work", in: room, of: learner)
            #expect(Set(submissions.compactMap { $0["submission"]["id"].text }) == Set(receipts))
            #expect(submissions.map { $0["submission"]["attempt"].number } == (1...20).reversed().map(Double.init))
            #expect(submissions.allSatisfy { $0["grading"]["record"]["score"].number == 10 && $0["gradings"].number == 1 })
            #expect(await daemon.stop() == 0)
            let database = Database(daemon: daemon)
            #expect(try await database.run("SELECT count(*) || ' ' || count(DISTINCT submission) FROM score") == ["20 20"])
            #expect(try await database.run("SELECT count(*) FROM grading") == ["20"])
            let left = try await daemon.leftovers(cgroup: cgroup)
            #expect(left.isEmpty, "\(left)")
            // Some of the kills did hit a running grading, or this test shows nothing.
            #expect(try await database.run("SELECT count(*) FROM grading WHERE run > 1") != ["0"])
        }
    }

    /// A grace of one second: the short grading ends in it, the long one is queued again.
    @Test(arguments: [false, true]) func stoppedInTheMiddleItIsGradedAllTheSame(isLong: Bool) async throws {
        try await Daemon.with(options: ["--grace", "1"]) { daemon in
            let room = try await Classroom(daemon)
            let beginning = isLong ? Classroom.held : "#!/bin/sh\nsleep 0.3\n"
            try await room.assignment("work", grader: beginning + "report test whole pass --max 10\n")
            let learner = try await room.member("kim")
            let cgroup = try await daemon.roomCgroup()
            let ended = try await room.submit("work", room.work(learner, ["answer": "42\n"]), as: learner, wait: false)
            let id = try #require(ended.json["submission"]["id"].text)
            try await room.wait(for: id) { ["grading", "graded"].contains($0["stage"].text) }
            #expect(await daemon.stop() == 0)
            let left = try await daemon.leftovers(cgroup: cgroup)
            #expect(left.isEmpty, "\(left)")
            try await daemon.start()
            if isLong { try room.letGo() }
            let graded = try await allGraded("work", in: room, of: learner)
            #expect(graded.map { $0["grading"]["record"]["score"].number } == [10])
            // The long one did begin again; the short one has no need to, but may on a busy machine.
            if isLong { #expect(try await Database(daemon: daemon).run("SELECT run > 1 FROM grading") == ["1"]) }
        }
    }

    /// The learner's submissions once all of them are graded, newest first; after five minutes as they are.
    private func allGraded(_ name: String, in room: Classroom, of learner: Member) async throws -> [JSON] {
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            let submissions = try await room.attempts(name, of: learner)
            if submissions.allSatisfy({ $0["grading"]["stage"].text == "graded" }) { return submissions }
            try await Task.sleep(for: .milliseconds(200))
        }
        return try await room.attempts(name, of: learner)
    }
}

/// A generator that gives the same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
