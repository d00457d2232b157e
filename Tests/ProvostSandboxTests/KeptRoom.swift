import CLinux
import Foundation
import ProvostCore
import ProvostSandbox
import Testing

/// A client of a session, as the command line is one: reads frames until something is there, or its patience ends.
final class SessionClient {
    let socket: Int32
    private var parser = SessionFrameParser()
    private(set) var output = ""
    private(set) var bytes = 0
    private(set) var errors = ""
    private(set) var notices = ""
    private(set) var refusal: String?
    private(set) var status: Int32?
    private(set) var isLive = false
    private(set) var isClosed = false

    init(_ socket: Int32) { self.socket = socket }
    deinit { close(socket) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe clinux_send(socket, $0.baseAddress! + sent, $0.count - sent) }
            if count == -Int(EAGAIN) { usleep(1000) } else if count < 0 { return } else { sent += count }
        }
    }
    func send(_ frame: SessionFrame) { send(frame.bytes) }
    func type(_ text: String) { send(SessionFrame(.input, Array(text.utf8))) }

    /// Takes what is there; false when nothing came within 20 ms.
    @discardableResult func take() throws -> Bool {
        var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, 20) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
        guard count > 0 else {
            isClosed = true
            return false
        }
        parser.add(buffer[..<count])
        while let frame = try parser.next() {
            switch frame.kind {
            case .output:
                output += frame.text
                bytes += frame.payload.count
            case .error: errors += frame.text
            case .notice: notices += frame.text + "\n"
            case .refusal: refusal = frame.text
            case .exit: status = frame.status
            case .live: isLive = true
            default: break
            }
        }
        return true
    }

    /// Waits for what is wanted, at most two minutes.
    func until(_ wanted: (SessionClient) -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while !wanted(self) {
            if isClosed || ContinuousClock.now > end {
                Issue.record(
                    "it did not come: output \(output.suffix(600)), errors \(errors.suffix(300)), notices \(notices), refusal \(refusal ?? "–"), status \(status.map { "\($0)" } ?? "–")",
                    sourceLocation: sourceLocation)
                throw CancellationError()
            }
            if try !take() { await Task.yield() }
        }
    }
    /// Types it every second until the answer is there: a key that comes before the program that it is for is lost.
    func insist(on keys: String, until text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for _ in 0..<100 where !output.contains(text) && !isClosed {
            type(keys)
            let next = ContinuousClock.now + .seconds(1)
            while !output.contains(text), !isClosed, ContinuousClock.now < next { if try !take() { await Task.yield() } }
        }
        try await until(output: text, sourceLocation: sourceLocation)
    }
    /// Takes what is on its way: until nothing came for a second, half a minute at most.
    func drain() async throws {
        let end = ContinuousClock.now + .seconds(30)
        var last = ContinuousClock.now
        while !isClosed, ContinuousClock.now - last < .seconds(1), ContinuousClock.now < end {
            if try take() { last = ContinuousClock.now } else { await Task.yield() }
        }
    }
    func until(output text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await until({ $0.output.contains(text) }, sourceLocation: sourceLocation)
    }
}

/// Keepers on a folder of their own.
struct KeeperBench {
    let folder: String
    let users: Range<UInt32>
    let keepers: Keepers
    let volumes: VolumeStore

    func order(
        _ id: String, limits: RoomLimits? = nil, starter: String? = nil, mounts: [RoomMount] = [],
        network: WorkspaceNetwork = .loopback
    ) async throws -> WorkspaceOrder {
        if !volumes.exists(id) { try await volumes.create(id, size: .mebibytes(16), files: 256) }
        try await volumes.prepare(id)
        let ordinary = WorkspaceLimits(cpuMillis: 1000, memory: .mebibytes(128), processes: 32, disk: .mebibytes(16), files: 256)
            .room
        return WorkspaceOrder(
            id: id, start: 1, volume: volumes.mount(of: id), user: try keepers.leaseUser(), limits: limits ?? ordinary,
            network: network, mounts: mounts, environment: ["PS1": "$ "], starter: starter)
    }
    func again() throws -> Keepers {
        try Keepers(
            directory: folder, launcher: builtProgram("provost-launch"), keeper: builtProgram("provost-keeper"), users: users,
            warm: 0,
            cgroupName: "provost-test")
    }
    func command(_ workspace: KeptWorkspace, _ script: String) async throws -> SessionClient {
        let client = SessionClient(
            try await workspace.open(.command(["/bin/bash", "-c", script], size: nil, environment: [:])))
        try await client.until { $0.status != nil || $0.refusal != nil }
        return client
    }
    func shell(_ workspace: KeptWorkspace) async throws -> SessionClient {
        let client = SessionClient(try await workspace.open(.shell(size: WindowSize(), term: "xterm")))
        try await client.until(output: "$ ")
        return client
    }
}

private let nextUsers = Atomic32(280_000)

/// Counts up; tests run beside each other.
final class Atomic32: @unchecked Sendable {
    private let lock = NSLock()
    private var value: UInt32
    init(_ value: UInt32) { self.value = value }
    func next(_ step: UInt32) -> UInt32 {
        lock.withLock {
            defer { value += step }
            return value
        }
    }
}

/// A bench with one running workspace; afterwards nothing of either is there.
/// Keepers are started by the shell command `before`, in a mount namespace of their own, which may make the machine look otherwise; it ends
/// with what execs “$@”. `$1` is the keeper.
func withKeepers(before: String? = nil, _ body: (KeeperBench) async throws -> Void) async throws {
    let folder = "/tmp/provost-keeper-test-\(getpid())-\(UInt32.random(in: 0 ..< .max))"
    let first = nextUsers.next(50)
    let users = first..<first + 50
    var keeper = builtProgram("provost-keeper")
    let script = folder + ".sh"
    defer { try? FileManager.default.removeItem(atPath: script) }
    if let before {
        let text = """
            #!/bin/sh
            PATH=/usr/sbin:/usr/bin:/sbin:/bin exec unshare --mount --propagation private /bin/sh -c '\(before)' keeper '\(keeper)'

            """
        try text.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        keeper = script
    }
    let keepers = try Keepers(
        directory: folder, launcher: builtProgram("provost-launch"), keeper: keeper, users: users, warm: 1,
        cgroupName: "provost-test")
    let bench = KeeperBench(
        folder: folder, users: users, keepers: keepers,
        volumes: try VolumeStore(folder: folder + "/volumes", reserve: .mebibytes(1)))
    let result: Result<Void, any Error>
    do { result = .success(try await body(bench)) } catch { result = .failure(error) }
    // What the test did not stop.
    for workspace in await keepers.found() { _ = await workspace.stop(grace: .seconds(0), reason: "the test is over") }
    await keepers.shutdown()
    try await removeTree(folder)
    try result.get()
}

func withWorkspace(_ body: (KeeperBench, KeptWorkspace) async throws -> Void) async throws {
    try await withKeepers { bench in
        let workspace = try await bench.keepers.start(try await bench.order("work"))
        try await body(bench, workspace)
        _ = await workspace.stop(grace: .seconds(0), reason: "the test is over")
    }
}
