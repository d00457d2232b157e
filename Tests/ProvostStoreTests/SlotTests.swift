import ProvostCore
import ProvostStore
import Testing

struct SlotTests {
    private static func slot(_ campus: Campus, _ id: String = "slt_1", begins: String = "2026-06-01T09:00") throws -> Slot {
        Slot(
            id: ID(trusted: id), cohort: campus.cohort, assignment: campus.assignments[0].slug,
            begins: try CivilTime(parsing: begins), time: .seconds(10_800), warm: .seconds(600), createdAt: World.now)
    }

    @Test func aTimetableIsKeptAndEachSlotOnce() async throws {
        let campus = try await Campus.make(assignments: 2)
        let later = try Self.slot(campus, "slt_2", begins: "2026-07-01T09:00")
        let first = try Self.slot(campus)
        for slot in [later, first] { try await campus.store.addSlot(slot, by: "hana") }
        let planned = try await campus.store.slots(cohort: campus.cohort)
        #expect(planned.map(\.slot) == [first, later])
        #expect(planned[0].assignment == campus.assignments[0].id && planned[0].timezone == "Asia/Seoul")
        #expect(planned[0].labVersion == campus.world.lab.digest)
        #expect(try await campus.store.slots() == planned)
        await expectFailure(.conflict, "slt_1") {
            try await campus.store.addSlot(Self.slot(campus, "slt_3"), by: "hana")
        }
        var nothing = try Self.slot(campus, "slt_4")
        nothing.assignment = Slug(trusted: "nothing")
        await expectFailure(.notFound, "nothing") { try await campus.store.addSlot(nothing, by: "hana") }
        await expectFailure(.notFound, "slt_9") {
            _ = try await campus.store.removeSlot(ID(trusted: "slt_9"), cohort: campus.cohort, by: "hana", at: World.now)
        }
        await expectFailure(.notFound) {
            _ = try await campus.store.removeSlot(first.id, cohort: Slug(trusted: "other"), by: "hana", at: World.now)
        }
        #expect(try await campus.store.removeSlot(first.id, cohort: campus.cohort, by: "hana", at: World.now) == first)
        #expect(try await campus.store.slots().map(\.slot) == [later])
    }

    @Test func whatBecameOfEachLearnersIsRecordedInPlaceOfWhatWas() async throws {
        let campus = try await Campus.make(learners: 2)
        let slot = try Self.slot(campus)
        try await campus.store.addSlot(slot, by: "hana")
        let (one, two) = (ID<Enrollment>(trusted: "enr_learner0"), ID<Enrollment>(trusted: "enr_learner1"))
        let failed = WarmingRule.Outcome(at: World.now, labVersion: campus.world.lab.digest, reason: "full")
        let warmed = WarmingRule.Outcome(at: World.now + .seconds(60), labVersion: campus.world.lab.digest)
        try await campus.store.recordWarming(slot.id, one, failed)
        try await campus.store.recordWarming(slot.id, two, warmed)
        #expect(try await campus.store.warmings(of: slot.id) == [one: failed, two: warmed])
        for _ in 0..<2 { try await campus.store.recordWarming(slot.id, one, warmed) }
        #expect(try await campus.store.warmings(of: slot.id) == [one: warmed, two: warmed])
        _ = try await campus.store.removeSlot(slot.id, cohort: campus.cohort, by: "hana", at: World.now)
        #expect(try await campus.store.warmings(of: slot.id).isEmpty)
        // Removed while its workspaces were warmed.
        try await campus.store.recordWarming(slot.id, one, warmed)
        #expect(try await campus.store.warmings(of: slot.id).isEmpty)
    }

    @Test func whoHasASlotNowGoesFirstAmongThoseWhoWait() async throws {
        let campus = try await Campus.make(learners: 3, assignments: 2)
        let one = campus.request(capacity: MachineCapacity(workspaces: 1), queue: true)
        var slot = one
        slot.slots = [campus.assignments[1].id]
        func at(_ second: Int64) -> Timestamp { World.now + .seconds(second) }
        try await campus.run(0, 0)
        #expect(try await campus.begin(1, 0, one, at: at(1)) == .waiting(position: 1, of: 1))
        #expect(try await campus.begin(0, 1, slot, at: at(2)) == .waiting(position: 1, of: 2))
        #expect(try await campus.begin(2, 1, slot, at: at(3)) == .waiting(position: 2, of: 3))
        let slots = slot.slots
        #expect(
            try await campus.store.waitingWorkspaces(slots: slots).map(\.id) == [
                campus.id(0, 1), campus.id(2, 1), campus.id(1, 0),
            ])
        #expect(try #require(try await campus.store.waitingPlace(campus.id(1, 0), slots: slots)) == (3, 3))
        // The slot is over: everybody by the ordinary rule.
        #expect(
            try await campus.store.waitingWorkspaces().map(\.id) == [campus.id(1, 0), campus.id(2, 1), campus.id(0, 1)])
    }

    @Test func aCopyStandsBesideTheirOwnAndOnceForEachWorkspace() async throws {
        let campus = try await Campus.make(learners: 2)
        func copy(_ id: String, of source: ID<Workspace>) -> Workspace {
            Workspace(
                id: ID(trusted: id), person: campus.learners[1].slug, cohort: campus.cohort,
                assignment: campus.assignments[0].slug, lab: campus.world.lab.name, labVersion: campus.world.lab.digest,
                state: .stopped, start: 0, limits: Campus.limits, network: .loopback, createdAt: World.now, copyOf: source)
        }
        try await campus.store.createWorkspace(copy("wsp_copy", of: campus.id(0, 0)), by: "hana", at: World.now)
        #expect(try await campus.store.workspace(ID(trusted: "wsp_copy")).copyOf == campus.id(0, 0))
        // By the assignment's name it is their own that is found.
        let own = try await campus.store.workspace(assignment: campus.assignments[0].id, person: campus.learners[1].id)
        #expect(own?.id == campus.id(1, 0) && own?.copyOf == nil)
        await expectFailure(.conflict, "wsp_copy") {
            try await campus.store.createWorkspace(copy("wsp_more", of: campus.id(0, 0)), by: "hana", at: World.now)
        }
        // Of one's own, or of a copy: no way of the service's leads there, and the schema refuses it.
        for source in [campus.id(1, 0), ID<Workspace>(trusted: "wsp_copy")] {
            await #expect(throws: ProvostError.self) {
                try await campus.store.createWorkspace(copy("wsp_odd", of: source), by: "hana", at: World.now)
            }
        }
        try await campus.store.deleteWorkspace(ID(trusted: "wsp_copy"), by: "hana", at: World.now)
        try await campus.store.createWorkspace(copy("wsp_again", of: campus.id(0, 0)), by: "hana", at: World.now)
    }
}
