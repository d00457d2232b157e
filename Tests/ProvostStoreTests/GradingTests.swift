import ProvostCore
import ProvostStore
import Testing

struct GradingTests {
    private let tests = [
        TestRecord(number: 1, name: "adds", status: .pass, score: Points(whole: 12), max: Points(whole: 12), message: "더하기"),
        TestRecord(
            number: 2, name: "divides", status: .fail, score: .zero, max: Points(whole: 8), visibility: .hidden, message: nil),
    ]

    @Test func recordComesBackAsItWasGiven() async throws {
        let world = try await World.make()
        try await world.submit("a")
        let job = try await world.claim()
        let unpack = UnpackReport(format: "zip", files: 2, folders: 1, bytes: ByteCount(99))
        #expect(try await world.store.advance(job.grading.id, run: 1, to: .grading, unpack: unpack))
        #expect(try await world.store.submission(job.submission.id).newest?.stage == .grading)
        let record = World.graded(12, tests: tests)
        #expect(try await world.record(job, record))
        let grading = try #require(try await world.store.submission(job.submission.id).newest)
        #expect(grading.stage == .graded)
        #expect(grading.record == record)
        #expect(grading.unpack == unpack)
        #expect(grading.log == World.digest(9))
        #expect(grading.finishedAt == World.now + .seconds(2))
    }

    @Test func scoreKeepsWhatItRestsOn() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        let count = try World.number(
            """
            SELECT count(*) FROM score WHERE submissionDigest = '\(World.digest(7))' AND graderVersion = '\(world.grader.digest)'
              AND labVersion = '\(world.lab.digest)' AND image = 'debian-12' AND limits = '{"memory":268435456}'
              AND log = '\(World.digest(9))'
            """, in: world.path)
        #expect(count == 1)
    }

    @Test func gradingIsRecordedOnce() async throws {
        let world = try await World.make()
        try await world.submit("a")
        let job = try await world.claim()
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for points in 0..<8 { group.addTask { try await world.record(job, World.graded(Int64(points))) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try World.number("SELECT count(*) FROM score", in: world.path) == 1)
    }

    @Test func notGradedIsFailedAndKeepsItsReason() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.notGraded)
        let grading = try await world.store.submission(ID(trusted: "sub_a")).newest
        #expect(grading?.stage == .failed)
        #expect(grading?.record == World.notGraded)
    }

    @Test func contradictingRecordIsRefusedAndNothingIsRecorded() async throws {
        let world = try await World.make()
        try await world.submit("a")
        let job = try await world.claim()
        await expectFailure(.internalError) { _ = try await world.record(job, World.graded(21)) }
        await expectFailure(.internalError) { _ = try await world.record(job, World.graded(3, tests: [tests[0], tests[0]])) }
        #expect(try World.number("SELECT (SELECT count(*) FROM score) + (SELECT count(*) FROM test)", in: world.path) == 0)
        #expect(try await world.record(job, World.graded(20)))
    }

    @Test func runCannotBeAdvancedToAnEnd() async throws {
        let world = try await World.make()
        try await world.submit("a")
        let job = try await world.claim()
        await expectFailure(.internalError) {
            _ = try await world.store.advance(job.grading.id, run: 1, to: .graded, unpack: nil)
        }
    }

    @Test func regradeQueuesOnceWithTheCurrentVersions() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        try await world.submit("b", by: 1)
        let grader = try await World.publishGrader(world.store, 2)
        let lab = try await World.publishLab(world.store, 2, grader: grader.digest)
        try await world.store.updateAssignment(
            World.assignment("one", due: nil, lab: lab), by: "local:0", at: World.now)
        let ids: [ID<Submission>] = [ID(trusted: "sub_a"), ID(trusted: "sub_b")]
        // The second one is queued already.
        #expect(try await world.store.regrade(submissions: ids, make: { ID(trusted: "gra_x") }, by: "hana", at: World.now) == 1)
        #expect(try await world.store.regrade(submissions: ids, make: { ID(trusted: "gra_y") }, by: "hana", at: World.now) == 0)
        let row = try await world.store.submission(ids[0])
        #expect(row.gradings == 2)
        #expect(row.newest?.labVersion == lab.digest)
        #expect(row.newest?.graderVersion == grader.digest)
        #expect(try await world.claim().grading.id == ID(trusted: "gra_b"))
        await expectFailure(.notFound) {
            _ = try await world.store.regrade(
                submissions: [ID(trusted: "sub_none")], make: { ID(trusted: "gra_z") }, by: "hana", at: World.now)
        }
    }
}
