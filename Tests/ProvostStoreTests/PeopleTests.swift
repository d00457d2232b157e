import ProvostCore
import ProvostStore
import Testing

struct PeopleTests {
    @Test func takenNamesAreConflicts() async throws {
        let world = try await World.make()
        await expectFailure(.conflict, "already an organization “acme”") {
            try await world.store.createOrganization(
                Organization(id: ID(trusted: "org_2"), slug: Slug("acme"), title: ""), by: "a", at: World.now)
        }
        await expectFailure(.conflict, "already a program “backend”") {
            try await world.store.createProgram(
                Program(id: ID(trusted: "pro_2"), organization: Slug("acme"), slug: Slug("backend"), title: ""), by: "a",
                at: World.now)
        }
        await expectFailure(.conflict, "already a cohort “spring”") {
            try await world.store.createCohort(World.cohort("spring", program: Slug("backend")), by: "a", at: World.now)
        }
        await expectFailure(.conflict, "already a person “minji”") {
            try await world.store.createPerson(World.person("minji"), by: "a", at: World.now)
        }
    }

    @Test func takenIdentifierIsAConflictToo() async throws {
        let world = try await World.make()
        await expectFailure(.conflict, "taken") {
            try await world.store.createOrganization(
                Organization(id: ID(trusted: "org_1"), slug: Slug("other"), title: ""), by: "a", at: World.now)
        }
    }

    @Test func missingParentsAreNotFound() async throws {
        let world = try await World.make()
        await expectFailure(.notFound, "no organization “ghost”") {
            try await world.store.createProgram(
                Program(id: ID(trusted: "pro_2"), organization: Slug("ghost"), slug: Slug("p"), title: ""), by: "a", at: World.now
            )
        }
        await expectFailure(.notFound, "no program “ghost”") {
            try await world.store.createCohort(World.cohort("autumn", program: Slug("ghost")), by: "a", at: World.now)
        }
        await expectFailure(.notFound, "no cohort “ghost”") { _ = try await world.store.cohort(Slug("ghost")) }
        await expectFailure(.notFound, "no person “ghost”") { _ = try await world.store.person(Slug("ghost")) }
        await expectFailure(.notFound) { _ = try await world.store.person(id: ID(trusted: "per_ghost")) }
        await expectFailure(.notFound) { _ = try await world.store.enrollments(cohort: Slug("ghost")) }
    }

    @Test func listingsGiveBackWhatWasCreated() async throws {
        let world = try await World.make(learners: ["minji", "jun"])
        #expect(try await world.store.organizations().map(\.slug.text) == ["acme"])
        #expect(try await world.store.programs().map(\.organization.text) == ["acme"])
        #expect(try await world.store.cohorts() == [World.cohort("spring", program: Slug("backend"))])
        #expect(try await world.store.cohort(world.cohort).timezone == "Asia/Seoul")
        #expect(try await world.store.persons() == [World.person("jun"), World.person("minji")])
        #expect(try await world.store.person(id: ID(trusted: "per_jun")) == World.person("jun"))
    }

    @Test func enrollingAgainChangesTheRoleAndKeepsTheIdentifier() async throws {
        let world = try await World.make()
        let before = try await world.store.suspendEnrollment(
            person: Slug("minji"), cohort: world.cohort, by: "a", at: World.now)
        #expect(before.suspended)
        let other = Person(id: ID(trusted: "per_new"), slug: try Slug("minji"), name: "Someone Else", email: nil)
        let after = try await world.store.enroll(
            person: other, cohort: world.cohort, role: .instructor, enrollment: ID(trusted: "enr_new"),
            codeHash: World.digest(3).hex, codeExpires: World.now, by: "a", at: World.now)
        #expect(after.id == before.id)
        #expect(after.person == World.person("minji"))
        #expect(after.role == .instructor)
        #expect(!after.suspended)
        #expect(try await world.store.enrollments(cohort: world.cohort).count == 2)
        #expect(try await world.store.enrollments(person: World.person("minji").id) == [after])
    }

    @Test func suspendingANonMemberIsNotFound() async throws {
        let world = try await World.make()
        try await world.store.createPerson(World.person("hana"), by: "a", at: World.now)
        await expectFailure(.notFound, "not in the cohort") {
            _ = try await world.store.suspendEnrollment(person: Slug("hana"), cohort: world.cohort, by: "a", at: World.now)
        }
    }
}

struct TokenTests {
    private let code = World.digest(1000).hex  // minji's, good for an hour

    private func token(_ number: Int, lasting seconds: Int64 = 60) -> NewToken {
        NewToken(
            id: "tok_\(number)", hash: World.digest(5000 + number).hex, label: "laptop", expiresAt: World.now + .seconds(seconds))
    }

    @Test func codeIsExchangedForATokenOnce() async throws {
        let world = try await World.make()
        let person = try await world.store.redeemCode(hash: code, token: token(1), at: World.now)
        #expect(person == world.learners[0])
        let known = try await world.store.authenticate(tokenHash: token(1).hash, at: World.now)
        #expect(known.person == person)
        #expect(known.tokenId == "tok_1")
        #expect(known.enrollments.map(\.cohort) == [world.cohort])
        await expectFailure(.unauthenticated, "used already") {
            _ = try await world.store.redeemCode(hash: code, token: token(2), at: World.now)
        }
        #expect(try await world.store.tokens(person: nil).map(\.id) == ["tok_1"])
    }

    @Test func oneOfManyRacingRedeemersWins() async throws {
        let world = try await World.make()
        let wins = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<16 {
                group.addTask {
                    (try? await world.store.redeemCode(hash: code, token: token(number), at: World.now)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try await world.store.tokens(person: world.learners[0].id).count == 1)
    }

    @Test func deadCodesSayWhy() async throws {
        let world = try await World.make()
        await expectFailure(.unauthenticated, "not known") {
            _ = try await world.store.redeemCode(hash: World.digest(1).hex, token: token(1), at: World.now)
        }
        await expectFailure(.unauthenticated, "expired") {
            _ = try await world.store.redeemCode(hash: code, token: token(1), at: World.now + .seconds(3600))
        }
        _ = try await world.store.enroll(
            person: world.learners[0], cohort: world.cohort, role: .learner, enrollment: ID(trusted: "enr_x"),
            codeHash: World.digest(4).hex, codeExpires: World.now + .seconds(9), by: "a", at: World.now)
        await expectFailure(.unauthenticated, "replaced") {
            _ = try await world.store.redeemCode(hash: code, token: token(1), at: World.now)
        }
        #expect(try await world.store.tokens(person: nil).isEmpty)
    }

    @Test func deadTokensSayWhy() async throws {
        let world = try await World.make()
        _ = try await world.store.redeemCode(hash: code, token: token(1), at: World.now)
        await expectFailure(.unauthenticated, "not known") {
            _ = try await world.store.authenticate(tokenHash: World.digest(1).hex, at: World.now)
        }
        await expectFailure(.unauthenticated, "expired") {
            _ = try await world.store.authenticate(tokenHash: token(1).hash, at: World.now + .seconds(60))
        }
        let revoked = try await world.store.revokeToken(id: "tok_1", by: "a", at: World.now)
        #expect(revoked.revokedAt == World.now)
        await expectFailure(.unauthenticated, "revoked") {
            _ = try await world.store.authenticate(tokenHash: token(1).hash, at: World.now)
        }
        // Again: the first instant stays.
        #expect(try await world.store.revokeToken(id: "tok_1", by: "a", at: World.now + .seconds(1)) == revoked)
        #expect(try await world.store.token(id: "tok_1") == revoked)
        await expectFailure(.notFound) { _ = try await world.store.token(id: "tok_9") }
    }

    @Test func suspendedEnrollmentIsLeftOut() async throws {
        let world = try await World.make()
        _ = try await world.store.redeemCode(hash: code, token: token(1), at: World.now)
        _ = try await world.store.suspendEnrollment(person: Slug("minji"), cohort: world.cohort, by: "a", at: World.now)
        #expect(try await world.store.authenticate(tokenHash: token(1).hash, at: World.now).enrollments.isEmpty)
    }
}
