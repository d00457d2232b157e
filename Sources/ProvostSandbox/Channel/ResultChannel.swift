import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// POLLRDHUP, which Glibc shows only to programs that ask for GNU extensions.
private let pollReadHangUp: Int16 = 0x2000

/// The supervisor's end of the grader's channel: a Unix socket in a folder that only the grader's room sees. Each
/// connection is one call by the client in the room. Malformed or oversized frames end that connection only.
package final class ResultChannel: Sendable {
    private struct State {
        var connections = 0
        var handlers = 0
        var listening = true
        var closing = false
        var calls: [Int: ChannelCall] = [:]
        var nextCall = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// The largest number of connections at once is a promise to the machine, not to the grader.
        static let maximumConnections = 64
        var isIdle: Bool { closing && !listening && connections == 0 && handlers == 0 }
    }
    private let state = Mutex(State())
    private let socket: Descriptor
    private let wake = Descriptor(clinux_eventfd())
    private let path: String
    private let owner: RoomUser
    private let onCall: @Sendable (ChannelCall) async -> UInt8

    /// Milliseconds for a client to say what it wants, and for its slow reading at the end.
    private static let patience: Int32 = 10_000

    /// Listens at `path`, which must not exist; only `owner` (and root) can connect. Each call is handled in a task of its
    /// own; the byte that `onCall` returns is the client's exit status. Throws `unavailable` when it cannot listen there.
    package init(
        path: String, owner: RoomUser, onCall: @escaping @Sendable (ChannelCall) async -> UInt8
    ) throws(ProvostError) {
        self.path = path
        self.owner = owner
        self.onCall = onCall
        socket = Descriptor(try Self.listen(at: path))
        if geteuid() == 0, unsafe chown(path, owner.uid, owner.uid) != 0 { throw .linux("give \(path) to its user", errno) }
        guard unsafe chmod(path, 0o600) == 0 else { throw .linux("set the mode of \(path)", errno) }
        try onOwnThread { [self] in accept() }
    }

    /// The address of a Unix socket holds 107 bytes; a longer path goes by its folder's descriptor.
    private static func listen(at path: String) throws(ProvostError) -> Int32 {
        guard let slash = path.lastIndex(of: "/") else { throw ProvostError(.invalid, "The channel needs an absolute path.") }
        let folder = unsafe open(String(path[...slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .linux("open the folder of \(path)", errno) }
        defer { Glibc.close(folder) }
        let result = unsafe clinux_listen("/proc/self/fd/\(folder)/\(path[path.index(after: slash)...])", 64)
        guard result >= 0 else { throw .linux("listen at \(path)", result) }
        return result
    }

    /// Stops listening, ends open calls, and waits for running handlers.
    package func close() async {
        let calls = state.withLock { state in
            state.closing = true
            return Array(state.calls.values)
        }
        _ = clinux_eventfd_signal(wake.number)
        for call in calls { call.hangUp() }
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.isIdle { return true }
                state.waiters.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
        _ = unsafe unlink(path)
    }

    // MARK: Threads

    private func accept() {
        while !state.withLock({ $0.closing }) {
            let full = state.withLock { $0.connections >= State.maximumConnections }
            var watched = [
                pollfd(fd: full ? -1 : socket.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(&watched, 2, full ? 50 : -1)
            guard watched[0].revents != 0 else { continue }
            let accepted = clinux_accept(socket.number)
            // Out of descriptors: the connection stays in the queue; do not spin on it.
            if accepted < 0 {
                usleep(10_000)
                continue
            }
            let peer = clinux_peer_uid(accepted)
            guard peer == Int64(owner.uid) || peer == 0 else {
                Glibc.close(accepted)
                continue
            }
            state.withLock { $0.connections += 1 }
            do throws(ProvostError) {
                try onOwnThread { [self] in serve(Descriptor(accepted)) }
            } catch {
                Glibc.close(accepted)
                change { $0.connections -= 1 }
            }
        }
        change { $0.listening = false }
    }

    /// One connection, from its first byte to its last.
    private func serve(_ connection: consuming Descriptor) {
        let number = connection.number
        var reader = FrameReader()
        if let call = readCall(number, &reader) {
            let key: Int? = state.withLock { state in
                if state.closing { return nil }
                state.nextCall += 1
                state.calls[state.nextCall] = call
                state.handlers += 1
                return state.nextCall
            }
            if let key {
                Task { [self] in
                    call.finish(await onCall(call))
                    change { $0.handlers -= 1 }
                }
                exchange(number, call, &reader)
                call.hangUp()
                change { $0.calls[key] = nil }
            }
        }
        change { $0.connections -= 1 }
    }

    /// Waits for the first frame, which says what is called. nil when it does not come or is something else.
    private func readCall(_ number: Int32, _ reader: inout FrameReader) -> ChannelCall? {
        let deadline = monotonicNanoseconds() + Int64(Self.patience) * 1_000_000
        while true {
            if let frame = reader.next() {
                guard frame.kind == .arguments, frame.payload.last == 0 else { return nil }
                var words = frame.payload.dropLast().split(separator: 0, omittingEmptySubsequences: false).map {
                    String(decoding: $0, as: UTF8.self)
                }
                return words.isEmpty ? nil : ChannelCall(program: words.removeFirst(), arguments: words)
            }
            let left = (deadline - monotonicNanoseconds()) / 1_000_000
            if reader.isBroken || left <= 0 || state.withLock({ $0.closing }) { return nil }
            var watched = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            // Short waits, so that a silent client does not hold `close` up.
            if unsafe poll(&watched, 1, Int32(min(left, 100))) > 0, !read(number, into: &reader) { return nil }
        }
    }

    /// Carries frames both ways until the call is over or the client is gone.
    private func exchange(_ number: Int32, _ call: ChannelCall, _ reader: inout FrameReader) {
        while !call.isOver {
            var events = pollReadHangUp
            if call.wantsInput { events |= Int16(POLLIN) }
            if call.hasOutput { events |= Int16(POLLOUT) }
            var watched = [
                pollfd(fd: number, events: events, revents: 0), pollfd(fd: call.wake.number, events: Int16(POLLIN), revents: 0),
            ]
            // A client that does not take the last frames is not waited for for ever.
            if unsafe poll(&watched, 2, call.isFinished ? Self.patience : -1) == 0 { return }
            if watched[1].revents != 0 { _ = clinux_eventfd_clear(call.wake.number) }
            let seen = watched[0].revents
            if seen & Int16(POLLOUT) != 0, !flush(number, call) { return }
            if seen & Int16(POLLIN) != 0, call.wantsInput, !read(number, into: &reader) { return }
            // Data frames that came before the hang-up are still worth reading; without room for them the call is over.
            if seen & (Int16(POLLERR | POLLHUP) | pollReadHangUp) != 0, seen & Int16(POLLIN) == 0 { return }
            while call.wantsInput, let frame = reader.next() {
                switch frame.kind {
                case .data: guard call.receive(frame.payload) else { return }
                case .mode: guard call.receiveMode(frame.payload) else { return }
                default: return
                }
            }
            if reader.isBroken { return }
        }
    }

    private func flush(_ number: Int32, _ call: ChannelCall) -> Bool {
        while let (frame, start) = call.nextOutput() {
            let sent = unsafe frame.withUnsafeBytes {
                unsafe send(number, $0.baseAddress! + start, $0.count - start, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if sent < 0 { return errno == EAGAIN || errno == EINTR }
            call.didSend(sent)
        }
        return true
    }

    /// False at the end of the connection.
    private func read(_ number: Int32, into reader: inout FrameReader) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        reader.add(buffer[..<count])
        return count > 0
    }

    /// Changes the state, and lets `close` go on when nothing is left.
    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            guard state.isIdle else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
