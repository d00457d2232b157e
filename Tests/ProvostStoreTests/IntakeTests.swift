import GRDB
import ProvostCore
import ProvostStore
import Testing

struct IntakeTests {
    @Test func firstSubmissionIsRecordedWithReceiptAndQueuedGrading() async throws {
        let world = try await World.make()
        let new = world.newSubmission("a", by: world.learners[0], to: world.assignments[0], maxAttempts: 3)
        let recorded = try await world.store.recordSubmission(new)
        #expect(recorded.submission.attempt == 1)
        #expect(recorded.attemptsLeft == 2)
        #expect(!recorded.resent)
        let row = try await world.store.submission(recorded.submission.id)
        #expect(row.submission == recorded.submission)
        #expect(row.person == world.learners[0])
        #expect(row.assignment == world.assignments[0])
        #expect(row.newest?.stage == .queued)
        #expect(row.newest?.run == 0)
        #expect(row.gradings == 1)
        #expect(try await world.store.receipt(recorded.submission.id) == recorded.receipt)
    }

    @Test func sameKeyAndBytesAgainIsTheSameSubmission() async throws {
        let world = try await World.make()
        let new = world.newSubmission("a", by: world.learners[0], to: world.assignments[0], key: "k", maxAttempts: 1)
        let again = world.newSubmission("b", by: world.learners[0], to: world.assignments[0], key: "k", maxAttempts: 1)
        let first = try await world.store.recordSubmission(new)
        let second = try await world.store.recordSubmission(again)
        #expect(second.resent)
        #expect(second.submission == first.submission)
        #expect(second.receipt == first.receipt)
        #expect(second.attemptsLeft == 0)
        #expect(try await world.store.queueCounts().queued == 1)
    }

    @Test func sameKeyWithOtherBytesOrAssignmentIsAConflict() async throws {
        let world = try await World.make(dues: ["2026-12-01", "2026-12-02"])
        let learner = world.learners[0]
        _ = try await world.store.recordSubmission(world.newSubmission("a", by: learner, to: world.assignments[0], key: "k"))
        await expectFailure(.conflict, "key") {
            _ = try await world.store.recordSubmission(
                world.newSubmission("b", by: learner, to: world.assignments[0], content: 8, key: "k"))
        }
        await expectFailure(.conflict, "key") {
            _ = try await world.store.recordSubmission(world.newSubmission("c", by: learner, to: world.assignments[1], key: "k"))
        }
        // Somebody else's key is nobody's business.
        let other = world.newSubmission("d", by: world.learners[1], to: world.assignments[0], key: "k")
        #expect(try await !world.store.recordSubmission(other).resent)
    }

    @Test func thirtyTwoRacingSubmissionsAtALimitOfThreeLeaveThree() async throws {
        let world = try await World.make()
        let outcomes = await withTaskGroup(of: Result<Int, any Error>.self) { group in
            for index in 0..<32 {
                group.addTask {
                    do { return .success(try await world.submit("r\(index)", maxAttempts: 3).attempt) } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.compactMap { try? $0.get() }.sorted() == [1, 2, 3])
        for case .failure(let error) in outcomes {
            #expect((error as? ProvostError)?.code == .limitReached)
            #expect((error as? ProvostError)?.message.contains("all 3 attempts are used") == true)
        }
        #expect(try World.number("SELECT count(*) FROM submission", in: world.path) == 3)
        #expect(try World.number("SELECT count(*) FROM grading", in: world.path) == 3)
    }

    @Test func sixteenRacingResendsAreOneSubmission() async throws {
        let world = try await World.make()
        let fresh = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<16 {
                let new = world.newSubmission("r\(index)", by: world.learners[0], to: world.assignments[0], key: "same")
                group.addTask { try await !world.store.recordSubmission(new).resent }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(fresh.filter { $0 }.count == 1)
    }

    @Test func attemptIsGivenBackWhenRefusedOrNotGraded() async throws {
        let world = try await World.make()
        let (assignment, person) = (world.assignments[0].id, world.learners[0].id)
        try await world.submit("a")
        #expect(try await world.store.attemptsUsed(assignment: assignment, person: person) == 1)
        let job = try await world.claim()
        #expect(try await world.store.attemptsUsed(assignment: assignment, person: person) == 1)
        #expect(try await world.record(job, World.notGraded))
        #expect(try await world.store.attemptsUsed(assignment: assignment, person: person) == 0)
        try await world.submitAndRecord("b", World.refused)
        #expect(try await world.store.attemptsUsed(assignment: assignment, person: person) == 0)
        try await world.submitAndRecord("c", World.graded(0))
        #expect(try await world.store.attemptsUsed(assignment: assignment, person: person) == 1)
        // Attempt numbers are never used twice, given back or not.
        #expect(try await world.submit("d", maxAttempts: 2).attempt == 4)
    }

    @Test func failingReceiptLeavesNothingBehind() async throws {
        let world = try await World.make()
        let plain = world.newSubmission("a", by: world.learners[0], to: world.assignments[0])
        let new = NewSubmission(
            id: plain.id, assignment: plain.assignment, person: plain.person, digest: plain.digest, bytes: plain.bytes,
            fileName: plain.fileName, receivedAt: plain.receivedAt, late: false, key: plain.key, grading: plain.grading,
            labVersion: plain.labVersion, graderVersion: plain.graderVersion, maxAttempts: nil, now: plain.now
        ) { _ in throw ProvostError(.unavailable, "no key") }
        await expectFailure(.unavailable, "no key") { _ = try await world.store.recordSubmission(new) }
        #expect(try World.number("SELECT count(*) FROM submission", in: world.path) == 0)
        #expect(try World.number("SELECT count(*) FROM grading", in: world.path) == 0)
    }

    @Test func unknownAssignmentOrVersionIsNotFoundAndLeavesNothing() async throws {
        let world = try await World.make()
        let ghost = try World.assignment("ghost", due: nil, lab: world.lab)
        await expectFailure(.notFound, "asg_ghost") {
            _ = try await world.store.recordSubmission(world.newSubmission("a", by: world.learners[0], to: ghost))
        }
        await expectFailure(.notFound, "per_nobody") {
            _ = try await world.store.recordSubmission(
                world.newSubmission("a", by: World.person("nobody"), to: world.assignments[0]))
        }
        #expect(try World.number("SELECT count(*) FROM submission", in: world.path) == 0)
        await expectFailure(.notFound) { _ = try await world.store.submission(ID(trusted: "sub_none")) }
        await expectFailure(.notFound) { _ = try await world.store.receipt(ID(trusted: "sub_none")) }
    }

    @Test func listingIsNewestFirstAndNarrowed() async throws {
        let world = try await World.make(dues: ["2026-12-01", "2026-12-02"])
        try await world.submit("a", by: 0, to: 0)
        try await world.submit("b", by: 1, to: 0)
        try await world.submit("c", by: 0, to: 1)
        func list(_ cohort: Slug?, _ assignment: Int?, _ person: Int?, limit: Int = 10) async throws -> [String] {
            try await world.store.submissions(
                cohort: cohort, assignment: assignment.map { world.assignments[$0].id },
                person: person.map { world.learners[$0].id }, limit: limit
            ).map { String($0.submission.id.text.dropFirst(4)) }
        }
        #expect(try await list(nil, nil, nil) == ["c", "b", "a"])
        #expect(try await list(world.cohort, nil, nil, limit: 2) == ["c", "b"])
        #expect(try await list(world.cohort, 0, nil) == ["b", "a"])
        #expect(try await list(nil, nil, 0) == ["c", "a"])
        #expect(try await list(world.cohort, 0, 0) == ["a"])
        await expectFailure(.notFound, "autumn") { _ = try await list(Slug("autumn"), nil, nil) }
    }
}
