import CLinux
import Glibc
import ProvostCore

/// One connection to the keeper: the daemon's control, or a client of a session.
final class KeeperClient {
    enum Role {
        /// Its first message has not come yet.
        case new
        /// Is told of the end.
        case watcher
        case session(KeeperSession, reads: Bool)
        case forward(KeeperForward)
    }
    /// Beyond this much unsent, it gets no more output.
    static let enough = 64 << 10

    let socket: Descriptor
    let since = monotonicNanoseconds()
    var role = Role.new
    var received: [UInt8] = []
    var parser = SessionFrameParser()
    var size: WindowSize?
    /// How much of the scroll-back it has been given.
    var place = 0
    var toldLive = false
    /// Since when it has not read while others did.
    var lagsSince: Int64?
    /// Closed once what is unsent is gone.
    var isLeaving = false
    var isGone = false
    private var unsent: [UInt8] = []
    private var sent = 0

    init(socket: consuming Descriptor) { self.socket = socket }

    var backlog: Int { unsent.count - sent }

    func add(_ bytes: [UInt8]) {
        guard !isGone, !isLeaving else { return }
        // Frames that nobody reads: notices in the end cannot be allowed to take memory for ever.
        if backlog > 1 << 20 { return isGone = true }
        unsent += bytes
        flush()
    }
    func add(_ frame: SessionFrame) { add(frame.bytes) }

    func flush() {
        while sent < unsent.count {
            let count = unsafe unsent.withUnsafeBytes {
                unsafe clinux_send(socket.number, $0.baseAddress! + sent, $0.count - sent)
            }
            if count == -Int(EAGAIN) { break }
            if count <= 0 { return isGone = true }
            sent += count
        }
        if sent == unsent.count {
            unsent.removeAll(keepingCapacity: unsent.capacity <= Self.enough * 2)
            sent = 0
            if isLeaving { isGone = true }
        } else if sent > 1 << 16 {
            unsent.removeFirst(sent)
            sent = 0
        }
    }

    /// The last thing that it is told.
    func leave(with frames: [SessionFrame]) {
        for frame in frames { add(frame) }
        isLeaving = true
        flush()
    }
}

/// A connection to a port of the workspace.
final class KeeperForward {
    let number: UInt32
    let port: Int
    var socket: Int32 = -1
    var input: [UInt8] = []
    var inputEnded = false
    var outputEnded = false

    init(number: UInt32, port: Int) {
        self.number = number
        self.port = port
    }
    deinit { if socket >= 0 { close(socket) } }
}
