import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// Makes rooms. Everything that Provost knows of Linux lies behind this class.
///
/// Security: what a room can reach is decided by `RoomSpec.mounts` and `RoomNetwork` alone; the host user, the cgroup, the
/// namespaces, the seccomp filter and the absence of capabilities are the same for every room. As root all of it holds;
/// without root `degradations` says what does not.
package final class Sandbox: Sendable {
    package struct Configuration: Sendable {
        /// A folder that room users can pass through; gets `rooms/` and `tools/`. One sandbox at a time uses it.
        package var directory: String
        /// Path of provost-launch.
        package var launcher: String
        /// Host uids for rooms; nothing else on the machine may use them.
        package var userRange: Range<UInt32>
        /// Host uids for rooms that make images, outside `userRange`; nil: the last 4096 of `userRange` where that has 8192 at least.
        package var builderUsers: Range<UInt32>?
        /// Launchers kept ready; a burst beyond it waits up to 20 ms for each more.
        package var warmRooms: Int
        /// Folder for rooms in the machine's cgroup hierarchies.
        package var cgroupName: String

        /// Defaults: uids 200000 to 264999, four warm rooms, cgroup `provost`.
        package init(
            directory: String, launcher: String, userRange: Range<UInt32> = 200_000..<265_000, warmRooms: Int = 4,
            cgroupName: String = "provost"
        ) {
            self.directory = directory
            self.launcher = launcher
            self.userRange = userRange
            self.warmRooms = warmRooms
            self.cgroupName = cgroupName
        }
    }

    let configuration: Configuration
    let cgroups: (any CgroupBackend)?
    let privileged: Bool
    private let lock: Descriptor
    private let users: UserLeases
    private let pool: LauncherPool
    private let starts: RoomStart
    /// The host users of builders' rooms (see `RoomBuilder`), which no other room ever has: the first is their root. nil without root, or
    /// when the range of room users is too small for it.
    package let builderUsers: Range<UInt32>?
    private let running = Mutex<(next: Int, rooms: [Int: Room], closed: Bool)>((0, [:], false))

    /// Finds out what this machine offers, removes what an earlier, killed daemon left (processes, cgroups, mounts below
    /// `directory/rooms`), and warms launchers. Throws `conflict` when another sandbox uses the folder, `unavailable` when
    /// bubblewrap or the launcher is missing.
    package init(_ configuration: Configuration) throws(ProvostError) {
        self.configuration = configuration
        privileged = geteuid() == 0
        // A room that closes its input must not end the process that feeds it.
        signal(SIGPIPE, SIG_IGN)
        let directory = configuration.directory
        guard directory.hasPrefix("/") else { throw ProvostError(.invalid, "The sandbox folder must be an absolute path.") }
        lock = try Self.lock(directory)
        guard unsafe access(configuration.launcher, X_OK) == 0 else {
            throw .linux("find the launcher \(configuration.launcher)", errno, advice: "Install provost-launch beside provostd.")
        }
        let bubblewrap = "/usr/bin/bwrap"
        guard unsafe access(bubblewrap, X_OK) == 0 else {
            throw ProvostError(.unavailable, "bubblewrap is missing: install the package “bubblewrap” (0.8 or newer).")
        }
        let instance = Self.instanceName(for: directory)
        let cgroups: (any CgroupBackend)? =
            CgroupV1(cgroupName: configuration.cgroupName, instance: instance)
            ?? CgroupV2(cgroupName: configuration.cgroupName, instance: instance)
        cgroups?.sweep()
        cgroups?.share()
        self.cgroups = cgroups
        try Files.makeFolder(directory + "/rooms", mode: 0o711)
        Leftovers.sweep(below: directory + "/rooms")
        try RoomFiles.build(in: directory + "/tools")
        try RoomFiles.install(configuration.launcher, as: directory + "/tools/terminal")
        let range = configuration.userRange
        let reserved = Self.builderUsers(of: range)
        builderUsers = privileged ? configuration.builderUsers ?? reserved : nil
        let leased = configuration.builderUsers == nil ? range.lowerBound..<(reserved?.lowerBound ?? range.upperBound) : range
        users = UserLeases(range: leased, only: privileged ? nil : geteuid())
        pool = LauncherPool(
            path: configuration.launcher, size: configuration.warmRooms, cgroups: cgroups, privileged: privileged)
        starts = RoomStart(
            options: BubblewrapOptions(tools: directory + "/tools", privileged: privileged), bubblewrap: bubblewrap, pool: pool,
            filters: try SeccompFilters(), privileged: privileged, pressure: PressureMeter(), builderUsers: builderUsers)
        pool.refill()
    }

    private static func lock(_ directory: String) throws(ProvostError) -> Descriptor {
        if unsafe mkdir(directory, 0o711) != 0, errno != EEXIST {
            throw .linux("make the folder \(directory)", errno, advice: "Make its parent first.")
        }
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .linux("open the folder \(directory)", errno) }
        let handle = Descriptor(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ProvostError(.conflict, "Another daemon makes its rooms in \(directory); stop it, or use another folder.")
        }
        return handle
    }

    /// The last 4096 of at least twice as many: enough for every system user of a distribution and for those that scripts add.
    static func builderUsers(of range: Range<UInt32>) -> Range<UInt32>? {
        range.count >= 8192 ? range.upperBound - 4096..<range.upperBound : nil
    }

    /// The same for the same folder, so that a new daemon finds what an old one left. FNV-1a of the path.
    static func instanceName(for directory: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in directory.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 36)
    }

    /// A user that no other room has until it is returned. Without root: always our own. Throws `unavailable` when all
    /// are leased.
    package func leaseUser() throws(ProvostError) -> RoomUser { try users.lease() }

    /// Gives a user back once nothing of its rooms is left. A user that is not leased is ignored.
    package func returnUser(_ user: RoomUser) { users.giveBack(user) }

    /// A network for rooms to share. Throws `unavailable` without root.
    package func makeNetwork() async throws(ProvostError) -> NetworkNamespace { try await NetworkNamespace.make() }

    /// The machine's own network, for a room that fetches what an image is made of. Everything that the machine reaches can be reached
    /// through it, its loopback among that.
    package func hostNetwork() throws(ProvostError) -> NetworkNamespace { try NetworkNamespace.host() }

    /// A scratch folder at `directory/rooms/<name>`, mode 0711. Throws `conflict` when the name is in use.
    package func makeScratch(_ name: String, size: ByteCount, inodes: Int) async throws(ProvostError) -> Scratch {
        guard !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else {
            throw ProvostError(.invalid, "“\(name)” is not a name for a scratch folder; use letters, digits and hyphens.")
        }
        return try Scratch(path: configuration.directory + "/rooms/" + name, size: size, inodes: inodes, privileged: privileged)
    }

    /// Starts a room; returns when its launcher has it. `onOutput` is called in order on the room's own thread, after the
    /// cap is applied, and must not block. Throws `invalid` for a spec that cannot be a room, `unavailable` when this
    /// machine cannot make one now.
    package func start(_ spec: RoomSpec, onOutput: (@Sendable (RoomOutput) -> Void)? = nil) async throws(ProvostError) -> Room {
        let room = try launch(spec, onOutput: onOutput)
        try await room.waitUntilStarted()
        return room
    }

    /// Starts a room, waits for its end and collects what it wrote. Cancelling the task stops the room; its report is
    /// still returned.
    package func run(_ spec: RoomSpec) async throws(ProvostError) -> RoomResult {
        let streams = Collected()
        let room = try launch(spec) { streams.add($0) }
        let report = await withTaskCancellationHandler {
            await room.report()
        } onCancel: {
            room.stop()
        }
        try room.startError()
        let (output, error) = streams.bytes
        return RoomResult(report: report, output: output, error: error)
    }

    private func launch(_ spec: RoomSpec, onOutput: (@Sendable (RoomOutput) -> Void)?) throws(ProvostError) -> Room {
        try check(spec)
        let room = Room()
        let number: Int? = running.withLock { running in
            if running.closed { return nil }
            running.next += 1
            running.rooms[running.next] = room
            return running.next
        }
        guard let number else { throw ProvostError(.unavailable, "The daemon is stopping; try again when it is back.") }
        do throws(ProvostError) {
            try onOwnThread { [self] in
                starts.run(spec, room: room, onOutput: onOutput)
                running.withLock { $0.rooms[number] = nil }
            }
        } catch {
            running.withLock { $0.rooms[number] = nil }
            throw error
        }
        return room
    }

    private func check(_ spec: RoomSpec) throws(ProvostError) {
        let words = spec.command + spec.environment.flatMap { [$0.key, $0.value] } + spec.mounts.flatMap { [$0.host, $0.room] }
        guard let program = spec.command.first, !program.isEmpty else {
            throw ProvostError(.invalid, "A room needs a command; give at least the program's name.")
        }
        guard !(words + [spec.workingDirectory]).contains(where: { $0.utf8.contains(0) }) else {
            throw ProvostError(.invalid, "A command, variable or path holds a NUL byte; remove it.")
        }
        guard spec.mounts.allSatisfy({ $0.host.hasPrefix("/") && $0.room.hasPrefix("/") }), spec.workingDirectory.hasPrefix("/")
        else {
            throw ProvostError(.invalid, "The folders of a room must be absolute paths.")
        }
        guard !spec.environment.keys.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "=")) }) else {
            throw ProvostError(.invalid, "The name of an environment variable must not be empty or hold “=”.")
        }
        if spec.terminal != nil, case .descriptor = spec.input {
            throw ProvostError(.invalid, "A room with a terminal reads its input from it; give bytes or a stream.")
        }
        for mount in spec.mounts {
            guard let top = mount.room.split(separator: "/").first, case .link? = spec.image?.entries[String(top)] else {
                continue
            }
            throw ProvostError(.invalid, "The image has a link at /\(top), where rooms need a folder; make it one.")
        }
        if case .builder = spec.role {
            guard let builderUsers else {
                throw ProvostError(
                    .unavailable, "Images need root and at least 8192 room users; run the daemon as root, or widen room-users.")
            }
            guard spec.user.uid == builderUsers.lowerBound else {
                throw ProvostError(.invalid, "A builder's room runs as the first of the builder's users.")
            }
        }
        if privileged, case .guest = spec.role, !configuration.userRange.contains(spec.user.uid) {
            throw ProvostError(.invalid, "User \(spec.user.uid) is not one of this sandbox; lease one.")
        }
    }

    /// What this machine does not enforce, as sentences; empty as root with cgroups.
    package var degradations: [String] {
        var sentences = cgroups?.degradations ?? []
        if cgroups == nil {
            sentences.append(
                "Memory, CPU and process limits are not enforced for a room as a whole: no cgroup is ours to use. "
                    + "Run the daemon as root, or by systemd with Delegate=yes.")
        }
        if !privileged {
            sentences.append("All rooms share one host user, and disk and file counts are not limited. Run the daemon as root.")
        }
        return sentences
    }

    /// Refuses new rooms, stops those that run, and removes warm launchers and cgroups. Scratch folders stay their owners'.
    package func shutdown() async {
        let rooms = running.withLock { running in
            running.closed = true
            return Array(running.rooms.values)
        }
        for room in rooms { room.stop() }
        for room in rooms { _ = await room.report() }
        await pool.close()
    }

    /// What the command and the options of a bare bubblewrap would be for this spec: the benchmark's yardstick.
    package func bareBubblewrap(for spec: RoomSpec) -> [String] {
        [starts.bubblewrap, "--unshare-net"]
            + BubblewrapOptions(tools: configuration.directory + "/tools", privileged: false).rooms(for: spec) + ["--"]
            + spec.command
    }
}

/// The two streams of one room, as they come.
private final class Collected: Sendable {
    private let state = Mutex<(output: [UInt8], error: [UInt8])>(([], []))
    var bytes: (output: [UInt8], error: [UInt8]) { state.withLock { $0 } }
    func add(_ piece: RoomOutput) {
        state.withLock { state in
            switch piece {
            case .output(let bytes): state.output += bytes
            case .error(let bytes): state.error += bytes
            }
        }
    }
}
