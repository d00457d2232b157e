import GRDB
import ProvostCore
import ProvostStore
import Testing

struct QueueTests {
    private func drain(_ world: World) async throws -> [String] {
        var names: [String] = []
        while let job = try await world.store.claimNextGrading(at: World.now) {
            names.append(String(job.submission.id.text.dropFirst(4)))
        }
        return names
    }

    @Test func claimTakesEverythingTheWorkerNeeds() async throws {
        let world = try await World.make()
        let submission = try await world.submit("a")
        let job = try await world.claim(at: World.now + .seconds(5))
        #expect(job.submission == submission)
        #expect(job.lab == world.lab)
        #expect(job.grader == world.grader)
        #expect(job.grading.stage == .unpacking)
        #expect(job.grading.run == 1)
        #expect(job.grading.startedAt == World.now + .seconds(5))
        #expect(try await world.store.claimNextGrading(at: World.now) == nil)
    }

    @Test func everyonesFirstComesBeforeAnyonesSecond() async throws {
        let world = try await World.make(learners: ["minji", "jun", "hana"])
        try await world.submit("m1", by: 0)
        try await world.submit("m2", by: 0)
        try await world.submit("m3", by: 0)
        try await world.submit("j1", by: 1)
        try await world.submit("j2", by: 1)
        try await world.submit("h1", by: 2)
        #expect(try await drain(world) == ["m1", "j1", "h1", "m2", "m3", "j2"])
    }

    @Test func whoHasBeenGradedWaitsForWhoHasNot() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("m1", by: 0, World.graded(3))
        try await world.submit("m2", by: 0)
        try await world.submit("j1", by: 1)
        #expect(try await drain(world) == ["j1", "m2"])
    }

    @Test func nearestDueComesFirstWithinATurn() async throws {
        let world = try await World.make(learners: ["minji", "jun", "hana"], dues: ["2026-12-09", "2026-12-02"])
        try await world.submit("far", by: 0, to: 0)
        try await world.submit("near", by: 1, to: 1)
        try await world.submit("far2", by: 2, to: 0)
        #expect(try await drain(world) == ["near", "far", "far2"])
    }

    @Test func movingTheDueTimeMovesWhatIsQueued() async throws {
        let world = try await World.make(dues: ["2026-12-09", "2026-12-05"])
        try await world.submit("a", by: 0, to: 0)
        try await world.submit("b", by: 1, to: 1)
        #expect(try await world.store.queuePosition(ID(trusted: "gra_a")) == 2)
        let moved = try World.assignment("one", due: "2026-12-01", lab: world.lab)
        try await world.store.updateAssignment(moved, by: "local:0", at: World.now)
        #expect(try await world.store.queuePosition(ID(trusted: "gra_a")) == 1)
        #expect(try await drain(world) == ["a", "b"])
    }

    @Test func positionsAreTheOrderOfClaiming() async throws {
        let world = try await World.make(learners: ["minji", "jun", "hana"], dues: ["2026-12-09", "2026-12-05"])
        for (name, learner, assignment) in [("a", 0, 0), ("b", 0, 0), ("c", 1, 1), ("d", 1, 0), ("e", 2, 1), ("f", 2, 1)] {
            try await world.submit(name, by: learner, to: assignment)
        }
        var positions: [(String, Int)] = []
        for name in ["a", "b", "c", "d", "e", "f"] {
            positions.append((name, try #require(try await world.store.queuePosition(ID(trusted: "gra_\(name)")))))
        }
        let expected = positions.sorted { $0.1 < $1.1 }.map(\.0)
        #expect(positions.map(\.1).sorted() == [1, 2, 3, 4, 5, 6])
        #expect(try await drain(world) == expected)
        #expect(try await world.store.queuePosition(ID(trusted: "gra_a")) == nil)
    }

    @Test func racingWorkersNeverShareAGrading() async throws {
        let world = try await World.make()
        for index in 0..<12 { try await world.submit("s\(index)", by: index % 2) }
        let claimed = try await withThrowingTaskGroup(of: ID<Grading>?.self) { group in
            for _ in 0..<16 { group.addTask { try await world.store.claimNextGrading(at: World.now)?.grading.id } }
            return try await group.reduce(into: [ID<Grading>]()) { if let id = $1 { $0.append(id) } }
        }
        #expect(claimed.count == 12)
        #expect(Set(claimed).count == 12)
        #expect(try await world.store.queueCounts() == (queued: 0, running: 12))
    }

    @Test(arguments: [
        (QueueQuery.next, "SCAN grading USING INDEX gradingQueue"),  // in index order, so LIMIT 1 reads one entry
        (QueueQuery.nextOrdinary, "SEARCH grading USING INDEX gradingQueue"),
        (QueueQuery.position, "SEARCH grading USING COVERING INDEX gradingQueue"),
        (QueueQuery.queued, "SCAN grading USING COVERING INDEX gradingQueue"),  // the index holds what is queued only
        (QueueQuery.running, "SEARCH grading USING COVERING INDEX gradingRunning"),
    ])
    func queueQueriesReadTheirIndexAndNeitherTableNorSorter(query: String, plan: String) async throws {
        let world = try await World.make()
        let steps = try await world.raw().read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN \(query)",
                arguments: StatementArguments(Array(repeating: 1, count: query.filter { $0 == "?" }.count))
            ).map { $0["detail"] as String }
        }
        #expect(steps.count == 1)
        #expect(steps.first?.hasPrefix(plan) == true, "\(steps)")
    }

    @Test func givenBackRunIsFencedOffAndFirstAgain() async throws {
        let world = try await World.make()
        try await world.submit("a", by: 0)
        try await world.submit("b", by: 1)
        let lost = try await world.claim()
        #expect(try await world.store.requeue(lost.grading.id, run: lost.grading.run))
        #expect(try await world.store.queuePosition(lost.grading.id) == 1)
        #expect(try await !world.record(lost, World.graded(20)))
        #expect(try await !world.store.advance(lost.grading.id, run: lost.grading.run, to: .grading, unpack: nil))
        #expect(try await !world.store.requeue(lost.grading.id, run: lost.grading.run))
        let again = try await world.claim()
        #expect(again.grading.id == lost.grading.id)
        #expect(again.grading.run == lost.grading.run + 1)
        #expect(try await !world.record(lost, World.graded(20)))
        #expect(try await world.record(again, World.graded(5)))
        #expect(try await world.store.submission(lost.submission.id).newest?.record?.score == Points(whole: 5))
    }

    @Test func turnsAreSettledWhenRunsAreGivenBack() async throws {
        let world = try await World.make()
        try await world.submit("m1", by: 0)
        try await world.submit("m2", by: 0)
        let (first, second) = (try await world.claim(), try await world.claim())
        try await world.submit("j1", by: 1)
        #expect(try await world.store.requeue(second.grading.id, run: 1))
        #expect(try await world.store.requeue(first.grading.id, run: 1))
        #expect(try await drain(world) == ["m1", "j1", "m2"])
    }

    @Test func interruptedRunsGoBackToTheQueueAtTheStart() async throws {
        let world = try await World.make()
        try await world.submit("a", by: 0)
        try await world.submit("b", by: 1)
        let survivor = try await world.claim()
        #expect(try await world.store.advance(survivor.grading.id, run: 1, to: .grading, unpack: UnpackReport(files: 3)))
        let reopened = try Store(path: world.path)
        #expect(try await reopened.requeueInterrupted() == 1)
        #expect(try await reopened.queueCounts() == (queued: 2, running: 0))
        #expect(try await !world.record(survivor, World.graded(20)))
        #expect(try await reopened.submission(survivor.submission.id).newest?.unpack == nil)
        let again = try #require(try await reopened.claimNextGrading(at: World.now))
        #expect(again.grading.id == survivor.grading.id)
        #expect(again.grading.run == 2)
        #expect(try await !world.record(survivor, World.graded(20)))
    }

    @Test func durationsOfTheNewestGradedRunsAreKnown() async throws {
        let world = try await World.make()
        for (name, seconds) in [("a", Int64(-8)), ("b", -3), ("c", 0)] {
            try await world.submit(name)
            let job = try await world.claim(at: World.now + .seconds(seconds))
            #expect(try await world.record(job, World.graded(1)))
        }
        try await world.submitAndRecord("d", World.notGraded)
        #expect(try await world.store.recentGradingSeconds(assignment: world.assignments[0].id, last: 2) == [2, 5])
    }
}
