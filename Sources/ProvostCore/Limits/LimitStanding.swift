/// Where one learner stands with every limit: `provost quota explain`.
package struct LimitStanding: Hashable, Sendable, Codable {
    /// A cap on a sum that this learner's next start counts into as well.
    package struct Total: Hashable, Sendable, Codable {
        package var node: LimitNode
        package var value: Int64
        /// Of everybody below the node.
        package var used: Int64
        package init(node: LimitNode, value: Int64, used: Int64) {
            self.node = node
            self.value = value
            self.used = used
        }
    }
    package struct Row: Hashable, Sendable, Codable {
        /// The chain, what it comes to, and the node that binds.
        package var explanation: LimitExplanation
        /// What the learner has: for workspaces how many, for submissions per day how many in 24 hours, otherwise the most that one of
        /// their workspaces has. nil for sessions, which the rooms count.
        package var used: Int64?
        /// From the organization down.
        package var totals: [Total]
        package init(explanation: LimitExplanation, used: Int64?, totals: [Total]) {
            self.explanation = explanation
            self.used = used
            self.totals = totals
        }
    }
    package var cohort: Slug
    package var person: Slug
    /// The lab whose wishes are part of the chain; nil: none was named.
    package var lab: Slug?
    /// One for each dimension, in their order.
    package var rows: [Row]
    package init(cohort: Slug, person: Slug, lab: Slug?, rows: [Row]) {
        self.cohort = cohort
        self.person = person
        self.lab = lab
        self.rows = rows
    }
}

extension WorkspaceManifest {
    /// What the lab asks for, in the dimension's unit; nil: as much as the learner may have.
    package func amount(_ dimension: LimitDimension) -> Int64? {
        switch dimension {
        case .cpus: cpuMillis.map(Int64.init)
        case .memory: memory?.bytes
        case .disk: disk?.bytes
        case .files: files.map(Int64.init)
        case .processes: processes.map(Int64.init)
        case .workspaces, .sessions, .submissionsPerDay: nil
        }
    }
}
