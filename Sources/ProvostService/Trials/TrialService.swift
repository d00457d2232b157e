package import ProvostCore
package import ProvostGrading
import ProvostStore
import Synchronization

/// Learners' trials: a lab's public tests over work that is not handed in. Nothing is recorded, and no attempt is used.
///
/// A trial runs in the same rooms as a grading. It never keeps one waiting for long: a few run at one time, each person has one, and the others wait here.
package final class TrialService: Sendable {
    private let context: ServiceContext
    private let assignments: AssignmentService
    private let runner: GradingRunner
    /// Whose trial runs or waits.
    private let persons = Mutex<Set<ID<Person>>>([])
    private let places: Places
    private let counter = Mutex(0)

    /// - Parameter places: trials at one time.
    package init(_ context: ServiceContext, assignments: AssignmentService, runner: GradingRunner, places: Int) {
        self.context = context
        self.assignments = assignments
        self.runner = runner
        self.places = Places(places)
    }

    /// Checks rights, dates and the declared size before a byte is taken.
    ///
    /// Throws `outsideWindow` outside the study window or before the assignment opens, `notFound` when the lab has no public tests,
    /// `conflict` when the person's last trial is not over.
    package func begin(
        _ principal: Principal, assignment name: String, cohort: Slug?, declaredBytes: Int64?
    ) async throws(ProvostError) -> Trial {
        let view = try await assignments.find(principal, name: name, cohort: cohort)
        try principal.require(.submit(cohort: view.cohort.slug))
        guard let person = principal.person else {
            throw ProvostError(.denied, "Only a person can try their work here; instructors use “provost lab check”.")
        }
        switch view.window.verdict(at: context.now()) {
        case .onTime, .late, .closed: break
        case .beforeStudy, .afterStudy, .notOpen:
            throw ProvostError(
                .outsideWindow, "\(view.assignment.slug) cannot be tried now: \(view.state). See the dates with: provost labs")
        }
        let limit = view.lab.manifest.archiveLimit
        if let declaredBytes, declaredBytes > limit.bytes { throw SubmissionService.tooLarge(limit) }
        guard try await hasPublicPart(view.lab) else {
            throw ProvostError(
                .notFound,
                "The lab \(view.lab.name) has no public tests to try; hand your work in with “provost submit \(view.assignment.slug) PATH --wait”."
            )
        }
        let isFirst = persons.withLock { $0.insert(person.id).inserted }
        guard isFirst else {
            throw ProvostError(.conflict, "Your last trial is still running; wait for it, or stop it with Ctrl-C.")
        }
        do throws(ProvostError) {
            return Trial(
                view: view, person: person, archive: try TrialArchive(in: context.directory.blobs, limit: limit), service: self)
        } catch {
            end(person.id)
            throw error
        }
    }

    private func hasPublicPart(_ lab: LabVersion) async throws(ProvostError) -> Bool {
        try await runner.hasPublicPart(lab.content)
    }

    fileprivate func end(_ person: ID<Person>) { persons.withLock { _ = $0.remove(person) } }

    /// Runs it, once it has a place. Throws what failed on our side.
    fileprivate func run(_ trial: Trial) async throws -> GradingResult {
        guard trial.archive.bytes > 0 else { throw ProvostError(.invalid, "Nothing was sent: the archive is empty.") }
        try await places.take()
        defer { places.give() }
        let grader = try await context.store.graderVersion(trial.view.lab.grader)
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let archive = trial.archive
        let task = GradingTask(
            name: "trial-\(number)", submissionDigest: archive.digest, openSubmission: { try archive.reopen() },
            lab: trial.view.lab.manifest, labVersion: trial.view.lab.digest, labContent: trial.view.lab.content,
            grader: grader.manifest, graderContent: grader.digest, person: trial.person.slug, receivedAt: context.now(),
            part: .public)
        var bench = Workbench(sandbox: context.sandbox)
        do {
            let result = try await runner.run(task, bench: &bench, onUnpacked: { _ in true }, onEntry: { _ in })
            await bench.clear()
            return result
        } catch {
            await bench.clear()
            throw error
        }
    }
}

/// One trial on its way; its person may begin the next when it is gone.
package final class Trial: Sendable {
    let view: AssignmentView
    let person: Person
    package let archive: TrialArchive
    private let service: TrialService

    fileprivate init(view: AssignmentView, person: Person, archive: TrialArchive, service: TrialService) {
        self.view = view
        self.person = person
        self.archive = archive
        self.service = service
    }

    deinit { service.end(person.id) }

    /// What a learner may see of it. Throws `unavailable` for a failure of ours.
    package func run() async throws(ProvostError) -> (record: GradingRecord, unpack: UnpackReport?) {
        do {
            let result = try await service.run(self)
            if let why = result.abandoned ?? result.ourFault {
                throw ProvostError(
                    .unavailable, "Something failed on our side; try again.", cause: ProvostError(.internalError, why))
            }
            return (result.record.forLearner(afterDue: false, published: false), result.unpack)
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "Something failed on our side; try again.", cause: error)
        }
    }
}
