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
    private let images: ImageStore?
    private let openBlob: @Sendable (ContentDigest) throws -> Int32
    private let turns = Turns()

    /// - Parameters:
    ///   - tools: the folder that `Tools.install` filled.
    ///   - images: where images come from; without it whatever asks for one is not graded.
    ///   - openBlob: opens the stored archive of a lab's or a grader's folder.
    package init(
        sandbox: Sandbox, trees: TreeCache, unpacking: Unpacking, tools: String, images: ImageStore? = nil,
        openBlob: @escaping @Sendable (ContentDigest) throws -> Int32
    ) {
        self.sandbox = sandbox
        self.trees = trees
        self.unpacking = unpacking
        self.tools = tools
        self.images = images
        self.openBlob = openBlob
    }

    /// Throws what failed on our side before the grader ran; a failure of ours later is in the result.
    ///
    /// Leaves what it took on the bench, for the caller to clear once the outcome is recorded: nobody waits for a score meanwhile.
    ///
    /// - Parameters:
    ///   - onUnpacked: called when the submission is unpacked, while the grader runs; false abandons the grading.
    ///   - onEntry: called with what the grader reports, as it comes.
    ///   - onRepeat: called before a suspect grading is repeated alone: what was reported before is void.
    package func run(
        _ task: GradingTask, bench: inout Workbench, onUnpacked: @escaping @Sendable (UnpackReport) async throws -> Bool,
        onEntry: @escaping @Sendable (GradingSheet.Entry) -> Void, onRepeat: @Sendable () -> Void = {}
    ) async throws -> GradingResult {
        let first = try await once(task, alone: false, bench: &bench, onUnpacked: onUnpacked, onEntry: onEntry)
        guard let suspicion = first.suspicion, first.abandoned == nil, first.ourFault == nil, !Task.isCancelled else {
            return first
        }
        await bench.clear()
        onRepeat()
        var again = task
        again.name += "-again"
        var second = try await once(again, alone: true, bench: &bench, onUnpacked: onUnpacked, onEntry: onEntry)
        // Alone nothing presses but the grading itself: what it comes to stands.
        second.record.messages.insert("Graded a second time, alone on the machine: \(suspicion).", at: 0)
        return second
    }

    /// Whether a lab's folder has tests for learners' trials.
    package func hasPublicPart(_ labContent: ContentDigest) async throws(ProvostError) -> Bool {
        let tree = try await trees.tree(labContent, blobs: openBlob)
        return unsafe access(tree + "/public", F_OK) == 0
    }

    private func once(
        _ task: GradingTask, alone: Bool, bench: inout Workbench,
        onUnpacked: @escaping @Sendable (UnpackReport) async throws -> Bool,
        onEntry: @escaping @Sendable (GradingSheet.Entry) -> Void
    ) async throws -> GradingResult {
        // Not a closure over the turn: the bench is the caller's.
        let turn = await turns.take(alone: alone)
        defer { turn.giveBack() }
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
        let (labFolder, graderFolder) = try await (labTree, graderTree)
        // Held to the end: an image in use is not removed.
        let systems = try await RoomSystems.find(for: task, images: images, lab: labFolder, grader: graderFolder)
        async let advanced = onUnpacked(report)

        let supervisor = Supervisor(
            sandbox: sandbox, sheet: GradingSheet(points: task.part == .public ? nil : lab.points, grader: task.grader),
            format: task.grader.format,
            learner: learner,
            student: task.grader.format == .inginious
                ? StudentFolder(
                    grader: grader.student, graderUser: grader.user, learner: learner.work, learnerUser: learner.user) : nil,
            limits: lab.learnerLimits, network: network, image: systems.learner?.room, onEntry: onEntry)
        // From here to its closing nothing else may throw: a channel has a thread, which ends with `close` alone.
        let channel = try ResultChannel(path: grader.channel + "/socket", owner: grader.user, onCall: supervisor.handle)
        var layout = GraderLayout(
            task,
            GraderLayout.Folders(
                submission: learner.submission, lab: labFolder, grader: graderFolder, tools: tools, grading: grader))
        if let path = systems.grader?.room.environment["PATH"] { layout.addPath(path) }
        let spec = RoomSpec(
            command: task.grader.isolation == .shared ? layout.watched : layout.command, environment: layout.environment,
            workingDirectory: layout.workingDirectory,
            mounts: layout.mounts, user: grader.user, network: network, limits: lab.graderLimits, image: systems.grader?.room)
        let result: RoomResult
        do { result = try await sandbox.run(spec) } catch {
            await channel.close()
            throw error
        }
        await channel.close()
        let findings = await supervisor.finish()
        let record = Self.record(task, layout, result, findings)
        var outcome = GradingResult(record: record, unpack: report, image: systems.evidence)
        outcome.learner = findings.headroom
        outcome.grader.add(result.report, limits: lab.graderLimits)
        outcome.suspicion = findings.suspicion ?? Self.suspicion(of: result.report, task)
        if try await !advanced { outcome.abandoned = "fenced off" }
        // Ended by us, with the whole sandbox.
        if result.report.cancelled { outcome.abandoned = "the sandbox is stopping" }
        if case .failed(let why) = result.report.ending { outcome.ourFault = "the grader's room failed: \(why)" }
        if findings.sheet.isOurFault { outcome.ourFault = record.evidence ?? "a learner's room failed" }
        outcome.log = GradingLog.bytes(result, record: record, limits: lab.graderLimits)
        return outcome
    }

    /// Where learner code runs in the grader's room, the grader's own time limit is a verdict on the learner's program.
    private static func suspicion(of report: RoomReport, _ task: GradingTask) -> String? {
        task.grader.isolation == .shared ? Suspicion.sentence(about: report) : nil
    }

    private static func record(
        _ task: GradingTask, _ layout: GraderLayout, _ result: RoomResult, _ findings: Supervisor.Findings
    ) -> GradingRecord {
        let sheet = findings.sheet
        if let record = sheet.interruption(result.report, limits: task.lab.graderLimits) { return record }
        if task.grader.isolation == .shared {
            guard let ending = findings.sharedEnding else {
                return sheet.notGraded(
                    "The grader did not come to its own end.",
                    evidence: "the room ended, but the process that watches the grader did not say how the grader ended")
            }
            guard ending.survivors == 0 else {
                return sheet.notGraded(
                    "Something that the submission started outlived the grader; end every process that the program starts.",
                    evidence: "\(ending.survivors) processes were still running when the grader had ended")
            }
        }
        do throws(FormatMistake) {
            switch task.grader.format {
            case .provost, .exitCode: return sheet.record(result.report, limits: task.lab.graderLimits)
            case .inginious:
                return try findings.feedback.report().record(
                    points: task.lab.points, isolation: task.grader.isolation, bonus: task.grader.bonus)
            default: return try ForeignResult(task: task, layout: layout, room: result).record()
            }
        } catch {
            return sheet.notGraded("The grader's result cannot be believed.", evidence: error.description)
        }
    }

    private func unpack(_ task: GradingTask, into folders: Workbench.Learner) async throws -> UnpackReport {
        let archive = try await Blocking.run { try task.openSubmission() }
        defer { close(archive) }
        return try await unpacking.run(
            archive: archive, into: folders.submission, copy: folders.work, user: folders.user, limits: task.lab.unpack,
            keepFolder: false)
    }
}
