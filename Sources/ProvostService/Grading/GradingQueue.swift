import FoundationEssentials
import Logging
package import ProvostCore
import ProvostGrading
import ProvostStore
import ServiceLifecycle
import Synchronization

/// Takes gradings from the store in its fair order and runs a bounded number of them at a time.
///
/// The queue itself is the store's table: a restart goes on where the last daemon was. A grading that was being run when the daemon died is
/// queued again at start; the run number fences off whatever the old one might still say.
package final class GradingQueue: Service, Sendable {
    /// A grading is started at most this often; then it is not graded, so that one that kills the daemon cannot do so for ever.
    package static let mostRuns = 10

    package let workers: Int
    private let context: ServiceContext
    private let runner: JobRunner
    private let events: GradingEvents
    /// How long running gradings may go on after a request to stop.
    private let grace: Duration
    private let bell = Bell()
    private let active = Mutex(0)
    /// The store could not be read or written; workers wait for the next look.
    private let troubled = Mutex(false)
    /// How long after trouble the queue is looked at again.
    private static let pause = Duration.seconds(2)

    package init(
        _ context: ServiceContext, runner: JobRunner, events: GradingEvents, workers: Int, grace: Duration = .seconds(10)
    ) {
        self.context = context
        self.runner = runner
        self.events = events
        self.workers = workers
        self.grace = grace
    }

    /// Says that there may be work. Cheap, and safe to call too often.
    package func wake() { bell.ring() }

    /// Runs until asked to stop. Then nothing new is begun; what runs may finish within the grace and is given back after it.
    package func run() async throws {
        let again = try await context.store.requeueInterrupted()
        if again > 0 { context.logger.notice("Gradings of an earlier run are queued again", metadata: ["count": "\(again)"]) }
        // However it ends, those who wait and try again must see that it ends.
        defer { bell.close() }
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<workers {
                    group.addTask {
                        await self.work()
                        return true
                    }
                }
                group.addTask { [grace] in
                    try? await gracefulShutdown()
                    try? await Task.sleep(for: grace)
                    return false
                }
                group.addTask {
                    // Nobody rings when a full disk has space again.
                    while (try? await Task.sleep(for: Self.pause)) != nil {
                        if self.troubled.withLock({ troubled in
                            defer { troubled = false }; return troubled
                        }) {
                            self.bell.ring()
                        }
                    }
                    return true
                }
                var working = workers
                while working > 0, let isWorker = await group.next(), isWorker { working -= 1 }
                bell.close()
                group.cancelAll()
            }
        } onGracefulShutdown: { [bell] in
            bell.close()
        }
    }

    private func work() async {
        while !Task.isCancelled, !bell.isClosed {
            let heard = bell.rings
            if let job = await claim() {
                active.withLock { $0 += 1 }
                await perform(job)
                active.withLock { $0 -= 1 }
            } else {
                await bell.wait(after: heard)
            }
        }
    }

    private func claim() async -> GradingJob? {
        do {
            return try await context.store.claimNextGrading(
                at: context.now(), ofSetsAtOnce: RegradeRule.atOnce(workers: workers))
        } catch {
            context.logger.error("The queue cannot be read; it is tried again", metadata: ["error": "\(error)"])
            troubled.withLock { $0 = true }
            return nil
        }
    }

    private func perform(_ job: GradingJob) async {
        var logger = context.logger
        logger[metadataKey: "grading"] = "\(job.grading.id)"
        logger[metadataKey: "submission"] = "\(job.submission.id)"
        var bench = Workbench(sandbox: context.sandbox)
        let outcome: JobRunner.Outcome
        if job.grading.run > Self.mostRuns {
            outcome = .record(JobRunner.givenUp(job), unpack: nil, log: nil, limits: job.lab.manifest.graderLimits)
        } else {
            if job.grading.run > 1 { events.publish(.restarted, of: job) }
            events.publish(.unpacking, of: job)
            outcome = await runner.run(job, bench: &bench, logger: logger)
        }
        // What failed on our side may need a moment to be well again (users, descriptors, memory); the end of the grace cuts it short.
        if case .giveBack = outcome {
            await bench.clear()
            if !bell.isClosed { try? await Task.sleep(for: Self.pause) }
        }
        // Recording must not be undone by a shutdown that arrives now.
        let isRecorded = await Task { [self] in
            do {
                switch outcome {
                case .giveBack(let why):
                    logger.notice("The grading is given back", metadata: ["why": "\(why)"])
                    if try await context.store.requeue(job.grading.id, run: job.grading.run) {
                        events.publish(.restarted, of: job)
                    }
                case .record(let record, let unpack, let log, let limits, let image):
                    let evidence = GradingEvidence(limits: Self.text(limits), image: image)
                    let taken = try await context.store.recordGrading(
                        job.grading.id, run: job.grading.run, record: record, unpack: unpack, log: log, evidence: evidence,
                        at: context.now())
                    if taken {
                        logger.info(
                            "Graded",
                            metadata: [
                                "outcome": "\(record.outcome.rawValue)", "score": "\(record.score.map { "\($0)" } ?? "-")",
                            ])
                        events.publish(.finished, of: job)
                    } else {
                        logger.notice("A result came too late and was not recorded", metadata: ["run": "\(job.grading.run)"])
                    }
                }
                return true
            } catch {
                logger.error("The result could not be recorded; the grading will be run again", metadata: ["error": "\(error)"])
                return false
            }
        }.value
        await bench.clear()
        if !isRecorded { await Task { [self] in await giveBackLater(job) }.value }
    }

    /// The limits as the store keeps them: JSON with sorted keys.
    private static func text(_ limits: RoomLimits) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(limits)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// After a failure to record (a full disk): tries to queue it again until the store takes writes or we are asked to stop; the next start
    /// does it then.
    private func giveBackLater(_ job: GradingJob) async {
        while !bell.isClosed {
            try? await Task.sleep(for: Self.pause)
            guard let queued = try? await context.store.requeue(job.grading.id, run: job.grading.run) else { continue }
            if queued { events.publish(.restarted, of: job) }
            return
        }
    }

    /// Seconds until a grading at this position begins, from the assignment's own recent gradings; nil with nothing to go by.
    package func estimate(position: Int, assignment: ID<Assignment>) async -> TimeSpan? {
        guard let recent = try? await context.store.recentGradingSeconds(assignment: assignment, last: 20), !recent.isEmpty else {
            return nil
        }
        let median = recent.sorted()[recent.count / 2]
        let rounds = Double(position - 1 + workers) / Double(workers)
        return TimeSpan(milliseconds: Int64(median * rounds.rounded(.down) * 1000))
    }

    package var running: Int { active.withLock { $0 } }
}

/// Wakes all who wait; a ring that comes between looking and waiting is not lost.
private final class Bell: Sendable {
    private struct State {
        var rings = 0
        var closed = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }
    private let state = Mutex(State())

    var rings: Int { state.withLock { $0.rings } }
    var isClosed: Bool { state.withLock { $0.closed } }

    func ring() { wakeAll { $0.rings += 1 } }
    func close() { wakeAll { $0.closed = true } }

    private func wakeAll(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns after the next ring (at once if there was one since `heard`), when closed, or when the task is cancelled.
    func wait(after heard: Int) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if state.rings != heard || state.closed || Task.isCancelled { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }
}
