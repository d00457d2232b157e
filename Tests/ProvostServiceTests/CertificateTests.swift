import Foundation
import ProvostCore
import ProvostCredentials
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    @Suite struct CertificateTests {
        private static let minji = Slug(trusted: "minji")
        private static let kim = Slug(trusted: "kim")

        @Test func onlyWhoMeetsTheRequirementsGetsOne() async throws {
            try await Course.with { course in
                let (minji, kim) = (try await course.join("minji"), try await course.join("kim"))
                let teacher = try await course.join("hana", .instructor)
                try await course.earn(8, minji)
                try await course.earn(3, kim)
                let standing = try await course.service.eligible(teacher, cohort: course.cohort)
                #expect(standing.map { "\($0.person.slug) \($0.verdict)" } == ["kim open", "minji met"])
                await expectFailure(.conflict, "web") { _ = try await course.issue(Self.kim) }
                // One of two who are named does not meet them: nobody gets one.
                await expectFailure(.conflict) { _ = try await course.issue(Self.minji, Self.kim) }
                await expectFailure(.notFound) { _ = try await course.issue(Slug(trusted: "nobody")) }
                #expect(try await course.store.certificates(cohort: course.cohort).isEmpty)
                await expectFailure(.denied) {
                    _ = try await course.service.issue(teacher, cohort: course.cohort, persons: [])
                }
                let made = try await course.issue()
                #expect(made.issued == 1 && made.certificates.map(\.person.slug) == [Self.minji])
                let again = try await course.issue(Self.minji)
                #expect(again.issued == 0 && again.certificates == made.certificates)
                // One by one it is the same as all together.
                for one in try await course.service.eligible(teacher, cohort: course.cohort) {
                    let alone = try await course.service.eligible(teacher, cohort: course.cohort, person: one.person.slug)
                    #expect(alone.verdict == one.verdict && alone.certificate == one.certificate && alone.unmet == one.unmet)
                }
                await expectFailure(.notFound) {
                    _ = try await course.service.eligible(teacher, cohort: course.cohort, person: Slug(trusted: "hana"))
                }
                await expectFailure(.denied) {
                    _ = try await course.service.eligible(kim, cohort: course.cohort, person: Self.kim)
                }
                // Its learner sees it, another one does not learn of it.
                let id = made.certificates[0].id
                #expect(try await course.service.list(minji, cohort: nil).map(\.id) == [id])
                await expectFailure(.notFound) { _ = try await course.service.content(kim, id) }
                await expectFailure(.denied) { _ = try await course.service.evidence(minji, id) }
                // Suspended: no right to one any more, and what is out stays.
                try await course.earn(9, kim)
                _ = try await course.home.provost.people.suspend(Home.root, person: Self.kim, cohort: course.cohort)
                #expect(try await course.issue().issued == 0)
                await expectFailure(.conflict, "suspended") {
                    _ = try await course.service.eligible(teacher, cohort: course.cohort, person: Self.kim)
                }
            }
        }

        @Test func manyAtTheSameInstantMakeOne() async throws {
            try await Course.with { course in
                let minji = try await course.join("minji")
                try await course.earn(8, minji)
                let issued = try await withThrowingTaskGroup(of: (Int, [ID<Certificate>]).self) { group in
                    for _ in 0..<6 {
                        group.addTask {
                            let made = try await course.issue()
                            return (made.issued, made.certificates.map(\.id))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(issued.map(\.0).reduce(0, +) == 1)
                #expect(Set(issued.map(\.1)).count == 1 && issued[0].1.count == 1)
                // The first key, which all of them wanted, is one as well, and it is the one in the file.
                #expect(try await course.service.keys(Home.root, organization: Slug(trusted: "acme")).count == 1)
                #expect(try await course.service.verified(issued[0].1[0]).report.findings.allSatisfy { $0.verdict == .valid })
            }
        }

        @Test func aNewKeyAndARevocationLeaveTheOthersAsTheyWere() async throws {
            try await Course.with { course in
                let acme = Slug(trusted: "acme")
                let (minji, kim) = (try await course.join("minji"), try await course.join("kim"))
                try await course.earn(8, minji)
                try await course.earn(9, kim)
                let findings = { (id: ID<Certificate>) in
                    try await course.service.verified(id).report.findings.filter { $0.verdict != .valid }.map(\.rule)
                }
                let old = try #require(try await course.issue(Self.minji).certificates.first)
                #expect(try await course.service.rotateKey(Home.root, organization: acme).map(\.number) == [1, 2])
                #expect(try await findings(old.id).isEmpty)
                let new = try #require(try await course.issue(Self.kim).certificates.first)
                #expect(try await findings(new.id).isEmpty)
                await expectFailure(.invalid, "--reason") {
                    _ = try await course.service.revoke(Home.root, new.id, reason: " \n")
                }
                let revoked = try await course.service.revoke(Home.root, new.id, reason: "by mistake")
                #expect(revoked.revocation?.reason == "by mistake")
                #expect(try await findings(new.id) == [.status])
                #expect(try await findings(old.id).isEmpty)
                await expectFailure(.conflict) { _ = try await course.service.renew(Home.root, new.id) }
                await expectFailure(.conflict) { _ = try await course.service.revoke(Home.root, new.id, reason: "again") }
                // For all it stays as it is; who is named gets another in its place.
                #expect(try await course.issue().issued == 0)
                let another = try await course.issue(Self.kim)
                #expect(another.issued == 1 && another.certificates.map(\.renews) == [new.id])
                #expect(try await findings(another.certificates[0].id).isEmpty)
                #expect(try await findings(new.id) == [.status])

                let renewed = try await course.service.renew(Home.root, old.id)
                #expect(renewed.renews == old.id)
                #expect(try await findings(renewed.id).isEmpty)
                await expectFailure(.conflict) { _ = try await course.service.renew(Home.root, old.id) }
                #expect(try await course.service.evidence(Home.root, renewed.id).allSatisfy { $0.holds })

                // A lost private key: nothing more is signed by it, and what is out stays checkable.
                try FileManager.default.removeItem(atPath: "\(course.home.context.directory.keys)/issuers/acme-2.p256")
                await expectFailure(.unavailable, "key rotate") {
                    _ = try await course.service.renew(Home.root, renewed.id)
                }
                // Requirements that are not met any more.
                #expect(try await course.service.rotateKey(Home.root, organization: acme).count == 3)
                _ = try await course.home.provost.submissions.regrade(
                    Home.root,
                    submission: try #require(
                        try await course.store.submissions(cohort: nil, assignment: nil, person: minji.person?.id, limit: 1).first
                    ).submission.id)
                try await course.record(1)
                await expectFailure(.conflict, "any more") { _ = try await course.service.renew(Home.root, renewed.id) }
                #expect(try await findings(renewed.id).isEmpty)
            }
        }
    }
}
