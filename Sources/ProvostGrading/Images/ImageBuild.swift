import Foundation
import ProvostCore
import ProvostSandbox
import Synchronization

/// One image in the making: a series of rooms that fill one folder.
///
/// Who is trusted with what. Every room here is root of a user namespace of its own and an unprivileged user of the machine; it sees the
/// image's folder and read-only files, never the daemon's state, another image or the host's files. mmdebstrap and the packages that it
/// installs (Debian's, signed) have the network and may mount. An instructor's setup script has the image as its root, the seccomp filter
/// of every room, no capability beyond a package manager's, and the machine's network only where the operator allowed it (`image-network`):
/// then it reaches what the machine reaches. Layers of an OCI image are laid on by `provost-unpack` without any network.
struct ImageBuild {
    /// Where images come from and how far a build may go.
    struct Settings: Sendable {
        /// Setup scripts get the machine's network.
        var setupNetwork = false
        /// Where Debian's packages come from; nil: mmdebstrap's own choice.
        var mirror: String?
        var size = ByteCount.gibibytes(8)
        var entries = 500_000
        /// What must stay free on the disk while an image is being made: submissions go before.
        var reserve = ByteCount.gibibytes(1)
        var time = TimeSpan.seconds(1800)
    }

    let recipe: ImageRecipe
    let sandbox: Sandbox
    let tools: String
    let settings: Settings
    /// What the rooms write, for the instructor.
    let log: BuildLog
    /// The image's folder; `user` owns it.
    let root: String
    let user: RoomUser

    /// - Parameter base: the root of the image without its setup script, where there is one.
    ///
    /// Throws `invalid` with what the instructor can mend, `unavailable` for what failed on our side.
    func run(base: RoomImage?) async throws(ProvostError) -> UnpackReport {
        if let base {
            try await copy(base)
            return try await setUp()
        }
        switch recipe.base {
        case .debian(_, let suite): try await bootstrap(suite)
        case .oci(let layout): try await layOn(layout)
        }
        return try await seal()
    }

    // MARK: Debian

    private func bootstrap(_ suite: String) async throws(ProvostError) {
        let program = "/usr/bin/mmdebstrap"
        guard unsafe access(program, X_OK) == 0 else {
            throw ProvostError(
                .unavailable, "Images of Debian packages need mmdebstrap on the server: apt-get install mmdebstrap")
        }
        var command = [
            program, "--mode=root", "--format=directory", "--variant=minbase", "--skip=check/empty,check/qemu,output/dev",
            "--aptopt=Acquire::Retries \"3\"", "--aptopt=Acquire::http::Timeout \"30\"",
        ]
        if !recipe.packages.isEmpty { command.append("--include=" + recipe.packages.joined(separator: ",")) }
        command += [suite, "/out"] + (settings.mirror.map { [$0] } ?? [])
        // It hands descriptors to /bin/sh by number, and dash reads one digit: none of ours may take the low ones.
        let closing = (3...9).map { "exec \($0)>&-;" }.joined(separator: " ")
        command = ["/bin/sh", "-c", "\(closing) exec \"$@\"", "mmdebstrap"] + command
        let report = try await room(
            "Debian \(suite)", command, RoomBuilder(isTrusted: true), mounts: [.writable(host: root, at: "/out")] + Self.network,
            network: true)
        guard report.succeeded else { throw Self.packageFailure(log.text, suite) ?? failure("installing the packages", report) }
    }

    /// The machine's way of looking names up, and apt's settings (a proxy, a mirror's key), where it has them.
    private static var network: [RoomMount] {
        ["/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/hosts", "/etc/apt"]
            .filter { (path: String) -> Bool in unsafe access(path, R_OK) == 0 }
            .map { (path: String) -> RoomMount in .readOnly(host: path, at: path) }
    }

    /// What apt says about a package that is not there, as a sentence; nil for anything else.
    static func packageFailure(_ log: String, _ suite: String) -> ProvostError? {
        for line in log.split(separator: "\n").reversed() {
            for (before, after) in [
                ("E: Unable to locate package ", ""), ("E: Version '", "' was not found"),
                ("E: Package '", "' has no installation candidate"), ("E: Couldn't find any package by regex '", "'"),
                ("E: Couldn't find any package by glob '", "'"),
            ] {
                guard let start = line.range(of: before) else { continue }
                let rest = line[start.upperBound...]
                let name = after.isEmpty ? rest : rest.range(of: after).map { rest[..<$0.lowerBound] } ?? rest
                let what =
                    before.hasPrefix("E: Version")
                    ? "\(rest.replacing("'", with: ""))" : "Debian \(suite) has no package “\(name)”"
                return ProvostError(.invalid, "image: \(what); look its name up at packages.debian.org/\(suite).")
            }
        }
        if log.contains("Temporary failure resolving") || log.contains("Could not connect to")
            || log.contains("Connection timed out")
        {
            return ProvostError(
                .unavailable,
                "The server cannot reach Debian's packages; give it a network or a mirror (image-mirror), and try again.")
        }
        return nil
    }

    // MARK: OCI

    private func layOn(_ layout: OCILayout) async throws(ProvostError) {
        for (number, layer) in layout.layers.enumerated() {
            let descriptor = try await Self.blocking { () throws(ProvostError) in try layout.open(layer) }
            defer { close(descriptor) }
            let report = try await unpack(
                "layer \(number + 1) of \(layout.layers.count)",
                ["--layer", "--bytes", "\(settings.size.bytes)", "--entries", "\(settings.entries)"],
                input: .descriptor(descriptor))
            if let refusal = report.refusal {
                throw ProvostError(
                    .invalid, "image: layer \(number + 1) (sha256:\(layer.digest.hex)) is refused: \(refusal.message)")
            }
            for note in report.notes { log.add("layer \(number + 1): \(note.path): \(note.detail ?? note.kind.rawValue)\n") }
        }
    }

    private func seal() async throws(ProvostError) -> UnpackReport {
        let report = try await unpack("sealing", ["--seal"], input: .none)
        // The mount points of a build: below a link they would lie somewhere else.
        for name in ["autograder", "grade"]
        where (try? FileManager.default.destinationOfSymbolicLink(atPath: root + "/" + name)) != nil {
            throw ProvostError(.invalid, "image: /\(name) of the image is a link; make it a folder, or leave it out.")
        }
        return report
    }

    private func unpack(_ what: String, _ options: [String], input: RoomInput) async throws(ProvostError) -> UnpackReport {
        let output = BuildLog()
        let report = try await room(
            what, ["/tools/provost-unpack", "--into", "/out"] + options, RoomBuilder(isTrusted: false),
            mounts: [.readOnly(host: tools, at: "/tools"), .writable(host: root, at: "/out")], network: false, input: input,
            output: output)
        guard report.succeeded else { throw failure(what, report) }
        guard let answer = try? JSONDecoder().decode(UnpackReport.self, from: Data(output.text.utf8)) else {
            throw ProvostError(.unavailable, "Making the image: provost-unpack gave no readable report.")
        }
        return answer
    }

    // MARK: Setup

    private func copy(_ base: RoomImage) async throws(ProvostError) {
        let report = try await room(
            "copying the image below", ["/bin/cp", "-a", "--reflink=auto", "/in/.", "/out/"], RoomBuilder(isTrusted: false),
            mounts: [.readOnly(host: base.root, at: "/in"), .writable(host: root, at: "/out")], network: false)
        guard report.succeeded else { throw failure("copying the image below", report) }
    }

    /// Writes the resolver's settings itself, inside: on the host's side a link in the image could lead elsewhere.
    private static let script = """
        rm -rf /etc/resolv.conf && printf '%s' "$2" > /etc/resolv.conf
        cd /grade/grader || exit 70
        if [ -x "./$1" ]; then exec "./$1"; fi
        if command -v bash >/dev/null; then exec bash "./$1"; fi
        exec sh "./$1"
        """

    private func setUp() async throws(ProvostError) -> UnpackReport {
        let resolver = settings.setupNetwork ? (try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8)) ?? "" : ""
        let script = recipe.manifest.setup ?? ""
        let report = try await room(
            "setup", ["/bin/sh", "-c", Self.script, "setup", script, resolver],
            RoomBuilder(isTrusted: false, root: root),
            mounts: [
                .readOnly(host: recipe.tree, at: "/grade/grader"), .readOnly(host: recipe.tree, at: "/autograder/source"),
            ], network: settings.setupNetwork)
        guard report.succeeded else {
            let hint =
                settings.setupNetwork
                ? "" : " It has no network here; a server's operator allows it with image-network."
            let summary = report.summary(limits: Self.limits(settings))
            throw ProvostError(.invalid, "image: \(script) failed: \(summary).\(hint) Its last words:\n\(log.tail)")
        }
        return try await seal()
    }

    // MARK: Rooms

    private static func limits(_ settings: Settings) -> RoomLimits {
        RoomLimits(
            wallTime: settings.time, cpuTime: settings.time, cpuMillis: 2000, memory: .gibibytes(2), processes: 1024,
            disk: .gibibytes(2), inodes: 200_000, output: .mebibytes(1), openFiles: 4096)
    }

    private func room(
        _ what: String, _ command: [String], _ builder: RoomBuilder, mounts: [RoomMount], network: Bool, input: RoomInput = .none,
        output: BuildLog? = nil
    ) async throws(ProvostError) -> RoomReport {
        log.add("== \(what)\n")
        let limits = Self.limits(settings)
        var spec = RoomSpec(
            command: command, environment: ["DEBIAN_FRONTEND": "noninteractive", "TMPDIR": "/tmp"], workingDirectory: "/",
            mounts: mounts, user: user, network: network ? .shared(try sandbox.hostNetwork()) : .none, limits: limits,
            input: input)
        spec.role = .builder(builder)
        let room = try await sandbox.start(spec) { [log] piece in
            switch piece {
            case .output(let bytes): (output ?? log).add(bytes)
            case .error(let bytes): log.add(bytes)
            }
        }
        let watch = Task { await overflow(room) }
        let report = await withTaskCancellationHandler {
            await room.report()
        } onCancel: {
            room.stop()
        }
        watch.cancel()
        if let why = await watch.value { throw why }
        log.add("== \(what): \(report.summary(limits: limits))\n")
        if report.cancelled { throw ProvostError(.unavailable, "The daemon is stopping; publish again when it is back.") }
        return report
    }

    /// Looks at the disk while a room fills it, and stops the room when the image grows too large or the disk too full.
    private func overflow(_ room: Room) async -> ProvostError? {
        let clock = ContinuousClock()
        var counted = clock.now
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            let isFull = TreeFiles.free(root) < settings.reserve.bytes
            var used: (bytes: Int64, entries: Int) = (0, 0)
            if counted.duration(to: clock.now) > .seconds(2) {
                let root = root
                let limit = settings.size.bytes
                used = (try? await Blocking.run { TreeFiles.usage(root, limit: limit) }) ?? used
                counted = clock.now
            }
            let isLarge = used.bytes > settings.size.bytes || used.entries > settings.entries
            guard isFull || isLarge else { continue }
            room.stop()
            return isLarge
                ? ProvostError(
                    .invalid, "image: it grew beyond \(settings.size) or \(settings.entries) files; install less into it.")
                : ProvostError(
                    .unavailable,
                    "The server's disk has less than \(settings.reserve) left; an administrator can free some (provost image remove)."
                )
        }
        return nil
    }

    private func failure(_ doing: String, _ report: RoomReport) -> ProvostError {
        ProvostError(
            .unavailable,
            "Making the image failed at \(doing): \(report.summary(limits: Self.limits(settings))). Its last words:\n\(log.tail)")
    }

    private static func blocking<Value: Sendable>(
        _ work: @escaping @Sendable () throws(ProvostError) -> Value
    ) async throws(ProvostError) -> Value {
        do { return try await Blocking.run { try work() } } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "Making the image failed.", cause: error)
        }
    }
}

/// What the rooms of a build write, in the order of its coming; the first and last half of a mebibyte are kept.
final class BuildLog: Sendable {
    private static let half = 512 << 10
    private let state = Mutex<(head: [UInt8], tail: [UInt8])>(([], []))

    func add(_ text: String) { add(Array(text.utf8)) }

    func add(_ bytes: [UInt8]) {
        state.withLock { state in
            let first = bytes.prefix(max(0, Self.half - state.head.count))
            state.head += first
            state.tail += bytes.dropFirst(first.count)
            if state.tail.count > 2 * Self.half { state.tail.removeFirst(state.tail.count - Self.half) }
        }
    }

    var text: String {
        state.withLock { String(decoding: $0.head + $0.tail.suffix(Self.half), as: UTF8.self) }
    }

    /// The last thirty lines, at most 4 KiB.
    var tail: String {
        String(text.split(separator: "\n").suffix(30).joined(separator: "\n").suffix(4096))
    }
}
