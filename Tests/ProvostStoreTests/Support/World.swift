import GRDB
import ProvostCore
import ProvostStore
import Testing

/// A store on a real file with one cohort, one lab and some assignments and learners.
struct World: Sendable {
    let folder: TemporaryFolder
    let store: Store
    let cohort = Slug(trusted: "spring")
    let learners: [Person]
    let assignments: [Assignment]
    let grader: GraderVersion
    let lab: LabVersion

    static let now = Timestamp(milliseconds: 1_790_000_000_000)
    var now: Timestamp { Self.now }
    var path: String { "\(folder.path)/provost.db" }

    /// `dues` makes one assignment each, named `one`, `two`, …
    static func make(
        learners names: [String] = ["minji", "jun"], dues: [String] = ["2026-12-01T18:00"], attempts: Int? = nil,
        policy: ResultPolicy = .best, in place: TemporaryFolder? = nil
    ) async throws -> World {
        let folder = try place ?? TemporaryFolder()
        let store = try Store(path: "\(folder.path)/provost.db")
        let cohort = try await prepareCohort(store)
        let grader = try await publishGrader(store, 1)
        let lab = try await publishLab(store, 1, grader: grader.digest)
        var learners: [Person] = []
        for (index, name) in names.enumerated() {
            let person = person(name)
            _ = try await store.enroll(
                person: person, cohort: cohort, role: .learner, enrollment: ID(trusted: "enr_\(name)"),
                codeHash: digest(1000 + index).hex, codeExpires: now + .seconds(3600), by: "local:0", at: now)
            learners.append(person)
        }
        var assignments: [Assignment] = []
        for (name, due) in zip(["one", "two", "three", "four"], dues) {
            let assignment = try assignment(name, due: due, lab: lab, attempts: attempts, policy: policy)
            try await store.createAssignment(assignment, by: "local:0", at: now)
            assignments.append(assignment)
        }
        return World(folder: folder, store: store, learners: learners, assignments: assignments, grader: grader, lab: lab)
    }

    private static func prepareCohort(_ store: Store) async throws -> Slug {
        let organization = Organization(id: ID(trusted: "org_1"), slug: try Slug("acme"), title: "Acme")
        try await store.createOrganization(organization, by: "local:0", at: now)
        let program = Program(
            id: ID(trusted: "pro_1"), organization: organization.slug, slug: try Slug("backend"), title: "Backend")
        try await store.createProgram(program, by: "local:0", at: now)
        let cohort = cohort("spring", program: program.slug)
        try await store.createCohort(cohort, by: "local:0", at: now)
        return cohort.slug
    }
}

// MARK: - Making values

extension World {
    static func person(_ name: String) -> Person {
        Person(id: ID(trusted: "per_\(name)"), slug: Slug(trusted: name), name: "\(name) 님", email: nil)
    }

    static func cohort(_ name: String, program: Slug) -> Cohort {
        Cohort(
            id: ID(trusted: "coh_\(name)"), program: program, slug: Slug(trusted: name), title: "Spring 2026",
            firstDay: CivilDate(daysSince1970: 20_000), lastDay: CivilDate(daysSince1970: 20_500), timezone: "Asia/Seoul")
    }

    static func digest(_ number: Int) -> ContentDigest {
        ContentDigest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8)) })
    }

    static func assignment(
        _ name: String, due: String?, lab: LabVersion, attempts: Int? = nil, policy: ResultPolicy = .best
    ) throws -> Assignment {
        Assignment(
            id: ID(trusted: "asg_\(name)"), cohort: Slug(trusted: "spring"), slug: try Slug(name),
            title: LocalizedText(english: name, korean: "과제"), lab: lab.name, labVersion: lab.digest,
            opens: try CivilTime(parsing: "2026-01-01"), due: try due.map { try CivilTime(parsing: $0) },
            closes: try CivilTime(parsing: "2026-12-31"), attempts: attempts, policy: policy, weight: 1)
    }

    static func publishGrader(_ store: Store, _ number: Int) async throws -> GraderVersion {
        let name = try Slug("checker")
        let manifest = GraderManifest(name: name, title: LocalizedText(english: "Checker"), run: ["./run"])
        return try await store.publishGrader(
            digest: digest(100 + number), name: name, manifest: manifest, bytes: ByteCount(10), by: "local:0", at: now
        ).version
    }

    static func publishLab(_ store: Store, _ number: Int, grader: ContentDigest) async throws -> LabVersion {
        let name = try Slug("data-summary")
        let manifest = LabManifest(
            name: name, title: LocalizedText(english: "Data"), grader: try Slug("checker"), points: Points(whole: 20))
        return try await store.publishLab(
            digest: digest(200 + number), content: digest(150 + number), name: name, manifest: manifest, grader: grader,
            bytes: ByteCount(20), by: "local:0",
            at: now
        ).version
    }

    func newSubmission(
        _ name: String, by person: Person, to assignment: Assignment, content: Int = 7, key: String? = nil,
        maxAttempts: Int? = nil
    ) -> NewSubmission {
        NewSubmission(
            id: ID(trusted: "sub_\(name)"), assignment: assignment.id, person: person.id, digest: Self.digest(content),
            bytes: ByteCount(1234), fileName: "work.zip", receivedAt: now, late: false, key: key ?? "key-\(name)",
            grading: ID(trusted: "gra_\(name)"), labVersion: lab.digest, graderVersion: grader.digest, maxAttempts: maxAttempts,
            now: now
        ) { submission in
            Receipt(
                submission: submission, assignmentName: "spring/\(assignment.slug)", key: "0123456789abcdef", signature: "c2ln")
        }
    }

    /// What counts, as listings show it: a row for each learner and assignment, by person and then assignment.
    func results(assignment: Slug? = nil, person: ID<Person>? = nil) async throws -> [ResultRow] {
        let record = try await store.standings(cohort: cohort, person: person)
        let rule = StandingRule(record, zone: .utc)
        return record.learners.flatMap { learner in
            rule.standing(of: learner, at: now).items.filter { assignment == nil || $0.slug == assignment }
                .map { $0.row(of: learner.person) }.sorted { $0.assignment < $1.assignment }
        }
    }

    static func graded(_ points: Int64, tests: [TestRecord] = []) -> GradingRecord {
        GradingRecord(
            outcome: .graded, isolation: .twoRoom, score: Points(whole: points), max: Points(whole: 20), tests: tests,
            messages: ["well done"])
    }

    static let notGraded = GradingRecord(
        outcome: .notGraded, isolation: .twoRoom, score: nil, max: Points(whole: 20), reason: "The grader crashed.")
    static let refused = GradingRecord(
        outcome: .notGraded, isolation: .twoRoom, score: nil, max: Points(whole: 20), reason: "Not an archive.", refused: true)
}

// MARK: - Doing things

extension World {
    @discardableResult
    func submit(_ name: String, by learner: Int = 0, to assignment: Int = 0, maxAttempts: Int? = nil) async throws -> Submission {
        try await store.recordSubmission(
            newSubmission(name, by: learners[learner], to: assignments[assignment], maxAttempts: maxAttempts)
        ).submission
    }

    func claim(at instant: Timestamp = now) async throws -> GradingJob {
        try #require(try await store.claimNextGrading(at: instant))
    }

    func record(_ job: GradingJob, _ record: GradingRecord) async throws -> Bool {
        try await store.recordGrading(
            job.grading.id, run: job.grading.run, record: record, unpack: nil, log: Self.digest(9),
            evidence: GradingEvidence(limits: #"{"memory":268435456}"#, image: "debian-12"), at: now + .seconds(2))
    }

    /// Submits, takes the next grading, which must be that one, and records it.
    func submitAndRecord(_ name: String, by learner: Int = 0, to assignment: Int = 0, _ record: GradingRecord) async throws {
        try await submit(name, by: learner, to: assignment)
        let job = try await claim()
        try #require(job.submission.id == ID(trusted: "sub_\(name)"))
        try #require(try await self.record(job, record))
    }

    /// A connection of its own to the same file, for looking and tampering.
    func raw() throws -> DatabaseQueue { try DatabaseQueue(path: path) }

    func execute(_ sql: String) throws { try Self.execute(sql, in: path) }

    static func execute(_ sql: String, in path: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    static func number(_ sql: String, in path: String) throws -> Int {
        try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }
}

/// Expects a `ProvostError` with this code and a message that holds this text.
func expectFailure(
    _ code: ErrorCode, _ text: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("expected \(code), nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as ProvostError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(text.isEmpty || error.message.contains(text), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error) is not a ProvostError", sourceLocation: sourceLocation)
    }
}
