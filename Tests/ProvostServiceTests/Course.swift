import Foundation
import ProvostCore
import ProvostCredentials
import ProvostService
import ProvostStore
import Testing

/// A cohort of a program that leads to a certificate, in a home: two labs, a talk that people mark, and three dates of attendance.
///
/// Scores are recorded as the queue records them, without a room: what a grader says is none of these tests' matter.
struct Course: Sendable {
    let home: Home
    let cohort = Slug(trusted: "summer")
    var service: CertificateService { home.provost.certificates }
    var store: Store { home.store }

    static let web = Slug(trusted: "web")

    static func with(_ body: (Course) async throws -> Void) async throws {
        try await Home.with(world: CertificateWorld(address: PublicAddress(parsing: "https://certs.example.kr"))) { home in
            let course = Course(home: home)
            try await course.prepare()
            try await body(course)
        }
    }

    private func prepare() async throws {
        try await home.publish(script: "exit 0")
        _ = try await home.provost.programs.publish(
            Home.root, file: "course.yaml",
            text: """
                name: course
                title: {en: Course}
                organization: acme
                timezone: Asia/Seoul
                phases:
                  - {name: site, title: {en: On site}, place: on-site, begins: day 1, ends: day 3}
                rubrics:
                  - name: talk
                    title: {en: Talk}
                    criteria:
                      - name: idea
                        title: {en: Idea}
                        levels: [{name: good, title: {en: Good}, points: 10}, {name: fair, title: {en: Fair}, points: 6}]
                assignments:
                  - {name: web, title: {en: Web}, lab: web, opens: day 1, due: day 30, closes: day 40}
                  - {name: extra, title: {en: Extra}, lab: web, opens: day 1, closes: day 40}
                  - {name: talk, title: {en: Talk}, rubric: talk, opens: day 1, closes: day 40}
                  - {name: there, title: {en: Attendance}, attendance: true, phase: site, opens: day 1, closes: day 40}
                certificate:
                  title: {en: Course, ko: 과정}
                  summary: {en: Has worked.}
                  valid-months: 24
                  requirements: {assignment: web, result: 60%}
                """)
        _ = try await home.provost.programs.createCohort(
            Home.root, program: Slug(trusted: "course"), slug: cohort, title: nil, firstDay: CivilDate(parsing: "2026-05-11"))
    }

    func join(_ name: String, _ role: Role = .learner) async throws -> Principal {
        try await home.join(name, role, cohort: cohort)
    }

    /// Hands in and records so many of ten points, with one test.
    @discardableResult
    func earn(_ points: Int64, _ learner: Principal) async throws -> Submission {
        let submission = try await home.submit(learner, "\(UUID())").submission
        try await record(points)
        return submission
    }

    /// Records the grading that is next in the queue.
    func record(_ points: Int64) async throws {
        let job = try #require(try await store.claimNextGrading(at: home.clock.advance()))
        let score = Points(whole: points)
        let test = TestRecord(number: 1, name: "works", status: .pass, score: score, max: Points(whole: 10))
        let record = GradingRecord(outcome: .graded, isolation: .twoRoom, score: score, max: Points(whole: 10), tests: [test])
        try #require(
            try await store.recordGrading(
                job.grading.id, run: job.grading.run, record: record, unpack: nil, log: nil,
                evidence: GradingEvidence(limits: "{}", image: "debian"), at: home.clock.advance()))
    }

    /// What people decide about a learner: a talk, three dates, a bonus, and an excuse.
    func decide(_ learner: Slug, other: Slug) async throws {
        let provost = home.provost
        _ = try await provost.marks.set(
            Home.root, cohort: cohort, assignment: Slug(trusted: "talk"), isModeration: false,
            MarkService.Order(people: [learner], levels: [Slug(trusted: "idea"): Slug(trusted: "fair")]))
        _ = try await provost.marks.release(Home.root, cohort: cohort, assignment: Slug(trusted: "talk"), person: nil)
        for (day, state) in [("11", AttendanceEntry.State.present), ("12", .absent), ("13", .late)] {
            _ = try await provost.attendance.set(
                Home.root, cohort: cohort, date: try CivilDate(parsing: "2026-05-\(day)"),
                states: [learner: state, other: state == .absent ? .present : .absent])
        }
        try await allow(learner, Self.web, .bonus, bonus: Percentage(billionths: 50_000_000))
        try await allow(learner, Slug(trusted: "extra"), .excused)
    }

    @discardableResult
    func allow(_ learner: Slug, _ assignment: Slug, _ kind: Allowance.Kind, bonus: Percentage? = nil) async throws -> Allowance {
        try await home.provost.allowances.add(
            Home.root,
            Allowance(
                id: ID(trusted: "alw_order"), cohort: cohort, person: learner, assignment: assignment, kind: kind, bonus: bonus,
                reason: "ill", by: "", at: home.clock.read()))
    }

    func issue(_ persons: Slug...) async throws -> (issued: Int, certificates: [Certificate]) {
        try await service.issue(Home.root, cohort: cohort, persons: persons)
    }

    /// Somebody who can write the file: statements by a SQLite that is not ours.
    func tamper(_ statements: String) async throws {
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        python.arguments = [
            "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=20); c.executescript(sys.argv[2]); c.commit()",
            home.context.directory.database, statements,
        ]
        let status = try await withCheckedThrowingContinuation { continuation in
            python.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try python.run() } catch {
                python.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        try #require(status == 0, "\(statements)")
    }

    func blob(_ digest: ContentDigest) -> String {
        "\(home.context.directory.blobs)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    }

    /// Turns one bit in the middle of a content; again: back.
    func flip(_ digest: ContentDigest) throws {
        let file = URL(fileURLWithPath: blob(digest))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
    }
}
