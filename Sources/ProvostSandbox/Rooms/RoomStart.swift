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
    let pressure: PressureMeter
    /// The first is root in a builder's room.
    let builderUsers: Range<UInt32>?

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
        let ends = try RoomStreams.make(spec, privileged: privileged)
        let calls = try filters.openCalls()
        let arguments = try filters.openArguments()
        var descriptors = ends.theirs + [calls.number, arguments.number]
        var request = LaunchRequest(
            uid: spec.user.uid, bubblewrap: bubblewrap, temporaryMountPoint: options.tools + "/tmp",
            options: options.rooms(for: spec) + BubblewrapOptions.launched(spec.role),
            command: BubblewrapOptions.command(for: spec),
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
            if case .builder = spec.role, let users = builderUsers {
                request.flags.insert(.builder)
                request.usersFirst = UInt64(users.lowerBound) + 1
                request.usersCount = UInt64(users.count) - 1
            }
        } else if case .builder = spec.role {
            throw ProvostError(.unavailable, "Images can be made only when the daemon runs as root.")
        } else if case .shared = spec.network {
            throw ProvostError(.unavailable, "Rooms can share a network only when the daemon runs as root.")
        }
        if launcher.cgroup == nil { request.cpuSeconds = UInt64((spec.limits.cpuTime.milliseconds + 999) / 1000) }
        try send(request.bytes, descriptors, to: launcher)
        return ends.supervisor(for: room, launcher: launcher, spec: spec, pressure: pressure, onOutput: onOutput)
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
