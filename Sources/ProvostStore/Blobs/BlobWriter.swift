import Crypto
import Glibc
package import ProvostCore
import Synchronization

/// One blob on its way in: hashed while it is written, named when it is complete.
///
/// Ends with `finish()` or `abandon()`; one that is simply let go is abandoned, and so is one whose `append` or `finish` threw.
/// All calls block.
package final class BlobWriter: Sendable {
    private struct State {
        /// -1 once it has ended.
        var descriptor: Int32
        var hasher = SHA256()
        var bytes: Int64 = 0
        /// Where write-back has been started.
        var flushed: Int64 = 0
    }

    /// Write-back begins this many bytes behind the writing, so that `finish` does not wait for the whole content.
    private static let flushStep: Int64 = 4 << 20

    private let state: Mutex<State>
    private let temporary: String
    private let blobs: String
    private let claims: BlobClaims

    init(folder: String, blobs: String, claims: BlobClaims) throws(ProvostError) {
        var random = SystemRandomNumberGenerator()
        let name = String(UInt64.random(in: .min ... .max, using: &random), radix: 16)
        temporary = "\(folder)/\(name)"
        self.blobs = blobs
        self.claims = claims
        let descriptor = unsafe open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
        guard descriptor >= 0 else { throw StoreFailure.system("create \(temporary)", code: errno) }
        state = Mutex(State(descriptor: descriptor))
    }

    deinit { abandon() }

    /// Bytes appended so far.
    package var bytes: Int64 { state.withLock { $0.bytes } }

    /// Throws `unavailable` when the disk is full; the blob is abandoned then.
    package func append(_ chunk: UnsafeRawBufferPointer) throws(ProvostError) {
        do {
            try state.withLock { state throws(ProvostError) in
                guard state.descriptor >= 0 else { throw Self.ended }
                unsafe state.hasher.update(bufferPointer: chunk)
                try unsafe Self.write(chunk, to: state.descriptor)
                state.bytes += Int64(chunk.count)
                Self.startWriteBack(&state)
            }
        } catch {
            abandon()
            throw error
        }
    }

    /// Throws `unavailable` when the disk is full; the blob is abandoned then.
    package func append(_ chunk: [UInt8]) throws(ProvostError) {
        let result = unsafe chunk.withUnsafeBytes { buffer in
            Result { () throws(ProvostError) in try unsafe append(buffer) }
        }
        try result.get()
    }

    /// Makes the content durable under its digest: bytes first, then the name. A content that is there already is kept.
    package func finish() throws(ProvostError) -> ContentDigest {
        do {
            return try state.withLock { state throws(ProvostError) in
                guard state.descriptor >= 0 else { throw Self.ended }
                let digest = ContentDigest(bytes: state.hasher.finalize())
                claims.claim(digest)
                let target = BlobStore.path(of: digest, in: blobs)
                if unsafe access(target, F_OK) == 0 {
                    // Whoever named it had synced its bytes; only the name may still be on its way.
                    FileSystem.remove(temporary)
                } else {
                    guard fsync(state.descriptor) == 0 else { throw StoreFailure.system("fsync \(temporary)", code: errno) }
                    guard unsafe rename(temporary, target) == 0 else {
                        throw StoreFailure.system("rename \(temporary)", code: errno)
                    }
                }
                close(state.descriptor)
                state.descriptor = -1
                try FileSystem.synchronizeFolder(FileSystem.parent(of: target))
                return digest
            }
        } catch {
            abandon()
            throw error
        }
    }

    /// Removes what was written. Does nothing after `finish` or another `abandon`.
    package func abandon() {
        state.withLock { state in
            guard state.descriptor >= 0 else { return }
            close(state.descriptor)
            state.descriptor = -1
            FileSystem.remove(temporary)
        }
    }

    private static let ended = ProvostError(.internalError, "A blob was written to after its end.")

    private static func write(_ chunk: UnsafeRawBufferPointer, to descriptor: Int32) throws(ProvostError) {
        var rest = unsafe chunk[...]
        while let start = unsafe UnsafeRawBufferPointer(rebasing: rest).baseAddress, unsafe !rest.isEmpty {
            let written = unsafe Glibc.write(descriptor, start, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw StoreFailure.system("write blob", code: written < 0 ? errno : EIO) }
            unsafe rest = rest.dropFirst(written)
        }
    }

    /// Telling the kernel that written pages are not needed makes it write them now, without waiting; it also keeps a large upload
    /// from pushing everything else out of the page cache.
    private static func startWriteBack(_ state: inout State) {
        guard state.bytes - state.flushed >= flushStep else { return }
        _ = posix_fadvise(
            state.descriptor, off_t(state.flushed), off_t(state.bytes - state.flushed), POSIX_FADV_DONTNEED)
        state.flushed = state.bytes
    }
}
