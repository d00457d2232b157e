import Crypto
import Foundation
import Glibc
import ProvostArchive
import ProvostCore
import ProvostGrading
import ProvostSandbox
import Synchronization

/// A folder packed as it would be for the daemon.
struct PackedFolder: Sendable {
    let digest: ContentDigest
    let path: String
}

/// Everything that a grading needs besides a daemon: a lane's folder with trees and tools, a sandbox, and the runner.
final class LocalRooms: Sendable {
    private let lane: Lane
    let sandbox: Sandbox
    private let runner: GradingRunner
    private let counter = Mutex(0)
    private let archives: String
    /// A folder for changed copies.
    let temporary: String

    /// Throws `denied` when a limit cannot be enforced here and that was not allowed; what `Sandbox` throws.
    init(allowDegraded: Bool) throws(ProvostError) {
        let lane = try Lane()
        self.lane = lane
        let folder = lane.folder
        archives = folder + "/archives"
        temporary = folder + "/copies"
        let folders: [(String, mode_t)] = [
            ("archives", 0o700), ("copies", 0o700), ("trees", 0o711), ("tools", 0o711), ("images", 0o711),
        ]
        for (name, mode) in folders {
            guard unsafe mkdir("\(folder)/\(name)", mode) == 0 || errno == EEXIST, unsafe chmod("\(folder)/\(name)", mode) == 0
            else {
                throw ProvostError(.unavailable, "\(folder)/\(name) cannot be made.")
            }
        }
        let programs = try Self.programs()
        try Tools.install(from: programs, into: folder + "/tools")
        var configuration = Sandbox.Configuration(
            directory: folder, launcher: programs + "/provost-launch", userRange: lane.users, warmRooms: 4,
            cgroupName: "provost-gate")
        configuration.builderUsers = Lane.builderUsers
        let sandbox = try Sandbox(configuration)
        self.sandbox = sandbox
        guard allowDegraded || sandbox.degradations.isEmpty else {
            let list = sandbox.degradations.map { "  - \($0)" }.joined(separator: "\n")
            throw ProvostError(
                .denied,
                "A check must hold the limits that a daemon holds, and here it cannot:\n\(list)\nRun it as root, or accept it with --allow-degraded."
            )
        }
        let unpacking = Unpacking(sandbox: sandbox, tools: folder + "/tools")
        let trees = try TreeCache(folder: folder + "/trees", sandbox: sandbox, unpacking: unpacking)
        let archives = archives
        runner = GradingRunner(
            sandbox: sandbox, trees: trees, unpacking: unpacking, tools: folder + "/tools",
            images: ImageStore(
                folder: folder + "/images", sandbox: sandbox, tools: folder + "/tools",
                now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }),
            openBlob: { try Self.open(archives + "/" + $0.hex) })
    }

    /// The folder of this program: its companions lie beside it.
    private static func programs() throws(ProvostError) -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw ProvostError(.unavailable, "/proc is not mounted; provost-gate needs it.")
        }
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    private static func open(_ path: String) throws -> Int32 {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ProvostError(.unavailable, "\(path) cannot be read.") }
        return descriptor
    }

    /// Packs a folder, with ignore files in force for a submission. An archive (a regular file) is taken as it is.
    func pack(_ folder: String, ignoring: IgnoreRules.Source) throws(ProvostError) -> PackedFolder {
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { throw ProvostError(.notFound, "There is no folder \(folder).") }
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let temporary = "\(archives)/.new-\(number)"
        unsafe unlink(temporary)
        let descriptor = unsafe Glibc.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw ProvostError(.unavailable, "\(temporary) cannot be made.") }
        defer { Glibc.close(descriptor) }
        if status.st_mode & S_IFMT == S_IFREG {
            do { try Data(contentsOf: URL(fileURLWithPath: folder)).write(to: URL(fileURLWithPath: temporary)) } catch {
                throw ProvostError(.invalid, "\(folder) cannot be read.", cause: error)
            }
        } else {
            _ = try Packer.pack(folder: folder, to: descriptor, ignoring: ignoring)
        }
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: temporary), options: .alwaysMapped)
            let digest = ContentDigest(bytes: SHA256.hash(data: bytes))
            let path = archives + "/" + digest.hex
            guard unsafe rename(temporary, path) == 0 else { throw ProvostError(.unavailable, "\(path) cannot be made.") }
            return PackedFolder(digest: digest, path: path)
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "\(folder) cannot be packed.", cause: error)
        }
    }

    /// Grades a packed submission. The result is as the daemon would get it, before anything is recorded.
    func grade(_ submission: PackedFolder, _ lab: LoadedLab, part: GradingTask.Part = .hidden) async throws -> GradingResult {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let task = GradingTask(
            name: "gate-\(number)", submissionDigest: submission.digest,
            openSubmission: { try Self.open(submission.path) }, lab: lab.manifest, labVersion: lab.version,
            labContent: lab.packed.digest, grader: lab.grader, graderContent: lab.packedGrader.digest,
            receivedAt: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)), part: part)
        var bench = Workbench(sandbox: sandbox)
        do {
            let result = try await runner.run(task, bench: &bench, onUnpacked: { _ in true }, onEntry: { _ in })
            await bench.clear()
            return result
        } catch {
            await bench.clear()
            throw error
        }
    }

    /// Ends what runs, and removes what was made besides what the next gate of this lane can use again.
    func close() async {
        await sandbox.shutdown()
        for folder in [archives, temporary] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                try? FileManager.default.removeItem(atPath: folder + "/" + name)
            }
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: lane.folder + "/trees")) ?? [] {
            TreeFiles.remove(lane.folder + "/trees/" + name)
        }
    }
}
