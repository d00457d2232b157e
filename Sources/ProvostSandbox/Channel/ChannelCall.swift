import CLinux
import ProvostCore
import Synchronization

/// A file of the grader's room that the client is about to send.
package struct SentFile: Sendable, Hashable {
    /// Permission bits as in chmod(2).
    package let mode: UInt32
    /// Bytes when it was opened; more or fewer may come.
    package let size: Int64
}

/// One call of `learner` or `report` from the grader's room.
package final class ChannelCall: Sendable {
    /// The name under which the client was started: `learner` or `report`, or whatever a grader made of it.
    package let program: String
    package let arguments: [String]

    private struct State {
        /// Whole frames, and how much of the first one is sent.
        var outgoing: [[UInt8]] = []
        var outgoingSent = 0
        var outgoingBytes = 0
        var incoming: [[UInt8]] = []
        var incomingBytes = 0
        var inputRequests = 0
        var hungUp = false
        var finished = false
        var hangUpAction: (@Sendable () -> Void)?
        var waiter: CheckedContinuation<[UInt8]?, Never>?
        /// Files that were asked for and not answered yet.
        var fileRequests = 0
        var fileWaiter: CheckedContinuation<SentFile?, Never>?
        var sentFile: SentFile?
        /// Those who wait until the client has read.
        var roomWaiters: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    let wake = Descriptor(clinux_eventfd())

    /// What may wait for a client that does not read; more ends the call.
    private static let outgoingLimit = 16 << 20
    /// Above this, a file on its way to the client waits.
    private static let fileLimit = 1 << 20
    /// What may wait for a handler that does not take it; the client waits beyond that.
    private static let incomingLimit = 1 << 20
    private static let piece = 256 << 10

    init(program: String, arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }

    /// Asks the client to send the file at this path of its room, or, with nil, its own standard input. It comes as `input`.
    package func requestInput(path: String?) {
        let asked = state.withLock { state in
            state.inputRequests += 1
            return !state.hungUp
        }
        if asked { send(Frame(kind: .input, payload: Array((path ?? "").utf8.prefix(4096)))) }
    }

    /// The input that was asked for, up to its end. One consumer at a time. The client waits while nothing is taken.
    package var input: AsyncStream<[UInt8]> { AsyncStream { await self.nextInput() } }

    /// Asks the client for a file of its room. Its bytes come as `input`; take them to the end before the next request.
    /// nil when the client is gone, as it is when it cannot open the file: it has said so to its caller.
    package func requestFile(path: String) async -> SentFile? {
        let asked = state.withLock { state in
            guard !state.hungUp, path.utf8.count < 4096 else { return false }
            state.inputRequests += 1
            state.fileRequests += 1
            return true
        }
        guard asked else { return nil }
        send(Frame(kind: .fetch, payload: Array(path.utf8)))
        return await withCheckedContinuation { continuation in
            let (ready, file): (Bool, SentFile?) = state.withLock { state in
                if state.hungUp { return (true, nil) }
                if let file = state.sentFile {
                    state.sentFile = nil
                    return (true, file)
                }
                state.fileWaiter = continuation
                return (false, nil)
            }
            if ready { continuation.resume(returning: file) }
        }
    }

    /// The client is gone: what came of `input` may not be all of it.
    package var isHungUp: Bool { state.withLock { $0.hungUp } }

    /// For the caller's standard output. Dropped when the client is gone.
    package func write(output: [UInt8]) { sendPieces(.output, output) }

    /// For the caller's standard error. Dropped when the client is gone.
    package func write(error: [UInt8]) { sendPieces(.error, error) }

    /// Has the client write a file in its own room. False, and nothing is sent, when path and bytes exceed 1 MiB together.
    @discardableResult package func writeFile(_ path: String, _ bytes: [UInt8]) -> Bool {
        let payload = Array(path.utf8) + [0] + bytes
        guard payload.count <= Frame.maximumPayload, !path.utf8.contains(0) else { return false }
        send(Frame(kind: .file, payload: payload))
        return true
    }

    /// Has the client append to a file that `writeFile` made; waits while it does not read. False when it is gone.
    package func appendFile(_ path: String, _ bytes: [UInt8]) async -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            await waitForRoom()
            if isHungUp { return false }
            send(Frame(kind: .append, payload: Array(path.utf8) + [0] + rest.prefix(Self.piece)))
            rest = rest.dropFirst(Self.piece)
        }
        return true
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.hungUp || state.outgoingBytes < Self.fileLimit { return true }
                state.roomWaiters.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
    }

    /// Called once, on a thread of the channel, when the client is gone before the handler returned; at once if it is
    /// gone already. The last action given counts.
    package func onHangUp(_ action: @escaping @Sendable () -> Void) {
        let now = state.withLock { state in
            if state.hungUp { return true }
            state.hangUpAction = action
            return false
        }
        if now { action() }
    }

    // MARK: For the handler's side

    func finish(_ status: UInt8) {
        state.withLock { $0.hangUpAction = nil }
        send(Frame(kind: .exit, payload: [status]))
        state.withLock { $0.finished = true }
        poke()
    }

    private func sendPieces(_ kind: Frame.Kind, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            send(Frame(kind: kind, payload: Array(rest.prefix(Self.piece))))
            rest = rest.dropFirst(Self.piece)
        }
    }

    private func send(_ frame: Frame) {
        let overflow = state.withLock { state in
            guard !state.hungUp, !state.finished else { return false }
            if state.outgoingBytes > Self.outgoingLimit { return true }
            let bytes = frame.bytes
            state.outgoing.append(bytes)
            state.outgoingBytes += bytes.count
            return false
        }
        if overflow { hangUp() }
        poke()
    }

    private func nextInput() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (ready, piece): (Bool, [UInt8]?) = state.withLock { state in
                    if let first = state.incoming.first {
                        state.incoming.removeFirst()
                        state.incomingBytes -= first.count
                        // An empty piece is the end.
                        return (true, first.isEmpty ? nil : first)
                    }
                    if state.hungUp || Task.isCancelled { return (true, nil) }
                    state.waiter = continuation
                    return (false, nil)
                }
                if ready {
                    continuation.resume(returning: piece)
                    poke()
                }
            }
        } onCancel: {
            takeWaiter()?.resume(returning: nil)
        }
    }

    private func takeWaiter() -> CheckedContinuation<[UInt8]?, Never>? {
        state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
    }

    // MARK: For the connection's thread

    var isOver: Bool { state.withLock { $0.hungUp || ($0.finished && $0.outgoing.isEmpty) } }
    var isFinished: Bool { state.withLock { $0.finished } }
    var wantsInput: Bool { state.withLock { $0.incomingBytes < Self.incomingLimit } }
    var hasOutput: Bool { state.withLock { !$0.outgoing.isEmpty } }

    /// The first frame that is not wholly sent, and how much of it is.
    func nextOutput() -> (frame: [UInt8], sent: Int)? {
        state.withLock { state in state.outgoing.first.map { ($0, state.outgoingSent) } }
    }

    /// So much more of that frame is sent. It may be gone meanwhile, with the client.
    func didSend(_ count: Int) {
        let waiters = state.withLock { state in
            guard let first = state.outgoing.first else { return [CheckedContinuation<Void, Never>]() }
            state.outgoingSent += count
            state.outgoingBytes -= count
            if state.outgoingSent >= first.count {
                state.outgoing.removeFirst()
                state.outgoingSent = 0
            }
            guard state.outgoingBytes < Self.fileLimit else { return [] }
            defer { state.roomWaiters = [] }
            return state.roomWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// False when nobody asked for a file, or it is no answer.
    func receiveMode(_ payload: [UInt8]) -> Bool {
        guard payload.count == 16 else { return false }
        let numbers = [payload[..<8], payload[8...]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let file = SentFile(mode: UInt32(truncatingIfNeeded: numbers[0] & 0o7777), size: Int64(clamping: numbers[1]))
        let (accepted, waiter): (Bool, CheckedContinuation<SentFile?, Never>?) = state.withLock { state in
            guard state.fileRequests > 0, state.sentFile == nil else { return (false, nil) }
            state.fileRequests -= 1
            if let waiter = state.fileWaiter {
                state.fileWaiter = nil
                return (true, waiter)
            }
            state.sentFile = file
            return (true, nil)
        }
        waiter?.resume(returning: file)
        return accepted
    }

    /// False when nobody asked for input.
    func receive(_ piece: [UInt8]) -> Bool {
        let (accepted, waiter): (Bool, CheckedContinuation<[UInt8]?, Never>?) = state.withLock { state in
            guard state.inputRequests > 0 else { return (false, nil) }
            if piece.isEmpty { state.inputRequests -= 1 }
            if let waiter = state.waiter {
                state.waiter = nil
                return (true, waiter)
            }
            state.incoming.append(piece)
            state.incomingBytes += piece.count
            return (true, nil)
        }
        waiter?.resume(returning: piece.isEmpty ? nil : piece)
        return accepted
    }

    /// The client is gone, or is to be.
    func hangUp() {
        typealias Parties = (
            action: (@Sendable () -> Void)?, input: CheckedContinuation<[UInt8]?, Never>?,
            file: CheckedContinuation<SentFile?, Never>?, room: [CheckedContinuation<Void, Never>]
        )
        let parties: Parties? = state.withLock { state in
            if state.hungUp { return nil }
            state.hungUp = true
            (state.outgoing, state.outgoingSent, state.outgoingBytes) = ([], 0, 0)
            defer { (state.hangUpAction, state.waiter, state.fileWaiter, state.roomWaiters) = (nil, nil, nil, []) }
            return (state.finished ? nil : state.hangUpAction, state.waiter, state.fileWaiter, state.roomWaiters)
        }
        if let parties {
            parties.action?()
            parties.input?.resume(returning: nil)
            parties.file?.resume(returning: nil)
            for waiter in parties.room { waiter.resume() }
        }
        poke()
    }

    private func poke() { _ = clinux_eventfd_signal(wake.number) }
}
