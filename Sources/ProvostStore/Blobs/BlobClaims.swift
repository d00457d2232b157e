import ProvostCore
import Synchronization

/// Which contents were handed out a short while ago. A writer that finds its content there already has no row for it yet, so that nobody
/// may remove it meanwhile; after an hour the row stands, or the writer is long gone.
final class BlobClaims: Sendable {
    private static let held = Duration.seconds(3600)
    private let claims = Mutex<[ContentDigest: ContinuousClock.Instant]>([:])

    /// Before the writer looks whether the content is there.
    func claim(_ digest: ContentDigest) {
        let now = ContinuousClock.now
        claims.withLock { claims in
            if claims.count > 10_000 { claims = claims.filter { now - $0.value < Self.held } }
            claims[digest] = now
        }
    }

    /// Runs `remove` unless somebody holds the content; says whether it ran. Nobody can claim it meanwhile.
    func unlessHeld(_ digest: ContentDigest, _ remove: () throws(ProvostError) -> Void) throws(ProvostError) -> Bool {
        try claims.withLock { claims throws(ProvostError) in
            if let since = claims[digest], ContinuousClock.now - since < Self.held { return false }
            try remove()
            return true
        }
    }
}
