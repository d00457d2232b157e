import Foundation
package import ProvostCore
import ProvostGrading
import ProvostStore

/// A submission with its newest grading, as far as the caller may see it.
package struct SubmissionView: Sendable {
    package let submission: Submission
    package let assignmentName: String
    package let person: Slug
    package let cohort: Slug
    package let grading: Grading?
    package let gradings: Int
    package let position: Int?
    /// The newest applied regrade set that had a score for it.
    package let regrade: RegradeNotice?
}

/// Taking submissions in, and showing them.
package struct SubmissionService: Sendable {
    private let context: ServiceContext
    private let signer: ReceiptSigner
    private let assignments: AssignmentService
    private let queue: GradingQueue

    package init(_ context: ServiceContext, signer: ReceiptSigner, assignments: AssignmentService, queue: GradingQueue) {
        self.context = context
        self.signer = signer
        self.assignments = assignments
        self.queue = queue
    }

    // MARK: Intake

    /// Checks everything that can be checked before the first byte is kept: rights, dates, the declared size, the submissions of the day.
    ///
    /// `receivedAt`, when the first byte of the request arrived, decides about lateness where the digest of what follows came with it. Who does not
    /// say what they hand in has handed it in with its last byte; otherwise one could begin in time and go on working.
    package func begin(
        _ principal: Principal, assignment name: String, cohort: Slug?, key: String, fileName: String, declaredBytes: Int64?,
        declaredDigest: ContentDigest?,
        receivedAt: Timestamp
    ) async throws(ProvostError) -> Intake {
        let view = try await assignments.find(principal, name: name, cohort: cohort)
        try principal.require(.submit(cohort: view.cohort.slug))
        guard let person = principal.person else {
            throw ProvostError(.denied, "Only a person can hand in; log in with `provost login CODE`.")
        }
        guard (1...64).contains(key.utf8.count),
            key.utf8.allSatisfy({
                $0 == 0x2D || $0 == 0x5F || ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
            })
        else {
            throw ProvostError(
                .invalid,
                "The Idempotency-Key header must be 1 to 64 letters, digits, hyphens or underscores, new for each submission.")
        }
        let limit = view.lab.manifest.archiveLimit
        if let declaredBytes, declaredBytes > limit.bytes { throw Self.tooLarge(limit) }
        if let refusal = outside(view.window.verdict(at: receivedAt), view: view),
            try await context.store.resent(person: person.id, key: key, assignment: view.assignment.id, digest: declaredDigest)
                == nil
        {
            throw refusal
        }
        try await context.store.requireSubmissionInDay(
            person: person.id, cohort: view.cohort.slug, assignment: view.assignment, key: key, at: context.now())
        let writer = try context.blobs.writer()
        return Intake(
            view: view, person: person, key: key, fileName: Self.shown(fileName), declaredDigest: declaredDigest,
            receivedAt: receivedAt, limit: limit, writer: writer)
    }

    /// Ends an intake: makes the bytes durable, then records submission, receipt and queued grading in one transaction.
    ///
    /// When this returns, nothing that happens to the machine's power loses the submission. Runs to its end even if the caller is cancelled.
    package func finish(_ intake: Intake) async throws(ProvostError) -> RecordedSubmission {
        do {
            return try await Task { try await self.record(intake) }.value
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.internalError, "The submission could not be recorded.", cause: error)
        }
    }

    private func record(_ intake: Intake) async throws -> RecordedSubmission {
        let view = intake.view
        let bytes = intake.bytes
        guard bytes.bytes > 0 else {
            intake.abandon()
            throw ProvostError(.invalid, "Nothing was sent: the archive is empty.")
        }
        let digest = try await Blocking.run { try intake.finish() }
        if let declared = intake.declaredDigest, declared != digest {
            throw ProvostError(.unavailable, "The archive arrived damaged (its digest differs); send it again.")
        }
        let receivedAt = intake.declaredDigest == nil ? max(intake.receivedAt, context.now()) : intake.receivedAt
        let verdict = view.window.verdict(at: receivedAt)
        if let refusal = outside(verdict, view: view) {
            // The same bytes under the same key are answered as they were, whatever the time is now.
            let known = try await context.store.resent(
                person: intake.person.id, key: intake.key, assignment: view.assignment.id, digest: digest)
            guard let known else { throw refusal }
            return known
        }
        let name = "\(view.cohort.slug)/\(view.assignment.slug)"
        let signer = signer
        let new = NewSubmission(
            id: context.identifiers.next("sub"), assignment: view.assignment.id, person: intake.person.id, digest: digest,
            bytes: bytes, fileName: intake.fileName,
            receivedAt: receivedAt, late: verdict == .late, key: intake.key, grading: context.identifiers.next("grd"),
            labVersion: view.lab.digest,
            graderVersion: view.lab.grader, maxAttempts: view.assignment.attempts, now: context.now(),
            receipt: { try signer.receipt(for: $0, assignmentName: name) })
        let recorded = try await context.store.recordSubmission(new)
        if !recorded.resent { queue.wake() }
        return recorded
    }

    /// nil inside the window, else the sentence with the dates in the cohort's zone.
    private func outside(_ verdict: AssignmentWindow.Verdict, view: AssignmentView) -> ProvostError? {
        let zone = (try? context.zones.zone(view.cohort.timezone)) ?? .utc
        let when = { (instant: Timestamp) in "\(zone.civil(at: instant).description.replacing("T", with: " ")) (\(zone.name))" }
        let sentence =
            switch verdict {
            case .beforeStudy(let begins): "The study window of \(view.cohort.slug) begins \(when(begins))."
            case .afterStudy(let ended): "The study window of \(view.cohort.slug) ended \(when(ended))."
            case .notOpen(let opens): "\(view.assignment.slug) opens \(when(opens))."
            case .closed(let at): "\(view.assignment.slug) closed \(when(at))."
            case .onTime, .late: ""
            }
        if sentence.isEmpty { return nil }
        return ProvostError(
            .outsideWindow,
            sentence
                + " The server's clock says \(when(context.now())). Nothing was recorded; ask your instructor if you think this is wrong."
        )
    }

    static func tooLarge(_ limit: ByteCount) -> ProvostError {
        ProvostError(
            .limitReached,
            "The archive is larger than the \(limit) that this lab takes; leave out what can be made again (a .provostignore file helps)."
        )
    }

    /// What is shown of the learner's own file name: no path, no control characters, at most 200 bytes.
    private static func shown(_ name: String) -> String {
        var text = String(name.split(separator: "/").last ?? "submission")
        text.unicodeScalars.removeAll { $0.value < 0x20 || $0.value == 0x7F }
        while text.utf8.count > 200 { text.removeLast() }
        return text.isEmpty ? "submission" : text
    }

    // MARK: Showing

    package func view(_ principal: Principal, _ id: ID<Submission>) async throws(ProvostError) -> SubmissionView {
        let row = try await permitted(principal, id)
        return try await view(row, for: principal)
    }

    /// One's own; for instructors those of their cohorts. Newest first.
    package func list(
        _ principal: Principal, cohort: Slug?, assignment: String?, person: Slug?, limit: Int
    ) async throws(ProvostError) -> [SubmissionView] {
        var cohort = cohort
        var assignmentId: ID<Assignment>?
        if let assignment {
            let found = try await assignments.find(principal, name: assignment, cohort: cohort)
            assignmentId = found.assignment.id
            cohort = found.cohort.slug
        }
        let personId: ID<Person>?
        if cohort.map(principal.instructs) ?? principal.instructsSomewhere {
            personId = if let person { try await context.store.person(person).id } else { nil }
        } else {
            // Whether somebody else exists is not told.
            guard let own = principal.person, person == nil || person == own.slug else {
                throw ProvostError(.denied, "Other people's submissions are for instructors.")
            }
            personId = own.id
        }
        var views: [SubmissionView] = []
        for row in try await context.store.submissions(cohort: cohort, assignment: assignmentId, person: personId, limit: limit)
        where (try? principal.require(.read(submissionOf: row.person.id, cohort: row.assignment.cohort))) != nil {
            views.append(try await view(row, for: principal))
        }
        return views
    }

    /// The caller's submissions that are not graded yet.
    package func unfinished(_ principal: Principal) async throws(ProvostError) -> [SubmissionView] {
        guard let person = principal.person else { return [] }
        var views: [SubmissionView] = []
        for row in try await context.store.submissions(cohort: nil, assignment: nil, person: person.id, limit: 20)
        where row.newest?.stage.isFinal == false {
            views.append(try await view(row, for: principal))
        }
        return views
    }

    package func receipt(_ principal: Principal, _ id: ID<Submission>) async throws(ProvostError) -> Receipt {
        _ = try await permitted(principal, id)
        return try await context.store.receipt(id)
    }

    /// An open descriptor of the archive as it was received; the caller closes it.
    package func archive(_ principal: Principal, _ id: ID<Submission>) async throws(ProvostError) -> (
        descriptor: Int32, bytes: ByteCount, fileName: String
    ) {
        let row = try await permitted(principal, id)
        return (try context.blobs.open(row.submission.digest), row.submission.bytes, row.submission.fileName)
    }

    /// What the newest grading's grader printed.
    package func log(_ principal: Principal, _ id: ID<Submission>) async throws(ProvostError) -> [UInt8] {
        let row = try await permitted(principal, id)
        try principal.require(.instruct(cohort: row.assignment.cohort))
        guard let log = row.newest?.log else {
            throw ProvostError(.notFound, "There is no log yet: \(id) is \(row.newest?.stage.rawValue ?? "not queued").")
        }
        return try context.blobs.read(log, limit: 64 << 20)
    }

    /// Queues one new grading of the submission, with the assignment's pinned lab version; once graded it counts. A whole assignment is
    /// graded again as a set that is reviewed first: ``RegradeService``.
    package func regrade(_ principal: Principal, submission id: ID<Submission>) async throws(ProvostError) -> Int {
        let row = try await permitted(principal, id)
        try principal.require(.instruct(cohort: row.assignment.cohort))
        let identifiers = context.identifiers
        let queued = try await context.store.regrade(
            submissions: [id], make: { identifiers.next("grd") }, by: principal.name, at: context.now())
        queue.wake()
        return queued
    }

    private func permitted(_ principal: Principal, _ id: ID<Submission>) async throws(ProvostError) -> SubmissionRow {
        let row = try await context.store.submission(id)
        do throws(ProvostError) { try principal.require(.read(submissionOf: row.person.id, cohort: row.assignment.cohort)) } catch
        {
            // Whether it exists is not told to those who may not read it.
            throw ProvostError(.notFound, "There is no submission \(id) of yours; see: provost submission list")
        }
        return row
    }

    private func view(_ row: SubmissionRow, for principal: Principal) async throws(ProvostError) -> SubmissionView {
        let instructs = principal.instructs(row.assignment.cohort)
        let position = row.newest?.stage == .queued ? try await context.store.queuePosition(row.newest!.id) : nil
        let grading = instructs ? row.newest : try await forLearner(row.newest, of: row.assignment, person: row.person.id)
        let isHidden = row.newest?.record?.score != nil && grading?.record?.score == nil
        return SubmissionView(
            submission: row.submission, assignmentName: "\(row.assignment.cohort)/\(row.assignment.slug)",
            person: row.person.slug, cohort: row.assignment.cohort,
            grading: grading, gradings: row.gradings, position: position,
            regrade: isHidden ? row.regrade?.withoutScores : row.regrade)
    }
}

extension SubmissionService {
    /// What is shown after the due date waits until nothing is taken any more, late hand-ins included.
    private func forLearner(
        _ grading: Grading?, of assignment: Assignment, person: ID<Person>
    ) async throws(ProvostError) -> Grading? {
        guard let grading else { return nil }
        let asks = grading.record?.tests.contains { $0.visibility == .afterDue } == true
        return grading.forLearner(afterDue: asks ? try await context.isOver(assignment, for: person) : false)
    }
}

extension ServiceContext {
    /// Whether nothing of the assignment is taken from this learner any more, late hand-ins and their own extensions included.
    func isOver(_ assignment: Assignment, for person: ID<Person>) async throws(ProvostError) -> Bool {
        let cohort = try await store.cohort(assignment.cohort)
        let zone = try zones.zone(cohort.timezone)
        let window = LearnerWindow.window(
            AssignmentWindow(assignment: assignment, cohort: cohort, zone: zone), of: assignment.slug,
            allowances: try await store.standingAllowances(cohort: cohort.slug, person: person), zone: zone)
        return now() >= window.closes
    }
}

extension Grading {
    /// For learners: no hidden tests, nothing that waits for its time, no evidence of the grader's insides, no log. Results are not published
    /// as a whole yet, so what waits for that waits.
    package func forLearner(afterDue: Bool) -> Grading {
        let record = record?.forLearner(afterDue: afterDue, published: false)
        return Grading(
            id: id, submission: submission, labVersion: labVersion, graderVersion: graderVersion, stage: stage, run: run,
            queuedAt: queuedAt, startedAt: startedAt,
            finishedAt: finishedAt, record: record, unpack: unpack, log: nil, regradeSet: regradeSet)
    }
}
