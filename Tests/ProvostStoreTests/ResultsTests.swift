import ProvostCore
import ProvostStore
import Testing

struct ResultsTests {
    private func result(_ world: World, learner: Int = 0) async throws -> ResultRow {
        let rows = try await world.results(assignment: world.assignments[0].slug, person: world.learners[learner].id)
        return try #require(rows.count == 1 ? rows.first : nil)
    }

    @Test(arguments: [
        (ResultPolicy.best, Int64(15), "b"),  // the highest
        (ResultPolicy.last, Int64(9), "c"),  // the newest graded; the not graded one after it does not count
    ])
    func policyPicksTheSubmission(policy: ResultPolicy, points: Int64, submission: String) async throws {
        let world = try await World.make(policy: policy)
        try await world.submitAndRecord("a", World.graded(12))
        try await world.submitAndRecord("b", World.graded(15))
        try await world.submitAndRecord("c", World.graded(9))
        try await world.submitAndRecord("d", World.notGraded)
        let row = try await result(world)
        #expect(row.score == Points(whole: points))
        #expect(row.submission == ID(trusted: "sub_\(submission)"))
        #expect(row.max == Points(whole: 20))
        #expect(row.attemptsUsed == 3)
    }

    @Test func regradeThatFailsKeepsTheEarlierScore() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        _ = try await world.store.regrade(
            submissions: [ID(trusted: "sub_a")], make: { ID(trusted: "gra_2") }, by: "hana", at: World.now)
        #expect(try await world.record(world.claim(), World.notGraded))
        #expect(try await result(world).score == Points(whole: 12))
        // The attempt stays used: what counts was earned by it.
        #expect(try await result(world).attemptsUsed == 1)
    }

    @Test func aRegradeThatFailsGivesNoFurtherAttempt() async throws {
        let world = try await World.make(attempts: 1)
        try await world.submitAndRecord("a", World.graded(12))
        _ = try await world.store.regrade(
            submissions: [ID(trusted: "sub_a")], make: { ID(trusted: "gra_2") }, by: "hana", at: World.now)
        #expect(try await world.record(world.claim(), World.notGraded))
        await expectFailure(.limitReached) { _ = try await world.submit("b", maxAttempts: 1) }
        #expect(try await result(world).score == Points(whole: 12))
    }

    @Test func regradeReplacesTheScoreEvenByALowerOne() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        _ = try await world.store.regrade(
            submissions: [ID(trusted: "sub_a")], make: { ID(trusted: "gra_2") }, by: "hana", at: World.now)
        #expect(try await world.record(world.claim(), World.graded(7)))
        #expect(try await result(world).score == Points(whole: 7))
        #expect(try World.number("SELECT count(*) FROM score", in: world.path) == 2)
    }

    @Test func everyLearnerAndAssignmentHasARow() async throws {
        let world = try await World.make(dues: ["2026-12-01", "2026-12-02"])
        _ = try await world.store.enroll(
            person: World.person("teacher"), cohort: world.cohort, role: .instructor, enrollment: ID(trusted: "enr_t"),
            codeHash: World.digest(5).hex, codeExpires: World.now, by: "local:0", at: World.now)
        _ = try await world.store.suspendEnrollment(
            person: world.learners[1].slug, cohort: world.cohort, by: "local:0", at: World.now)
        try await world.submitAndRecord("a", by: 0, to: 1, World.graded(4))
        let rows = try await world.results()
        #expect(rows.map { "\($0.person.slug) \($0.assignment)" } == ["jun one", "jun two", "minji one", "minji two"])
        #expect(rows.map(\.score) == [nil, nil, nil, Points(whole: 4)])
        #expect(rows.allSatisfy { $0.max == Points(whole: 20) })
    }

    @Test func unknownCohortIsNotFound() async throws {
        let world = try await World.make()
        await expectFailure(.notFound, "autumn") {
            _ = try await world.store.standings(cohort: Slug("autumn"))
        }
    }
}
