import ProvostCore
import Synchronization

/// Bytes that arrive in pieces, up to a limit.
final class Collected: Sendable {
    private let limit: Int
    private let kept = Mutex<[UInt8]>([])

    init(limit: Int) { self.limit = limit }

    var bytes: [UInt8] { kept.withLock { $0 } }

    func take(_ piece: [UInt8]) throws(ProvostError) {
        let count = kept.withLock { kept in
            kept += piece
            return kept.count
        }
        if count > limit {
            throw ProvostError(.limitReached, "The answer is longer than \(ByteCount(Int64(limit))); ask for less.")
        }
    }
}
