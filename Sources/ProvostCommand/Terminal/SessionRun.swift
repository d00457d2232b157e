import Glibc
import ProvostAPI
import ProvostCore
import Synchronization

/// A remote program's own exit status, which becomes that of `provost`.
struct RemoteStatus: Error {
    let status: Int32
}

/// What is opened in a workspace.
enum SessionOpening: Sendable {
    case shell, rescue
    case attach(Int), watch(Int)
    /// With a terminal, or with three streams.
    case command([String], terminal: Bool)
    /// A file or a folder of a workspace that may be stopped; nil: the whole home as it is.
    case files(String?)

    var isTerminal: Bool {
        switch self {
        case .command(_, false), .files: false
        default: true
        }
    }
    /// Known beforehand when the session is there already.
    var number: Int? {
        switch self {
        case .attach(let number), .watch(let number): number
        default: nil
        }
    }

    func path(_ workspace: String, _ size: WindowSize, term: String) -> String {
        let terminal = { (mode: String, number: Int?) in
            Route.path(
                "workspaces", workspace, "terminal",
                query: size.query + [("term", term), ("mode", mode), ("session", number.map { "\($0)" })])
        }
        switch self {
        case .shell: return terminal("shell", nil)
        case .rescue: return terminal("rescue", nil)
        case .attach(let number): return terminal("attach", number)
        case .watch(let number): return terminal("watch", number)
        case .command(let words, let isTerminal):
            let how = isTerminal ? [("terminal", "1"), ("term", term)] + size.query : []
            return Route.path("workspaces", workspace, "command", query: words.map { ("argument", $0) } + how)
        case .files(let path):
            return Route.path("workspaces", workspace, "files", query: [("path", path), ("whole", path == nil ? "1" : nil)])
        }
    }
}

/// One session, from opening to its end: keys and window size go there, output and notices come here. When the link is lost under a
/// terminal it is attached to again.
final class SessionRun: Sendable {
    private enum Ending: Sendable { case exited(Int32), refused(String), detached, readerLeft, gaveUp }

    /// About two minutes: a server that is restarted, or a train in a tunnel.
    static let retry = RetryPolicy(
        delays: [500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000].map(TimeSpan.init(milliseconds:)))

    private let session: Session
    private let workspace: String
    private let opening: SessionOpening
    private let view: SessionView
    /// A person sits at a terminal that is raw.
    private let isRaw: Bool
    private let link = Mutex<SessionSender?>(nil)
    private let number: Mutex<Int?>
    private let inputEnded = Mutex(false)

    private init(_ session: Session, _ workspace: String, _ opening: SessionOpening, isRaw: Bool) {
        self.session = session
        self.workspace = workspace
        self.opening = opening
        self.isRaw = isRaw
        view = SessionView(isRaw: isRaw)
        number = Mutex(opening.number)
    }

    /// Runs it on the standard streams. Returns when the person detached; throws `RemoteStatus` for an exit status that is not 0, and what
    /// went wrong otherwise. The terminal is as before then.
    static func run(_ opening: SessionOpening, in workspace: String, _ session: Session) async throws {
        let isRaw = opening.isTerminal && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        if isRaw { session.say(.workspace(.howToDetach)) }
        let raw = isRaw && RawMode.enter(STDIN_FILENO)
        let ending: Ending
        do {
            defer { RawMode.leave() }
            ending = try await SessionRun(session, workspace, opening, isRaw: raw).run()
        }
        switch ending {
        case .exited(0): return
        case .exited(let status): throw RemoteStatus(status: status)
        case .refused(let text): throw ProvostError(.conflict, text)
        // As a shell writes the end by SIGPIPE.
        case .readerLeft: throw RemoteStatus(status: 128 + SIGPIPE)
        case .detached: session.say(.workspace(.detached))
        case .gaveUp: throw session.surroundings.error(.unavailable, .workspace(.linkGivenUp))
        }
    }

    private func run() async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.keepLink() }
            group.addTask { await self.passInput() }
            group.addTask { await self.passSignals() }
            if opening.isTerminal {
                group.addTask {
                    await self.learnNumber()
                    return nil
                }
            }
            while let ending = try await group.next() { if let ending { return ending } }
            throw CancellationError()
        }
    }

    // MARK: The link

    private func keepLink() async throws -> Ending {
        let term = session.surroundings.environment["TERM"] ?? "dumb"
        var next = opening
        var failures = 0
        var wasUp = false
        while true {
            do {
                let isAgain = wasUp
                let ending: Ending? = try await session.client.upgraded(next.path(workspace, .current(), term: term)) {
                    receiver, sender in
                    if isAgain {
                        self.view.say(self.session.text(.connectionBack), reverse: true)
                        self.view.beginReplay()
                    }
                    return try await self.receive(&receiver, sender)
                }
                if let ending { return ending }
                wasUp = true
                failures = 0
            } catch let failure as LinkFailure {
                if !wasUp { throw session.client.explanation(of: failure) }
            } catch let refusal as ServerRefusal {
                guard wasUp, refusal.error.code == .unavailable else { throw refusal }
            }
            // Three streams have no memory: what was lost on the way cannot be had again.
            guard isRaw else { throw session.surroundings.error(.unavailable, .workspace(.linkGivenUp)) }
            if failures == 0 { view.say(session.text(.workspace(.linkLost)), reverse: true) }
            guard failures < Self.retry.delays.count else { return .gaveUp }
            try await Task.sleep(for: Self.retry.delays[failures].duration)
            failures += 1
            if case .watch = opening { continue }
            // The number is asked for only when nobody could say it while the link was up.
            if let number = number.withLock({ $0 }) { next = .attach(number) } else { await learnNumber(whileDown: true) }
            if let number = number.withLock({ $0 }) { next = .attach(number) }
        }
    }

    /// nil when the link ended before the session did.
    private func receive(_ receiver: inout SessionReceiver, _ sender: SessionSender) async throws -> Ending? {
        link.withLock { $0 = sender }
        defer { link.withLock { $0 = nil } }
        if inputEnded.withLock({ $0 }) { await sender.send(SessionFrame(.inputEnd)) }
        while let frame = try await receiver.next() {
            switch frame.kind {
            case .output: guard view.show(frame.payload) else { return .readerLeft }
            case .error: guard view.show(frame.payload, on: STDERR_FILENO) else { return .readerLeft }
            case .live: view.endReplay()
            case .notice: view.say(frame.text, reverse: true)
            case .refusal: return .refused(frame.text)
            case .exit: return .exited(frame.status ?? ExitStatus.error)
            default: continue
            }
        }
        return nil
    }

    /// Which session is ours, so that it can be attached to again: the newest terminal that somebody is attached to, asked at once.
    private func learnNumber(whileDown: Bool = false) async {
        for _ in 0..<100 where number.withLock({ $0 }) == nil {
            // Before it is open the newest one is somebody else's.
            if !whileDown, link.withLock({ $0 == nil }) {
                do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
                continue
            }
            let sessions: [SessionInfo]? = try? await session.client.get(Route.path("workspaces", workspace, "sessions"))
            if let newest = sessions?.filter(\.terminal).map(\.number).max() { number.withLock { $0 = $0 ?? newest } }
            if whileDown { return }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
        }
    }

    // MARK: The person

    private func passInput() async -> Ending? {
        let reader = InputReader(STDIN_FILENO)
        var keys = DetachKeys()
        for await piece in reader.pieces {
            defer { reader.done() }
            guard isRaw else {
                // The first piece may be there before the link is.
                while !Task.isCancelled, link.withLock({ $0 == nil }) { try? await Task.sleep(for: .milliseconds(10)) }
                await link.withLock { $0 }?.send(.input, piece)
                continue
            }
            let typed = keys.take(piece)
            guard let sender = link.withLock({ $0 }) else {
                // What is typed at a screen that stands still is not meant for what comes later. Ctrl-C gives up.
                if typed.detaches || piece.contains(0x03) { return typed.detaches ? .detached : .gaveUp }
                continue
            }
            if case .watch = opening {
            } else {
                await sender.send(.input, typed.bytes)
            }
            guard typed.detaches else { continue }
            await sender.send(SessionFrame(.detach))
            return .detached
        }
        if Task.isCancelled { return nil }
        inputEnded.withLock { $0 = true }
        await link.withLock { $0 }?.send(SessionFrame(.inputEnd))
        return nil
    }

    /// The window's size goes along; without a raw terminal so do the signals that a person or a script sends.
    private func passSignals() async -> Ending? {
        let passed = isRaw ? [] : [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
        var heard = 0
        for await number in SignalStream(passed + (isRaw ? [SIGWINCH] : [])).signals {
            let sender = link.withLock { $0 }
            if number == SIGWINCH {
                let size = WindowSize.current()
                await sender?.send(.resize((size.rows, size.columns)))
                continue
            }
            heard += 1
            // A program that does not mind the first one must not hold us.
            guard heard == 1, let sender else { return .exited(128 + number) }
            await sender.send(SessionFrame(.signal, [UInt8(number)]))
        }
        return nil
    }
}
