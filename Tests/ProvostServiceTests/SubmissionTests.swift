import Crypto
import Foundation
import ProvostCore
import ProvostService
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct SubmissionTests {
        private static func digest(_ text: String) -> ContentDigest { ContentDigest(bytes: SHA256.hash(data: Array(text.utf8))) }

        @Test func whatIsRefusedBeforeTheFirstByteLeavesNothing() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                let stranger = try await home.join("jun", cohort: Slug(trusted: "autumn"))
                await expectFailure(.notFound) { _ = try await home.begin(minji, "no-such-thing") }
                await expectFailure(.invalid) { _ = try await home.begin(minji, "No Such Thing") }
                await expectFailure(.notFound) { _ = try await home.begin(stranger) }
                await expectFailure(.denied) { _ = try await home.begin(stranger, cohort: Home.cohort) }
                await expectFailure(.denied) { _ = try await home.begin(stranger, "spring/web") }
                await expectFailure(.denied) { _ = try await home.begin(Home.root) }
                for key in ["", "a b", "ä", "a/b", String(repeating: "x", count: 65), "a\n"] {
                    await expectFailure(.invalid, "Idempotency-Key") { _ = try await home.begin(minji, key: key) }
                }
                await expectFailure(.limitReached) { _ = try await home.begin(minji, bytes: 65_537) }
                #expect(try home.incoming() == [])
            }
        }

        @Test(
            arguments: [
                ("2026-04-30T14:59:59.000Z", "study window of spring begins 2026-05-01 00:00 (Asia/Seoul)"),
                ("2026-05-09T14:59:58.000Z", "web opens 2026-05-10 00:00"),
                ("2026-06-20T09:00:00.000Z", "web closed 2026-06-20 18:00"),
                ("2026-08-31T15:00:00.000Z", "study window of spring ended 2026-09-01 00:00"),
            ] as [(String, String)])
        func outsideItsDatesNothingIsTaken(instant: String, sentence: String) async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                home.clock.set(instant)
                await expectFailure(.outsideWindow, sentence) { _ = try await home.begin(minji) }
                #expect(try home.incoming() == [])
            }
        }

        /// Who says in time what they hand in is in time, however long its bytes take.
        @Test func theFirstByteDecides() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                home.clock.set("2026-06-10T09:00:00.000Z")
                let intake = try await home.begin(minji, digest: Self.digest("x"))
                home.clock.set("2026-06-20T09:00:01.000Z")
                try await intake.append(Array("x".utf8))
                let recorded = try await home.provost.submissions.finish(intake)
                #expect(!recorded.submission.late, "due is inclusive")
                // The same bytes under the same key, after closing: the same answer.
                let again = try await home.begin(minji)
                try await again.append(Array("x".utf8))
                #expect(try await home.provost.submissions.finish(again).submission == recorded.submission)
                await expectFailure(.outsideWindow) { _ = try await home.begin(minji, digest: Self.digest("y")) }
                let other = try await home.begin(minji)
                try await other.append(Array("y".utf8))
                await expectFailure(.outsideWindow) { _ = try await home.provost.submissions.finish(other) }
                #expect(try home.incoming() == [])
            }
        }

        /// Begun in time, gone on with until morning: what it is was only said with its last byte.
        @Test func theLastByteDecidesWhereTheFirstDidNotSayWhatFollows() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                for (last, late) in [("2026-06-10T08:59:59.000Z", false), ("2026-06-10T09:00:01.000Z", true)] {
                    home.clock.set("2026-06-10T08:59:58.000Z")
                    let intake = try await home.begin(minji, key: "k\(late)")
                    try await intake.append(Array("x".utf8))
                    home.clock.set(last)
                    let recorded = try await home.provost.submissions.finish(intake)
                    #expect(recorded.submission.late == late)
                    #expect(recorded.submission.receivedAt >= Timestamp(last)!)
                }
                home.clock.set("2026-06-20T08:59:58.000Z")
                let intake = try await home.begin(minji, key: "closing")
                try await intake.append(Array("x".utf8))
                home.clock.set("2026-06-20T09:00:01.000Z")
                await expectFailure(.outsideWindow, "closed") { _ = try await home.provost.submissions.finish(intake) }
                #expect(try home.incoming() == [])
            }
        }

        @Test func aHandoutIsReadFromTheOpeningOn() async throws {
            try await Home.with { home in
                let view = try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                let teacher = try await home.join("hana", .instructor)
                home.clock.set("2026-05-09T14:59:58.000Z")
                await expectFailure(.outsideWindow, "not open") {
                    _ = try await home.provost.labs.handout(
                        minji, of: home.provost.assignments.find(minji, name: "web", cohort: nil), language: "en")
                }
                #expect(try await !home.provost.labs.handout(teacher, of: view, language: "en").isEmpty)
                home.clock.set("2026-05-09T15:00:00.000Z")
                let opened = try await home.provost.assignments.find(minji, name: "web", cohort: nil)
                #expect(try await !home.provost.labs.handout(minji, of: opened, language: "en").isEmpty)
            }
        }

        @Test func bytesAreCountedAsTheyCome() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                let large = try await home.begin(minji)
                try await large.append([UInt8](repeating: 0, count: 65_536))
                await expectFailure(.limitReached) { try await large.append([0]) }
                let empty = try await home.begin(minji)
                await expectFailure(.invalid, "empty") { _ = try await home.provost.submissions.finish(empty) }
                let damaged = try await home.begin(minji, digest: ContentDigest(bytes: [UInt8](repeating: 0, count: 32)))
                try await damaged.append([1])
                await expectFailure(.unavailable, "damaged") { _ = try await home.provost.submissions.finish(damaged) }
                let dropped = try await home.begin(minji)
                try await dropped.append([1])
                dropped.abandon()
                #expect(try home.incoming() == [])
                #expect(try await home.provost.queueCounts().queued == 0)
                #expect(
                    try await home.provost.submissions.list(minji, cohort: nil, assignment: nil, person: nil, limit: 10).isEmpty)
            }
        }

        @Test func attemptsRunOutAndOthersSeeNothing() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0", attempts: 2)
                let minji = try await home.join("minji")
                let jun = try await home.join("jun")
                let teacher = try await home.join("teacher", .instructor)
                let first = try await home.submit(minji, "1")
                #expect(first.attemptsLeft == 1)
                _ = try await home.submit(minji, "2")
                await expectFailure(.limitReached) { try await home.submit(minji, "3") }
                let id = first.submission.id
                let submissions = home.provost.submissions
                await expectFailure(.notFound) { _ = try await submissions.receipt(jun, id) }
                await expectFailure(.notFound) { _ = try await submissions.archive(jun, id) }
                await expectFailure(.notFound) { _ = try await submissions.log(jun, id) }
                await expectFailure(.denied) { _ = try await submissions.log(minji, id) }
                await expectFailure(.denied) { _ = try await submissions.regrade(minji, submission: id) }
                await expectFailure(.denied) {
                    _ = try await submissions.list(jun, cohort: nil, assignment: nil, person: Slug(trusted: "minji"), limit: 10)
                }
                #expect(try await submissions.list(jun, cohort: nil, assignment: nil, person: nil, limit: 10).isEmpty)
                #expect(try await submissions.list(teacher, cohort: nil, assignment: nil, person: nil, limit: 10).count == 2)
                #expect(try await submissions.receipt(minji, id) == first.receipt)
            }
        }

        /// A code makes its holder that person in all their cohorts.
        @Test func aCohortsAdminCannotBecomeSomebodyElse() async throws {
            try await Home.with { home in
                let autumn = Slug(trusted: "autumn")
                let admin = try await home.join("admin", .admin)
                _ = try await home.join("teacher", .instructor, cohort: autumn)
                let people = home.provost.people
                let enroll = { (principal: Principal, name: String, cohort: Slug) in
                    _ = try await people.enroll(
                        principal, cohort: cohort, slug: Slug(trusted: name), name: nil, email: nil, role: .learner)
                }
                await expectFailure(.denied, "teacher is in a cohort that is not yours") {
                    try await enroll(admin, "teacher", Home.cohort)
                }
                await expectFailure(.denied) { try await enroll(admin, "new", autumn) }
                #expect(try await people.enrollments(Home.root, cohort: Home.cohort).map(\.person.slug.text) == ["admin"])
                try await enroll(admin, "new", Home.cohort)
                try await enroll(admin, "new", Home.cohort)
                try await enroll(Home.root, "teacher", Home.cohort)
                // In charge of both cohorts: in charge of whoever is in both.
                let both = try await home.join("admin", .admin, cohort: autumn)
                try await enroll(both, "teacher", Home.cohort)
            }
        }

        @Test func progressOfOthersIsForTheirInstructors() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let autumn = Slug(trusted: "autumn")
                _ = try await home.join("minji")
                let minji = try await home.join("minji", cohort: autumn)
                let jun = try await home.join("jun")
                let teacher = try await home.join("teacher", .instructor)
                let results = home.provost.results
                let cohorts = { (principal: Principal, person: String?) in
                    try await results.progress(principal, cohort: nil, person: person.map { Slug(trusted: $0) }).map(
                        \.cohort.slug.text
                    ).sorted()
                }
                #expect(try await cohorts(minji, nil) == ["autumn", "spring"])
                #expect(try await cohorts(minji, "minji") == ["autumn", "spring"])
                #expect(try await cohorts(teacher, "minji") == ["spring"], "the other cohort is not theirs")
                #expect(try await cohorts(Home.root, "minji") == ["autumn", "spring"])
                await expectFailure(.denied) { _ = try await cohorts(jun, "minji") }
                await expectFailure(.denied) { _ = try await cohorts(jun, "nobody-of-that-name") }
                await expectFailure(.denied) {
                    _ = try await results.progress(teacher, cohort: autumn, person: Slug(trusted: "minji"))
                }
                await expectFailure(.denied) { _ = try await results.grades(jun, cohort: Home.cohort, assignment: nil) }
            }
        }

        @Test func aCodeWorksOnceAndATokenUntilItIsRevoked() async throws {
            try await Home.with { home in
                let people = home.provost.people
                let code = try await people.enroll(
                    Home.root, cohort: Home.cohort, slug: Slug(trusted: "minji"), name: nil, email: nil, role: .learner
                ).code
                let login = try await people.login(code: code.text.uppercased(), label: "laptop")
                await expectFailure(.unauthenticated) { _ = try await people.login(code: code.text, label: nil) }
                await expectFailure(.invalid) { _ = try await people.login(code: login.token.text, label: nil) }
                let known = try await people.authenticate(token: login.token.text)
                #expect(known.role(in: Home.cohort) == .learner)
                await expectFailure(.unauthenticated) { _ = try await people.authenticate(token: code.text) }
                await expectFailure(.unauthenticated) { _ = try await people.authenticate(token: "x") }
                _ = try await people.suspend(Home.root, person: Slug(trusted: "minji"), cohort: Home.cohort)
                #expect(try await people.authenticate(token: login.token.text).role(in: Home.cohort) == nil)
                for token in try await people.tokens(known) { _ = try await people.revokeToken(known, id: token.id) }
                await expectFailure(.unauthenticated) { _ = try await people.authenticate(token: login.token.text) }
            }
        }

        @Test func datesThatCouldNotBeReadAgainAreRefused() async throws {
            try await Home.with { home in
                let create = { (first: String, last: String, zone: String) in
                    _ = try await home.provost.programs.createCohort(
                        Home.root, program: Slug(trusted: "backend"), slug: Slug(trusted: "long"), title: nil,
                        firstDay: CivilDate(parsing: first),
                        lastDay: CivilDate(parsing: last), timezone: zone)
                }
                await expectFailure(.invalid, "9998") { try await create("2026-01-01", "9999-12-31", "UTC") }
                await expectFailure(.invalid, "before the first day") { try await create("2026-01-02", "2026-01-01", "UTC") }
                await expectFailure(.invalid, "timezone") { try await create("2026-01-01", "2026-01-02", "KST") }
                try await create("2026-01-01", "9998-12-31", "Pacific/Kiritimati")
                try await home.publish(script: "exit 0")
                let placed = try await home.provost.assignments.create(
                    Home.root, cohort: Slug(trusted: "long"), name: Slug(trusted: "web"), lab: Slug(trusted: "web"),
                    labVersion: nil, opens: nil, due: nil, closes: nil,
                    attempts: nil, policy: nil, weight: nil)
                #expect(
                    try await home.provost.assignments.find(Home.root, name: "web", cohort: Slug(trusted: "long")).assignment
                        == placed.assignment)
            }
        }
    }
}
