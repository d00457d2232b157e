import Crypto
import Foundation
import ProvostCore
import ProvostGrading
import Synchronization

/// The archive of one trial: a nameless file that is gone with its last descriptor, since a trial is kept nowhere. Used by one request only.
package final class TrialArchive: Sendable {
    private let descriptor: Int32
    private let limit: ByteCount
    private let state = Mutex<(hash: SHA256, bytes: Int64)>((SHA256(), 0))

    /// - Parameter folder: on the file system that it may lie on; not readable by rooms.
    init(in folder: String, limit: ByteCount) throws(ProvostError) {
        let path = "\(folder)/.trial-\(UInt64.random(in: 0 ... .max))"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw ProvostError(.unavailable, "The archive could not be kept; send it again.") }
        unsafe unlink(path)
        self.descriptor = descriptor
        self.limit = limit
    }

    deinit { close(descriptor) }

    /// Throws `limitReached` at the first byte too many, `unavailable` when the disk is full.
    package func append(_ bytes: [UInt8]) async throws {
        let total = state.withLock { state in
            state.hash.update(data: bytes)
            state.bytes += Int64(bytes.count)
            return state.bytes
        }
        guard total <= limit.bytes else { throw SubmissionService.tooLarge(limit) }
        try await Blocking.run { [descriptor] in
            var done = 0
            while done < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress! + done, $0.count - done) }
                guard count > 0 else { throw ProvostError(.unavailable, "The archive could not be kept; send it again.") }
                done += count
            }
        }
    }

    var bytes: Int64 { state.withLock { $0.bytes } }
    var digest: ContentDigest { state.withLock { ContentDigest(bytes: $0.hash.finalize()) } }

    /// A descriptor of its own at the beginning; the caller closes it.
    func reopen() throws -> Int32 {
        let copy = unsafe open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC)
        guard copy >= 0 else { throw ProvostError(.unavailable, "The archive could not be read again.") }
        return copy
    }
}
