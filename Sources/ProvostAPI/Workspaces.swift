package import ProvostCore

/// `POST workspaces`: the assignment by its name, as people type it.
package struct StartWorkspace: Hashable, Sendable, Codable {
    package var assignment: String
    /// Needed only when two of the caller's cohorts have an assignment of that name.
    package var cohort: String?
    package init(assignment: String, cohort: String? = nil) {
        self.assignment = assignment
        self.cohort = cohort
    }
}

/// Where a workspace stands among those that wait for a place on the machine.
package struct WorkspacePlace: Hashable, Sendable, Codable {
    /// 1 is next.
    package var position: Int
    package var of: Int
    /// At the pace of the last hour; nil when there is nothing to go by.
    package var estimate: TimeSpan?
    package init(position: Int, of: Int, estimate: TimeSpan? = nil) {
        self.position = position
        self.of = of
        self.estimate = estimate
    }
}

/// When a running workspace will be stopped because nobody uses it, and why, or why not.
package struct WorkspaceIdleness: Hashable, Sendable, Codable {
    /// nil: not as long as its programs work, or never.
    package var deadline: Timestamp?
    package var cause: String
    package init(deadline: Timestamp?, cause: String) {
        self.deadline = deadline
        self.cause = cause
    }
}

/// A workspace as its learner and the cohort's instructors see it.
package struct WorkspaceInfo: Hashable, Sendable, Codable {
    package var workspace: Workspace
    /// While it waits.
    package var place: WorkspacePlace?
    /// While it runs.
    package var usage: WorkspaceUsage?
    /// While it runs.
    package var idleness: WorkspaceIdleness?
    /// When the study window ends for this learner.
    package var studyEnds: Timestamp?
    /// nil: the cohort has no budget.
    package var balance: BudgetBalance?
    package init(
        workspace: Workspace, place: WorkspacePlace? = nil, usage: WorkspaceUsage? = nil, idleness: WorkspaceIdleness? = nil,
        studyEnds: Timestamp? = nil, balance: BudgetBalance? = nil
    ) {
        self.workspace = workspace
        self.place = place
        self.usage = usage
        self.idleness = idleness
        self.studyEnds = studyEnds
        self.balance = balance
    }
}

/// `GET workspaces/{workspace}/why`.
package struct WorkspaceReason: Hashable, Sendable, Codable {
    /// What matters most, in one sentence.
    package var sentence: String
    /// The evidence, a line each.
    package var details: [String]
    package init(sentence: String, details: [String]) {
        self.sentence = sentence
        self.details = details
    }
}

/// `POST workspaces/{workspace}/extend`: idleness does not stop it for so long, and the time counts against the budget.
package struct ExtendWorkspace: Hashable, Sendable, Codable {
    package var keepAlive: TimeSpan
    package init(keepAlive: TimeSpan) { self.keepAlive = keepAlive }
}

/// `POST workspaces/{workspace}/shares`.
package struct NewShare: Hashable, Sendable, Codable {
    /// Who is let in.
    package var person: String
    package var mode: Share.Mode
    /// For how long, from now.
    package var time: TimeSpan
    package init(person: String, mode: Share.Mode, time: TimeSpan) {
        self.person = person
        self.mode = mode
        self.time = time
    }
}
