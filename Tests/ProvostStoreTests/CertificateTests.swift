import ProvostCore
import ProvostStore
import Testing

struct CertificateTests {
    private static let acme = Slug(trusted: "acme")

    private func prepared() async throws -> World {
        let world = try await World.make()
        let point = String(repeating: "ab", count: 64)
        try await world.store.createIssuerKey(
            CertificateKey(organization: Self.acme, number: 1, point: point, createdAt: World.now), by: "local:0", at: World.now)
        return world
    }

    private func certificate(
        _ name: String, of learner: String = "minji", index: Int = 1, renews: ID<Certificate>? = nil,
        isAfterRevocation: Bool = false
    ) -> NewCertificate {
        NewCertificate(
            id: ID(trusted: "crt_\(name)"), enrollment: ID(trusted: "enr_\(learner)"), organization: Self.acme, learner: learner,
            title: LocalizedText(english: "Data"), summary: LocalizedText(english: "A course."), validFrom: World.now,
            validUntil: nil, keyNumber: 1, statusList: 1, statusIndex: index, token: "a.b.\(name)", digest: World.digest(index),
            evidence: [], renews: renews, isAfterRevocation: isAfterRevocation)
    }

    private func issue(_ world: World, _ certificates: NewCertificate...) async throws -> Int {
        try await world.store.issueCertificates(certificates, evaluated: World.now, by: "hana", at: World.now).kept
    }

    /// What happened since the requirements were looked at.
    @Test func whoIsSuspendedOrInDoubtMeanwhileGetsNone() async throws {
        let world = try await prepared()
        _ = try await world.store.suspendEnrollment(
            person: world.learners[0].slug, cohort: world.cohort, by: "local:0", at: World.now)
        #expect(try await issue(world, certificate("a")) == 0)
        try world.execute(
            "INSERT INTO integrityCase (id, enrollment, reason, actor, at) VALUES ('int_1', 'enr_jun', 'copied', 'hana', \(World.now.milliseconds))"
        )
        #expect(try await issue(world, certificate("b", of: "jun", index: 2)) == 0)
        // One that was opened before was looked at: the program's requirements say whether it matters.
        let later = World.now + .seconds(1)
        let outcome = try await world.store.issueCertificates(
            [certificate("b", of: "jun", index: 2)], evaluated: later, by: "hana", at: later)
        #expect(outcome.kept == 1)
    }

    @Test func aPlaceThatIsTakenLeavesTheOthersAlone() async throws {
        let world = try await prepared()
        #expect(try await issue(world, certificate("a")) == 1)
        let outcome = try await world.store.issueCertificates(
            [certificate("b", of: "jun", index: 1)], evaluated: World.now, by: "hana", at: World.now)
        #expect(outcome.kept == 0 && outcome.displaced == [ID(trusted: "enr_jun")])
    }

    @Test func aRevocationEndsThoseThatWereBeforeToo() async throws {
        let world = try await prepared()
        _ = try await issue(world, certificate("a"))
        _ = try await issue(world, certificate("b", index: 2, renews: ID(trusted: "crt_a")))
        try await world.store.revokeCertificate(ID(trusted: "crt_b"), reason: "forged", by: "hana", at: World.now)
        #expect(try await world.store.certificate(ID(trusted: "crt_a")).certificate.revocation?.reason == "forged")
        #expect(Set(try await world.store.revokedPlaces(organization: Self.acme, list: 1) ?? []) == [1, 2])
        await expectFailure(.conflict, "was revoked") {
            _ = try await issue(world, certificate("c", index: 3, renews: ID(trusted: "crt_b")))
        }
        #expect(try await issue(world, certificate("d", index: 4, renews: ID(trusted: "crt_b"), isAfterRevocation: true)) == 1)
        #expect(try await world.store.verifyAudit().brokenAt == nil)
    }

    @Test func issuingTwiceIsTheSameAsOnce() async throws {
        let world = try await prepared()
        #expect(try await issue(world, certificate("a"), certificate("b", of: "jun", index: 2)) == 2)
        #expect(try await issue(world, certificate("c", index: 3)) == 0)
        #expect(try await world.store.certificates(cohort: world.cohort).map(\.certificate.id.text) == ["crt_b", "crt_a"])
        #expect(try await world.store.audit(after: 0, limit: 1000).count { $0.action == "certificate.issue" } == 2)
    }

    @Test func ofManyAtTheSameInstantOneIsKept() async throws {
        let world = try await prepared()
        let kept = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...8 { group.addTask { try await issue(world, certificate("\(number)", index: number)) } }
            return try await group.reduce(0, +)
        }
        #expect(kept == 1)
        #expect(try await world.store.certificates(person: world.learners[0].id).count == 1)
        // The index holds it too, whoever writes.
        #expect(throws: (any Error).self) {
            try world.execute(
                """
                INSERT INTO certificate SELECT 'crt_x', enrollment, organization, learner, title, summary, validFrom, validUntil, keyNumber,
                  statusList, 99, token, digest, evidence, renews, issuedBy, issuedAt FROM certificate
                """)
        }
    }

    @Test func oneIsRenewedOnceAndRevokedOnce() async throws {
        let world = try await prepared()
        _ = try await issue(world, certificate("a"))
        let first: ID<Certificate> = ID(trusted: "crt_a")
        #expect(try await issue(world, certificate("b", index: 2, renews: first)) == 1)
        await expectFailure(.conflict, "renewed already") {
            _ = try await issue(world, certificate("c", index: 3, renews: first))
        }
        #expect(try await world.store.certificate(first).certificate.renewedBy == ID(trusted: "crt_b"))
        let revoke = { try await world.store.revokeCertificate(ID(trusted: "crt_b"), reason: "x", by: "hana", at: World.now) }
        try await revoke()
        await expectFailure(.conflict, "revoked already") { try await revoke() }
        #expect(try await world.store.revokedPlaces(organization: Self.acme, list: 1)?.contains(2) == true)
        #expect(try await world.store.revokedPlaces(organization: Self.acme, list: 2) == nil)
        #expect(try await world.store.verifyAudit().brokenAt == nil)
    }

    @Test func aKeyNumberIsTakenOnce() async throws {
        let world = try await prepared()
        await expectFailure(.conflict, "same time") {
            try await world.store.createIssuerKey(
                CertificateKey(
                    organization: Self.acme, number: 1, point: String(repeating: "cd", count: 64), createdAt: World.now),
                by: "local:0", at: World.now)
        }
    }

    @Test(arguments: [
        "UPDATE certificate SET learner = 'x'", "UPDATE certificate SET evidence = '[]'", "DELETE FROM certificate",
        "UPDATE certificateRevocation SET reason = 'x'", "DELETE FROM certificateRevocation",
        "UPDATE issuerKey SET createdAt = 2",
        "DELETE FROM issuerKey", "UPDATE certificateSubject SET subject = 'urn:uuid:x'",
    ])
    func nothingOfItEverChanges(_ statement: String) async throws {
        let world = try await prepared()
        _ = try await issue(world, certificate("a"))
        try await world.store.revokeCertificate(ID(trusted: "crt_a"), reason: "x", by: "hana", at: World.now)
        _ = try await world.store.certificateSubjects([world.learners[0].id: "urn:uuid:1"], organization: Self.acme)
        #expect(throws: (any Error).self) { try world.execute(statement) }
    }
}
