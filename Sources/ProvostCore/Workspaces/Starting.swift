/// What a workspace is to be started with, as the caller worked it out from limits, lab and schedule.
package struct StartRequest: Hashable, Sendable {
    package var limits: WorkspaceLimits
    package var network: WorkspaceManifest.Network
    /// What `/lab` will show.
    package var labVersion: ContentDigest
    /// How long the first lease is, in real time; the hold follows from the budget's unit.
    package var lease: TimeSpan
    /// Whether it is inside the study window, or an extension says so.
    package var mayRun: Bool
    package var capacity: MachineCapacity
    /// Whether to wait for a place when the machine is full; otherwise the start is refused then.
    package var queue: Bool
    /// Assignments that have their slot on the timetable now: who waits for one of theirs goes first.
    package var slots: Set<ID<Assignment>>

    package init(
        limits: WorkspaceLimits, network: WorkspaceManifest.Network, labVersion: ContentDigest,
        lease: TimeSpan = LeaseRule.length, mayRun: Bool, capacity: MachineCapacity, queue: Bool,
        slots: Set<ID<Assignment>> = []
    ) {
        self.limits = limits
        self.network = network
        self.labVersion = labVersion
        self.lease = lease
        self.mayRun = mayRun
        self.capacity = capacity
        self.queue = queue
        self.slots = slots
    }
}

/// What this machine gives to all workspaces together. nil in a field: no cap.
package struct MachineCapacity: Hashable, Sendable {
    /// Sum of the memory limits of what runs.
    package var memory: ByteCount?
    /// How many may run.
    package var workspaces: Int?
    /// How many may be starting at the same moment, so that starts do not slow each other down.
    package var starting: Int?

    package init(memory: ByteCount? = nil, workspaces: Int? = nil, starting: Int? = nil) {
        self.memory = memory
        self.workspaces = workspaces
        self.starting = starting
    }
}

/// What became of a start that was not refused.
package enum StartDecision: Hashable, Sendable {
    /// Everything is taken: start it, as this start. `hold`: milliseconds of the budget's unit that are set aside.
    case begin(start: Int, hold: Int64)
    /// The machine is full, or others waited first; 1 is next.
    case waiting(position: Int, of: Int)
}

/// What a run has used, from its start to now: the store charges the difference to what it has charged already, so that reporting the
/// same twice, or a clock that stepped back, costs nothing.
package struct RunUse: Hashable, Sendable, Codable {
    /// Real time that it ran and was not frozen; of a clock that never steps back.
    package var session: TimeSpan
    /// CPU time of its processes.
    package var cpu: TimeSpan
    /// What the operator asks for the time since the last charge, in thousandths of whatever they count in. 0 inside the study window.
    package var price: Int64

    package init(session: TimeSpan, cpu: TimeSpan, price: Int64 = 0) {
        self.session = session
        self.cpu = cpu
        self.price = price
    }

    /// The part that a budget of this unit counts, in milliseconds.
    package func amount(_ unit: BudgetUnit) -> Int64 {
        switch unit {
        case .cpuSeconds: cpu.milliseconds
        case .sessionHours: session.milliseconds
        }
    }
}

/// One start of one workspace: what a keeper keeps.
package struct WorkspaceRun: Hashable, Sendable {
    package var workspace: ID<Workspace>
    package var start: Int
    package init(workspace: ID<Workspace>, start: Int) {
        self.workspace = workspace
        self.start = start
    }
}

/// Which workspaces to list; what is nil does not filter.
package struct WorkspaceFilter: Hashable, Sendable {
    package var cohort: Slug?
    package var person: Slug?
    package var assignment: Slug?
    /// nil: all but the deleted.
    package var states: Set<Workspace.State>?

    package init(cohort: Slug? = nil, person: Slug? = nil, assignment: Slug? = nil, states: Set<Workspace.State>? = nil) {
        self.cohort = cohort
        self.person = person
        self.assignment = assignment
        self.states = states
    }
}

extension Workspace.State {
    /// Takes memory and a place on the machine.
    package var isActive: Bool {
        switch self {
        case .starting, .running, .frozen, .stopping: true
        case .waiting, .stopped, .deleted: false
        }
    }
}
