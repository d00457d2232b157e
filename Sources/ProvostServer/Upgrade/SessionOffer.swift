import Glibc
import HTTPTypes
import Hummingbird
import NIOCore
import ProvostCore
import Synchronization

/// Where a route puts the socket that an upgraded connection is to be joined with. A request has one only when its connection can still
/// become something else: it asked for `provost-session`, as the first request on it.
final class SessionOffer: Sendable {
    /// What the upgrade is called on the wire.
    static let name = "provost-session"

    private let descriptor = Mutex<Int32>(-1)
    /// Called once when the joined connection is at its end.
    private let whenOver = Mutex<(@Sendable () -> Void)?>(nil)

    /// Owns the descriptor from here on.
    func accept(_ number: Int32, whenOver over: @escaping @Sendable () -> Void) {
        descriptor.withLock { $0 = number }
        whenOver.withLock { $0 = over }
    }
    /// The caller owns it from here on; nil when none was put in.
    func take() -> Int32? {
        descriptor.withLock { number in
            defer { number = -1 }
            return number >= 0 ? number : nil
        }
    }
    func end() {
        whenOver.withLock { over in
            defer { over = nil }; return over
        }?()
    }

    deinit {
        if let number = take() { close(number) }
        end()
    }
}

extension ProvostRequestContext {
    /// The answer 101 that joins the connection with this socket. Throws `invalid` for a request that asks for no upgrade; then `open` is
    /// not called.
    func session(
        _ open: () async throws -> (descriptor: Int32, whenOver: @Sendable () -> Void)
    ) async throws -> Response {
        guard let offer else {
            throw ProvostError(
                .invalid,
                "This is a session, not a document: ask with “Connection: upgrade” and “Upgrade: \(SessionOffer.name)”, as the first request on a connection."
            )
        }
        let opened = try await open()
        offer.accept(opened.descriptor, whenOver: opened.whenOver)
        return Response(status: .switchingProtocols)
    }
}
