import Glibc
package import ProvostCore
package import ProvostSandbox

/// Runs one grading: unpacks the submission in a room, then runs the grader in a second and the learner's programs in a third.
///
/// Theory of operation. The learner's user owns two folders on one sized tmpfs: `submission`, as it was unpacked, and `work`, the
/// learner's own writable copy. Rooms with the learner's programs see `work` alone. The grader's room sees `submission`, the lab (with the hidden
/// tests), the grader, a scratch of its own and the result channel; it runs as another user. Only the supervisor stands between the
/// two: a `learner run` in the grader's room is a request on the channel, and the supervisor starts the learner's room.
///
/// The daemon runs gradings of its queue with it, and `provost-gate` those of a folder: the rooms are the same.
package struct GradingRunner: Sendable {
    private let sandbox: Sandbox
    private let trees: TreeCache
    private let unpacking: Unpacking
    private let tools: String
    private let openBlob: @Sendable (ContentDigest) throws -> Int32

    /// - Parameters:
    ///   - tools: the folder that `Tools.install` filled.
    ///   - openBlob: opens the stored archive of a lab's or a grader's folder.
    package init(
        sandbox: Sandbox, trees: TreeCache, unpacking: Unpacking, tools: String,
        openBlob: @escaping @Sendable (ContentDigest) throws -> Int32
    ) {
        self.sandbox = sandbox
        self.trees = trees
        self.unpacking = unpacking
        self.tools = tools
        self.openBlob = openBlob
    }

    /// Throws what failed on our side before the grader ran; a failure of ours later is in the result.
    ///
    /// Leaves what it took on the bench, for the caller to clear once the outcome is recorded: nobody waits for a score meanwhile.
    ///
    /// - Parameters:
    ///   - onUnpacked: called when the submission is unpacked, while the grader runs; false abandons the grading.
    ///   - onEntry: called with what the grader reports, as it comes.
    package func run(
        _ task: GradingTask, bench: inout Workbench, onUnpacked: @escaping @Sendable (UnpackReport) async throws -> Bool,
        onEntry: @escaping @Sendable (GradingSheet.Entry) -> Void
    ) async throws -> GradingResult {
        let lab = task.lab
        async let labTree = trees.tree(task.labContent, blobs: openBlob)
        async let graderTree = trees.tree(task.graderContent, blobs: openBlob)

        let learner = try await bench.learnerFolders(for: task)
        async let unpacked = unpack(task, into: learner)
        // What the grader needs besides is made while the archive is unpacked.
        let grader = try await bench.graderFolders(for: task)
        let network: RoomNetwork = lab.network == .loopback ? .shared(try await sandbox.makeNetwork()) : .none
        let report = try await unpacked
        if let refusal = report.refusal {
            _ = try? await (labTree, graderTree)
            let record = GradingRecord(
                outcome: .notGraded, isolation: task.grader.isolation, score: nil, max: lab.points, reason: refusal.message,
                refused: true)
            return GradingResult(record: record, unpack: report)
        }
        async let advanced = onUnpacked(report)

        let (labFolder, graderFolder) = try await (labTree, graderTree)
        let supervisor = Supervisor(
            sandbox: sandbox, sheet: GradingSheet(points: lab.points, grader: task.grader), learnerFolder: learner.work,
            learner: learner.user, limits: lab.learnerLimits, network: network, onEntry: onEntry)
        // From here to its closing nothing else may throw: a channel has a thread, which ends with `close` alone.
        let channel = try ResultChannel(path: grader.channel + "/socket", owner: grader.user, onCall: supervisor.handle)
        let layout = GraderLayout(
            task,
            GraderLayout.Folders(
                submission: learner.submission, lab: labFolder, grader: graderFolder, tools: tools, grading: grader))
        let spec = RoomSpec(
            command: layout.command, environment: layout.environment, workingDirectory: layout.workingDirectory,
            mounts: layout.mounts, user: grader.user, network: network, limits: lab.graderLimits)
        let result: RoomResult
        do { result = try await sandbox.run(spec) } catch {
            await channel.close()
            throw error
        }
        await channel.close()
        let (sheet, headroom) = await supervisor.finish()
        let record = sheet.record(result.report, limits: lab.graderLimits)
        var outcome = GradingResult(record: record, unpack: report)
        outcome.learner = headroom
        outcome.grader.add(result.report, limits: lab.graderLimits)
        if try await !advanced { outcome.abandoned = "fenced off" }
        // Ended by us, with the whole sandbox.
        if result.report.cancelled { outcome.abandoned = "the sandbox is stopping" }
        if case .failed(let why) = result.report.ending { outcome.ourFault = "the grader's room failed: \(why)" }
        if sheet.isOurFault { outcome.ourFault = record.evidence ?? "a learner's room failed" }
        outcome.log = GradingLog.bytes(result, record: record, limits: lab.graderLimits)
        return outcome
    }

    private func unpack(_ task: GradingTask, into folders: Workbench.Learner) async throws -> UnpackReport {
        let archive = try await Blocking.run { try task.openSubmission() }
        defer { close(archive) }
        return try await unpacking.run(
            archive: archive, into: folders.submission, copy: folders.work, user: folders.user, limits: task.lab.unpack,
            keepFolder: false)
    }
}
