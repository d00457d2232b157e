package import ProvostCore
package import ProvostSandbox

/// Answers the calls of one grader: takes its reports down, and runs the learner's programs for it.
package actor Supervisor {
    /// `learner run` calls at one time.
    private static let mostRooms = 16

    private let sandbox: Sandbox
    private let learnerFolder: String
    private let learner: RoomUser
    private let limits: RoomLimits
    private let network: RoomNetwork
    private let image: RoomImage?
    private let onEntry: @Sendable (GradingSheet.Entry) -> Void
    private var sheet: GradingSheet
    /// Of all programs of the learner.
    private var headroom = Headroom()
    private var feedback = INGIniousFeedback()
    private let format: GraderManifest.Format
    private let student: StudentFolder?
    private let submissionFolder: String
    /// A time limit that was met while the machine was pressed; from then on nothing is shown.
    private var suspicion: String?
    private var rooms = 0
    private var finished = false
    /// Sizes of what the grader put into the learner's folder, by name.
    private var putFiles: [String: Int64] = [:]
    private var hasRun = false
    private var sharedRunBegan = false
    /// How the grader's own process ended, when it was started by `shared-run`; nil when nothing trustworthy said so.
    package private(set) var sharedEnding: SharedEnding?

    package init(
        sandbox: Sandbox, sheet: GradingSheet, format: GraderManifest.Format, learner: Workbench.Learner, student: StudentFolder?,
        limits: RoomLimits, network: RoomNetwork, image: RoomImage?,
        onEntry: @escaping @Sendable (GradingSheet.Entry) -> Void
    ) {
        self.sandbox = sandbox
        self.sheet = sheet
        self.format = format
        self.student = student
        learnerFolder = learner.work
        submissionFolder = learner.submission
        self.learner = learner.user
        self.limits = limits
        self.network = network
        self.image = image
        self.onEntry = onEntry
    }

    /// The handler for `ResultChannel`.
    package nonisolated var handle: @Sendable (ChannelCall) async -> UInt8 {
        { call in
            switch call.program {
            case "report": await self.report(call)
            case "learner": await self.run(call)
            case "run_student" where self.format == .inginious: await self.runStudent(call)
            case "getinput" where self.format == .inginious: self.getInput(call)
            case _ where self.format == .inginious && Tools.inginiousCommands.contains(call.program):
                await self.feedback(call)
            case "shared-run": await self.sharedRun(call)
            default: Self.refuse(call, "“\(call.program)” is not known; use learner or report.", status: 2)
            }
        }
    }

    /// What a grading came to besides its room's own end.
    package struct Findings: Sendable {
        package let sheet: GradingSheet
        package let feedback: INGIniousFeedback
        package let headroom: Headroom
        package let suspicion: String?
        package let sharedEnding: SharedEnding?
    }

    /// No report counts after this.
    package func finish() -> Findings {
        finished = true
        return Findings(
            sheet: sheet, feedback: feedback, headroom: headroom, suspicion: suspicion, sharedEnding: sharedEnding)
    }

    private func report(_ call: ChannelCall) async -> UInt8 {
        // A file, or the caller's own input, has to come before the report can be taken down; what it holds is bounded while it comes.
        var output: [UInt8]?
        if let file = (try? ReportCommand(call.arguments))?.outputFile {
            output = await Self.input(of: call, path: file == "-" ? nil : file)
        }
        guard !finished else { return Self.refuse(call, "The grading is over.", status: 1) }
        do throws(ProvostError) {
            if let entry = try sheet.take(call.arguments, output: output), suspicion == nil { onEntry(entry) }
            return 0
        } catch { return Self.refuse(call, error.message, status: 1) }
    }

    /// At most 1 MiB of a file or of the caller's standard input; nil when the caller is gone.
    private static func input(of call: ChannelCall, path: String?) async -> [UInt8]? {
        call.requestInput(path: path)
        var bytes: [UInt8] = []
        for await piece in call.input { if bytes.count < 1 << 20 { bytes += piece } }
        return call.isHungUp ? nil : bytes
    }

    // MARK: INGInious

    private func feedback(_ call: ChannelCall) async -> UInt8 {
        var input: [UInt8]?
        let hasText = call.arguments.contains { $0 == "-m" || $0.hasPrefix("--message") || $0.hasPrefix("-m") }
        if call.program == "feedback-msg", !hasText { input = await Self.input(of: call, path: nil) }
        guard !finished else { return Self.refuse(call, "The grading is over.", status: 1) }
        do throws(FormatMistake) {
            try feedback.take([call.program] + call.arguments, input: input)
            return 0
        } catch { return Self.refuse(call, error.description, status: 1) }
    }

    /// The submission's file of the problem's name, or of that name with an ending.
    private nonisolated func getInput(_ call: ChannelCall) -> UInt8 {
        guard let id = call.arguments.last, call.arguments.count == 1 || call.arguments.count == 2 else {
            return Self.refuse(call, "getinput: say the problem’s name.", status: 2)
        }
        do throws(ProvostError) {
            let files = try TreeFiles.list(beneath: submissionFolder, under: nil, atMost: 5000).map(\.name).sorted()
            let name = files.first { $0 == id } ?? files.first { !$0.contains("/") && $0.hasPrefix(id + ".") }
            guard let name, let bytes = try TreeFiles.read(name, beneath: submissionFolder, limit: 8 << 20) else {
                return Self.refuse(call, "getinput: the submission has no file “\(id.prefix(80))”.", status: 1)
            }
            call.write(output: bytes)
            return 0
        } catch { return Self.refuse(call, "getinput: \(error.message)", status: 1) }
    }

    private func runStudent(_ call: ChannelCall) async -> UInt8 {
        guard let student else { return Self.refuse(call, "run_student is not available here.", status: 251) }
        do throws(ProvostError) {
            let wanted = try INGIniousRunStudent(call.arguments)
            for note in wanted.notes { call.write(error: Array((note + "\n").utf8)) }
            try student.send()
            let place = LearnerRun.Place(folder: INGIniousRunStudent.student, start: wanted.workingDirectory)
            let status = await run(wanted.command, for: call, in: place, status: INGIniousRunStudent.exitStatus)
            try student.fetch()
            return status
        } catch  where error.code == .invalid { return Self.refuse(call, error.message, status: 251) } catch
            where error.code
            == .limitReached
        { return Self.refuse(call, "run_student: \(error.message)", status: 252) } catch {
            sheet.noteOurFault("student/ could not be carried between the rooms: \(error.message)")
            return Self.refuse(call, error.message, status: 254)
        }
    }

    private func run(_ call: ChannelCall) async -> UInt8 {
        let command: LearnerCommand
        do throws(ProvostError) { command = try LearnerCommand(call.arguments) } catch {
            return Self.refuse(call, error.message, status: 2)
        }
        return await run(command, for: call, in: LearnerRun.Place(), status: LearnerCommand.exitStatus)
    }

    private func run(
        _ command: LearnerCommand, for call: ChannelCall, in place: LearnerRun.Place, status: @Sendable (RoomReport) -> UInt8
    ) async -> UInt8 {
        guard rooms < Self.mostRooms else {
            return Self.refuse(call, "learner run: at most \(Self.mostRooms) at one time.", status: 2)
        }
        rooms += 1
        defer { rooms -= 1 }
        let limits = command.limits(atMost: limits)
        let run = LearnerRun(
            sandbox: sandbox, folder: learnerFolder, place: place, user: learner, network: network, limits: limits, image: image,
            command: command, call: call,
            hasRunBefore: hasRun)
        hasRun = true
        do throws(ProvostError) {
            let outcome = try await run.run { await self.reserve($0, $1) }
            if let file = command.reportFile { call.writeFile(file, LearnerReport.bytes(outcome, limits: limits)) }
            switch outcome {
            case .callerGone: return 125
            case .refused(_, let why): return Self.refuse(call, "learner run: the program was not run: \(why)", status: 126)
            case .ended(let report, _, _):
                headroom.add(report, limits: limits)
                if suspicion == nil { suspicion = Suspicion.sentence(about: report) }
                if case .failed(let why) = report.ending {
                    sheet.noteOurFault("a learner's room failed: \(why)")
                    return Self.refuse(call, "learner run: our room failed: \(why)", status: 125)
                }
                // The status of a pair is that of the grader's program; a learner's 125 must not look like ours.
                return command.isPair ? 0 : status(report)
            }
        } catch  where error.code == .invalid {
            // No room can be made of this call, and none ever will: the caller's mistake (an empty program name), perhaps the learner's.
            return Self.refuse(call, "learner run: \(error.message)", status: 2)
        } catch  where error.code == .conflict {
            return Self.refuse(call, "learner run: \(error.message)", status: 125)
        } catch {
            if !finished { sheet.noteOurFault("a learner's room could not be started: \(error.message)") }
            return Self.refuse(call, "learner run: \(error.message)", status: 125)
        }
    }

    /// Whether the files that the grader has put into the learner's folder, with this one, fit into the disk that the lab grants.
    /// So a folder that is full nevertheless was filled by the learner's programs.
    private func reserve(_ name: String, _ size: Int64) -> Bool {
        let pages = (max(0, size) + 4095) / 4096 * 4096
        let others = putFiles.reduce(Int64(0)) { $1.key == name ? $0 : $0 + $1.value }
        guard pages <= limits.disk.bytes - others else { return false }
        putFiles[name] = pages
        return true
    }

    /// The grader's own process in a shared room; see provost-relay/shared.c. The first connection of a room begins before any
    /// learner code runs there, so it is the only one that is believed.
    private func sharedRun(_ call: ChannelCall) async -> UInt8 {
        guard call.arguments == ["begin"], !sharedRunBegan else {
            return Self.refuse(call, "shared-run is for the first command of a room, once.", status: 1)
        }
        sharedRunBegan = true
        call.requestInput(path: nil)
        var message: [UInt8] = []
        for await piece in call.input where message.count < 256 { message += piece }
        guard !call.isHungUp, let ending = SharedEnding(message: message) else { return 1 }
        sharedEnding = ending
        return 0
    }

    private static func refuse(_ call: ChannelCall, _ sentence: String, status: UInt8) -> UInt8 {
        call.write(error: Array((sentence + "\n").utf8))
        return status
    }
}
