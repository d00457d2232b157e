package import ProvostCore

// `Workspace`, `WorkspaceUsage`, `Snapshot`, `Share`, `Visit` and `SessionInfo` go over the wire as ProvostCore has them.

/// `POST /v1/workspaces`: starts the caller's workspace for an assignment, or queues it.
package struct StartWorkspace: Hashable, Sendable, Codable {
    /// The assignment's name, or `cohort/name`; or the id of a workspace of the caller's.
    package var assignment: String
    /// Needed only when several of the caller's cohorts have one of that name.
    package var cohort: String?
    /// To get at the files in it: it starts also while the server's disk is nearly full. nil: no.
    package var rescue: Bool?
    package init(assignment: String, cohort: String? = nil, rescue: Bool? = nil) {
        self.assignment = assignment
        self.cohort = cohort
        self.rescue = rescue
    }
}

/// Where a workspace stands that waits because the machine is full.
package struct WorkspacePlace: Hashable, Sendable, Codable {
    /// 1 is next.
    package var position: Int
    package var of: Int
    /// nil: there is nothing to go by yet.
    package var estimate: TimeSpan?
    package init(position: Int, of: Int, estimate: TimeSpan? = nil) {
        self.position = position
        self.of = of
        self.estimate = estimate
    }
}

/// A workspace, and what follows from it now.
package struct WorkspaceInfo: Hashable, Sendable, Codable {
    package var workspace: Workspace
    /// While it waits.
    package var place: WorkspacePlace?
    /// While it runs.
    package var usage: WorkspaceUsage?
    /// When it is stopped if nothing changes; nil: nothing is in sight.
    package var deadline: Timestamp?
    /// Why then, or why not, as a sentence.
    package var deadlineCause: String?
    /// The learner's budget while it runs; nil: none is declared.
    package var balance: BudgetBalance?
    /// The day on which its files are deleted, because its cohort is closed; nil: they are kept.
    package var deleteOn: CivilDate?
    package init(
        workspace: Workspace, place: WorkspacePlace? = nil, usage: WorkspaceUsage? = nil, deadline: Timestamp? = nil,
        deadlineCause: String? = nil, balance: BudgetBalance? = nil, deleteOn: CivilDate? = nil
    ) {
        self.workspace = workspace
        self.place = place
        self.usage = usage
        self.deadline = deadline
        self.deadlineCause = deadlineCause
        self.balance = balance
        self.deleteOn = deleteOn
    }
}

/// `GET /v1/workspaces/{workspace}/why`.
package struct WorkspaceReason: Hashable, Sendable, Codable {
    /// What counts most.
    package var sentence: String
    /// Whatever else was found, a sentence each.
    package var details: [String]
    package init(sentence: String, details: [String]) {
        self.sentence = sentence
        self.details = details
    }
}

/// `POST /v1/workspaces/{workspace}/extend`.
package struct ExtendWorkspace: Hashable, Sendable, Codable {
    /// For how long idleness does not stop it; 0 takes that back.
    package var keepAlive: TimeSpan
    package init(keepAlive: TimeSpan) { self.keepAlive = keepAlive }
}

/// `POST /v1/workspaces/{workspace}/shares`.
package struct NewShare: Hashable, Sendable, Codable {
    /// An instructor of the workspace's cohort.
    package var person: String
    package var mode: Share.Mode
    package var time: TimeSpan
    package init(person: String, mode: Share.Mode, time: TimeSpan) {
        self.person = person
        self.mode = mode
        self.time = time
    }
}
