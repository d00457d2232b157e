import Foundation
package import ProvostCore
package import ProvostSandbox

/// Runs `provost-unpack` in a room of its own: the daemon never parses an archive.
package struct Unpacking: Sendable {
    /// How long one archive may take.
    private static let time = TimeSpan.seconds(60)

    private let sandbox: Sandbox
    private let program: String

    /// - Parameter tools: the folder that holds `provost-unpack`, to be mounted into the room.
    package init(sandbox: Sandbox, tools: String) {
        self.sandbox = sandbox
        program = tools
    }

    /// Unpacks into a fresh, empty folder that `user` owns, and into a second one if given.
    ///
    /// What is wrong with the archive comes back as the report's refusal. What fails on our side throws `unavailable`.
    package func run(
        archive: Int32, into folder: String, copy: String?, user: RoomUser, limits: UnpackLimits, keepFolder: Bool
    ) async throws(ProvostError) -> UnpackReport {
        var command = ["/tools/provost-unpack", "--into", "/out/submission"]
        var mounts: [RoomMount] = [.readOnly(host: program, at: "/tools"), .writable(host: folder, at: "/out/submission")]
        if let copy {
            command += ["--copy", "/out/work"]
            mounts.append(.writable(host: copy, at: "/out/work"))
        }
        if keepFolder { command.append("--keep-folder") }
        command += ["--bytes", "\(limits.bytes.bytes)", "--entries", "\(limits.entries)", "--depth", "\(limits.depth)"]
        command += ["--path-length", "\(limits.pathLength)", "--ratio", "\(limits.ratio)"]

        // What is unpacked lies in memory (tmpfs) and is charged to this room, twice with a copy.
        let memory = ByteCount(limits.bytes.bytes * (copy == nil ? 1 : 2) + ByteCount.mebibytes(192).bytes)
        let roomLimits = RoomLimits(
            wallTime: Self.time, cpuTime: Self.time, cpuMillis: 2000, memory: memory, processes: 16, disk: .mebibytes(16),
            inodes: 1000,
            output: .mebibytes(2), openFiles: 256)
        let spec = RoomSpec(
            command: command, workingDirectory: "/out", mounts: mounts, user: user, network: .none, limits: roomLimits,
            input: .descriptor(archive))
        let result = try await sandbox.run(spec)
        if let limit = result.report.stoppedBy {
            let message =
                "Unpacking it was \(result.report.summary(limits: roomLimits)); hand in a smaller, simpler archive (\(limit.rawValue))."
            return UnpackReport(refusal: .init(reason: .expandsTooMuch, message: message))
        }
        guard result.report.succeeded else {
            let said = String(decoding: result.error.suffix(500), as: UTF8.self)
            throw ProvostError(
                .unavailable, "Unpacking failed on our side: \(result.report.summary(limits: roomLimits)). \(said)")
        }
        do { return try JSONDecoder().decode(UnpackReport.self, from: Data(result.output)) } catch {
            throw ProvostError(.unavailable, "Unpacking gave no readable report.", cause: error)
        }
    }
}
