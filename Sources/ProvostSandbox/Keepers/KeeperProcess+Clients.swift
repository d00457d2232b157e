import CLinux
import Glibc
import ProvostCore

/// Connections, what they ask for, and their frames.
extension KeeperProcess {
    func accept() {
        while true {
            let number = clinux_accept(listener.number)
            guard number >= 0 else { return }
            let client = KeeperClient(socket: Descriptor(number))
            let peer = clinux_peer_uid(number)
            guard peer == 0 || peer == Int64(geteuid()), clients.count < 256 else { continue }
            clients.append(client)
        }
    }

    func client(of forward: KeeperForward) -> KeeperClient? {
        clients.first { client in
            if case .forward(let other) = client.role { other === forward } else { false }
        }
    }

    func wantsInput(from client: KeeperClient) -> Bool {
        switch client.role {
        case .new, .watcher: true
        case .session(let session, let reads): reads || session.takesInput
        case .forward(let forward): forward.input.count < KeeperClient.enough
        }
    }

    func serve(_ client: KeeperClient, _ events: Int16) {
        if Int32(events) & POLLOUT != 0 { client.flush() }
        guard Int32(events) & (POLLIN | POLLHUP | POLLERR | Self.peerIsGone) != 0, !client.isGone else { return }
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(client.socket.number, $0.baseAddress, $0.count, 0) }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return client.isGone = true }
        guard !client.isLeaving else { return }
        do throws(ProvostError) {
            if case .new = client.role {
                client.received += buffer[..<count]
                guard let message = try KeeperMessage.take(&client.received) else { return }
                client.parser.add(client.received)
                client.received = []
                answer(message, client)
            } else {
                client.parser.add(buffer[..<count])
            }
            while !client.isGone, !client.isLeaving, let frame = try takeFrame(client) { handle(frame, client) }
        } catch {
            client.leave(with: [.text(.refusal, error.message)])
        }
    }

    private func takeFrame(_ client: KeeperClient) throws(ProvostError) -> SessionFrame? {
        switch client.role {
        case .session, .forward: try client.parser.next()
        case .new, .watcher: nil
        }
    }

    private func handle(_ frame: SessionFrame, _ client: KeeperClient) {
        if frame.kind == .detach {
            if case .session(let session, _) = client.role { session.clients.removeAll { $0 === client } }
            return client.isGone = true
        }
        switch client.role {
        case .session(let session, let reads):
            if reads { return }
            switch frame.kind {
            case .input:
                if session.isTerminal { activeAt = monotonicNanoseconds() }
                guard session.status == nil else { return }
                session.pending += frame.payload
                session.writeInput()
            case .inputEnd:
                session.inputEnded = true
                session.writeInput()
            case .resize:
                guard let size = frame.size else { return }
                client.size = WindowSize(rows: size.rows, columns: size.columns)
                session.resize()
            case .signal:
                if let number = frame.payload.first { try? link.signal(session.number, UInt32(number)) }
            default:
                client.leave(with: [
                    .text(.refusal, "This program sends what only a keeper says; use the same version on both sides.")
                ])
            }
        case .forward(let forward):
            switch frame.kind {
            case .input:
                activeAt = monotonicNanoseconds()
                forward.input += frame.payload
            case .inputEnd: forward.inputEnded = true
            default: break
            }
            flush(forward, client)
        case .new, .watcher: break
        }
    }

    /// A client that is gone takes what is only its own with it.
    func drop(_ client: KeeperClient) {
        switch client.role {
        case .session(let session, _):
            guard session.clients.contains(where: { $0 === client }) else { return }
            session.clients.removeAll { $0 === client }
            session.resize()
            // A command with pipes belongs to whoever started it, as over ssh; a terminal goes on.
            if !session.isTerminal, session.clients.isEmpty, session.status == nil {
                try? link.signal(session.number, UInt32(SIGHUP))
                session.closeAll()
            }
        case .forward(let forward): forwards.removeAll { $0 === forward }
        case .new, .watcher: break
        }
    }

    // MARK: Control

    private func answer(_ message: KeeperMessage, _ client: KeeperClient) {
        var reader = message.reader
        do throws(ProvostError) {
            var answer = KeeperMessage(.done)
            switch message.kind {
            case .session: return open(try SessionRequest(&reader), client)
            case .watch:
                client.role = .watcher
                return
            case .status:
                let status = KeeperStatus(
                    id: order.id, start: order.start, uid: order.user.uid, pid: getpid(), slot: room.setup.slot,
                    tools: room.setup.tools)
                answer = KeeperMessage(.done) { status.write(&$0) }
            case .usage:
                let usage = usage()
                answer = KeeperMessage(.done) { usage.write(&$0) }
            case .limits: try room.setLimits(try RoomLimits(&reader))
            case .freeze, .thaw:
                guard room.launcher.cgroup?.freeze(message.kind == .freeze) == true else {
                    throw ProvostError(
                        .unavailable,
                        "Workspaces cannot be held still here: neither cgroup2 nor the freezer controller is mounted, or none is ours."
                    )
                }
            case .notify: notify(try reader.text())
            case .quiesce:
                try room.volume?.freeze()
                thawVolumeAt = monotonicNanoseconds() + 60_000_000_000
            case .release:
                thawVolumeAt = nil
                room.volume?.thaw()
            case .sessions:
                let open = sessions.filter { !$0.isOver }
                answer = KeeperMessage(.done) { writer in
                    writer.add(open.count)
                    for session in open {
                        writer.add(session.number)
                        writer.add(session.command)
                        writer.add(session.isTerminal ? 1 : 0)
                        writer.add(session.clients.count)
                        writer.add(session.startedAt.milliseconds)
                    }
                }
            case .stop:
                let grace = try reader.int64()
                let reason = try reader.text()
                _ = room.launcher.cgroup?.freeze(false)
                notify(reason)
                try? link.endEverything()
                stop = (monotonicNanoseconds() + max(0, min(grace, 3_600_000)) * 1_000_000, reason)
            default: throw WireReader.broken
            }
            client.add(answer.bytes)
        } catch { client.add(KeeperMessage(failure: error).bytes) }
        client.leave(with: [])
    }

    // MARK: Sessions

    private func open(_ request: SessionRequest, _ client: KeeperClient) {
        do throws(ProvostError) {
            guard stop == nil else { throw ProvostError(.conflict, "The workspace is stopping.") }
            guard sessions.count < 64, forwards.count < 60 else {
                throw ProvostError(.limitReached, "A workspace has at most 64 sessions and 60 connections at a time; end one.")
            }
            let home = WorkspaceOrder.home
            var variables = room.environment
            switch request {
            case .shell(let size, let term):
                variables["TERM"] = term
                try begin([order.shell], size, home, variables, client)
            case .rescue(let size):
                variables.merge(["HOME": "/tmp", "TERM": "xterm", "PS1": "rescue$ ", "ENV": ""]) { $1 }
                let isBash = order.shell.hasSuffix("/bash")
                try begin(isBash ? [order.shell, "--norc", "--noprofile"] : ["/bin/sh"], size, "/", variables, client)
            case .command(let command, let size, let environment):
                guard let program = command.first, !program.isEmpty else {
                    throw ProvostError(.invalid, "Say which command is to run.")
                }
                guard !environment.keys.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "=")) }) else {
                    throw ProvostError(.invalid, "The name of a variable must not be empty or hold “=”.")
                }
                variables.merge(environment) { $1 }
                try begin(command, size, home, variables, client)
            case .attach(let number), .watch(let number):
                guard let session = sessions.first(where: { Int($0.number) == number && !$0.isOver }) else {
                    throw ProvostError(.notFound, "There is no session \(number) in this workspace now.")
                }
                var reads = false
                if case .watch = request { reads = true }
                attach(client, to: session, reads: reads)
            case .connect(let port):
                guard (1...65_535).contains(port) else { throw ProvostError(.invalid, "A port is a number from 1 to 65535.") }
                let forward = KeeperForward(number: takeNumber(), port: port)
                try link.connect(forward.number, port: port)
                forwards.append(forward)
                client.role = .forward(forward)
            }
        } catch { client.leave(with: [.text(.refusal, error.message)]) }
    }

    private func takeNumber() -> UInt32 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    private func attach(_ client: KeeperClient, to session: KeeperSession, reads: Bool) {
        client.role = .session(session, reads: reads)
        client.place = session.scrollback.replayStart
        session.clients.append(client)
        if let notice = pendingNotice {
            pendingNotice = nil
            client.add(.text(.notice, notice))
        }
        session.pump(client)
    }

    private func begin(
        _ command: [String], _ size: WindowSize?, _ folder: String, _ variables: [String: String], _ client: KeeperClient
    ) throws(ProvostError) {
        let number = takeNumber()
        let owner = room.privileged ? Int64(order.user.uid) : -1
        let now = Timestamp.now
        let session: KeeperSession
        var theirs: [Int32] = []
        defer { for descriptor in theirs { close(descriptor) } }
        if let size {
            var pair: [Int32] = [-1, -1]
            let failure = unsafe clinux_terminal(
                room.terminals, Int32(size.rows), Int32(size.columns), owner, &pair)
            guard failure >= 0 else { throw .linux("make a terminal", failure, advice: "Raise kernel.pty.max.") }
            theirs = [pair[1]]
            session = KeeperSession(number: number, command: command, terminal: pair[0], size: size, startedAt: now)
            client.size = size
        } else {
            var ours: [Int32] = []
            for index in 0..<3 {
                var pair: [Int32] = [-1, -1]
                guard unsafe clinux_pipe(&pair) >= 0 else {
                    for descriptor in ours { close(descriptor) }
                    throw .linux("make a pipe", errno)
                }
                // Owned by the room's user, so that opening /dev/stdout in the room works.
                if owner >= 0 { fchown(pair[0], uid_t(owner), gid_t(owner)) }
                theirs.append(pair[index == 0 ? 0 : 1])
                ours.append(pair[index == 0 ? 1 : 0])
                _ = clinux_nonblocking(ours[index])
            }
            session = KeeperSession(number: number, command: command, pipes: (ours[0], ours[1], ours[2]), startedAt: now)
        }
        try link.start(
            number, terminal: size != nil, folder: folder, command: command, environment: variables, descriptors: theirs)
        sessions.append(session)
        attach(client, to: session, reads: false)
    }

    // MARK: Connections

    func connected(_ number: UInt32, error: Int32, socket: Int32) {
        guard let forward = forwards.first(where: { $0.number == number }), let client = client(of: forward), error == 0,
            socket >= 0
        else {
            if socket >= 0 { close(socket) }
            guard let forward = forwards.first(where: { $0.number == number }), let client = client(of: forward) else { return }
            let why =
                error == ECONNREFUSED
                ? "Nothing listens on port \(forward.port) in the workspace; start your server there first."
                : "Port \(forward.port) of the workspace cannot be reached: \(systemWords(error))."
            forwards.removeAll { $0 === forward }
            return client.leave(with: [.text(.refusal, why)])
        }
        forward.socket = socket
        _ = clinux_nonblocking(socket)
        client.add(SessionFrame(.live))
        flush(forward, client)
    }

    func serve(_ forward: KeeperForward, _ client: KeeperClient, _ events: Int16) {
        if Int32(events) & POLLOUT != 0 { flush(forward, client) }
        guard forward.socket >= 0, !forward.outputEnded, Int32(events) & (POLLIN | POLLHUP | POLLERR) != 0 else { return }
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(forward.socket, $0.baseAddress, $0.count, 0) }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        if count > 0 {
            activeAt = monotonicNanoseconds()
            return client.add(SessionFrame(.output, Array(buffer[..<count])))
        }
        // The server has said all. It may still read, but nobody answers any more: the connection is over.
        forward.outputEnded = true
        forwards.removeAll { $0 === forward }
        client.leave(with: [SessionFrame(.outputEnd), .exit(count == 0 ? 0 : 1)])
    }

    private func flush(_ forward: KeeperForward, _ client: KeeperClient) {
        guard forward.socket >= 0 else { return }
        while !forward.input.isEmpty {
            let count = unsafe forward.input.withUnsafeBytes { unsafe clinux_send(forward.socket, $0.baseAddress!, $0.count) }
            if count == -Int(EAGAIN) { return }
            guard count > 0 else { return forward.input = [] }
            forward.input.removeFirst(count)
        }
        if forward.inputEnded { shutdown(forward.socket, Int32(SHUT_WR)) }
    }
}

extension Timestamp {
    static var now: Timestamp {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }
}
