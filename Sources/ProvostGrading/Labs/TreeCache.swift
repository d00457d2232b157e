import Foundation
package import ProvostCore
package import ProvostSandbox
import Synchronization

/// Unpacked lab and grader versions, one read-only folder for each digest, shared by all rooms that need it.
///
/// Made in a room from the stored archive at first use, under a user of their own that no other room ever gets.
package final class TreeCache: Sendable {
    /// A lab or a grader may be this large, unpacked.
    private static let limits = UnpackLimits(bytes: .gibibytes(1), entries: 50_000, depth: 64, pathLength: 2048, ratio: 1000)

    private let folder: String
    private let sandbox: Sandbox
    private let unpacking: Unpacking
    private let user: RoomUser
    private let building = Mutex<[ContentDigest: Task<String, any Error>]>([:])

    package init(folder: String, sandbox: Sandbox, unpacking: Unpacking) throws(ProvostError) {
        self.folder = folder
        self.sandbox = sandbox
        self.unpacking = unpacking
        user = try sandbox.leaseUser()
        // What a killed daemon left half-made.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(".") {
            TreeFiles.remove(folder + "/" + name)
        }
    }

    /// The folder of a stored archive, made if it is not there. Throws `invalid` with the refusal's sentence when the archive is refused.
    package func tree(_ digest: ContentDigest, blobs: @escaping @Sendable (ContentDigest) throws -> Int32)
        async throws(ProvostError) -> String
    {
        let path = folder + "/" + digest.hex
        if unsafe access(path, F_OK) == 0 { return path }
        // One build for all who wait for it; its own task, so that one caller's cancellation does not take it from the others.
        let task = building.withLock { building in
            if let task = building[digest] { return task }
            let task = Task {
                // Only the build itself takes its entry away: a waiter that did could take away the one of the next build, and two would
                // write to one folder.
                defer { self.building.withLock { $0[digest] = nil } }
                return try await self.build(digest, at: path, blobs: blobs)
            }
            building[digest] = task
            return task
        }
        do { return try await task.value } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "The version \(digest.short) cannot be unpacked.", cause: error)
        }
    }

    private func build(_ digest: ContentDigest, at path: String, blobs: @escaping @Sendable (ContentDigest) throws -> Int32)
        async throws -> String
    {
        let temporary = folder + "/.\(digest.hex)"
        TreeFiles.remove(temporary)
        try TreeFiles.makeFolder(temporary, owner: user.uid)
        do {
            let archive = try await Blocking.run { try blobs(digest) }
            defer { close(archive) }
            let report = try await unpacking.run(
                archive: archive, into: temporary, copy: nil, user: user, limits: Self.limits, keepFolder: true)
            if let refusal = report.refusal { throw ProvostError(.invalid, refusal.message) }
            // Before it gets its name: after a loss of power a folder of that name holds every byte, or is not there.
            try await Blocking.run { try TreeFiles.flush(temporary) }
            guard unsafe rename(temporary, path) == 0 else {
                if unsafe access(path, F_OK) == 0 {
                    TreeFiles.remove(temporary)
                    return path
                }
                throw ProvostError(.unavailable, "The version \(digest.short) cannot be put in its place.")
            }
            return path
        } catch {
            TreeFiles.remove(temporary)
            throw error
        }
    }
}
