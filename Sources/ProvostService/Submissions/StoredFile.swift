import Foundation
import ProvostGrading

/// An open file that is sent to somebody piece by piece, read away from the cooperative pool. One reader at a time.
package final class StoredFile: Sendable {
    private let descriptor: Int32

    /// Owns the descriptor from here on, and closes it.
    package init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    /// At most 256 KiB; nil at the end.
    package func next() async throws -> [UInt8]? {
        try await Blocking.run { [self] in
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
                count = max(0, unsafe read(descriptor, buffer.baseAddress, buffer.count))
            }
            return bytes.isEmpty ? nil : bytes
        }
    }
}
