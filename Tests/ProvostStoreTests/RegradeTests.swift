import ProvostCore
import ProvostStore
import Synchronization
import Testing

struct RegradeTests {
    private static let now = World.now

    /// Names gradings `gra_r1`, `gra_r2`, …
    private final class Names: Sendable {
        private let count = Mutex(0)
        func next() -> ID<Grading> {
            count.withLock { count in
                count += 1
                return ID(trusted: "gra_r\(count)")
            }
        }
    }

    @discardableResult
    private func create(
        _ world: World, _ name: String = "1", lab: ContentDigest? = nil, scope: RegradeSet.Scope = .all
    ) async throws -> RegradeSet {
        let names = Names()
        return try await world.store.createRegradeSet(
            NewRegradeSet(
                id: ID(trusted: "rgs_\(name)"), assignment: world.assignments[0].id, labVersion: lab ?? world.lab.digest,
                scope: scope),
            make: { ID(trusted: "\(names.next())_\(name)") }, by: "hana", at: Self.now)
    }

    /// Grades what is queued: the points for each submission's name, nil for not graded.
    private func grade(_ world: World, _ points: [String: Int64?]) async throws {
        while let job = try await world.store.claimNextGrading(at: Self.now) {
            let name = String(job.submission.id.text.dropFirst(4))
            let given = try #require(points[name], "\(name) was not expected")
            #expect(try await world.record(job, given.map { World.graded($0) } ?? World.notGraded))
        }
    }

    @discardableResult
    private func apply(
        _ world: World, _ name: String = "1", options: RegradeOptions = RegradeOptions(), moves: Bool = true
    ) async throws -> RegradeSet {
        try await world.store.applyRegradeSet(
            ID(trusted: "rgs_\(name)"),
            RegradeApplication(options: options, reason: "Test 3 was wrong.", movesAssignment: moves), by: "hana", at: Self.now)
    }

    private func results(_ world: World) async throws -> [ResultRow] {
        try await world.results()
    }

    private func scores(_ world: World) async throws -> [String: Points?] {
        Dictionary(uniqueKeysWithValues: try await results(world).map { ($0.person.slug.text, $0.score) })
    }

    /// minji: a 12, b 15; jun: c 8.
    private func graded(policy: ResultPolicy = .best) async throws -> World {
        let world = try await World.make(policy: policy)
        try await world.submitAndRecord("a", by: 0, World.graded(12))
        try await world.submitAndRecord("b", by: 0, World.graded(15))
        try await world.submitAndRecord("c", by: 1, World.graded(8))
        return world
    }

    // MARK: Nothing counts before

    @Test func aSetTouchesNothingUntilItIsApplied() async throws {
        let world = try await graded()
        let before = try await results(world)
        let shown = try await world.store.submission(ID(trusted: "sub_a"))
        let set = try await create(world)
        #expect(set.state == .grading && set.submissions == 3 && set.finished == 0)
        try await grade(world, ["a": 1, "b": 2, "c": 20])
        #expect(try await results(world) == before)
        #expect(try await world.store.submission(ID(trusted: "sub_a")) == shown)
        #expect(try await world.store.attemptsUsed(assignment: world.assignments[0].id, person: world.learners[0].id) == 2)
        #expect(try await world.store.regradeSet(set.id).state == .ready)
        #expect(try await world.store.regradeNotices(cohort: world.cohort, person: world.learners[0].id).isEmpty)
    }

    @Test func theReviewSaysWhoMoves() async throws {
        let world = try await World.make()
        let old = [TestRecord(number: 1, name: "adds", status: .fail, score: .zero, max: Points(whole: 20))]
        let new = [TestRecord(number: 1, name: "adds", status: .pass, score: Points(whole: 20), max: Points(whole: 20))]
        try await world.submitAndRecord("a", by: 0, World.graded(0, tests: old))
        try await world.submitAndRecord("c", by: 1, World.graded(8))
        try await create(world)
        let first = try await world.claim()
        #expect(try await world.record(first, World.graded(20, tests: new)))
        let half = try await world.store.regradeReview(ID(trusted: "rgs_1"), options: RegradeOptions())
        #expect(half.items.map(\.verdict) == [.pending, .higher])
        #expect(try await world.record(world.claim(), World.notGraded))

        let review = try await world.store.regradeReview(ID(trusted: "rgs_1"), options: RegradeOptions())
        #expect(review.people.map { "\($0.person) \($0.direction.rawValue)" } == ["jun none", "minji up"])
        #expect(review.items.map { "\($0.person) \($0.verdict.rawValue)" } == ["jun not-graded", "minji higher"])
        #expect(review.items[0].reason == "The grader crashed." && review.items[0].after?.score == Points(whole: 8))
        let difference = try #require(review.items[1].tests.first)
        #expect(difference.name == "adds" && difference.before?.status == .fail && difference.after?.status == .pass)
        #expect(review.set.humanMarks == 0 && review.set.notGraded == 1)
    }

    // MARK: Applying

    @Test func applyingMakesItCount() async throws {
        let world = try await graded()
        try await create(world)
        try await grade(world, ["a": 16, "b": 3, "c": nil])
        let audit = try await world.store.verifyAudit().entries
        let set = try await apply(world)
        #expect(set.state == .applied && set.reason == "Test 3 was wrong." && set.endedBy == "hana")
        #expect(try await scores(world) == ["minji": Points(whole: 16), "jun": Points(whole: 8)])
        #expect(try await world.store.verifyAudit() == (entries: audit + 1, brokenAt: nil))
        let row = try await world.store.submission(ID(trusted: "sub_a"))
        #expect(row.newest?.record?.score == Points(whole: 16))
        #expect(row.newest?.regradeSet == set.id)
        #expect(row.gradings == 2)
        #expect(row.regrade?.before?.score == Points(whole: 12) && row.regrade?.after?.score == Points(whole: 16))
        #expect(row.regrade?.reason == "Test 3 was wrong.")
        let untouched = try await world.store.submission(ID(trusted: "sub_c"))
        #expect(untouched.regrade == nil && untouched.gradings == 1, "what is not graded changes nothing and tells nothing")
        let notice = try await world.store.regradeNotices(cohort: world.cohort, person: world.learners[0].id)
        #expect(notice[world.assignments[0].slug]?.before?.score == Points(whole: 15))
        #expect(notice[world.assignments[0].slug]?.after?.score == Points(whole: 16))
        #expect(try await world.store.regradeNotices(cohort: world.cohort, person: world.learners[1].id).isEmpty)
        // What was done is what is shown, whatever options are asked about now.
        let review = try await world.store.regradeReview(set.id, options: RegradeOptions(neverLower: true))
        #expect(review.items.map(\.verdict) == [.notGraded, .higher, .lower])
        #expect(review.people.map(\.direction) == [.up])
    }

    @Test func neverLowerKeepsWhatIsHigher() async throws {
        let world = try await graded()
        try await create(world)
        try await grade(world, ["a": 16, "b": 3, "c": 2])
        try await apply(world, options: RegradeOptions(neverLower: true))
        #expect(try await scores(world) == ["minji": Points(whole: 16), "jun": Points(whole: 8)])
        let kept = try await world.store.submission(ID(trusted: "sub_c"))
        #expect(kept.newest?.id == ID(trusted: "gra_c"))
        #expect(kept.regrade?.before == kept.regrade?.after, "a learner whose score stays is told so")
    }

    @Test func applyingAndUndoingGivesExactlyTheResultsBefore() async throws {
        let world = try await graded()
        // One that has no score, and that the set gives one.
        try await world.submitAndRecord("d", by: 1, World.notGraded)
        let before = try await results(world)
        let shown = try await world.store.submission(ID(trusted: "sub_d")).newest
        let grader = try await World.publishGrader(world.store, 2)
        let lab = try await World.publishLab(world.store, 2, grader: grader.digest)
        try await create(world, lab: lab.digest)
        try await grade(world, ["a": 1, "b": 2, "c": 20, "d": 19])
        #expect(try await apply(world).moved)
        #expect(try await world.store.assignment(world.assignments[0].id).labVersion == lab.digest)
        #expect(try await results(world) != before)
        let undo = try await world.store.createRegradeUndo(
            ID(trusted: "rgs_2"), of: ID(trusted: "rgs_1"), by: "hana", at: Self.now)
        #expect(undo.state == .ready && undo.undoes == ID(trusted: "rgs_1") && undo.submissions == 4)
        #expect(try await results(world) != before, "an undo is reviewed like any set")
        let review = try await world.store.regradeReview(undo.id, options: RegradeOptions())
        #expect(review.items.first { $0.submission == ID(trusted: "sub_d") }?.verdict == .withdrawn)
        try await apply(world, "2")
        #expect(try await results(world) == before)
        #expect(try await world.store.assignment(world.assignments[0].id).labVersion == world.lab.digest)
        #expect(try await world.store.submission(ID(trusted: "sub_d")).newest == shown)
        // And the undo can be undone.
        _ = try await world.store.createRegradeUndo(ID(trusted: "rgs_3"), of: ID(trusted: "rgs_2"), by: "hana", at: Self.now)
        try await apply(world, "3")
        #expect(try await scores(world) == ["minji": Points(whole: 2), "jun": Points(whole: 20)])
    }

    @Test func cancellingChangesNothingAndEmptiesTheQueue() async throws {
        let world = try await graded()
        let before = try await results(world)
        try await create(world)
        let running = try await world.claim()
        let set = try await world.store.cancelRegradeSet(ID(trusted: "rgs_1"), by: "hana", at: Self.now)
        #expect(set.state == .cancelled && set.finished == 2 && set.notGraded == 2)
        #expect(try await world.store.queueCounts() == (queued: 0, running: 1))
        #expect(try await world.record(running, World.graded(20)), "what is running ends, for nothing")
        #expect(try await results(world) == before)
        await expectFailure(.conflict, "cancelled") { try await apply(world) }
        await expectFailure(.conflict, "cancelled") {
            _ = try await world.store.cancelRegradeSet(ID(trusted: "rgs_1"), by: "hana", at: Self.now)
        }
        // The next one may begin.
        try await create(world, "2")
    }

    @Test func whatArrivesMeanwhileIsNotTouchedAndTold() async throws {
        let world = try await graded()
        try await create(world)
        try await grade(world, ["a": 20, "b": 20, "c": 20])
        try await world.submitAndRecord("late", by: 1, World.graded(11))
        // And one whose counting grading is another by now.
        _ = try await world.store.regrade(
            submissions: [ID(trusted: "sub_a")], make: { ID(trusted: "gra_direct") }, by: "hana", at: Self.now)
        try await grade(world, ["a": 5])
        let set = try await apply(world)
        #expect(set.arrived == 1)
        #expect(try await world.store.submission(ID(trusted: "sub_late")).newest?.record?.score == Points(whole: 11))
        let review = try await world.store.regradeReview(set.id, options: RegradeOptions())
        #expect(review.items.first { $0.submission == ID(trusted: "sub_a") }?.verdict == .overtaken)
        #expect(!review.items.contains { $0.submission == ID(trusted: "sub_late") })
        #expect(try await world.store.submission(ID(trusted: "sub_a")).newest?.record?.score == Points(whole: 5))
    }

    @Test func anOrdinaryGradingAfterwardsCountsInstead() async throws {
        let world = try await graded()
        try await create(world)
        try await grade(world, ["a": 1, "b": 1, "c": 20])
        try await apply(world)
        _ = try await world.store.regrade(
            submissions: [ID(trusted: "sub_c")], make: { ID(trusted: "gra_direct") }, by: "hana", at: Self.now)
        #expect(try await scores(world)["jun"] == Points(whole: 20), "not before it is graded")
        try await grade(world, ["c": 9])
        #expect(try await scores(world)["jun"] == Points(whole: 9))
        #expect(try await world.store.submission(ID(trusted: "sub_c")).newest?.id == ID(trusted: "gra_direct"))
    }

    @Test func ofTwoWhoApplyAtTheSameInstantOneWins() async throws {
        let world = try await graded()
        try await create(world)
        try await grade(world, ["a": 1, "b": 2, "c": 3])
        let outcomes = await withTaskGroup(of: ErrorCode?.self) { group in
            for index in 0..<8 {
                group.addTask {
                    do {
                        if index % 4 == 3 {
                            _ = try await world.store.cancelRegradeSet(ID(trusted: "rgs_1"), by: "jin", at: Self.now)
                        } else {
                            try await apply(world)
                        }
                        return nil
                    } catch { return (error as? ProvostError)?.code }
                }
            }
            return await group.reduce(into: [ErrorCode?]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 1)
        #expect(outcomes.compactMap(\.self).allSatisfy { $0 == .conflict })
        let decided = try World.number("SELECT count(*) FROM regradeDecision", in: world.path)
        #expect(decided == 3 || decided == 0)
        let entries = try await world.store.audit(after: 0, limit: 1000).filter {
            $0.action == "regrade.apply" || $0.action == "regrade.cancel"
        }
        #expect(entries.count == 1)
    }

    @Test func aSetIsAppliedOnlyWhenAllOfItIsGraded() async throws {
        let world = try await graded()
        try await create(world)
        let job = try await world.claim()
        await expectFailure(.conflict, "not graded to its end") { try await apply(world) }
        // A daemon that dies in the middle: the next one goes on where it was.
        let reopened = try Store(path: world.path)
        #expect(try await reopened.requeueInterrupted() == 1)
        #expect(try await !world.record(job, World.graded(20)))
        try await grade(world, ["a": 1, "b": 2, "c": 3])
        try await apply(world)
        #expect(try await scores(world) == ["minji": Points(whole: 2), "jun": Points(whole: 3)])
    }

    // MARK: Which submissions

    @Test func onlyOneSetOfAnAssignmentIsOpen() async throws {
        let world = try await graded()
        try await create(world)
        await expectFailure(.conflict, "rgs_1") { try await create(world, "2") }
        #expect(try World.number("SELECT count(*) FROM grading WHERE class = 1", in: world.path) == 3)
    }

    @Test func theCountingScopeTakesOneForEachPerson() async throws {
        let world = try await graded()
        #expect(try await world.store.regradeScope(assignment: world.assignments[0].id, scope: .counting) == (2, 0))
        try await create(world, scope: .counting)
        try await grade(world, ["b": 1, "c": 2])
        try await apply(world)
        #expect(try await scores(world) == ["minji": Points(whole: 12), "jun": Points(whole: 2)], "minji's other one counts now")
    }

    @Test func whatIsBeingGradedIsLeftOut() async throws {
        let world = try await graded()
        try await world.submit("d", by: 1)
        #expect(try await world.store.regradeScope(assignment: world.assignments[0].id, scope: .all) == (3, 1))
        let set = try await create(world)
        #expect(set.submissions == 3 && set.leftOut == 1 && set.arrived == 0)
        let empty = try await World.make()
        await expectFailure(.conflict, "nothing to grade again") { try await create(empty) }
    }

    @Test func aVersionOfAnotherLabIsRefused() async throws {
        let world = try await graded()
        await expectFailure(.notFound) { try await create(world, lab: World.digest(77)) }
        let other = LabManifest(
            name: Slug(trusted: "other"), title: LocalizedText(english: "O"), grader: Slug(trusted: "checker"),
            points: Points(whole: 5))
        let version = try await world.store.publishLab(
            digest: World.digest(321), content: World.digest(322), name: other.name, manifest: other,
            grader: world.grader.digest, bytes: ByteCount(1), by: "local:0", at: Self.now
        ).version
        await expectFailure(.conflict, "other") { try await create(world, lab: version.digest) }
    }

    @Test func whatIsNoAppliedSetCannotBeUndone() async throws {
        let world = try await graded()
        try await create(world)
        await expectFailure(.conflict, "only an applied set") {
            _ = try await world.store.createRegradeUndo(
                ID(trusted: "rgs_2"), of: ID(trusted: "rgs_1"), by: "hana", at: Self.now)
        }
        await expectFailure(.notFound) { _ = try await world.store.regradeSet(ID(trusted: "rgs_9")) }
    }

    // MARK: Versions

    /// A lab version with another full score.
    private func labOfTen(_ world: World) async throws -> LabVersion {
        let manifest = LabManifest(
            name: world.lab.name, title: LocalizedText(english: "Ten"), grader: Slug(trusted: "checker"),
            points: Points(whole: 10))
        return try await world.store.publishLab(
            digest: World.digest(900), content: World.digest(901), name: world.lab.name, manifest: manifest,
            grader: world.grader.digest, bytes: ByteCount(1), by: "local:0", at: Self.now
        ).version
    }

    private func gradedOfTen(_ points: Int64) -> GradingRecord {
        GradingRecord(outcome: .graded, isolation: .twoRoom, score: Points(whole: points), max: Points(whole: 10))
    }

    @Test func aResultHasTheFullScoreOfTheVersionThatProducedIt() async throws {
        let world = try await graded()
        let lab = try await labOfTen(world)
        try await create(world, lab: lab.digest)
        while let job = try await world.store.claimNextGrading(at: Self.now) {
            #expect(job.lab.digest == lab.digest)
            let record = job.submission.id == ID(trusted: "sub_b") ? gradedOfTen(7) : World.notGraded
            #expect(try await world.record(job, record))
        }
        try await apply(world, moves: true)
        let rows = try await results(world)
        // b: 15/20 became 7/10, a lower share than 15/20 and a higher one than a's 12/20; jun's 8 are still of 20.
        #expect(rows.map { "\($0.person.slug) \($0.score ?? .zero)/\($0.max)" } == ["jun 8/20", "minji 7/10"])
        #expect(try await world.store.assignment(world.assignments[0].id).title == LocalizedText(english: "Ten"))
    }

    @Test func theAssignmentCanStayWhereItIs() async throws {
        let world = try await graded()
        let lab = try await labOfTen(world)
        try await create(world, lab: lab.digest)
        while let job = try await world.store.claimNextGrading(at: Self.now) {
            #expect(try await world.record(job, gradedOfTen(10)))
        }
        #expect(try await !apply(world, moves: false).moved)
        #expect(try await world.store.assignment(world.assignments[0].id).labVersion == world.lab.digest)
    }

    @Test func anAssignmentThatMovedElsewhereIsNotMovedBack() async throws {
        let world = try await graded()
        let lab = try await labOfTen(world)
        try await create(world, lab: lab.digest)
        while let job = try await world.store.claimNextGrading(at: Self.now) {
            #expect(try await world.record(job, gradedOfTen(10)))
        }
        let third = try await World.publishLab(world.store, 3, grader: world.grader.digest)
        try await world.store.updateAssignment(World.assignment("one", due: nil, lab: third), by: "hana", at: Self.now)
        await expectFailure(.conflict, "--keep-version") { try await apply(world) }
        try await apply(world, moves: false)
        #expect(try await world.store.assignment(world.assignments[0].id).labVersion == third.digest)
    }

    // MARK: The queue

    @Test func everythingThatLearnersHandInGoesFirst() async throws {
        let world = try await graded()
        try await create(world)
        try await world.submit("second", by: 0)
        #expect(try await world.store.queuePosition(ID(trusted: "gra_second")) == 1)
        #expect(try await world.claim().submission.id == ID(trusted: "sub_second"))
        let first = try await world.claim()
        #expect(first.grading.regradeSet == ID(trusted: "rgs_1"))
        // One is running, and one is all that may.
        #expect(try await world.store.claimNextGrading(at: Self.now, ofSetsAtOnce: 1) == nil)
        try await world.submit("third", by: 0)
        let third = try await world.store.claimNextGrading(at: Self.now, ofSetsAtOnce: 1)
        #expect(third?.submission.id == ID(trusted: "sub_third"))
        #expect(try await world.record(first, World.graded(3)))
        #expect(try await world.store.claimNextGrading(at: Self.now, ofSetsAtOnce: 1)?.grading.regradeSet != nil)
    }

    @Test func aSingleRegradeIsNotHeldUpByASet() async throws {
        let world = try await graded()
        try await create(world)
        let queued = try await world.store.regrade(
            submissions: [ID(trusted: "sub_a")], make: { ID(trusted: "gra_direct") }, by: "hana", at: Self.now)
        #expect(queued == 1)
        #expect(try await world.claim().grading.id == ID(trusted: "gra_direct"))
    }

    // MARK: The record

    @Test(arguments: [
        "UPDATE regradeSet SET reason = 'x'", "UPDATE regradeSet SET state = 'open'", "DELETE FROM regradeSet",
        "UPDATE regradeDecision SET after = NULL", "DELETE FROM regradeDecision", "UPDATE regradeItem SET base = NULL",
        "DELETE FROM regradeItem", "UPDATE regradeMove SET after = NULL", "DELETE FROM regradeMove",
        "UPDATE grading SET regradeSet = NULL, class = 0 WHERE class = 1",
        "INSERT INTO regradeItem SELECT 'rgs_1', 'sub_late', NULL, NULL",
    ])
    func whatWasDecidedNeverChanges(statement: String) async throws {
        let world = try await graded()
        try await create(world)
        try await grade(world, ["a": 1, "b": 2, "c": 3])
        try await world.submitAndRecord("late", by: 1, World.graded(1))
        try await apply(world)
        let before = try await results(world)
        #expect(throws: (any Error).self) { try world.execute(statement) }
        #expect(try await results(world) == before)
    }

    @Test func aSetCannotBeAppliedPastItsGradings() async throws {
        let world = try await graded()
        try await create(world)
        #expect(throws: (any Error).self) {
            try world.execute("UPDATE regradeSet SET state = 'applied', reason = 'x', endedBy = 'x', endedAt = 1, arrived = 0")
        }
    }

    @Test func setsAreListedNewestFirst() async throws {
        let world = try await graded()
        try await create(world)
        _ = try await world.store.cancelRegradeSet(ID(trusted: "rgs_1"), by: "hana", at: Self.now)
        try await create(world, "2")
        let sets = try await world.store.regradeSets(cohort: world.cohort, assignment: nil)
        #expect(sets.map(\.id.text) == ["rgs_2", "rgs_1"])
        #expect(try await world.store.regradeSets(cohort: nil, assignment: ID(trusted: "asg_none")).isEmpty)
    }
}
