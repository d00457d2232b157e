import Foundation
import Glibc
import ProvostTestSupport
import Synchronization
import Testing

extension Trait where Self == ConditionTrait {
    /// Needs rooms with all their limits: skipped with the reason on a laptop, a failure where CI=true.
    static var rooms: Self { .enabled(if: Capability.rooms.shouldRun, Comment(rawValue: Capability.rooms.reason)) }
}

/// A test's daemon did not do what every daemon does.
struct DaemonFailure: Error, CustomStringConvertible {
    let description: String
}

/// A real daemon on a state directory of its own, and the real command line in front of it.
///
/// It lies in a short folder below /tmp that room users can pass through, and has its own range of room users, so that any number of
/// them run beside each other.
final class Daemon: Sendable {
    /// Holds the state and everything that its people write.
    let folder: String
    let state: String
    let users: Range<UInt32>
    /// The host users of its workspaces.
    let workspaceUsers: Range<UInt32>
    private let options: [String]
    /// Of the daemon and of every command line, beside what each has anyway.
    private let environment: [String: String]
    private let running = Mutex<RunningProgram?>(nil)
    private static let count = Atomic<UInt32>(0)

    private init(folder: String, state: String, options: [String], environment: [String: String]) {
        self.folder = folder
        self.state = state
        self.environment = environment
        let number = Self.count.add(1, ordering: .relaxed).oldValue
        // Another run of these tests at the same time is another process.
        let first = 1_000_000 + UInt32(getpid() % 100_000) * 10_000 + number * 128
        users = first..<first + 128
        // Far from all room users of these tests.
        let workspaces = 1_100_000_000 + first
        workspaceUsers = workspaces..<workspaces + 128
        self.options =
            [
                "--workers", "2", "--warm-rooms", "2", "--room-users", "\(users.lowerBound)-\(users.upperBound - 1)",
                "--workspace-users", "\(workspaces)-\(workspaces + 127)", "--warm-workspaces", "0",
            ] + options
    }

    var socket: String { state + "/provost.sock" }
    var log: String { running.withLock { $0?.errors } ?? "" }
    var process: Int32? { running.withLock { $0?.id } }

    /// The daemon that the tests of one suite share.
    @TaskLocal static var shared: Daemon?

    /// Runs a daemon for the length of `body`, and ends it and removes its folder whatever happens.
    /// - Parameter home: where the state lies inside the folder; `prepare` is called with the folder before the start.
    static func with<Result>(
        options: [String] = [], environment: [String: String] = [:], home: String = "s",
        prepare: (_ folder: String) async throws -> Void = { _ in },
        tidy: (_ folder: String) async throws -> Void = { _ in }, _ body: (Daemon) async throws -> Result
    ) async throws -> Result {
        try await withFolder { folder in
            try await prepare(folder)
            let daemon = Daemon(folder: folder, state: folder + "/" + home, options: options, environment: environment)
            let result: Swift.Result<Result, any Error>
            do {
                try await daemon.start()
                result = .success(try await body(daemon))
            } catch { result = .failure(error) }
            await daemon.end()
            try await tidy(folder)
            return try result.get()
        }
    }

    /// A short folder that everyone can pass through, for the length of `body`.
    static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/pv-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw DaemonFailure(description: "no folder can be made in /tmp") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        unsafe chmod(folder, 0o711)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    /// Starts it and waits until it says that it is ready, at most two minutes.
    func start() async throws {
        let program = try RunningProgram(
            "provostd", ["serve", "--state", state] + options,
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) { $1 }, folder: folder,
            outputs: folder + "/provostd")
        running.withLock { $0 = program }
        for _ in 0..<12_000 {
            if program.errors.contains("Ready") { return }
            guard program.isRunning else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw DaemonFailure(description: "the daemon did not become ready: \(program.errors)")
    }

    /// Asks it to stop, and waits at most two minutes. Returns its exit status.
    @discardableResult
    func stop() async -> Int32 {
        guard let program = running.withLock({ $0 }) else { return -1 }
        program.send(signal: SIGTERM)
        return await program.ended(within: .seconds(120))
    }

    /// As the power button does it.
    func kill() async {
        guard let program = running.withLock({ $0 }) else { return }
        program.send(signal: SIGKILL)
        _ = await program.ended(within: .seconds(40))
    }

    private func end() async {
        let status = await stop()
        if status == 128 + SIGKILL, log.contains("Ready"), !log.contains("Stopped") {
            // Killed by a test or by the bound above: what is left of its rooms goes with a last run.
            if (try? await start()) != nil { await stop() }
        }
    }

    /// Runs the command line: as a person, or as root on the daemon's own socket.
    func cli(
        _ arguments: [String], as person: Member? = nil, environment: [String: String] = [:], input: String = "",
        limit: Duration = .seconds(300)
    ) async throws -> Ended {
        let home = person?.home ?? folder + "/root"
        try FileManager.default.createDirectory(atPath: home + "/runs", withIntermediateDirectories: true)
        let program = try RunningProgram(
            "provost", arguments, environment: variables(home: home).merging(environment) { $1 }, folder: home,
            outputs: "\(home)/runs/\(UInt64.random(in: 0 ... .max))", input: input)
        let status = await program.ended(within: limit)
        return Ended(status: status, output: program.output, errors: program.errors)
    }

    /// The command line, while it runs, as a person.
    func running(_ arguments: [String], as person: Member) throws -> RunningProgram {
        try RunningProgram(
            "provost", arguments, environment: variables(home: person.home), folder: person.home,
            outputs: "\(person.home)/running-\(UInt64.random(in: 0 ... .max))")
    }

    private func variables(home: String) -> [String: String] {
        let clean = [
            "HOME": home, "PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": home + "/config", "XDG_STATE_HOME": home + "/state",
            "PROVOST_SERVER": "unix:" + socket,
        ]
        return clean.merging(environment) { $1 }
    }

    /// `provost shell` at a terminal of its own, once somebody is at it. All that the person sees is its output.
    func shell(_ workspace: String, as person: Member) async throws -> RunningProgram {
        let spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        let shell = try RunningProgram(
            "/usr/bin/python3", ["-c", spawn, RunningProgram.own("provost").path, "shell", workspace, "--new"],
            environment: variables(home: person.home).merging(["TERM": "dumb"]) { $1 }, folder: person.home,
            outputs: "\(person.home)/shell-\(UInt64.random(in: 0 ... .max))")
        try await wait(for: shell, in: workspace, as: person)
        return shell
    }

    /// Waits until somebody is at a terminal of the workspace, at most two minutes.
    func wait(for shell: RunningProgram, in workspace: String, as person: Member) async throws {
        for _ in 0..<1200 where shell.isRunning {
            let sessions = try await cli(["workspace", "sessions", workspace, "-o", "json"], as: person).json.items
            if sessions.contains(where: { $0["terminal"].number == 1 && $0["attached"].number == 1 }) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("nobody is at the terminal: \(shell.output)\(shell.errors)")
    }

    /// A command that must succeed: its own failure is the test's.
    @discardableResult
    func must(
        _ arguments: [String], as person: Member? = nil, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Ended {
        let ended = try await cli(arguments, as: person, environment: environment)
        try #require(
            ended.status == 0, "provost \(arguments.joined(separator: " ")): \(ended.text)", sourceLocation: sourceLocation)
        return ended
    }

    /// What is left on the machine of this daemon's rooms: mounts, processes and cgroups. Empty after a stop, once the kernel has ended
    /// what was killed: it is given a minute.
    func leftovers(cgroup: String) async throws -> [String] {
        for _ in 0..<600 {
            if findLeftovers(cgroup: cgroup).isEmpty { return [] }
            try await Task.sleep(for: .milliseconds(100))
        }
        return findLeftovers(cgroup: cgroup)
    }

    private func findLeftovers(cgroup: String) -> [String] {
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        var left = mounts.split(separator: "\n").filter { $0.contains(state + "/") }.map { "mount: \($0)" }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(name) != nil {
            var status = stat()
            if unsafe stat("/proc/" + name, &status) == 0, users.contains(status.st_uid) { left.append("process: \(name)") }
        }
        let root = "/sys/fs/cgroup"
        for hierarchy in [""] + ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []) {
            let path = "\(root)/\(hierarchy)/\(cgroup)"
            if FileManager.default.fileExists(atPath: path) { left.append("cgroup: \(path)") }
        }
        return left
    }

    /// The cgroup that this running daemon's rooms lie in, `provost/…`: that of its waiting launchers.
    func roomCgroup() async throws -> String {
        for _ in 0..<6000 {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(name) != nil {
                guard let status = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                    let parent = status.split(separator: ")").last?.split(separator: " ").dropFirst().first,
                    Int32(parent) == process,
                    let groups = try? String(contentsOfFile: "/proc/\(name)/cgroup", encoding: .utf8)
                else { continue }
                for line in groups.split(separator: "\n") {
                    let parts = line.split(separator: "/").drop { $0 != "provost" }
                    if parts.count >= 3 { return parts.prefix(2).joined(separator: "/") }
                }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw DaemonFailure(description: "no launcher of the daemon is in a cgroup of its own")
    }
}

/// Starts one daemon for all tests of a suite.
struct SharedDaemon: SuiteTrait, TestScoping {
    func provideScope(for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void)
        async throws
    {
        try await Daemon.with { daemon in try await Daemon.$shared.withValue(daemon) { try await function() } }
    }
}

extension Trait where Self == SharedDaemon {
    /// One daemon for the whole suite, as `Daemon.shared`.
    static var sharedDaemon: Self { SharedDaemon() }
}
