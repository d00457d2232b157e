import CLinux
import Glibc
import ProvostCore

/// What a room's thread needs beyond the spec; the same for all rooms of a sandbox.
struct RoomStart: Sendable {
    let options: BubblewrapOptions
    let bubblewrap: String
    let pool: LauncherPool
    let filters: SeccompFilters
    let privileged: Bool

    /// Makes, supervises and removes one room. Blocks: the body of the room's thread.
    func run(_ spec: RoomSpec, room: Room, onOutput: (@Sendable (RoomOutput) -> Void)?) {
        do throws(ProvostError) {
            let launcher = try pool.take()
            do throws(ProvostError) {
                var supervisor = try begin(spec, room: room, launcher: launcher, onOutput: onOutput)
                room.didStart(.success(()))
                let report = supervisor.run()
                room.didEnd(report)
                pool.removeLater(launcher)
                pool.refill()
            } catch {
                kill(pid_t(launcher.pid), SIGKILL)
                launcher.reap()
                pool.removeLater(launcher)
                throw error
            }
        } catch {
            room.didStart(.failure(error))
            room.didEnd(RoomReport(ending: .failed(error.message), wallTime: TimeSpan(milliseconds: 0)))
        }
    }

    /// Puts the limits on and hands the request over.
    private func begin(
        _ spec: RoomSpec, room: Room, launcher: Launcher, onOutput: (@Sendable (RoomOutput) -> Void)?
    ) throws(ProvostError) -> Supervisor {
        try launcher.cgroup?.apply(spec.limits)
        let input = try inputEnds(spec)
        let output = try outputPipe(for: spec.user)
        let error = try outputPipe(for: spec.user)
        let calls = try filters.openCalls()
        let arguments = try filters.openArguments()
        var descriptors = [input.theirs.number, output.theirs.number, error.theirs.number, calls.number, arguments.number]
        var request = LaunchRequest(
            uid: spec.user.uid, bubblewrap: bubblewrap, temporaryMountPoint: options.tools + "/tmp",
            options: options.rooms(for: spec) + BubblewrapOptions.launched, command: spec.command,
            openFiles: UInt64(max(16, spec.limits.openFiles)), fileSize: UInt64(max(1, spec.limits.disk.bytes)),
            temporaryBytes: UInt64(max(4096, spec.limits.disk.bytes)), temporaryInodes: UInt64(max(1, spec.limits.inodes)))
        if privileged {
            request.flags = [.user, .temporary]
            // Counted for the user over all its rooms, so it is only a second fence behind the cgroup's.
            // It must not keep the seventeenth room of one grading from starting because the others are full.
            request.processes = UInt64(spec.limits.processes + ownProcesses) * 20
            switch spec.network {
            case .none: break
            case .loopback: request.flags.insert(.loopback)
            case .shared(let network):
                request.flags.insert(.joinNetwork)
                descriptors.append(network.descriptor)
            }
        } else if case .shared = spec.network {
            throw ProvostError(.unavailable, "Rooms can share a network only when the daemon runs as root.")
        }
        if launcher.cgroup == nil { request.cpuSeconds = UInt64((spec.limits.cpuTime.milliseconds + 999) / 1000) }
        try send(request.bytes, descriptors, to: launcher)
        let (bytes, streams) = (input.bytes, input.streams)
        let feed = Feed(pipe: input.ours(), bytes: bytes, streams: streams)
        return Supervisor(
            room: room, launcher: launcher, spec: spec,
            output: Capture(pipe: output.ours(), limit: spec.limits.output) { onOutput?(.output($0)) },
            error: Capture(pipe: error.ours(), limit: spec.limits.output) { onOutput?(.error($0)) }, feed: feed)
    }

    private func send(_ bytes: [UInt8], _ descriptors: [Int32], to launcher: Launcher) throws(ProvostError) {
        var sent = unsafe clinux_send_descriptors(launcher.socket, bytes, bytes.count, descriptors, descriptors.count)
        while sent >= 0, sent < bytes.count {
            let more = unsafe bytes.withUnsafeBytes {
                unsafe clinux_send(launcher.socket, $0.baseAddress! + sent, $0.count - sent)
            }
            sent = more < 0 ? more : sent + more
        }
        guard sent >= 0 else { throw .linux("hand a room to its launcher", Int32(sent)) }
    }

    // MARK: Streams

    private struct Ends: ~Copyable {
        let theirs: Descriptor
        private var own: Descriptor?
        var bytes: [UInt8] = []
        var streams = false
        init(theirs: consuming Descriptor, own: consuming Descriptor?) {
            self.theirs = theirs
            self.own = own
        }
        consuming func ours() -> Descriptor? { own }
    }
    private struct OutputEnds: ~Copyable {
        let theirs: Descriptor
        private let own: Descriptor
        init(theirs: consuming Descriptor, own: consuming Descriptor) {
            self.theirs = theirs
            self.own = own
        }
        consuming func ours() -> Descriptor { own }
    }

    private func inputEnds(_ spec: RoomSpec) throws(ProvostError) -> Ends {
        switch spec.input {
        case .none:
            let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard null >= 0 else { throw .linux("open /dev/null", errno) }
            return Ends(theirs: Descriptor(null), own: nil)
        case .descriptor(let number):
            let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
            guard copy >= 0 else { throw .linux("duplicate the room's input", errno) }
            return Ends(theirs: Descriptor(copy), own: nil)
        case .bytes(let bytes):
            let (read, write) = try pipe(ownedBy: spec.user)
            _ = clinux_nonblocking(write)
            var ends = Ends(theirs: Descriptor(read), own: Descriptor(write))
            ends.bytes = bytes
            return ends
        case .stream:
            let (read, write) = try pipe(ownedBy: spec.user)
            _ = clinux_nonblocking(write)
            var ends = Ends(theirs: Descriptor(read), own: Descriptor(write))
            ends.streams = true
            return ends
        }
    }

    private func outputPipe(for user: RoomUser) throws(ProvostError) -> OutputEnds {
        let (read, write) = try pipe(ownedBy: user)
        _ = clinux_nonblocking(read)
        return OutputEnds(theirs: Descriptor(write), own: Descriptor(read))
    }

    /// Owned by the room's user, so that opening /dev/stdout in the room works.
    private func pipe(ownedBy user: RoomUser) throws(ProvostError) -> (read: Int32, write: Int32) {
        var pair: [Int32] = [-1, -1]
        let error = unsafe clinux_pipe(&pair)
        guard error >= 0 else { throw .linux("make a pipe", error, advice: "Raise the daemon's open-file limit.") }
        if privileged { fchown(pair[0], user.uid, user.uid) }
        return (pair[0], pair[1])
    }
}

/// The two BPF programs of every room, made once.
final class SeccompFilters: Sendable {
    private let calls: Descriptor
    private let arguments: Descriptor

    init() throws(ProvostError) {
        var both: (Int32, Int32) = (-1, -1)
        let error = unsafe clinux_seccomp_filters(&both.0, &both.1)
        guard error == 0 else { throw .linux("make the seccomp filter", error, advice: "Install libseccomp 2.5 or newer.") }
        calls = Descriptor(both.0)
        arguments = Descriptor(both.1)
    }

    // Opened anew for each room: bubblewrap reads to the end, and a duplicate would share the offset.
    func openCalls() throws(ProvostError) -> Descriptor { try Self.reopen(calls.number) }
    func openArguments() throws(ProvostError) -> Descriptor { try Self.reopen(arguments.number) }

    private static func reopen(_ number: Int32) throws(ProvostError) -> Descriptor {
        let copy = unsafe open("/proc/self/fd/\(number)", O_RDONLY | O_CLOEXEC)
        guard copy >= 0 else { throw .linux("open the seccomp filter", errno) }
        return Descriptor(copy)
    }
}
