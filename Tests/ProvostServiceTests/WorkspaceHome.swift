import Foundation
import Glibc
import Logging
import ProvostCore
import ProvostSandbox
import ProvostService
import ProvostStore
import ProvostTestSupport
import Synchronization
import Testing

/// A home with workspaces: a lab `web` with a starter, and an uptime that a test moves.
struct WorkspaceHome: Sendable {
    let home: Home
    /// Added to the machine's uptime.
    let later: Later
    let settings: WorkspaceSettings
    var workspaces: WorkspaceService { home.provost.workspaces }
    var store: Store { home.store }

    final class Later: Sendable {
        private let added = Mutex(TimeSpan.seconds(0))
        func read() -> TimeSpan { added.withLock { $0 } }
        func add(_ time: TimeSpan) { added.withLock { $0 = $0 + time } }
    }
    private static let nextUsers = Atomic<UInt32>(280_000)

    /// Makes one, and takes it away whatever happens, with every workspace that still runs.
    static func with(
        memory: ByteCount = .gibibytes(4), idleAfter: TimeSpan? = nil, lab extra: String = "",
        _ body: @Sendable (WorkspaceHome) async throws -> Void
    ) async throws {
        let launcher = builtProgram("provost-launch")
        let first = nextUsers.add(64, ordering: .relaxed).oldValue
        let later = Later()
        let settings = WorkspaceSettings(
            users: first..<first + 64, memory: memory, reserve: .mebibytes(16), idleAfter: idleAfter, warm: 0,
            programs: String(launcher.prefix(upTo: launcher.lastIndex(of: "/") ?? launcher.startIndex)),
            cgroupName: "provost-service-test", uptime: { systemUptime() + later.read() })
        try await Home.with(workspaces: settings) { home in
            let here = WorkspaceHome(home: home, later: later, settings: settings)
            _ = try await home.provost.workspaces.care?.recover()
            let result: Result<Void, any Error>
            do {
                try await home.publish(
                    script: "exit 0", lab: "workspace:\n  limits: {memory: 96MiB, disk: 32MiB}\n\(extra)",
                    files: [("starter/hello.txt", "hello\n")])
                result = .success(try await body(here))
            } catch { result = .failure(error) }
            await here.endAll()
            try result.get()
        }
    }

    /// A second installation on the same state, as after a `kill -9` of the daemon: the first one's keepers go on.
    func again(reserve: ByteCount? = nil) async throws -> WorkspaceHome {
        var settings = settings
        settings.reserve = reserve ?? settings.reserve
        let provost = try Provost(
            home.context, workers: 1, allowDegraded: true, workspaces: settings, grace: .seconds(1))
        return WorkspaceHome(
            home: Home(path: home.path, provost: provost, clock: home.clock), later: later, settings: settings)
    }

    func endAll() async {
        let active: Set<Workspace.State> = [.waiting, .starting, .running, .frozen, .stopping]
        for workspace in (try? await store.workspaces(WorkspaceFilter(states: active))) ?? [] {
            _ = try? await workspaces.stop(Home.root, workspace.id.text)
        }
        let care = workspaces.care
        let task = Task { try await care?.run() }
        task.cancel()
        _ = try? await task.value
    }

    func start(_ principal: Principal) async throws -> Workspace {
        try await workspaces.start(principal, assignment: "web", cohort: nil).workspace
    }

    /// Runs a command in it and returns what it wrote and its status. Fails after two minutes.
    func run(_ principal: Principal, _ words: String...) async throws -> (output: String, status: Int32) {
        let opened = try await workspaces.open(principal, "web", .command(words, size: nil))
        defer { opened.whenOver() }
        let frames = try await Self.frames(opened.descriptor)
        if let refusal = frames.first(where: { $0.kind == .refusal }) { throw ProvostError(.conflict, refusal.text) }
        let output = frames.filter { $0.kind == .output || $0.kind == .error }.flatMap(\.payload)
        return (String(decoding: output, as: UTF8.self), frames.last?.status ?? -1)
    }

    /// One frame, as the command line sends it.
    static func send(_ frame: SessionFrame, to descriptor: Int32) throws {
        let bytes = frame.bytes
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        try #require(count == bytes.count)
    }

    /// Everything until the other end closes; closes the descriptor.
    static func frames(_ descriptor: Int32) async throws -> [SessionFrame] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                defer { close(descriptor) }
                var parser = SessionFrameParser()
                var frames: [SessionFrame] = []
                let deadline = Date() + 120
                var buffer = [UInt8](repeating: 0, count: 65_536)
                do {
                    while Date() < deadline {
                        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                        guard unsafe poll(&waiting, 1, 200) > 0 else { continue }
                        let count = unsafe read(descriptor, &buffer, buffer.count)
                        if count < 0, errno == EAGAIN { continue }
                        guard count > 0 else { break }
                        parser.add(buffer[..<count])
                        while let frame = try parser.next() { frames.append(frame) }
                        if frames.contains(where: { $0.kind == .exit || $0.kind == .refusal }) { break }
                    }
                    continuation.resume(returning: frames)
                } catch { continuation.resume(throwing: error) }
            }
        }
    }
}
