import GRDB
import ProvostCore
import ProvostStore
import Testing

@Suite struct RosterTests {
    private static let spring = Slug(trusted: "spring")
    private static let digest = World.digest(7)

    private static func row(
        _ line: Int, number: String? = nil, login: String? = nil, name: String? = nil, email: String? = nil,
        section: String? = nil
    ) -> RosterRow {
        RosterRow(
            line: line, login: login.map { Slug(trusted: $0) }, number: number, name: name, email: email, section: section)
    }

    private static func order(_ cohort: Slug = spring, role: Role = .learner, mayTouch: Authority? = nil) -> RosterOrder {
        RosterOrder(cohort: cohort, role: role, mayTouch: mayTouch, actor: "local:0", at: World.now)
    }

    private func take(_ world: World, _ rows: [RosterRow], _ order: RosterOrder = order()) async throws -> RosterOutcome {
        try await world.store.importRoster(rows, order, digest: Self.digest, identifiers: .system)
    }

    @Test func importingTwiceIsTheSameAsOnceAndThePlanSaysIt() async throws {
        let world = try await World.make(learners: [])
        let rows = [
            Self.row(2, number: "0042", name: "김민지", email: "minji@example.kr", section: "A"),
            Self.row(3, login: "jun", name: "Jun"), Self.row(4, name: "Ana", email: "Ana.B@example.org"),
        ]
        let plan = try await world.store.planRoster(rows, Self.order())
        #expect(plan.report.new == 3 && plan.report.dryRun && plan.present.isEmpty)
        #expect(try await world.store.enrollments(cohort: Self.spring).isEmpty)
        let first = try await take(world, rows)
        #expect(first.report.new == 3 && first.present.count == 3)
        #expect(first.report.changes.map(\.person.text) == ["0042", "jun", "ana-b"])
        let entries = try await world.store.audit(after: 0, limit: 1000).count
        let second = try await take(world, rows)
        #expect(second.report.same == 3 && second.report.changes.isEmpty && Set(second.present) == Set(first.present))
        // Nothing changed: nothing is on record.
        #expect(try await world.store.audit(after: 0, limit: 1000).count == entries)
        let enrolled = try await world.store.enrollments(cohort: Self.spring)
        #expect(enrolled.map(\.person.slug.text) == ["0042", "ana-b", "jun"])
        #expect(enrolled[0].section == "A" && enrolled[0].person.name == "김민지")
        #expect(try await world.store.verifyAudit().brokenAt == nil)
    }

    @Test func changesAreNamedAndANumberFindsItsPersonUnderAnyName() async throws {
        let world = try await World.make(learners: [])
        _ = try await take(world, [Self.row(2, number: "007", name: "Kim", section: "A")])
        let changed = try await take(world, [Self.row(2, number: "007", name: "김", email: "k@x.kr", section: "B")])
        #expect(changed.report.changed == 1)
        #expect(changed.report.changes[0].details == ["name: Kim → 김", "email: – → k@x.kr", "section: A → B"])
        // A login that belongs to another number is a mistake, not a second person.
        let plan = try await world.store.planRoster([Self.row(9, number: "007", login: "other")], Self.order())
        #expect(plan.mistakes.count == 1 && plan.mistakes[0].hasPrefix("line 9: other has the student number “007”"))
        // A cell left empty takes nothing away.
        let empty = try await take(world, [Self.row(2, number: "007")])
        #expect(empty.report.same == 1)
    }

    @Test func whoIsMissingIsSuspendedAndComesBack() async throws {
        let world = try await World.make(learners: ["minji", "jun"])
        _ = try await world.store.enroll(
            person: World.person("teacher"), cohort: Self.spring, role: .instructor, enrollment: ID(trusted: "enr_t"),
            codeHash: World.digest(99).hex, codeExpires: World.now + .seconds(60), by: "local:0", at: World.now)
        let outcome = try await take(world, [Self.row(2, login: "minji"), Self.row(3, login: "new-one")])
        let present = Set(outcome.present)
        let dry = try await world.store.suspendAbsent(Self.order(), present: present, apply: false)
        #expect(dry.changes.map(\.person.text) == ["jun"])
        #expect(try await world.store.enrollments(cohort: Self.spring).allSatisfy { !$0.suspended })
        // One at a time crosses the borders of batches.
        let done = try await world.store.suspendAbsent(Self.order(), present: present, apply: true, batch: 1)
        #expect(done.suspended == 1)
        let suspended = try await world.store.enrollments(cohort: Self.spring).filter(\.suspended).map(\.person.slug.text)
        #expect(suspended == ["jun"])
        // A suspended person's unused code opens nothing.
        await #expect(throws: ProvostError.self) {
            try await world.store.redeemCode(
                hash: World.digest(1001).hex,
                token: NewToken(id: "tok_1", hash: World.digest(5).hex, label: nil, expiresAt: World.now),
                at: World.now)
        }
        let back = try await take(world, [Self.row(2, login: "minji"), Self.row(3, login: "jun")])
        #expect(back.report.returned == 1 && back.report.same == 1)
        // A roster of learners takes no instructor's rights.
        let teacher = try await take(world, [Self.row(2, login: "teacher")])
        #expect(teacher.report.same == 1)
    }

    @Test func numbersAreAnOrganizationsOwnAndStrangersAreLeftAlone() async throws {
        let world = try await World.make(learners: [])
        let campus = Organization(id: ID(trusted: "org_2"), slug: Slug(trusted: "campus"), title: "Campus")
        try await world.store.createOrganization(campus, by: "local:0", at: World.now)
        let there = Cohort(
            id: ID(trusted: "coh_there"), program: Slug(trusted: "backend"), slug: Slug(trusted: "there"), title: "There",
            firstDay: CivilDate(daysSince1970: 20_000), lastDay: CivilDate(daysSince1970: 20_500), timezone: "Asia/Seoul",
            organization: campus.slug)
        try await world.store.createCohort(there, by: "local:0", at: World.now)
        _ = try await take(world, [Self.row(2, number: "20230001", name: "Here")])
        let other = try await take(world, [Self.row(2, number: "20230001", name: "There")], Self.order(there.slug))
        // The same number elsewhere is somebody else.
        #expect(other.report.new == 1 && other.report.changes[0].person.text == "20230001-campus")
        let limited = try await world.store.planRoster(
            [Self.row(2, login: "20230001"), Self.row(3, login: "20230001-campus")],
            Self.order(there.slug, mayTouch: Authority(cohorts: [there.slug])))
        #expect(limited.mistakes.count == 1 && limited.mistakes[0].contains("line 2") && limited.report.same == 1)
    }

    @Test func codesAreMadeForThoseWhoNeverLoggedIn() async throws {
        let world = try await World.make(learners: ["minji", "jun"])
        _ = try await take(world, (0..<5).map { Self.row($0 + 2, number: "n\($0)") })
        _ = try await world.store.redeemCode(
            hash: World.digest(1000).hex,
            token: NewToken(id: "tok_1", hash: World.digest(5).hex, label: nil, expiresAt: World.now + .seconds(60)),
            at: World.now)
        var after: Int64 = 0
        var people: [String] = []
        for page in 0..<10 {
            let made = try await world.store.makeCodes(
                cohort: Self.spring, people: nil, after: after, hashes: (0..<2).map { World.digest(2000 + page * 10 + $0).hex },
                expires: World.now + .seconds(60), mayTouch: nil, by: "local:0", at: World.now)
            people += made.codes.map(\.enrollment.person.slug.text)
            guard let next = made.next else { break }
            after = next
        }
        #expect(people == ["jun", "n0", "n1", "n2", "n3", "n4"])
        // The code from the enrolment was replaced.
        await #expect(throws: ProvostError.self) {
            try await world.store.redeemCode(
                hash: World.digest(1001).hex,
                token: NewToken(id: "tok_2", hash: World.digest(6).hex, label: nil, expiresAt: World.now),
                at: World.now)
        }
        await #expect(throws: ProvostError.self) {
            try await world.store.makeCodes(
                cohort: Self.spring, people: [Slug(trusted: "stranger")], after: 0, hashes: [World.digest(3).hex],
                expires: World.now,
                mayTouch: nil, by: "local:0", at: World.now)
        }
    }

    @Test func anOrganizationsAdminHoldsItsCohortsAndLosesThem() async throws {
        let world = try await World.make(learners: ["minji"])
        let acme = Slug(trusted: "acme")
        let person = world.learners[0]
        #expect(try await world.store.organizationRights(person: person.id).cohorts.isEmpty)
        _ = try await world.store.addOrganizationAdmin(person.slug, of: acme, by: "local:0", at: World.now)
        let entries = try await world.store.audit(after: 0, limit: 1000).count
        _ = try await world.store.addOrganizationAdmin(person.slug, of: acme, by: "local:0", at: World.now)
        #expect(try await world.store.audit(after: 0, limit: 1000).count == entries)
        let rights = try await world.store.organizationRights(person: person.id)
        #expect(rights.organizations == [acme] && rights.cohorts == [Self.spring])
        #expect(try await world.store.organizationAdmins(of: nil).map(\.person.slug.text) == ["minji"])
        _ = try await world.store.removeOrganizationAdmin(person.slug, of: acme, by: "local:0", at: World.now)
        #expect(try await world.store.organizationRights(person: person.id) == OrganizationRights())
        await #expect(throws: ProvostError.self) {
            try await world.store.removeOrganizationAdmin(person.slug, of: acme, by: "local:0", at: World.now)
        }
    }

    /// What goes into the chain cannot be taken out of it when somebody asks to be erased.
    @Test func theAuditHoldsNoNamesAndNoAddresses() async throws {
        let world = try await World.make(learners: ["minji"])
        _ = try await take(world, [Self.row(2, number: "42", name: "비밀이름", email: "secret@example.kr", section: "A")])
        try await world.store.createPerson(
            Person(id: ID(trusted: "per_x"), slug: Slug(trusted: "xx"), name: "비밀이름", email: "secret@example.kr"), by: "local:0",
            at: World.now)
        let texts = try await world.store.audit(after: 0, limit: 1000).map { $0.details + $0.subject }
        #expect(!texts.contains { $0.contains("비밀") || $0.contains("secret") || $0.contains("님") })
    }
}
