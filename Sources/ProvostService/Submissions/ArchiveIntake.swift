package import ProvostCore
import ProvostGrading
package import ProvostStore

/// Keeps a stream of bytes as a blob: the way in for labs and graders.
package struct ArchiveIntake: Sendable {
    private let blobs: BlobStore
    package init(blobs: BlobStore) { self.blobs = blobs }

    /// Throws `limitReached` at the first byte too many, `invalid` for nothing at all.
    package func keep(
        _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable, limit: ByteCount
    ) async throws -> (digest: ContentDigest, bytes: ByteCount) {
        let writer = try blobs.writer()
        do {
            for try await bytes in chunks {
                guard writer.bytes + Int64(bytes.count) <= limit.bytes else {
                    throw ProvostError(.limitReached, "It is larger than the \(limit) that are taken here.")
                }
                try await Blocking.run { try writer.append(bytes) }
            }
            guard writer.bytes > 0 else { throw ProvostError(.invalid, "Nothing was sent.") }
            let bytes = ByteCount(writer.bytes)
            return (try await Blocking.run { try writer.finish() }, bytes)
        } catch {
            writer.abandon()
            throw error
        }
    }
}
