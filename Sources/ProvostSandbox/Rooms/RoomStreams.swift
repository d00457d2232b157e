import CLinux
import Glibc
import ProvostCore

/// The two ends of a room's standard streams, from before its start until its supervisor has ours.
struct RoomStreams: ~Copyable {
    private let input: Descriptor
    private let output: Descriptor
    private let error: Descriptor?
    private let feed: Descriptor?
    private let outputReader: Descriptor
    private let errorReader: Descriptor?
    private let terminal: Descriptor?

    private init(
        input: consuming Descriptor, output: consuming Descriptor, error: consuming Descriptor?, feed: consuming Descriptor?,
        outputReader: consuming Descriptor, errorReader: consuming Descriptor?, terminal: consuming Descriptor?
    ) {
        self.input = input
        self.output = output
        self.error = error
        self.feed = feed
        self.outputReader = outputReader
        self.errorReader = errorReader
        self.terminal = terminal
    }

    /// Throws `unavailable` when the machine is out of descriptors or terminals.
    static func make(_ spec: RoomSpec, privileged: Bool) throws(ProvostError) -> RoomStreams {
        let owner: RoomUser? = privileged ? spec.user : nil
        if let size = spec.terminal { return try onTerminal(size, owner: owner) }
        // Each number is owned as soon as it is there.
        let into = try inputEnds(spec.input, owner: owner)
        let input = Descriptor(into.read)
        let feed = into.write < 0 ? nil : Descriptor(into.write)
        let out = try outputEnds(owner: owner)
        let output = Descriptor(out.write)
        let outputReader = Descriptor(out.read)
        let err = try outputEnds(owner: owner)
        return RoomStreams(
            input: input, output: output, error: Descriptor(err.write), feed: feed, outputReader: outputReader,
            errorReader: Descriptor(err.read), terminal: nil)
    }

    private static func onTerminal(_ size: TerminalSize, owner: RoomUser?) throws(ProvostError) -> RoomStreams {
        var pair: [Int32] = [-1, -1]
        let failure = unsafe clinux_terminal(-1, Int32(size.rows), Int32(size.columns), owner.map { Int64($0.uid) } ?? -1, &pair)
        guard failure >= 0 else {
            throw .linux("make a terminal", failure, advice: "Mount /dev/pts, or raise kernel.pty.max.")
        }
        // Each owner of our end closes a descriptor of its own.
        let terminal = Descriptor(pair[0])
        let output = Descriptor(pair[1])
        let input = try output.duplicate()
        let feed = try terminal.duplicate()
        let outputReader = try terminal.duplicate()
        return RoomStreams(
            input: input, output: output, error: nil, feed: feed, outputReader: outputReader, errorReader: nil, terminal: terminal
        )
    }

    /// What the command gets as descriptors 0, 1 and 2. Valid until `supervisor` is called.
    var theirs: [Int32] {
        let last =
            switch error {
            case .some(let error): error.number
            case .none: output.number
            }
        return [input.number, output.number, last]
    }

    /// Closes the command's ends here, and gives ours to a supervisor.
    consuming func supervisor(
        for room: Room, launcher: Launcher, spec: RoomSpec, pressure: PressureMeter,
        onOutput: (@Sendable (RoomOutput) -> Void)?
    ) -> Supervisor {
        var bytes: [UInt8] = []
        var streams = false
        switch spec.input {
        case .bytes(let given): bytes = given
        case .stream: streams = true
        case .none, .descriptor: break
        }
        return Supervisor(
            room: room, launcher: launcher, spec: spec,
            output: Capture(pipe: outputReader, limit: spec.limits.output) { onOutput?(.output($0)) },
            error: Capture(pipe: errorReader, limit: spec.limits.output) { onOutput?(.error($0)) },
            feed: Feed(pipe: feed, bytes: bytes, streams: streams, isTerminal: spec.terminal != nil), terminal: terminal,
            pressure: pressure)
    }

    /// `write` is −1 when there is nothing to feed.
    private static func inputEnds(_ input: RoomInput, owner: RoomUser?) throws(ProvostError) -> (read: Int32, write: Int32) {
        switch input {
        case .none:
            let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard null >= 0 else { throw .linux("open /dev/null", errno) }
            return (null, -1)
        case .descriptor(let number):
            let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
            guard copy >= 0 else { throw .linux("duplicate the room's input", errno) }
            return (copy, -1)
        case .bytes, .stream:
            let pair = try pipe(ownedBy: owner)
            _ = clinux_nonblocking(pair.write)
            return pair
        }
    }

    private static func outputEnds(owner: RoomUser?) throws(ProvostError) -> (read: Int32, write: Int32) {
        let pair = try pipe(ownedBy: owner)
        _ = clinux_nonblocking(pair.read)
        return pair
    }

    /// Owned by the room's user, so that opening /dev/stdout in the room works.
    private static func pipe(ownedBy owner: RoomUser?) throws(ProvostError) -> (read: Int32, write: Int32) {
        var pair: [Int32] = [-1, -1]
        let error = unsafe clinux_pipe(&pair)
        guard error >= 0 else { throw .linux("make a pipe", error, advice: "Raise the daemon's open-file limit.") }
        if let owner { fchown(pair[0], owner.uid, owner.uid) }
        return (pair[0], pair[1])
    }
}
