package import ProvostCore

/// A host folder or file that a room sees, and where.
///
/// The host path must be reachable by the room's user. A mount point below `/usr` or `/etc` must exist there already: both
/// are read-only in a room.
package struct RoomMount: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case readOnly
        case writable
    }
    package let kind: Kind
    /// Absolute path on the host.
    package let host: String
    /// Absolute path in the room; it and its parents are created.
    package let room: String

    package static func readOnly(host: String, at room: String) -> Self { Self(kind: .readOnly, host: host, room: room) }
    package static func writable(host: String, at room: String) -> Self { Self(kind: .writable, host: host, room: room) }
}

/// A host user id, equal to its group id, that one room at a time runs as; leased from the sandbox.
package struct RoomUser: Sendable, Hashable {
    package let uid: UInt32
    /// For a user known from elsewhere; a sandbox takes only those of its range.
    package init(uid: UInt32) { self.uid = uid }
}

/// What a room can reach. Nothing in a room has a capability over its network, whichever it is.
package enum RoomNetwork: Sendable {
    /// An empty network namespace, `lo` down.
    case none
    /// A network namespace of its own with `lo` up.
    case loopback
    /// One made before by `Sandbox.makeNetwork()`: rooms that share it reach each other over loopback.
    case shared(NetworkNamespace)
}

/// What the command reads on standard input.
package enum RoomInput: Sendable {
    /// `/dev/null`.
    case none
    /// These bytes, then the end.
    case bytes([UInt8])
    /// An open descriptor, duplicated; its offset is shared with the caller's.
    case descriptor(Int32)
    /// Whatever `Room.send` brings until `Room.closeInput`.
    case stream
}

/// The size of a terminal, in characters; 80 columns and 24 rows unless said otherwise.
package struct TerminalSize: Sendable, Hashable {
    package let rows: Int
    package let columns: Int
    /// Out of 1 to 65535, the nearest is taken.
    package init(rows: Int = 24, columns: Int = 80) {
        self.rows = min(max(1, rows), 65_535)
        self.columns = min(max(1, columns), 65_535)
    }
}

/// A piece of what the command wrote, after the cap of `RoomLimits.output` is applied.
package enum RoomOutput: Sendable {
    case output([UInt8])
    case error([UInt8])
}

/// Everything that decides what a room is.
package struct RoomSpec: Sendable {
    /// Program and arguments; a name without `/` is looked up on the room's PATH.
    package var command: [String]
    /// PATH, LANG and HOME are added when missing; nothing of the daemon's own environment gets in.
    package var environment: [String: String]
    /// A folder in the room.
    package var workingDirectory: String
    /// Applied in this order, so a parent comes before what lies in it.
    package var mounts: [RoomMount]
    package var user: RoomUser
    package var network: RoomNetwork
    package var limits: RoomLimits
    package var input: RoomInput
    /// When not nil, the command's standard streams are a terminal of this size, which is also its controlling terminal. What
    /// it writes to either stream comes as `RoomOutput.output`. The end of the input is the terminal's end-of-file character, sent
    /// when the terminal is in canonical mode then. `RoomInput.descriptor` cannot be combined with it.
    package var terminal: TerminalSize?
    /// What the room sees as `/usr`, `/etc` and so on; nil: the host's own, as copied and bound by the sandbox.
    package var image: RoomImage?
    /// What the room's user may do in it.
    package var role: RoomRole = .guest

    /// Defaults: no mounts, no network, no input, no terminal, `/tmp` as working directory, the default limits, and an environment of
    /// PATH=/usr/local/bin:/usr/bin:/bin, LANG=C.UTF-8, HOME=the working directory.
    package init(
        command: [String], environment: [String: String] = [:], workingDirectory: String = "/tmp", mounts: [RoomMount] = [],
        user: RoomUser, network: RoomNetwork = .none, limits: RoomLimits = RoomLimits(), input: RoomInput = .none,
        terminal: TerminalSize? = nil, image: RoomImage? = nil
    ) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.mounts = mounts
        self.user = user
        self.network = network
        self.limits = limits
        self.input = input
        self.terminal = terminal
        self.image = image
    }
}

/// A room's report with what it wrote, each stream cut at `RoomLimits.output`.
package struct RoomResult: Sendable {
    package let report: RoomReport
    package let output: [UInt8]
    package let error: [UInt8]
}
