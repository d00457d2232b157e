package import ProvostCore

/// What a workspace can reach. Nothing in it has a capability over its network.
package enum WorkspaceNetwork: Sendable, Hashable {
    case none
    /// A network of its own with `lo` up.
    case loopback
    /// Loopback, and through a translator these IPv4 networks and host names.
    case egress(allow: [String])
}

/// Everything that decides what one run of a workspace is.
package struct WorkspaceOrder: Sendable {
    /// The workspace, and which start of it: a name for `STATE/run/<id>`.
    package var id: String
    package var start: Int
    package var volume: VolumeMount
    package var user: RoomUser
    package var limits: RoomLimits
    package var network: WorkspaceNetwork
    /// `/lab`, `/run/provost` and so on; the home is the keeper's.
    package var mounts: [RoomMount]
    /// Of every session, and nothing of the daemon's; HOME, USER, TMPDIR, LANG and PATH are added when missing.
    package var environment: [String: String]
    /// nil: the host's own programs.
    package var image: RoomImage?
    /// The program of a terminal: a path in the room.
    package var shell: String
    /// A folder in the room whose files an empty home gets, copied by the learner's user; nil: none.
    package var starter: String?
    /// The home is there to be read, all of it whatever its modes say, and not to be written. Nothing that a learner wrote may run in such
    /// a room: give it no image.
    package var onlyReads: Bool

    package init(
        id: String, start: Int, volume: VolumeMount, user: RoomUser, limits: RoomLimits, network: WorkspaceNetwork = .loopback,
        mounts: [RoomMount] = [], environment: [String: String] = [:], image: RoomImage? = nil, shell: String = "/bin/bash",
        starter: String? = nil, onlyReads: Bool = false
    ) {
        self.id = id
        self.start = start
        self.volume = volume
        self.user = user
        self.limits = limits
        self.network = network
        self.mounts = mounts
        self.environment = environment
        self.image = image
        self.shell = shell
        self.starter = starter
        self.onlyReads = onlyReads
    }

    static let home = "/home/learner"

    func write(_ writer: inout WireWriter) {
        writer.add(id)
        writer.add(start)
        writer.add(volume.backend.rawValue)
        writer.add(volume.path)
        writer.add(user.uid)
        limits.write(&writer)
        switch network {
        case .none: writer.add(["none"])
        case .loopback: writer.add(["loopback"])
        case .egress(let allow): writer.add(["egress"] + allow)
        }
        writer.add(mounts.flatMap { [$0.kind == .writable ? "w" : "r", $0.host, $0.room] })
        writer.add(environment)
        writer.add(image.map { [$0.root] } ?? [])
        writer.add(image?.environment ?? [:])
        writer.add(shell)
        writer.add(starter.map { [$0] } ?? [])
        writer.add(onlyReads ? 1 : 0)
    }

    init(_ reader: inout WireReader) throws(ProvostError) {
        id = try reader.text()
        start = try reader.int()
        guard let backend = VolumeBackend(rawValue: try reader.text()) else { throw WireReader.broken }
        volume = VolumeMount(backend: backend, path: try reader.text())
        guard let uid = UInt32(exactly: try reader.int64()) else { throw WireReader.broken }
        user = RoomUser(uid: uid)
        limits = try RoomLimits(&reader)
        let words = try reader.texts()
        switch words.first {
        case "none": network = .none
        case "loopback": network = .loopback
        case "egress": network = .egress(allow: Array(words.dropFirst()))
        default: throw WireReader.broken
        }
        let texts = try reader.texts()
        guard texts.count.isMultiple(of: 3) else { throw WireReader.broken }
        mounts = stride(from: 0, to: texts.count, by: 3).map { index in
            texts[index] == "w"
                ? .writable(host: texts[index + 1], at: texts[index + 2])
                : .readOnly(host: texts[index + 1], at: texts[index + 2])
        }
        environment = try reader.pairs()
        let root = try reader.texts().first
        let variables = try reader.pairs()
        if let root { image = try RoomImage(root: root, environment: variables) } else { image = nil }
        shell = try reader.text()
        starter = try reader.texts().first
        onlyReads = try reader.int() != 0
    }
}

extension RoomLimits {
    func write(_ writer: inout WireWriter) {
        for number in [
            wallTime.milliseconds, cpuTime.milliseconds, Int64(cpuMillis), memory.bytes, Int64(processes), disk.bytes,
            Int64(inodes),
            output.bytes, Int64(openFiles),
        ] { writer.add(number) }
    }
    init(_ reader: inout WireReader) throws(ProvostError) {
        self.init()
        wallTime = TimeSpan(milliseconds: try reader.int64())
        cpuTime = TimeSpan(milliseconds: try reader.int64())
        cpuMillis = try reader.int()
        memory = ByteCount(try reader.int64())
        processes = try reader.int()
        disk = ByteCount(try reader.int64())
        inodes = try reader.int()
        output = ByteCount(try reader.int64())
        openFiles = try reader.int()
    }
}

extension WorkspaceUsage {
    func write(_ writer: inout WireWriter) {
        for number in [
            cpuTime?.milliseconds, memory?.bytes, peakMemory?.bytes, processes.map { Int64($0) }, peakProcesses.map { Int64($0) },
            throttledTime?.milliseconds, diskUsed?.bytes, diskSize?.bytes, filesUsed.map { Int64($0) },
            filesSize.map { Int64($0) },
        ] { writer.add(optional: number) }
        for number in [Int64(outOfMemoryKills), Int64(refusedForks), Int64(sessions), quiet.milliseconds] { writer.add(number) }
    }
    init(_ reader: inout WireReader) throws(ProvostError) {
        self.init()
        cpuTime = try reader.optional().map { TimeSpan(milliseconds: $0) }
        memory = try reader.optional().map { ByteCount($0) }
        peakMemory = try reader.optional().map { ByteCount($0) }
        processes = try reader.optional().map { Int($0) }
        peakProcesses = try reader.optional().map { Int($0) }
        throttledTime = try reader.optional().map { TimeSpan(milliseconds: $0) }
        diskUsed = try reader.optional().map { ByteCount($0) }
        diskSize = try reader.optional().map { ByteCount($0) }
        filesUsed = try reader.optional().map { Int($0) }
        filesSize = try reader.optional().map { Int($0) }
        outOfMemoryKills = try reader.int()
        refusedForks = try reader.int()
        sessions = try reader.int()
        quiet = TimeSpan(milliseconds: try reader.int64())
    }
}

extension WorkspaceEnding {
    func write(_ writer: inout WireWriter) {
        writer.add(reason)
        writer.add(asked ? 1 : 0)
        usage.write(&writer)
    }
    init(_ reader: inout WireReader) throws(ProvostError) {
        self.init(reason: try reader.text(), asked: try reader.int64() != 0, usage: try WorkspaceUsage(&reader))
    }
}

extension SessionRequest {
    func write(_ writer: inout WireWriter) {
        var numbers: [Int] = []
        var words: [String] = []
        var variables: [String: String] = [:]
        switch self {
        case .shell(let size, let term): (numbers, words) = ([0, size.rows, size.columns], [term])
        case .attach(let number): numbers = [1, number]
        case .watch(let number): numbers = [2, number]
        case .command(let command, let size, let environment):
            (numbers, words, variables) = ([3, size?.rows ?? 0, size?.columns ?? 0], command, environment)
        case .rescue(let size): numbers = [4, size.rows, size.columns]
        case .connect(let port): numbers = [5, port]
        }
        numbers += [Int](repeating: 0, count: 3 - numbers.count)
        for number in numbers { writer.add(number) }
        writer.add(words)
        writer.add(variables)
    }
    init(_ reader: inout WireReader) throws(ProvostError) {
        let (kind, first, second) = (try reader.int(), try reader.int(), try reader.int())
        let words = try reader.texts()
        let variables = try reader.pairs()
        let size = WindowSize(rows: first, columns: second)
        switch kind {
        case 0: self = .shell(size: size, term: words.first ?? "dumb")
        case 1: self = .attach(first)
        case 2: self = .watch(first)
        case 3: self = .command(words, size: first > 0 ? size : nil, environment: variables)
        case 4: self = .rescue(size: size)
        case 5: self = .connect(port: first)
        default: throw WireReader.broken
        }
    }
}

/// What a keeper needs to know before it has an order.
struct KeeperSetup {
    /// The state folder, the programs, the folder with what every room has from us, and the place among the cgroups.
    var directory, launcher, bubblewrap, tools, cgroupName, instance, slot: String

    func write(_ writer: inout WireWriter) {
        writer.add([directory, launcher, bubblewrap, tools, cgroupName, instance, slot])
    }
    init(
        directory: String, launcher: String, bubblewrap: String, tools: String, cgroupName: String, instance: String, slot: String
    ) {
        self.directory = directory
        self.launcher = launcher
        self.bubblewrap = bubblewrap
        self.tools = tools
        self.cgroupName = cgroupName
        self.instance = instance
        self.slot = slot
    }
    init(_ reader: inout WireReader) throws(ProvostError) {
        let texts = try reader.texts()
        guard texts.count == 7 else { throw WireReader.broken }
        self.init(
            directory: texts[0], launcher: texts[1], bubblewrap: texts[2], tools: texts[3], cgroupName: texts[4],
            instance: texts[5],
            slot: texts[6])
    }
}

/// What a keeper says of itself.
struct KeeperStatus {
    var id: String
    var start: Int
    var uid: UInt32
    var pid: Int32
    var slot, tools: String

    func write(_ writer: inout WireWriter) {
        writer.add(id)
        writer.add(start)
        writer.add(uid)
        writer.add(pid)
        writer.add(slot)
        writer.add(tools)
    }
    init(id: String, start: Int, uid: UInt32, pid: Int32, slot: String, tools: String) {
        self.id = id
        self.start = start
        self.uid = uid
        self.pid = pid
        self.slot = slot
        self.tools = tools
    }
    init(_ reader: inout WireReader) throws(ProvostError) {
        id = try reader.text()
        start = try reader.int()
        uid = UInt32(truncatingIfNeeded: try reader.int64())
        pid = try reader.int32()
        slot = try reader.text()
        tools = try reader.text()
    }
}
