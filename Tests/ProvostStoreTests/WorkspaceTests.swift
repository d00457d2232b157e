import ProvostCore
import ProvostStore
import Testing

struct WorkspaceTests {
    @Test func oneForEachLearnerAndAssignment() async throws {
        let campus = try await Campus.make()
        await expectFailure(.conflict, "already has the workspace wsp_0_0") {
            try await campus.create(0, 0, id: ID(trusted: "wsp_again"))
        }
        let found = try await campus.store.workspace(assignment: campus.assignments[0].id, person: campus.learners[0].id)
        #expect(found?.id == campus.id() && found?.state == .stopped && found?.limits == Campus.limits)
        try await campus.store.deleteWorkspace(campus.id(), by: "minji", at: World.now)
        #expect(
            try await campus.store.workspace(assignment: campus.assignments[0].id, person: campus.learners[0].id) == nil)
        #expect(try await campus.store.workspaces(WorkspaceFilter()).isEmpty)
        #expect(try await campus.store.workspace(campus.id()).state == .deleted)
        try await campus.create(0, 0, id: ID(trusted: "wsp_again"))
    }

    @Test func onlyWhatIsStoppedIsDeleted() async throws {
        let campus = try await Campus.make()
        try await campus.run()
        await expectFailure(.conflict, "running; stop it first") {
            try await campus.store.deleteWorkspace(campus.id(), by: "minji", at: World.now)
        }
    }

    @Test func snapshotsGoWithTheVolume() async throws {
        let campus = try await Campus.make()
        for number in 1...2 {
            try await campus.store.addSnapshot(
                Snapshot(
                    id: ID(trusted: "snp_\(number)"), workspace: campus.id(), cause: .reset,
                    createdAt: World.now + .seconds(Int64(number)), size: .mebibytes(3)), by: "minji")
        }
        try await campus.store.removeSnapshot(ID(trusted: "snp_1"), by: "minji", at: World.now)
        await expectFailure(.notFound) {
            try await campus.store.removeSnapshot(ID(trusted: "snp_1"), by: "minji", at: World.now)
        }
        #expect(try await campus.store.snapshots(of: campus.id()).map(\.id) == [ID(trusted: "snp_2")])
        // Forgotten once the files are gone, and only of a workspace that is deleted.
        try await campus.store.forgetSnapshot(ID(trusted: "snp_2"))
        #expect(try await campus.store.snapshots(of: campus.id()).count == 1)
        try await campus.store.deleteWorkspace(campus.id(), by: "minji", at: World.now)
        #expect(try await campus.store.snapshots(of: campus.id()).count == 1)
        try await campus.store.forgetSnapshot(ID(trusted: "snp_2"))
        #expect(try await campus.store.snapshots(of: campus.id()).isEmpty)
    }

    @Test func aShareLetsInForATimeAndVisitsAreListed() async throws {
        let campus = try await Campus.make(learners: 2)
        let store = campus.store
        func share(_ name: String, _ mode: Share.Mode, seconds: Int64, person: Int = 1) -> Share {
            Share(
                id: ID(trusted: name), workspace: campus.id(), person: campus.learners[person].slug, mode: mode,
                createdAt: World.now, until: World.now + .seconds(seconds))
        }
        await expectFailure(.invalid, "own") {
            try await store.grantShare(share("shr_0", .watch, seconds: 60, person: 0), by: "x")
        }
        await expectFailure(.invalid, "over") { try await store.grantShare(share("shr_0", .watch, seconds: 0), by: "x") }
        try await store.grantShare(share("shr_1", .watch, seconds: 3600), by: "learner0")
        try await store.grantShare(share("shr_2", .pair, seconds: 60), by: "learner0")
        let visitor = campus.learners[1].id
        #expect(try await store.share(campus.id(), person: visitor, at: World.now)?.mode == .pair)
        #expect(try await store.share(campus.id(), person: visitor, at: World.now + .seconds(60))?.mode == .watch)
        #expect(try await store.share(campus.id(), person: visitor, at: World.now + .seconds(3600)) == nil)
        #expect(try await store.share(campus.id(), person: campus.learners[0].id, at: World.now) == nil)
        let visit = try await store.beginVisit(ID(trusted: "shr_2"), at: World.now)
        _ = try await store.beginVisit(ID(trusted: "shr_1"), at: World.now)
        // A clock that stepped back gives no visit that ends before it began.
        try await store.endVisit(visit, at: Timestamp(milliseconds: World.now.milliseconds - 3_600_000))
        try await store.endAllVisits(at: World.now + .seconds(9))
        let visits = try await store.visits(campus.id())
        #expect(visits.map(\.mode) == [.watch, .pair])
        #expect(visits.map(\.endedAt) == [World.now + .seconds(9), World.now])
        #expect(try await store.revokeShare(ID(trusted: "shr_2"), by: "learner0", at: World.now).revokedAt == World.now)
        #expect(try await store.share(campus.id(), person: visitor, at: World.now)?.mode == .watch)
        await expectFailure(.denied) { _ = try await store.beginVisit(ID(trusted: "shr_2"), at: World.now) }
        #expect(try await store.shares(of: campus.id()).count == 2)
    }

    @Test func namesThatDoNotFitAreRefused() async throws {
        let campus = try await Campus.make()
        await expectFailure(.notFound, "There is no workspace") { _ = try await campus.store.workspace(ID(trusted: "wsp_none")) }
        await expectFailure(.notFound, "no assignment") {
            let other = try World.assignment("elsewhere", due: nil, lab: campus.world.lab)
            try await Campus(world: campus.world, assignments: [other], learners: campus.learners).create(
                0, 0, id: ID(trusted: "wsp_x"))
        }
    }
}
