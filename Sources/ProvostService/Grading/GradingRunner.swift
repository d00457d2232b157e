import Foundation
import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore

/// Runs one grading: unpacks the submission in a room, then runs the grader in a second and the learner's programs in a third.
///
/// Theory of operation. The learner's user owns two folders on one sized tmpfs: `submission`, as it was unpacked, and `work`, the
/// learner's own writable copy. Rooms with the learner's programs see `work` alone. The grader's room sees `submission`, the lab (with the hidden
/// tests), the grader, a scratch of its own and the result channel; it runs as another user. Only the supervisor stands between the
/// two: a `learner run` in the grader's room is a request on the channel, and the supervisor starts the learner's room.
package struct GradingRunner: Sendable {
    package enum Outcome: Sendable {
        case record(GradingRecord, unpack: UnpackReport?, log: ContentDigest?, limits: RoomLimits)
        /// To be queued again: we were asked to stop, or something of ours failed that may not fail again.
        case giveBack(String)
    }

    private let context: ServiceContext
    private let trees: TreeCache
    private let unpacking: Unpacking
    private let events: GradingEvents

    package init(_ context: ServiceContext, trees: TreeCache, unpacking: Unpacking, events: GradingEvents) {
        self.context = context
        self.trees = trees
        self.unpacking = unpacking
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
        let outcome: Outcome
        do {
            outcome = try await grade(job, bench: &bench)
        } catch {
            logger.error("A grading failed on our side", metadata: ["error": "\(error)"])
            outcome = ours(job, "\(error)", unpack: nil)
        }
        if Task.isCancelled, case .record(let record, _, _, _) = outcome, record.outcome == .notGraded, !record.refused {
            return .giveBack("the daemon is stopping")
        }
        return outcome
    }

    private func ours(_ job: GradingJob, _ evidence: String, unpack: UnpackReport?) -> Outcome {
        if Task.isCancelled { return .giveBack("the daemon is stopping") }
        if job.grading.run < 3 { return .giveBack(evidence) }
        let record = GradingRecord(
            outcome: .notGraded, isolation: job.grader.manifest.isolation, score: nil, max: job.lab.manifest.points,
            reason: "Something failed on our side while grading.", evidence: evidence)
        return .record(record, unpack: unpack, log: nil, limits: job.lab.manifest.graderLimits)
    }

    private func grade(_ job: GradingJob, bench: inout Workbench) async throws -> Outcome {
        let lab = job.lab.manifest
        async let labTree = trees.tree(job.lab.content, blobs: context.blobs.open)
        async let graderTree = trees.tree(job.grader.digest, blobs: context.blobs.open)

        let learner = try await bench.learnerFolders(for: job)
        async let unpacked = unpack(job, into: learner)
        // What the grader needs besides is made while the archive is unpacked.
        let grader = try await bench.graderFolders(for: job)
        let network: RoomNetwork = lab.network == .loopback ? .shared(try await context.sandbox.makeNetwork()) : .none
        let report = try await unpacked
        if let refusal = report.refusal {
            _ = try? await (labTree, graderTree)
            let record = GradingRecord(
                outcome: .notGraded, isolation: job.grader.manifest.isolation, score: nil, max: lab.points,
                reason: refusal.message, refused: true)
            return .record(record, unpack: report, log: nil, limits: lab.graderLimits)
        }
        // The grader does not wait for this to be on the disk; a run that is fenced off is found out before anything is recorded.
        async let advanced = context.store.advance(job.grading.id, run: job.grading.run, to: .grading, unpack: report)
        events.publish(.grading, for: job.submission.id)

        let (labFolder, graderFolder) = try await (labTree, graderTree)
        let supervisor = Supervisor(
            sandbox: context.sandbox, sheet: GradingSheet(points: lab.points, grader: job.grader.manifest),
            learnerFolder: learner.work, learner: learner.user,
            limits: lab.learnerLimits, network: network, events: events, submission: job.submission.id)
        // From here to its closing nothing else may throw: a channel has a thread, which ends with `close` alone.
        let channel = try ResultChannel(path: grader.channel + "/socket", owner: grader.user, onCall: supervisor.handle)
        let spec = RoomSpec(
            command: command(job.grader.manifest),
            environment: [
                "HOME": "/grade/work", "PATH": "/grade/bin:/usr/local/bin:/usr/bin:/bin",
                "PROVOST_CHANNEL": "/grade/channel/socket",
            ],
            workingDirectory: "/grade/work",
            mounts: [
                .readOnly(host: learner.submission, at: "/grade/submission"), .readOnly(host: labFolder, at: "/grade/lab"),
                .readOnly(host: graderFolder, at: "/grade/grader"),
                .readOnly(host: context.directory.tools + "/grade-bin", at: "/grade/bin"),
                .readOnly(host: grader.channel, at: "/grade/channel"), .writable(host: grader.work, at: "/grade/work"),
            ], user: grader.user, network: network, limits: lab.graderLimits)
        let result: RoomResult
        do { result = try await context.sandbox.run(spec) } catch {
            await channel.close()
            throw error
        }
        await channel.close()
        let sheet = await supervisor.finish()
        guard try await advanced else { return .giveBack("fenced off") }
        if Task.isCancelled { return .giveBack("the daemon is stopping") }
        // Ended by us, with the whole sandbox.
        if result.report.cancelled { return .giveBack("the sandbox is stopping") }
        let record = sheet.record(result.report, limits: lab.graderLimits)
        if case .failed(let why) = result.report.ending, job.grading.run < 3 {
            return .giveBack("the grader's room failed: \(why)")
        }
        if sheet.isOurFault, job.grading.run < 3 { return .giveBack(record.evidence ?? "a learner's room failed") }
        let log = try await Blocking.run { [context] in
            try context.blobs.put(Self.log(result, record: record, limits: lab.graderLimits))
        }
        return .record(record, unpack: report, log: log, limits: lab.graderLimits)
    }

    private func unpack(_ job: GradingJob, into folders: Workbench.Learner) async throws -> UnpackReport {
        let archive = try await Blocking.run { [context] in try context.blobs.open(job.submission.digest) }
        defer { close(archive) }
        return try await unpacking.run(
            archive: archive, into: folders.submission, copy: folders.work, user: folders.user, limits: job.lab.manifest.unpack,
            keepFolder: false)
    }

    private func command(_ grader: GraderManifest) -> [String] {
        var command = grader.run
        if let program = command.first, program.hasPrefix("./") { command[0] = "/grade/grader/" + program.dropFirst(2) }
        return command
    }

    /// What the instructor can read afterwards: how the room ended, then both outputs as far as they were kept.
    private static func log(_ result: RoomResult, record: GradingRecord, limits: RoomLimits) -> [UInt8] {
        let report = result.report
        var head = "grader \(report.summary(limits: limits)); \(report.wallTime) wall"
        if let cpu = report.cpuTime { head += ", \(cpu) CPU" }
        if let memory = report.peakMemory { head += ", peak \(memory) of \(limits.memory)" }
        if let processes = report.peakProcesses { head += ", at most \(processes) processes" }
        if let evidence = record.evidence { head += "\nnot graded: \(evidence)" }
        head += "\n--- standard output (\(report.droppedOutput) bytes dropped)\n"
        return Array(head.utf8) + result.output + Array("\n--- standard error (\(report.droppedError) bytes dropped)\n".utf8)
            + result.error + Array("\n".utf8)
    }
}
