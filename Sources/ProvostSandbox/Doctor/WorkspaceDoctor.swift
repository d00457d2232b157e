import CLinux
import Glibc
import ProvostCore

/// Tries to break the limits of a workspace from inside one: a real keeper, its room and a volume, made for this and removed.
struct WorkspaceDoctor: Sendable {
    let keepers: Keepers
    /// Made, and removed with everything in it.
    let folder: String
    /// The attacks, on this machine.
    let probe: String
    /// The name of the back end that holds rooms; nil: none.
    let cgroups: String?
    let privileged: Bool

    private static let memory = ByteCount.mebibytes(64)
    private static let processes = 16
    private static let cpuMillis = 200

    /// What came of each row's attempt.
    private typealias Outcome = (held: Bool, evidence: String)

    private func mechanism(_ subject: String) -> String {
        switch subject {
        case "workspace memory": cgroups.map { "\($0) memory controller, no swap" } ?? "none"
        case "workspace processes": cgroups.map { "\($0) pids controller" } ?? "none"
        case "workspace cpus": cgroups.map { "\($0) cpu controller" } ?? "none"
        default: "empty network namespace"
        }
    }

    func checks() async -> [DoctorCheck] {
        let attempts: [(String, (KeptWorkspace) async throws(ProvostError) -> Outcome)] = [
            ("workspace memory", tryMemory), ("workspace cpus", tryCpus), ("workspace network", tryNetwork),
            // Last: its children stay until the workspace stops, and nothing else can be started beside them.
            ("workspace processes", tryProcesses),
        ]
        defer { Files.removeTree(folder) }
        var kept: KeptWorkspace?
        var outcomes: [Outcome] = []
        do throws(ProvostError) {
            let workspace = try await start()
            kept = workspace
            for (_, attempt) in attempts {
                outcomes.append(await outcome { () throws(ProvostError) in try await attempt(workspace) })
            }
        } catch { outcomes = attempts.map { _ in (false, error.message) } }
        if let kept { _ = await kept.stop(grace: .seconds(0), reason: "The check is over.") }
        return zip(attempts, outcomes).map { attempt, outcome in
            DoctorCheck(
                subject: attempt.0, mechanism: mechanism(attempt.0), state: outcome.held ? .proved : .notEnforced,
                evidence: outcome.held ? outcome.evidence : "not held: \(outcome.evidence)")
        }
    }

    private func outcome(_ attempt: () async throws(ProvostError) -> Outcome) async -> Outcome {
        do throws(ProvostError) { return try await attempt() } catch { return (false, error.message) }
    }

    private func start() async throws(ProvostError) -> KeptWorkspace {
        try Files.makeFolder(folder, mode: 0o711)
        let store = try VolumeStore(folder: folder + "/volumes", reserve: ByteCount(0))
        try await store.create("doctor", size: VolumeStore.leastSize, files: 200)
        try await store.prepare("doctor")
        var limits = RoomLimits()
        (limits.memory, limits.processes, limits.cpuMillis) = (Self.memory, Self.processes, Self.cpuMillis)
        (limits.disk, limits.inodes) = (.mebibytes(1), 64)
        let user = try keepers.leaseUser()
        do throws(ProvostError) {
            // A workspace's id is never such a name, so a daemon that finds it after a crash ends it.
            return try await keepers.start(
                WorkspaceOrder(
                    id: "doctor-\(monotonicNanoseconds())", start: 1, volume: store.mount(of: "doctor"), user: user,
                    limits: limits,
                    network: .loopback, mounts: [.readOnly(host: probe, at: "/probe")], shell: "/bin/sh"))
        } catch {
            keepers.returnUser(user)
            throw error
        }
    }

    // MARK: The attempts

    private func tryMemory(_ workspace: KeptWorkspace) async throws(ProvostError) -> Outcome {
        // It stays for a moment, for the keeper's notice.
        let seen = try await run("/probe memory 268435456; echo status $?; sleep 1", in: workspace)
        let usage = try await workspace.usage()
        let peak = usage.peakMemory ?? ByteCount(0)
        let held =
            seen.output.contains("status 137") && seen.notices.contains("Out of memory") && usage.outOfMemoryKills > 0
            && peak.bytes > 0 && peak <= Self.memory
        return (
            held,
            held
                ? "256 MiB asked for with a limit of \(Self.memory): that program was ended, its terminals told, the workspace goes on; peak \(peak)"
                : "256 MiB asked for with a limit of \(Self.memory): \(Self.line(seen.output + seen.notices)); peak \(peak)"
        )
    }

    private func tryProcesses(_ workspace: KeptWorkspace) async throws(ProvostError) -> Outcome {
        let before = try await workspace.usage()
        let seen = try await run("exec /probe forks 200", in: workspace)
        let usage = try await workspace.usage()
        let refused = usage.refusedForks > before.refusedForks
        return (
            seen.status == 0 && refused,
            "200 processes asked for with a limit of \(Self.processes): \(Self.line(seen.output))"
        )
    }

    private func tryCpus(_ workspace: KeptWorkspace) async throws(ProvostError) -> Outcome {
        let before = try await workspace.usage().cpuTime
        // Two at once: the limit is the room's, not a process's.
        let began = monotonicNanoseconds()
        _ = try await run(
            "/probe spin & /probe spin & sleep 1; kill -9 $(jobs -p)", in: workspace)
        let span = (monotonicNanoseconds() - began) / 1_000_000
        let after = try await workspace.usage().cpuTime
        guard let before, let after else { return (false, "CPU time is not counted here") }
        let used = after.milliseconds - before.milliseconds
        // Twice the share: what a period or two lets through on a busy machine.
        return (
            used >= 20 && used < max(400, span * Int64(Self.cpuMillis) / 500),
            "two endless loops with \(Self.cpuMillis) thousandths of a processor for \(TimeSpan(milliseconds: span)): used \(TimeSpan(milliseconds: used))"
        )
    }

    private func tryNetwork(_ workspace: KeptWorkspace) async throws(ProvostError) -> Outcome {
        let seen = try await run("/probe network && exec /probe loopback", in: workspace)
        return (seen.status == 0, seen.status == 0 ? "\(Self.line(seen.output)); its own loopback works" : Self.line(seen.output))
    }

    private static func line(_ text: String) -> String { text.prefix(300).split(separator: "\n").joined(separator: "; ") }

    // MARK: Sessions

    private struct Seen: Sendable {
        var output = ""
        var notices = ""
        var status: Int32?
    }

    /// Runs a command of the shell, at most twenty seconds.
    private func run(_ script: String, in workspace: KeptWorkspace) async throws(ProvostError) -> Seen {
        let number = try await workspace.open(.command(["/bin/sh", "-c", script], size: nil, environment: [:]))
        return try await offPool { () throws(ProvostError) -> Seen in
            defer { close(number) }
            var seen = Seen()
            var parser = SessionFrameParser()
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let end = monotonicNanoseconds() + 20_000_000_000
            while seen.status == nil, monotonicNanoseconds() < end {
                var wait = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&wait, 1, 200) > 0 else { continue }
                let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
                if count < 0, errno == EAGAIN || errno == EINTR { continue }
                guard count > 0 else { break }
                parser.add(buffer[..<count])
                while let frame = try parser.next() {
                    switch frame.kind {
                    case .output, .error: seen.output += frame.text
                    case .notice: seen.notices += frame.text + "\n"
                    case .exit: seen.status = frame.status
                    case .refusal: throw ProvostError(.unavailable, frame.text)
                    default: break
                    }
                }
            }
            return seen
        }
    }

    // MARK: Volumes

    /// What workspaces' homes are on this server, and what its disk has.
    static func volumes(_ store: VolumeStore) async -> DoctorCheck {
        let accounting = await store.accounting()
        let mechanism =
            switch store.backend {
            case .image: "ext4 image on a loop device for each"
            case .directory: "plain folder for each"
            }
        let short =
            accounting.free < accounting.reserve ? " Less than the reserve is free: nothing new starts until space is made." : ""
        return DoctorCheck(
            subject: "workspace volumes", mechanism: mechanism, state: .information,
            evidence:
                "\(accounting.committed) promised, \(accounting.real) in use, \(accounting.free) free; a reserve of \(accounting.reserve) is never given away.\(short)"
        )
    }
}
