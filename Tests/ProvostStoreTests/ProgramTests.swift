import ProvostCore
import ProvostStore
import Testing

/// Programs' versions, what cohorts get of them, and the two rules that they bring: capacity and cool-off.
@Suite struct ProgramTests {
    private static func description(_ name: String, capacity: Int? = nil, organization: String = "acme") -> ProgramDescription {
        var program = ProgramDescription(
            name: Slug(trusted: name), title: LocalizedText(english: name), organization: Slug(trusted: organization),
            timezone: "Asia/Seoul",
            phases: [
                .init(
                    name: Slug(trusted: "all"), title: LocalizedText(english: "All"), place: .online, begins: .day(1),
                    ends: .day(30))
            ], assignments: [])
        program.capacity = capacity
        program.dropped = [Slug(trusted: "exercises"): 1]
        return program
    }

    private static func publish(_ world: World, _ program: ProgramDescription, _ number: Int) async throws -> (
        version: ProgramVersion, isNew: Bool
    ) {
        try await world.store.publishProgram(
            program, digest: World.digest(500 + number), source: "name: \(program.name)", program: ID(trusted: "prg_\(number)"),
            by: "local:0", at: world.now)
    }

    @Test func theSameIsOneVersion() async throws {
        let world = try await World.make()
        let first = try await Self.publish(world, Self.description("ml"), 1)
        #expect(first.isNew && first.version.number == 1)
        let again = try await Self.publish(world, Self.description("ml"), 1)
        #expect(!again.isNew && again.version == first.version)
        let second = try await Self.publish(world, Self.description("ml", capacity: 3), 2)
        #expect(second.version.number == 2)
        #expect(try await world.store.programVersions(Slug("ml")).map(\.number) == [2, 1])
        #expect(try await world.store.newestProgramVersion(Slug("ml")) == second.version)
        // A program that was made by hand gets its first file, and stays with its organization.
        #expect(try await world.store.newestProgramVersion(Slug("backend")) == nil)
        #expect(try await Self.publish(world, Self.description("backend"), 3).version.number == 1)
        try await world.store.createOrganization(
            Organization(id: ID(trusted: "org_2"), slug: Slug("other"), title: "Other"), by: "local:0", at: world.now)
        await expectFailure(.conflict, "stay with theirs") {
            _ = try await Self.publish(world, Self.description("backend", organization: "other"), 4)
        }
        await expectFailure(.notFound) { _ = try await Self.publish(world, Self.description("new", organization: "ghost"), 5) }
    }

    @Test func aCohortBeginsWholeOrNotAtAll() async throws {
        let world = try await World.make()
        let version = try await Self.publish(world, Self.description("ml", capacity: 1), 1).version
        let cohort = World.cohort("summer", program: try Slug("ml"))
        let planning = try CohortPlanning.plan(
            version.description, version: version.digest,
            calendar: CohortCalendar(firstDay: cohort.firstDay, workdays: [.monday], holidays: []))
        func opening(labVersion: ContentDigest) throws -> CohortOpening {
            let one = try World.assignment("lab", due: nil, lab: world.lab)
            let assignment = Assignment(
                id: ID(trusted: "asg_summer"), cohort: cohort.slug, slug: one.slug, title: one.title, lab: one.lab,
                labVersion: labVersion, opens: one.opens, due: nil, closes: one.closes, attempts: nil, policy: .best, weight: 1)
            let talk = MarkedAssignment(
                id: ID(trusted: "mas_1"), cohort: cohort.slug, slug: try Slug("there"), title: LocalizedText(english: "There"),
                work: .attendance([cohort.firstDay]), opens: one.opens, due: nil, closes: one.closes,
                terms: AssignmentTerms(phase: try Slug("all")), weight: 0)
            return CohortOpening(
                plan: planning.plan, assignments: [assignment], marked: [talk],
                limits: [LimitChange(node: .cohort(cohort.slug), scope: .each, dimension: .memory, value: 1 << 28)],
                budget: BudgetGrant(cohort: cohort.slug, unit: .sessionHours, amount: .seconds(3600)))
        }
        await expectFailure(.notFound) {
            try await world.store.createCohort(
                cohort, opening: opening(labVersion: World.digest(9999)), by: "local:0", at: world.now)
        }
        #expect(try await world.store.cohorts().count == 1)
        try await world.store.createCohort(cohort, opening: opening(labVersion: world.lab.digest), by: "local:0", at: world.now)
        #expect(try await world.store.cohortPlan(cohort.slug) == planning.plan)
        #expect(try await world.store.markedAssignments(cohort: cohort.slug).map(\.slug.text) == ["there"])
        #expect(try await world.store.limitSettings(.cohort(cohort.slug)).map(\.value) == [1 << 28])
        #expect(try await world.store.budget(cohort: cohort.slug)?.amount == .seconds(3600))

        // One place: a suspended learner gives it back, and whoever has it may be enrolled again.
        func enroll(_ name: String, _ role: Role = .learner) async throws {
            _ = try await world.store.enroll(
                person: World.person(name), cohort: cohort.slug, role: role, enrollment: ID(trusted: "enr_s_\(name)_\(role)"),
                codeHash: World.digest(Int.random(in: 10_000...99_999_999)).hex, codeExpires: world.now + .seconds(60),
                by: "local:0", at: world.now)
        }
        try await enroll("a")
        try await enroll("a")
        await expectFailure(.limitReached, "is full") { try await enroll("b") }
        try await enroll("teacher", .instructor)
        _ = try await world.store.suspendEnrollment(
            person: Slug("a"), cohort: cohort.slug, by: "local:0", at: world.now)
        try await enroll("b")
        await expectFailure(.limitReached) { try await enroll("a") }
    }

    @Test func aCoolOffIsHeldAndOurFaultStartsNone() async throws {
        let world = try await World.make()
        let one = world.assignments[0]
        let patient = Assignment(
            id: one.id, cohort: one.cohort, slug: one.slug, title: one.title, lab: one.lab, labVersion: one.labVersion,
            opens: one.opens, due: one.due, closes: one.closes, attempts: nil, policy: .best, weight: 1,
            terms: AssignmentTerms(coolOff: .seconds(600)))
        try await world.store.updateAssignment(patient, by: "local:0", at: world.now)
        // What is being graded counts; what we failed to grade does not.
        try await world.submit("a")
        await expectFailure(.limitReached, "lie 10 min. The next one is possible in 10 min") { try await world.submit("b") }
        #expect(try await world.record(world.claim(), World.notGraded))
        try await world.submitAndRecord("b", World.graded(5))
        await expectFailure(.limitReached) { try await world.submit("c") }
        // The same key again is the same submission, and others wait for nobody.
        try await world.submit("b")
        try await world.submit("d", by: 1)
        func allowed(after seconds: Int64) async throws {
            try await world.store.requireSubmissionInDay(
                person: world.learners[0].id, cohort: world.cohort, assignment: patient, key: "new",
                at: world.now + .seconds(seconds))
        }
        await expectFailure(.limitReached, "possible in 1 s") { try await allowed(after: 599) }
        try await allowed(after: 600)
    }
}
