import ProvostCore
import ProvostSandbox

/// One `learner run`: files in, the room, files out.
struct LearnerRun: Sendable {
    enum Outcome: Sendable {
        /// The room's report, the names that could not be had, and why not.
        case ended(RoomReport, missing: [String], notes: [String])
        /// The program was not run, because this file could not be put into the learner's folder as the learner has made it.
        case refused(name: String, why: String)
        /// Nobody is left to tell.
        case callerGone
    }

    /// Bytes of one file that `--get` brings.
    static let largestFile = 16 << 20

    /// Where the room has the learner's folder, and where the program starts.
    struct Place: Sendable {
        var folder = "/submission"
        var start = "/submission"
    }

    let sandbox: Sandbox
    let folder: String
    let place: Place
    let user: RoomUser
    let network: RoomNetwork
    let limits: RoomLimits
    /// What the room sees as its system; nil: the host's.
    let image: RoomImage?
    let command: LearnerCommand
    let call: ChannelCall
    /// A program of the learner has run in this folder before.
    let hasRunBefore: Bool

    /// - Parameter reserve: whether a file of this name and size may be put.
    ///
    /// Throws `invalid` when no room can be made of the command, `conflict` when the grader's files are in the way, `unavailable` for a
    /// failure of ours.
    func run(reserve: @Sendable (String, Int64) async -> Bool) async throws(ProvostError) -> Outcome {
        // The learner owns the folder and may have closed it to themselves; that must not look like a failure of ours. Its parent is not
        // theirs, so the name cannot lead elsewhere.
        try TreeFiles.open(folder)
        for transfer in command.puts {
            do throws(ProvostError) {
                guard try await put(transfer, reserve: reserve) else { return .callerGone }
            } catch  where error.code == .limitReached && !hasRunBefore {
                throw ProvostError(
                    .conflict,
                    "--put \(transfer.file): there is no room in the learner's folder, and no program of theirs has run yet; raise the lab's limits.learner.disk."
                )
            } catch  where error.code == .invalid || error.code == .limitReached {
                return .refused(name: transfer.name, why: error.message)
            }
        }
        let report = try await runRoom()
        if case .failed = report.ending { return .ended(report, missing: [], notes: []) }
        var missing: [String] = []
        var notes: [String] = []
        for transfer in command.gets {
            do throws(ProvostError) {
                guard try await get(transfer) else { return .callerGone }
            } catch  where error.code == .invalid {
                missing.append(transfer.name)
                notes.append(error.message)
            }
        }
        return .ended(report, missing: missing, notes: notes)
    }

    private func runRoom() async throws(ProvostError) -> RoomReport {
        var environment = ["HOME": place.folder, "TMPDIR": "/tmp"]
        if command.terminal { environment["TERM"] = "xterm" }
        let mount: RoomMount =
            command.readOnly ? .readOnly(host: folder, at: place.folder) : .writable(host: folder, at: place.folder)
        let spec = RoomSpec(
            command: command.command, environment: environment, workingDirectory: place.start, mounts: [mount], user: user,
            network: network, limits: limits, input: command.input == .none ? .none : .stream,
            terminal: command.terminal ? TerminalSize() : nil, image: image)
        let room = try await sandbox.start(spec) { [call] chunk in
            switch chunk {
            case .output(let bytes): call.write(output: bytes)
            case .error(let bytes): call.write(error: bytes)
            }
        }
        call.onHangUp { room.stop() }
        switch command.input {
        case .none: return await room.report()
        case .caller: call.requestInput(path: nil)
        case .file(let path): call.requestInput(path: path)
        }
        // Ends with the input, or with the room: nobody may wait for a caller that never closes its end.
        let feeding = Task { [call] in
            for await bytes in call.input { if await !room.send(bytes) { break } }
            room.closeInput()
        }
        let report = await room.report()
        feeding.cancel()
        return report
    }

    /// False when the caller is gone.
    private func put(_ transfer: LearnerCommand.Transfer, reserve: @Sendable (String, Int64) async -> Bool)
        async throws(ProvostError) -> Bool
    {
        guard let sent = await call.requestFile(path: transfer.file) else { return false }
        guard await reserve(transfer.name, sent.size) else {
            throw ProvostError(
                .conflict,
                "--put \(transfer.file): the files of this grader are larger than the lab's limits.learner.disk; raise that limit."
            )
        }
        var file = try TreeFiles.create(transfer.name, beneath: folder, owner: user)
        var size: Int64 = 0
        for await piece in call.input {
            size += Int64(piece.count)
            try file.write(piece)
        }
        guard !call.isHungUp else { return false }
        guard size == sent.size else {
            throw ProvostError(.conflict, "--put \(transfer.file): the file changed while it was sent.")
        }
        try file.commit(executable: sent.mode & 0o100 != 0)
        return true
    }

    /// False when the caller is gone.
    private func get(_ transfer: LearnerCommand.Transfer) async throws(ProvostError) -> Bool {
        var file = try TreeFiles.openFile(transfer.name, beneath: folder, limit: Self.largestFile)
        guard call.writeFile(transfer.file, []) else {
            throw ProvostError(.conflict, "--get \(transfer.name): the path of the file to write is too long.")
        }
        while let piece = try file.read() {
            guard await call.appendFile(transfer.file, piece) else { return false }
        }
        return true
    }
}
