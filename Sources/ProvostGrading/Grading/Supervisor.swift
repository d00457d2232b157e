import Foundation
import ProvostCore
import ProvostSandbox

/// Answers the calls of one grader: takes its reports down, and runs the learner's programs for it.
actor Supervisor {
    /// `learner run` calls at one time.
    private static let mostRooms = 16

    private let sandbox: Sandbox
    private let learnerFolder: String
    private let learner: RoomUser
    private let limits: RoomLimits
    private let network: RoomNetwork
    private let onEntry: @Sendable (GradingSheet.Entry) -> Void
    private var sheet: GradingSheet
    /// Of all programs of the learner.
    private var headroom = Headroom()
    private var rooms = 0
    private var finished = false

    init(
        sandbox: Sandbox, sheet: GradingSheet, learnerFolder: String, learner: RoomUser, limits: RoomLimits, network: RoomNetwork,
        onEntry: @escaping @Sendable (GradingSheet.Entry) -> Void
    ) {
        self.sandbox = sandbox
        self.sheet = sheet
        self.learnerFolder = learnerFolder
        self.learner = learner
        self.limits = limits
        self.network = network
        self.onEntry = onEntry
    }

    /// The handler for `ResultChannel`.
    nonisolated var handle: @Sendable (ChannelCall) async -> UInt8 {
        { call in
            switch call.program {
            case "report": await self.report(call)
            case "learner": await self.run(call)
            default: Self.refuse(call, "“\(call.program)” is not known; use learner or report.", status: 2)
            }
        }
    }

    /// No report counts after this.
    func finish() -> (sheet: GradingSheet, headroom: Headroom) {
        finished = true
        return (sheet, headroom)
    }

    private func report(_ call: ChannelCall) -> UInt8 {
        guard !finished else { return Self.refuse(call, "The grading is over.", status: 1) }
        do throws(ProvostError) {
            if let entry = try sheet.take(call.arguments) { onEntry(entry) }
            return 0
        } catch { return Self.refuse(call, error.message, status: 1) }
    }

    private func run(_ call: ChannelCall) async -> UInt8 {
        let command: LearnerCommand
        do throws(ProvostError) { command = try LearnerCommand(call.arguments) } catch {
            return Self.refuse(call, error.message, status: 2)
        }
        guard rooms < Self.mostRooms else {
            return Self.refuse(call, "learner run: at most \(Self.mostRooms) at one time.", status: 2)
        }
        rooms += 1
        defer { rooms -= 1 }
        let limits = command.limits(atMost: limits)
        do throws(ProvostError) {
            let report = try await run(command, limits: limits, for: call)
            headroom.add(report, limits: limits)
            if let file = command.reportFile { call.writeFile(file, Self.json(report, limits: limits)) }
            if case .failed(let why) = report.ending {
                sheet.noteOurFault("a learner's room failed: \(why)")
                return Self.refuse(call, "learner run: our room failed: \(why)", status: 125)
            }
            return LearnerCommand.exitStatus(for: report)
        } catch  where error.code == .invalid {
            // No room can be made of this call, and none ever will: the caller's mistake (an empty program name), perhaps the learner's.
            return Self.refuse(call, "learner run: \(error.message)", status: 2)
        } catch {
            if !finished { sheet.noteOurFault("a learner's room could not be started: \(error.message)") }
            return Self.refuse(call, "learner run: \(error.message)", status: 125)
        }
    }

    private nonisolated func run(_ command: LearnerCommand, limits: RoomLimits, for call: ChannelCall) async throws(ProvostError)
        -> RoomReport
    {
        let spec = RoomSpec(
            command: command.command, environment: ["HOME": "/submission", "TMPDIR": "/tmp"], workingDirectory: "/submission",
            mounts: [.writable(host: learnerFolder, at: "/submission")], user: learner, network: network, limits: limits,
            input: command.input == .none ? .none : .stream)
        // The learner owns the folder and may have closed it to themselves; that must not look like a failure of ours. Its parent is not theirs, so the
        // name cannot lead elsewhere.
        try TreeFiles.open(learnerFolder)
        let room = try await sandbox.start(spec) { chunk in
            switch chunk {
            case .output(let bytes): call.write(output: bytes)
            case .error(let bytes): call.write(error: bytes)
            }
        }
        call.onHangUp { room.stop() }
        switch command.input {
        case .none: break
        case .caller: call.requestInput(path: nil)
        case .file(let path): call.requestInput(path: path)
        }
        if command.input == .none { return await room.report() }
        // Ends with the input, or with the room: nobody may wait for a caller that never closes its end.
        let feeding = Task {
            for await bytes in call.input { if await !room.send(bytes) { break } }
            room.closeInput()
        }
        let report = await room.report()
        feeding.cancel()
        return report
    }

    private static func refuse(_ call: ChannelCall, _ sentence: String, status: UInt8) -> UInt8 {
        call.write(error: Array((sentence + "\n").utf8))
        return status
    }

    /// The file that `learner run --report` writes; its form is part of the interface (docs/grader.md).
    private static func json(_ report: RoomReport, limits: RoomLimits) -> [UInt8] {
        struct File: Encodable {
            let ending: String
            let status: Int32?
            let stoppedBy: String?
            let limitsHit: [String]
            let wallSeconds: Double
            let cpuSeconds: Double?
            let peakMemoryBytes: Int64?
            let peakProcesses: Int?
            let droppedOutput: Int64
            let droppedError: Int64
            let summary: String

            enum CodingKeys: CodingKey {
                case ending, status, stoppedBy, limitsHit, wallSeconds, cpuSeconds, peakMemoryBytes, peakProcesses, droppedOutput,
                    droppedError, summary
            }
            /// By hand, because every key is always there: what is not known is null.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(ending, forKey: .ending)
                try container.encode(status, forKey: .status)
                try container.encode(stoppedBy, forKey: .stoppedBy)
                try container.encode(limitsHit, forKey: .limitsHit)
                try container.encode(wallSeconds, forKey: .wallSeconds)
                try container.encode(cpuSeconds, forKey: .cpuSeconds)
                try container.encode(peakMemoryBytes, forKey: .peakMemoryBytes)
                try container.encode(peakProcesses, forKey: .peakProcesses)
                try container.encode(droppedOutput, forKey: .droppedOutput)
                try container.encode(droppedError, forKey: .droppedError)
                try container.encode(summary, forKey: .summary)
            }
        }
        let (ending, status): (String, Int32?) =
            switch report.ending {
            case .exited(let status): ("exited", status)
            case .signaled(let signal): ("signaled", signal)
            case .stopped: ("stopped", nil)
            case .failed: ("failed", nil)
            }
        let file = File(
            ending: ending, status: status, stoppedBy: report.stoppedBy?.rawValue,
            limitsHit: report.limitsHit.map(\.rawValue).sorted(),
            wallSeconds: report.wallTime.seconds, cpuSeconds: report.cpuTime?.seconds, peakMemoryBytes: report.peakMemory?.bytes,
            peakProcesses: report.peakProcesses, droppedOutput: report.droppedOutput, droppedError: report.droppedError,
            summary: report.summary(limits: limits))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(file)).map { Array($0) + [0x0A] } ?? []
    }
}
