import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    @Suite struct EvidenceTests {
        private struct Earned {
            let course: Course
            let certificate: Certificate
            let submission: Submission
            func links() async throws -> [EvidenceLink] {
                try await course.service.evidence(Home.root, certificate.id)
            }
            /// The first words of the links that are broken.
            func broken() async throws -> Set<String> {
                Set(
                    try await links().filter(\.finding.isBroken).map {
                        $0.link.split(separator: " ").first.map(String.init) ?? ""
                    })
            }
        }

        private func earned(_ body: (Earned) async throws -> Void) async throws {
            try await Course.with { course in
                let (minji, kim) = (try await course.join("minji"), try await course.join("kim"))
                try await course.earn(7, kim)
                let submission = try await course.earn(8, minji)
                try await course.decide(Slug(trusted: "minji"), other: Slug(trusted: "kim"))
                let made = try await course.issue(Slug(trusted: "minji"))
                try await body(
                    Earned(course: course, certificate: try #require(made.certificates.first), submission: submission))
            }
        }

        @Test func eachKindOfTamperingIsFound() async throws {
            try await earned { earned in
                let course = earned.course
                let links = try await earned.links()
                #expect(links.allSatisfy { $0.holds }, "\(links.filter { !$0.holds })")
                let kinds = Set(links.map { $0.link.split(separator: " ")[0] })
                #expect(
                    kinds == [
                        "audit", "certificate", "record", "result", "submission", "archive", "grading", "grader", "lab",
                        "content",
                        "mark", "release", "attendance", "allowance",
                    ])
                #expect(
                    links.count { $0.link.hasPrefix("attendance") } == 3 && links.count { $0.link.hasPrefix("allowance") } == 2)

                let triggers = [
                    "scoreKept", "testKept", "submissionKept", "markKept", "markReleaseKept", "attendanceKept", "allowanceKept",
                    "certificateKept", "labVersionKept", "markStays", "auditStays", "auditKept",
                ]
                try await course.tamper(triggers.map { "DROP TRIGGER \($0);" }.joined())
                for (statement, undo, expected) in [
                    (
                        "UPDATE score SET points = points - 1000", "UPDATE score SET points = points + 1000",
                        ["grading", "result"]
                    ),
                    ("UPDATE test SET status = 'fail'", "UPDATE test SET status = 'pass'", ["grading"]),
                    (
                        "UPDATE submission SET receivedAt = receivedAt - 1000",
                        "UPDATE submission SET receivedAt = receivedAt + 1000", ["submission"]
                    ),
                    (
                        "UPDATE mark SET points = points + 1000", "UPDATE mark SET points = points - 1000",
                        ["mark", "result"]
                    ),
                    (
                        #"UPDATE mark SET levels = '{"idea":"good"}'"#, #"UPDATE mark SET levels = '{"idea":"fair"}'"#,
                        ["mark"]
                    ),
                    ("UPDATE mark SET marker = 'x'", "UPDATE mark SET marker = 'local:0'", ["mark"]),
                    (
                        "UPDATE markRelease SET through = through + 1", "UPDATE markRelease SET through = through - 1",
                        ["release"]
                    ),
                    // Both were somewhere that day, and the numbers stay the same: only who is another one.
                    (
                        "UPDATE attendance SET state = iif(state = 'absent', 'present', 'absent') WHERE date = '2026-05-11'",
                        "UPDATE attendance SET state = iif(state = 'absent', 'present', 'absent') WHERE date = '2026-05-11'",
                        ["attendance", "result"]
                    ),
                    (
                        "UPDATE allowance SET bonus = bonus * 2", "UPDATE allowance SET bonus = bonus / 2",
                        ["allowance", "result"]
                    ),
                    (
                        "UPDATE allowance SET reason = 'x'", "UPDATE allowance SET reason = 'ill'", ["allowance"]
                    ),
                    (
                        "UPDATE certificate SET evidence = replace(evidence, '\"result\":85,', '\"result\":95,')",
                        "UPDATE certificate SET evidence = replace(evidence, '\"result\":95,', '\"result\":85,')",
                        ["record", "result"]
                    ),
                    (
                        "CREATE TABLE kept AS SELECT content FROM labVersion; UPDATE labVersion SET content = grader",
                        "UPDATE labVersion SET content = (SELECT content FROM kept); DROP TABLE kept", ["content"]
                    ),
                    (
                        "UPDATE certificate SET digest = replace(digest, substr(digest, 1, 60), '\(String(repeating: "a", count: 60))')",
                        "UPDATE certificate SET digest = '\(earned.certificate.digest.hex)'", ["certificate"]
                    ),
                    // Another text in an entry breaks the chain, whatever it says.
                    (
                        "UPDATE audit SET actor = 'x' WHERE action = 'grading.record'",
                        "UPDATE audit SET actor = 'provost' WHERE action = 'grading.record'", ["audit"]
                    ),
                ] {
                    try await course.tamper(statement)
                    #expect(try await earned.broken() == Set(expected), "\(statement)")
                    try await course.tamper(undo)
                    #expect(try await earned.broken().isEmpty, "\(undo)")
                }

                let lab = try #require(try await course.store.labVersions(Course.web).first)
                for (content, expected) in [
                    (earned.submission.digest, ["archive"]), (lab.content, ["content"]), (lab.grader, ["content"]),
                ] {
                    try course.flip(content)
                    #expect(try await earned.broken() == Set(expected))
                    try course.flip(content)
                    #expect(try await earned.broken().isEmpty)
                }

                for (action, expected) in [
                    ("allowance.add", "allowance"), ("attendance.set", "attendance"), ("mark.release", "release"),
                    ("mark.set", "mark"), ("lab.publish", "lab"), ("grader.publish", "grader"),
                    ("certificate.issue", "certificate"),
                ] {
                    try await course.tamper("DELETE FROM audit WHERE action = '\(action)'")
                    let broken = try await earned.links().filter(\.finding.isBroken)
                    #expect(broken.contains { $0.link == "audit" })
                    #expect(broken.contains { $0.finding == .missing && $0.link.hasPrefix(expected) }, "\(action): \(broken)")
                }
                try await course.tamper("DELETE FROM audit WHERE subject = '\(earned.submission.id)'")
                #expect(try await earned.broken().contains("submission"))
                try await course.tamper("DELETE FROM mark")
                #expect(try await earned.links().contains { $0.link.hasPrefix("mark") && $0.detail.contains("store has no") })
            }
        }

        /// Nothing of this is a fault: what was recorded stands.
        @Test func whatIsNewerCountsInItsPlace() async throws {
            try await earned { earned in
                let course = earned.course
                _ = try await course.service.regrade(Home.root, earned.certificate.id)
                try await course.record(9)
                let allowance = try #require(
                    try await course.store.allowances(cohort: course.cohort, person: nil).first { $0.kind == .excused })
                _ = try await course.home.provost.allowances.withdraw(
                    Home.root, cohort: course.cohort, allowance.id, reason: "by mistake")
                let links = try await earned.links()
                #expect(links.filter(\.finding.isBroken).isEmpty, "\(links.filter(\.finding.isBroken))")
                let superseded = links.filter { $0.finding == .superseded }.map(\.link)
                #expect(
                    Set(superseded) == ["result web", "result extra", "allowance \(allowance.id)"], "\(superseded)")
            }
        }

        @Test func anErasedPersonsArchiveIsKeptNoLonger() async throws {
            try await earned { earned in
                let course = earned.course
                _ = try await course.home.provost.personData.erase(
                    Home.root, person: Slug(trusted: "minji"), reason: "asked", confirm: "minji", dryRun: false)
                // Contents that arrived within the hour wait for it; then they go.
                try? FileManager.default.removeItem(atPath: course.blob(earned.submission.digest))
                let links = try await earned.links()
                #expect(links.filter(\.finding.isBroken).isEmpty, "\(links.filter(\.finding.isBroken))")
                #expect(links.filter { !$0.holds }.map(\.finding) == [.keptNoLonger], "\(links.filter { !$0.holds })")
                #expect(links.contains { $0.link.hasPrefix("allowance") && $0.holds })
            }
        }
    }
}
