import ProvostCore
import ProvostStore
import Testing

struct LabTests {
    @Test func versionsAreNumberedByName() async throws {
        let world = try await World.make()
        let grader = try await World.publishGrader(world.store, 2)
        #expect(grader.number == 2)
        // The same content with a newer grader: another digest, another version.
        let lab = try await World.publishLab(world.store, 2, grader: grader.digest)
        #expect(lab.number == 2)
        #expect(try await world.store.labVersions(lab.name) == [lab, world.lab])
        #expect(try await world.store.labVersions(nil) == [lab])
        #expect(try await world.store.graderVersions(grader.name) == [grader, world.grader])
        #expect(try await world.store.graderVersions(nil) == [grader])
        #expect(try await world.store.labVersion(lab.digest) == lab)
        #expect(try await world.store.graderVersion(grader.digest) == grader)
        #expect(try await world.store.labVersions(Slug("none")).isEmpty)
    }

    @Test func sameDigestAgainIsWhatIsRecorded() async throws {
        let world = try await World.make()
        let entries = try await world.store.verifyAudit().entries
        let (version, new) = try await world.store.publishGrader(
            digest: world.grader.digest, name: world.grader.name, manifest: world.grader.manifest, bytes: ByteCount(10),
            by: "a", at: World.now + .seconds(9))
        #expect(version == world.grader)
        #expect(!new)
        let (lab, newLab) = try await world.store.publishLab(
            digest: world.lab.digest, content: world.lab.content, name: world.lab.name, manifest: world.lab.manifest,
            grader: world.grader.digest,
            bytes: ByteCount(10), by: "a", at: World.now)
        #expect(lab == world.lab)
        #expect(!newLab)
        #expect(try await world.store.verifyAudit().entries == entries)
    }

    @Test func labWithoutItsGraderIsNotFound() async throws {
        let world = try await World.make()
        await expectFailure(.notFound, "grader version") {
            _ = try await World.publishLab(world.store, 3, grader: World.digest(1))
        }
        await expectFailure(.notFound) { _ = try await world.store.labVersion(World.digest(1)) }
        await expectFailure(.notFound) { _ = try await world.store.graderVersion(World.digest(1)) }
    }
}

struct AssignmentTests {
    @Test func assignmentComesBackAsItWasCreatedAndChanged() async throws {
        let world = try await World.make(dues: ["2026-12-01", "2026-12-02T10:00:30"])
        #expect(try await world.store.assignments(cohort: world.cohort) == world.assignments.sorted { $0.slug < $1.slug })
        #expect(try await world.store.assignment(world.assignments[1].id) == world.assignments[1])
        #expect(try await world.store.assignment(cohort: world.cohort, slug: Slug("two")) == world.assignments[1])
        let changed = try World.assignment("two", due: nil, lab: world.lab, attempts: 4, policy: .last)
        try await world.store.updateAssignment(changed, by: "a", at: World.now)
        #expect(try await world.store.assignment(changed.id) == changed)
    }

    @Test func contradictionsAreRefused() async throws {
        let world = try await World.make(dues: ["2026-12-01", "2026-12-02"])
        let taken = Assignment(
            id: ID(trusted: "asg_x"), cohort: world.cohort, slug: try Slug("one"), title: LocalizedText(english: "x"),
            lab: world.lab.name, labVersion: world.lab.digest, opens: try CivilTime(parsing: "2026-01-01"), due: nil,
            closes: try CivilTime(parsing: "2026-02-01"), attempts: nil, policy: .best, weight: 1)
        await expectFailure(.conflict, "already an assignment") {
            try await world.store.createAssignment(taken, by: "a", at: World.now)
        }
        await expectFailure(.invalid, "due time") {
            try await world.store.createAssignment(
                World.assignment("late", due: "2027-05-01", lab: world.lab), by: "a", at: World.now)
        }
        await expectFailure(.invalid) {
            try await world.store.createAssignment(
                World.assignment("none", due: nil, lab: world.lab, attempts: 0), by: "a", at: World.now)
        }
        let strange = LabVersion(
            digest: World.digest(77), content: World.digest(78), name: world.lab.name, number: 1, manifest: world.lab.manifest,
            grader: world.grader.digest,
            publishedAt: World.now, bytes: ByteCount(0))
        await expectFailure(.notFound, "lab version") {
            try await world.store.createAssignment(World.assignment("x", due: nil, lab: strange), by: "a", at: World.now)
        }
        await expectFailure(.notFound) {
            try await world.store.updateAssignment(World.assignment("ghost", due: nil, lab: world.lab), by: "a", at: World.now)
        }
        await expectFailure(.notFound, "ghost") {
            _ = try await world.store.assignment(cohort: world.cohort, slug: Slug("ghost"))
        }
    }
}
