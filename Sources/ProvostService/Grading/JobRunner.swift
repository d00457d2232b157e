import Foundation
import Logging
import ProvostCore
package import ProvostGrading
import ProvostStore

/// Runs one job of the queue and decides what becomes of it: a record, or another try.
package struct JobRunner: Sendable {
    enum Outcome: Sendable {
        case record(
            GradingRecord, unpack: UnpackReport?, log: ContentDigest?, limits: RoomLimits, image: String = HostSystem.evidence)
        /// To be queued again: we were asked to stop, or something of ours failed that may not fail again.
        case giveBack(String)
    }

    /// What fails on our side is tried again until a job has had so many starts; then it is not graded.
    private static let patientRuns = 3

    private let context: ServiceContext
    private let runner: GradingRunner
    private let events: GradingEvents

    package init(_ context: ServiceContext, runner: GradingRunner, events: GradingEvents) {
        self.context = context
        self.runner = runner
        self.events = events
    }

    /// The record of a grading that was started too often without an end.
    static func givenUp(_ job: GradingJob) -> GradingRecord {
        GradingRecord(
            outcome: .notGraded, isolation: job.grader.manifest.isolation, score: nil, max: job.lab.manifest.points,
            reason: "Something failed on our side while grading.",
            evidence: "given up after \(GradingQueue.mostRuns) starts that did not come to an end")
    }

    /// Never throws: what fails on our side is given back while there are runs left, and becomes “not graded” after that.
    ///
    /// Leaves what it took on the bench, for the caller to clear once the outcome is recorded: nobody waits for a score meanwhile.
    func run(_ job: GradingJob, bench: inout Workbench, logger: Logger) async -> Outcome {
        let task = task(for: job)
        let outcome: Outcome
        do {
            let result = try await runner.run(
                task, bench: &bench,
                onUnpacked: { [context, events] report in
                    // The grader does not wait for this to be on the disk; a run that is fenced off is found out before anything is recorded.
                    events.publish(.grading, of: job)
                    return try await context.store.advance(job.grading.id, run: job.grading.run, to: .grading, unpack: report)
                },
                onEntry: { [events] entry in
                    switch entry {
                    case .test(let test): if test.visibility == .visible { events.publish(.test(test), of: job) }
                    case .message(let text): events.publish(.message(text), of: job)
                    }
                }, onRepeat: { [events] in events.publish(.restarted, of: job) })
            outcome = try await self.outcome(of: result, job)
        } catch {
            logger.error("A grading failed on our side", metadata: ["error": "\(error)"])
            outcome =
                job.grading.run < Self.patientRuns
                ? .giveBack("\(error)")
                : .record(task.ourFault("\(error)"), unpack: nil, log: nil, limits: task.lab.graderLimits)
        }
        if Task.isCancelled, case .record(let record, _, _, _, _) = outcome, record.outcome == .notGraded, !record.refused {
            return .giveBack("the daemon is stopping")
        }
        return outcome
    }

    private func outcome(of result: GradingResult, _ job: GradingJob) async throws -> Outcome {
        if let why = result.abandoned { return .giveBack(why) }
        if Task.isCancelled, result.record.outcome == .notGraded, !result.record.refused {
            return .giveBack("the daemon is stopping")
        }
        if let fault = result.ourFault, job.grading.run < Self.patientRuns { return .giveBack(fault) }
        let log = try await Blocking.run { [context] in try result.log.map { try context.blobs.put($0) } }
        return .record(
            result.record, unpack: result.unpack, log: log, limits: job.lab.manifest.graderLimits, image: result.image)
    }

    private func task(for job: GradingJob) -> GradingTask {
        GradingTask(
            name: "\(job.grading.id)-\(job.grading.run)", submissionDigest: job.submission.digest,
            openSubmission: { [context] in try context.blobs.open(job.submission.digest) }, lab: job.lab.manifest,
            labVersion: job.lab.digest, labContent: job.lab.content, grader: job.grader.manifest,
            graderContent: job.grader.digest, person: job.person, submission: job.submission.id.text,
            attempt: job.submission.attempt, receivedAt: job.submission.receivedAt)
    }
}
