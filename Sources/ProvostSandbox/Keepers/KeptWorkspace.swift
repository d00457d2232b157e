import CLinux
import Dispatch
import Glibc
package import ProvostCore
import Synchronization

/// The daemon's handle of a running workspace, whose keeper may have been started by an earlier daemon.
package final class KeptWorkspace: Sendable {
    private struct State {
        var ending: WorkspaceEnding?
        var waiters: [CheckedContinuation<WorkspaceEnding, Never>] = []
    }
    package let id: String
    package let start: Int
    /// Leased until the workspace has ended, when it is returned by itself.
    package let user: RoomUser
    /// The name of its cgroup.
    package let slot: String
    let tools: String
    /// The keeper's process, for the log.
    package let pid: Int32
    private let folder: String
    private let state = Mutex(State())
    private let whenGone: @Sendable () -> Void

    /// `whenGone` removes what a killed keeper leaves; it may wait in the kernel.
    init(_ status: KeeperStatus, folder: String, whenGone: @escaping @Sendable () -> Void) throws(ProvostError) {
        id = status.id
        start = status.start
        user = RoomUser(uid: status.uid)
        slot = status.slot
        tools = status.tools
        pid = status.pid
        self.folder = folder
        self.whenGone = whenGone
        let socket = unsafe clinux_connect(folder + "/keeper.sock")
        guard socket >= 0 else { throw .linux("reach the keeper of workspace \(id)", socket) }
        let watch = Descriptor(socket)
        try KeeperMessage(.watch).send(on: watch.number)
        let source = DispatchSource.makeReadSource(fileDescriptor: watch.number, queue: .global())
        let number = watch.number
        source.setEventHandler { [self] in
            var rest: [UInt8] = []
            var told: WorkspaceEnding?
            if let message = try? KeeperMessage.receive(on: number, rest: &rest), message.kind == .ended {
                var reader = message.reader
                told = try? WorkspaceEnding(&reader)
            }
            source.cancel()
            finish(told)
        }
        _ = watch.take()
        source.setCancelHandler { close(number) }
        source.activate()
    }

    /// The keeper is gone or about to be: its socket is closed when everything else of it is.
    private func finish(_ told: WorkspaceEnding?) {
        // It is our child only when this daemon started it.
        var status: Int32 = 0
        if unsafe clinux_wait(Int64(pid), &status, 0) < 0 {
            for _ in 0..<500 where kill(pid, 0) == 0 { usleep(10_000) }
        }
        whenGone()
        let ending =
            told ?? Self.savedEnding(in: folder)
            ?? WorkspaceEnding(reason: "Its keeper was ended.", asked: false, usage: WorkspaceUsage())
        Files.removeTree(folder)
        let waiters = state.withLock { state in
            state.ending = ending
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: ending) }
    }

    static func savedEnding(in folder: String) -> WorkspaceEnding? {
        guard let text = Files.readAll(folder + "/ending") else { return nil }
        let digits = Array(text.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        var reader = WireReader(bytes[...])
        return try? WorkspaceEnding(&reader)
    }

    private func ask(_ kind: KeeperMessage.Kind, _ write: (inout WireWriter) -> Void = { _ in }) async throws(ProvostError)
        -> WireReader
    {
        let message = KeeperMessage(kind, write)
        let folder = folder
        return try await offPool { () throws(ProvostError) -> WireReader in try Self.ask(message, folder: folder) }
    }

    /// Waits at most a minute for the answer.
    static func ask(_ message: KeeperMessage, folder: String) throws(ProvostError) -> WireReader {
        let socket = try connect(folder)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        try message.send(on: socket.number)
        var rest: [UInt8] = []
        guard let answer = try KeeperMessage.receive(on: socket.number, rest: &rest) else { throw gone }
        return try answer.answer()
    }

    private static var gone: ProvostError { ProvostError(.conflict, "The workspace does not run any more; start it again.") }

    private static func connect(_ folder: String) throws(ProvostError) -> Descriptor {
        let socket = unsafe clinux_connect(folder + "/keeper.sock")
        if socket == -ENOENT || socket == -ECONNREFUSED { throw gone }
        guard socket >= 0 else { throw .linux("reach the workspace's keeper", socket) }
        return Descriptor(socket)
    }

    /// What it uses now.
    package func usage() async throws(ProvostError) -> WorkspaceUsage {
        var reader = try await ask(.usage)
        return try WorkspaceUsage(&reader)
    }

    /// New cpus, memory and processes at once. Throws `limitReached` when it uses more memory than it is to have: nothing is changed then.
    package func setLimits(_ limits: RoomLimits) async throws(ProvostError) { _ = try await ask(.limits) { limits.write(&$0) } }

    /// Stops its programs where they are; sessions stay attached. Throws `unavailable` where this machine cannot.
    package func freeze() async throws(ProvostError) { _ = try await ask(.freeze) }
    package func thaw() async throws(ProvostError) { _ = try await ask(.thaw) }

    /// A line for everyone who is attached. Lost when the keeper is gone.
    package func notify(_ text: String) async { _ = try? await ask(.notify) { $0.add(text) } }

    /// Holds the volume still for a snapshot, at most 60 seconds.
    package func quiesce() async throws(ProvostError) { _ = try await ask(.quiesce) }
    package func release() async throws(ProvostError) { _ = try await ask(.release) }

    /// Open terminals and commands, the oldest first.
    package func sessions() async throws(ProvostError) -> [SessionInfo] {
        var reader = try await ask(.sessions)
        var sessions: [SessionInfo] = []
        for _ in 0..<(try reader.int()) {
            let number = try reader.int()
            let command = try reader.texts()
            let terminal = try reader.int64() != 0
            let attached = try reader.int()
            sessions.append(
                SessionInfo(
                    number: number, command: command, terminal: terminal, attached: attached,
                    startedAt: Timestamp(milliseconds: try reader.int64())))
        }
        return sessions
    }

    /// A connected, non-blocking Unix socket that speaks `SessionFrame`; the caller closes it. What cannot be done is told there by a
    /// `refusal`. Throws `conflict` when the workspace does not run.
    package func open(_ request: SessionRequest) async throws(ProvostError) -> Int32 {
        let message = KeeperMessage(.session) { request.write(&$0) }
        let folder = folder
        return try await offPool { () throws(ProvostError) -> Int32 in
            let socket = try Self.connect(folder)
            try message.send(on: socket.number)
            _ = clinux_nonblocking(socket.number)
            return socket.take()
        }
    }

    /// Tells everyone why, sends hang-up and TERM to everything in it, and after the grace ends it. Returns when nothing of it is left.
    package func stop(grace: TimeSpan, reason: String) async -> WorkspaceEnding {
        do throws(ProvostError) {
            _ = try await ask(.stop) {
                $0.add(grace.milliseconds)
                $0.add(reason)
            }
        } catch {
            // It does not answer: the kernel ends its room with it. When it is gone already, there is nothing to end.
            if error.code != .conflict { kill(pid, SIGKILL) }
        }
        return await ended()
    }

    /// Returns when the keeper is gone, however that came, and nothing of it is left.
    package func ended() async -> WorkspaceEnding {
        await withCheckedContinuation { continuation in
            let ending: WorkspaceEnding? = state.withLock { state in
                if state.ending == nil { state.waiters.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }
}
