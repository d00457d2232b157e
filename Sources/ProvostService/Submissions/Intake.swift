package import ProvostCore
import ProvostGrading
import ProvostStore
import Synchronization

/// One submission on its way in: bytes are counted against the limit and written as they come. Used by one request only.
package final class Intake: Sendable {
    package let view: AssignmentView
    package let person: Person
    let key: String
    let fileName: String
    let declaredDigest: ContentDigest?
    let receivedAt: Timestamp
    private let limit: ByteCount
    private let writer: BlobWriter

    init(
        view: AssignmentView, person: Person, key: String, fileName: String, declaredDigest: ContentDigest?,
        receivedAt: Timestamp, limit: ByteCount,
        writer: BlobWriter
    ) {
        self.view = view
        self.person = person
        self.key = key
        self.fileName = fileName
        self.declaredDigest = declaredDigest
        self.receivedAt = receivedAt
        self.limit = limit
        self.writer = writer
    }

    var bytes: ByteCount { ByteCount(writer.bytes) }

    /// Keeps the next bytes. Throws `limitReached` at the first byte too many, `unavailable` when the disk is full; the intake is over then.
    package func append(_ bytes: [UInt8]) async throws(ProvostError) {
        guard writer.bytes + Int64(bytes.count) <= limit.bytes else {
            writer.abandon()
            throw SubmissionService.tooLarge(limit)
        }
        let writer = writer
        do { try await Blocking.run { try writer.append(bytes) } } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "The archive could not be kept; send it again.", cause: error)
        }
    }

    func finish() throws -> ContentDigest { try writer.finish() }

    /// Forgets everything that was sent.
    package func abandon() { writer.abandon() }
}
