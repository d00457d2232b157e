import Glibc
import Logging
import ProvostServer
import ServiceLifecycle

/// Tells the world when the daemon takes connections and when it stops: a line on standard error, and systemd's protocol (sd_notify(3)) when
/// NOTIFY_SOCKET is set, with the watchdog's heartbeat when WATCHDOG_USEC is set.
actor Readiness: Service {
    private let expected: Int
    private let logger: Logger
    private var listening = 0

    init(expected: Int, logger: Logger) {
        self.expected = expected
        self.logger = logger
    }

    func listening(on address: ListeningAddress, port: Int?) {
        listening += 1
        if case .tcp(let host, _) = address, let port {
            logger.notice("Listening", metadata: ["address": "http://\(host):\(port)"])
        } else {
            logger.notice("Listening", metadata: ["address": "\(address)"])
        }
        if listening == expected {
            logger.notice("Ready")
            Self.notify("READY=1")
        }
    }

    func run() async throws {
        let watchdog = unsafe getenv("WATCHDOG_USEC").flatMap { unsafe Int64(String(cString: $0)) }
        let beat = Duration.microseconds(max(1_000_000, (watchdog ?? 60_000_000) / 3))
        await withGracefulShutdownHandler {
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: beat) }
                if watchdog != nil, !Task.isShuttingDownGracefully { Self.notify("WATCHDOG=1") }
            }
        } onGracefulShutdown: {
            Self.notify("STOPPING=1")
        }
    }

    /// One datagram to $NOTIFY_SOCKET, as sd_notify(3) sends it; nothing without one.
    private static func notify(_ text: String) {
        guard let path = unsafe getenv("NOTIFY_SOCKET").map({ unsafe String(cString: $0) }), !path.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let message = Array(text.utf8)
        _ = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
