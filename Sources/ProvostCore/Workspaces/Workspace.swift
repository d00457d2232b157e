/// A learner's durable environment for one assignment's lab.
package struct Workspace: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Asked for while the machine is full; starts by itself when there is room.
        case waiting
        case starting
        case running
        /// Its processes stand still: the budget or the study window has ended, and the grace runs.
        case frozen
        case stopping
        case stopped
        /// The volume is gone; the row stays for the ledger.
        case deleted
    }

    /// Why it stopped.
    package enum StopReason: String, Hashable, Sendable, Codable, CaseIterable {
        /// The learner, or an instructor for them, asked.
        case asked
        /// Nobody typed, nothing was forwarded, and its processes did nothing.
        case idle
        /// The budget was used up.
        case budget
        /// The study window ended.
        case windowEnded = "window-ended"
        /// The enrollment was suspended.
        case suspended
        /// Its processes, or its keeper, ended by themselves: out of memory, or the machine was restarted.
        case ended
        /// It could not be started, by our fault; `stopDetail` says what to do.
        case failed
    }

    package var id: ID<Workspace>
    package var person: Slug
    package var cohort: Slug
    package var assignment: Slug
    package var lab: Slug
    /// What `/lab` shows since the last start.
    package var labVersion: ContentDigest
    package var state: State
    /// How often it was started: what an older start reports is not taken.
    package var start: Int
    /// What it may use since the last start; the volume's size before the first one.
    package var limits: WorkspaceLimits
    package var network: WorkspaceManifest.Network
    package var createdAt: Timestamp
    /// When the present run was asked for.
    package var askedAt: Timestamp?
    package var startedAt: Timestamp?
    package var stoppedAt: Timestamp?
    package var stopReason: StopReason?
    /// A sentence with evidence: `killed: memory limit 256 MiB, peak 256 MiB`.
    package var stopDetail: String?
    /// When the learner last typed, or a forwarded connection carried bytes.
    package var activeAt: Timestamp?
    /// Idleness does not stop it before then.
    package var keepAliveUntil: Timestamp?
    /// Whose files it began with: a learner's workspace that was copied by a share; nil: it is nobody's copy. What is in a copy was written
    /// by somebody else, so nothing in it may ask for anything in its owner's name.
    package var copyOf: ID<Workspace>?

    package init(
        id: ID<Workspace>, person: Slug, cohort: Slug, assignment: Slug, lab: Slug, labVersion: ContentDigest, state: State,
        start: Int,
        limits: WorkspaceLimits, network: WorkspaceManifest.Network, createdAt: Timestamp, askedAt: Timestamp? = nil,
        startedAt: Timestamp? = nil, stoppedAt: Timestamp? = nil, stopReason: StopReason? = nil, stopDetail: String? = nil,
        activeAt: Timestamp? = nil, keepAliveUntil: Timestamp? = nil, copyOf: ID<Workspace>? = nil
    ) {
        self.id = id
        self.person = person
        self.cohort = cohort
        self.assignment = assignment
        self.lab = lab
        self.labVersion = labVersion
        self.state = state
        self.start = start
        self.limits = limits
        self.network = network
        self.createdAt = createdAt
        self.askedAt = askedAt
        self.startedAt = startedAt
        self.stoppedAt = stoppedAt
        self.stopReason = stopReason
        self.stopDetail = stopDetail
        self.activeAt = activeAt
        self.keepAliveUntil = keepAliveUntil
        self.copyOf = copyOf
    }
}

/// A kept copy of a workspace's volume.
package struct Snapshot: Hashable, Sendable, Codable {
    package enum Cause: String, Hashable, Sendable, Codable {
        case asked
        /// Made by itself before a reset or a restore.
        case reset, restore
    }
    package var id: ID<Snapshot>
    package var workspace: ID<Workspace>
    package var cause: Cause
    package var createdAt: Timestamp
    /// Bytes that it takes on the host's disk.
    package var size: ByteCount
    package init(id: ID<Snapshot>, workspace: ID<Workspace>, cause: Cause, createdAt: Timestamp, size: ByteCount) {
        self.id = id
        self.workspace = workspace
        self.cause = cause
        self.createdAt = createdAt
        self.size = size
    }
}

/// What a running workspace uses now, as its keeper counts it. nil where this machine does not count.
package struct WorkspaceUsage: Hashable, Sendable, Codable {
    /// CPU time of this run.
    package var cpuTime: TimeSpan?
    package var memory: ByteCount?
    package var peakMemory: ByteCount?
    package var processes: Int?
    package var peakProcesses: Int?
    /// How often a process was ended for lack of memory.
    package var outOfMemoryKills: Int
    /// How often a new process was refused.
    package var refusedForks: Int
    /// How long its processes wanted a processor and were kept from it by the workspace's own limit.
    package var throttledTime: TimeSpan?
    /// Bytes and inodes of the volume that are in use and that there are.
    package var diskUsed: ByteCount?
    package var diskSize: ByteCount?
    package var filesUsed: Int?
    package var filesSize: Int?
    /// Open terminals and commands.
    package var sessions: Int
    /// How long ago the learner typed or a forwarded connection carried bytes; counted from the start before anyone did.
    package var quiet: TimeSpan

    package init(
        cpuTime: TimeSpan? = nil, memory: ByteCount? = nil, peakMemory: ByteCount? = nil, processes: Int? = nil,
        peakProcesses: Int? = nil, outOfMemoryKills: Int = 0, refusedForks: Int = 0, throttledTime: TimeSpan? = nil,
        diskUsed: ByteCount? = nil, diskSize: ByteCount? = nil, filesUsed: Int? = nil, filesSize: Int? = nil, sessions: Int = 0,
        quiet: TimeSpan = .seconds(0)
    ) {
        self.cpuTime = cpuTime
        self.memory = memory
        self.peakMemory = peakMemory
        self.processes = processes
        self.peakProcesses = peakProcesses
        self.outOfMemoryKills = outOfMemoryKills
        self.refusedForks = refusedForks
        self.throttledTime = throttledTime
        self.diskUsed = diskUsed
        self.diskSize = diskSize
        self.filesUsed = filesUsed
        self.filesSize = filesSize
        self.sessions = sessions
        self.quiet = quiet
    }
}
