import ProvostCore
import ProvostStore
import Testing

struct MarkTests {
    private static let one = Slug(trusted: "one")
    private static let minji = Slug(trusted: "minji")
    private static let jun = Slug(trusted: "jun")

    private func mark(_ world: World, _ number: Int, _ people: [Slug], _ points: Int64?, by marker: String = "hana") async throws
    {
        try await world.store.addMarks(
            people.enumerated().map { index, person in
                NewMark(
                    id: ID(trusted: "mrk_\(number)_\(index)"), person: person,
                    levels: [Slug(trusted: "idea"): Slug(trusted: "good")], points: points.map { Points(whole: $0) },
                    max: Points(whole: 20), comment: "fine")
            }, cohort: world.cohort, assignment: Self.one, isModeration: false, by: marker, at: World.now)
    }
    private func record(_ world: World, _ learner: Int = 0) async throws -> LearnerRecord {
        let record = try await world.store.standings(cohort: world.cohort, person: world.learners[learner].id)
        return try #require(record.learners.count == 1 ? record.learners.first : nil)
    }

    @Test func aMarkCountsOnceItIsReleased() async throws {
        let world = try await World.make()
        try await mark(world, 1, [Self.minji, Self.jun], 12)
        #expect(try await record(world).marks.isEmpty)
        let released = try await world.store.releaseMarks(
            cohort: world.cohort, assignment: Self.one, person: Self.minji, by: "hana", at: World.now)
        #expect(released == 1)
        #expect(try await record(world).marks[Self.one]?.map(\.points) == [Points(whole: 12)])
        #expect(try await record(world).marks[Self.one]?.first?.levels == [Slug(trusted: "idea"): Slug(trusted: "good")])
        #expect(try await record(world, 1).marks.isEmpty, "the other one's is not released")
        // A later one waits for the next release.
        try await mark(world, 2, [Self.minji], 15)
        #expect(try await record(world).marks[Self.one]?.count == 1)
        #expect(
            try await world.store.releaseMarks(
                cohort: world.cohort, assignment: Self.one, person: nil, by: "hana", at: World.now) == 2)
        #expect(try await record(world).marks[Self.one]?.count == 2)
        #expect(
            try await world.store.releaseMarks(
                cohort: world.cohort, assignment: Self.one, person: nil, by: "hana", at: World.now) == 0)
    }

    @Test func aTeamIsMarkedTogetherOrNotAtAll() async throws {
        let world = try await World.make()
        await expectFailure(.notFound, "nobody") { try await mark(world, 1, [Self.minji, Slug(trusted: "nobody")], 12) }
        #expect(try await world.store.marks(cohort: world.cohort, assignment: nil, person: nil).isEmpty)
        await expectFailure(.invalid, "20") { try await mark(world, 1, [Self.minji], 21) }
        await expectFailure(.conflict, "take back") { try await mark(world, 1, [Self.minji], nil) }
        try await mark(world, 2, [Self.minji], 5)
        await expectFailure(.conflict, "take back") { try await mark(world, 3, [Self.minji], nil, by: "jisu") }
        try await mark(world, 3, [Self.minji], nil)
        #expect(try await world.store.verifyAudit().brokenAt == nil)
        #expect(try await world.store.audit(after: 0, limit: 1000).filter { $0.action == "mark.set" }.count == 2)
    }

    @Test func nothingOfItEverChanges() async throws {
        let world = try await World.make()
        try await mark(world, 1, [Self.minji], 12)
        for statement in ["UPDATE mark SET points = 20000", "DELETE FROM mark"] {
            #expect(throws: (any Error).self) { try world.execute(statement) }
        }
    }

    @Test func attendanceIsTheNewestWord() async throws {
        let world = try await World.make()
        let date = try CivilDate(parsing: "2026-03-02")
        let set = { (states: [Slug: AttendanceEntry.State]) in
            try await world.store.setAttendance(
                cohort: world.cohort, date: date, states: states, by: "hana", at: World.now)
        }
        #expect(try await set([Self.minji: .absent, Self.jun: .present]) == 2)
        #expect(try await set([Self.minji: .late, Self.jun: .present]) == 1)
        let rows = try await world.store.attendance(cohort: world.cohort, date: date, person: nil)
        #expect(rows.map { "\($0.person) \($0.state.rawValue)" } == ["jun present", "minji late"])
        #expect(try await record(world).attendance[date]?.state == .late)
        await expectFailure(.notFound) { _ = try await set([Slug(trusted: "nobody"): .present, Self.jun: .absent]) }
        #expect(try await record(world, 1).attendance[date]?.state == .present, "all of it or nothing")
    }

    @Test func anAllowanceHoldsUntilItIsWithdrawn() async throws {
        let world = try await World.make()
        let allowance = Allowance(
            id: ID(trusted: "alw_1"), cohort: world.cohort, person: Self.minji, assignment: Self.one, kind: .extension,
            until: try CivilTime(parsing: "2026-12-20T18:00"), reason: "ill", by: "hana", at: World.now)
        try await world.store.addAllowance(allowance)
        #expect(try await record(world).allowances == [allowance])
        #expect(try await world.store.standingAllowances(cohort: world.cohort, person: world.learners[0].id) == [allowance])
        #expect(try await record(world, 1).allowances.isEmpty)
        let withdraw = {
            _ = try await world.store.withdrawAllowance(
                ID(trusted: "alw_1"), cohort: world.cohort, reason: "by mistake", by: "hana", at: World.now)
        }
        try await withdraw()
        #expect(try await record(world).allowances.isEmpty)
        #expect(try await world.store.allowances(cohort: world.cohort, person: nil).first?.withdrawal?.reason == "by mistake")
        await expectFailure(.conflict) { try await withdraw() }
    }

    @Test func aDoubtIsOpenUntilItIsDecidedAndAConfirmedOneStays() async throws {
        let world = try await World.make()
        let open = { (id: String) in
            try await world.store.openIntegrityCase(
                IntegrityCase(
                    id: ID(trusted: id), cohort: world.cohort, person: Self.minji, assignment: Self.one, reason: "alike",
                    by: "hana", at: World.now))
        }
        let close = { (id: String, verdict: IntegrityCase.Verdict) in
            _ = try await world.store.closeIntegrityCase(
                ID(trusted: id), cohort: world.cohort, .init(verdict: verdict, reason: "seen", by: "hana", at: World.now))
        }
        #expect(try await record(world).integrity == .clear)
        try await open("int_1")
        #expect(try await record(world).integrity == .open)
        try await close("int_1", .cleared)
        #expect(try await record(world).integrity == .clear)
        try await open("int_2")
        try await close("int_2", .confirmed)
        try await open("int_3")
        #expect(try await record(world).integrity == .confirmed)
        await expectFailure(.conflict) { try await close("int_2", .cleared) }
    }

    @Test func oneAppealAtATimeAndOneReply() async throws {
        let world = try await World.make()
        let appeal = { (id: String) in
            try await world.store.addAppeal(
                Appeal(
                    id: ID(trusted: id), cohort: world.cohort, person: Self.minji, assignment: Self.one, text: "test 3",
                    at: World.now))
        }
        try await appeal("apl_1")
        await expectFailure(.conflict, "apl_1") { try await appeal("apl_2") }
        let reply = Appeal.Reply(verdict: .declined, text: "see section 2", by: "hana", at: World.now)
        #expect(try await world.store.replyToAppeal(ID(trusted: "apl_1"), cohort: world.cohort, reply).reply == reply)
        await expectFailure(.conflict) {
            _ = try await world.store.replyToAppeal(ID(trusted: "apl_1"), cohort: world.cohort, reply)
        }
        try await appeal("apl_2")
        #expect(try await world.store.appeals(cohort: world.cohort, person: Self.minji).count == 2)
        let audit = try await world.store.audit(after: 0, limit: 1000)
        #expect(!audit.contains { $0.details.contains("test 3") }, "what a learner wrote can be erased")
    }

    @Test func oneReadingHoldsWhatCountsWithItsVersions() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        try await world.submit("b")
        let attempts = try #require(try await record(world).attempts[Self.one])
        #expect(attempts.map(\.attempt.isPending) == [false, true])
        #expect(attempts[0].attempt.score?.score == Points(whole: 12))
        #expect(attempts[0].labVersion == world.lab.digest && attempts[0].graderVersion == world.grader.digest)
        #expect(attempts[1].labVersion == nil && attempts[1].isUsed)
        let all = try await world.store.standings(cohort: world.cohort)
        #expect(all.learners.map(\.person.slug.text) == ["jun", "minji"])
        #expect(all.plan == nil && all.points == [Self.one: Points(whole: 20)])
        await expectFailure(.notFound) {
            _ = try await world.store.standings(cohort: world.cohort, person: ID(trusted: "per_nobody"))
        }
    }

    @Test func aRegradingSeesMarksByPeopleAndCanKeepThem() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        try await world.submitAndRecord("c", by: 1, World.graded(12))
        try await mark(world, 1, [Self.minji], 15)
        try await mark(world, 2, [Self.jun], 3)
        try await mark(world, 3, [Self.jun], nil)
        let set: ID<RegradeSet> = ID(trusted: "rgs_1")
        _ = try await world.store.createRegradeSet(
            NewRegradeSet(id: set, assignment: world.assignments[0].id, labVersion: world.lab.digest, scope: .all),
            make: { ID(trusted: "gra_\(UInt32.random(in: 0 ... .max))") }, by: "hana", at: World.now)
        for _ in 0..<2 { #expect(try await world.record(world.claim(), World.graded(9))) }
        let review = try await world.store.regradeReview(set, options: RegradeOptions(keepHumanMarks: true))
        #expect(review.set.humanMarks == 1, "a mark that was taken back is none")
        #expect(
            review.items.map { "\($0.person) \($0.hasHumanMark) \($0.verdict.rawValue)" } == [
                "jun false lower", "minji true human-mark-kept",
            ])
    }
}
