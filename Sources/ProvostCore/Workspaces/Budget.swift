/// What a budget counts.
package enum BudgetUnit: String, Hashable, Sendable, Codable, CaseIterable {
    /// CPU time that the workspace's processes used.
    case cpuSeconds = "cpu-seconds"
    /// Real time that the workspace ran.
    case sessionHours = "session-hours"
}

/// What a cohort grants each of its learners.
package struct BudgetGrant: Hashable, Sendable, Codable {
    package var cohort: Slug
    package var unit: BudgetUnit
    /// For the whole study window, in time of the unit.
    package var amount: TimeSpan
    /// What all of them may use together; nil: as much as each may.
    package var total: TimeSpan?
    package init(cohort: Slug, unit: BudgetUnit, amount: TimeSpan, total: TimeSpan? = nil) {
        self.cohort = cohort
        self.unit = unit
        self.amount = amount
        self.total = total
    }
}

/// One line of a learner's ledger. Never changed and never deleted: a mistake is put right by an `adjust`.
package struct LedgerEntry: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Adds to what may be used.
        case grant
        /// Sets time aside for the next lease of a running workspace.
        case hold
        /// What a lease used; ends its hold.
        case charge
        /// Ends a hold of which nothing was used, or nothing is known.
        case release
        /// A person's correction, of either sign, with a reason.
        case adjust
    }
    /// Counts up over the whole ledger.
    package var sequence: Int64
    package var cohort: Slug
    package var person: Slug
    package var workspace: ID<Workspace>?
    /// Which start of the workspace.
    package var start: Int?
    package var kind: Kind
    package var unit: BudgetUnit
    /// In time of the unit; only `adjust` may be negative.
    package var amount: Int64
    /// With `charge` and `release`: the sequence of the hold that ends.
    package var hold: Int64?
    /// In thousandths of whatever the operator counts in, for the whole entry: 0 inside the study window.
    package var price: Int64
    package var at: Timestamp
    package var actor: String
    package var reason: String

    /// `amount` is in milliseconds of the unit.
    package init(
        sequence: Int64, cohort: Slug, person: Slug, workspace: ID<Workspace>?, start: Int?, kind: Kind, unit: BudgetUnit,
        amount: Int64,
        hold: Int64?, price: Int64, at: Timestamp, actor: String, reason: String
    ) {
        self.sequence = sequence
        self.cohort = cohort
        self.person = person
        self.workspace = workspace
        self.start = start
        self.kind = kind
        self.unit = unit
        self.amount = amount
        self.hold = hold
        self.price = price
        self.at = at
        self.actor = actor
        self.reason = reason
    }
}

/// What is left of a budget, in milliseconds of its unit.
package struct BudgetBalance: Hashable, Sendable, Codable {
    package var unit: BudgetUnit
    package var granted: Int64
    package var charged: Int64
    /// In holds that have not ended.
    package var held: Int64
    /// Of every correction together.
    package var adjusted: Int64
    /// What the cohort's learners have together; nil: that is not bounded.
    package var cohort: CohortBalance?
    /// What may be set aside now: of the learner's own, and no more than the cohort has.
    package var left: Int64 { min(ownLeft, cohort?.left ?? .max) }
    package var ownLeft: Int64 { granted + adjusted - charged - held }

    package init(
        unit: BudgetUnit, granted: Int64 = 0, charged: Int64 = 0, held: Int64 = 0, adjusted: Int64 = 0,
        cohort: CohortBalance? = nil
    ) {
        self.unit = unit
        self.granted = granted
        self.charged = charged
        self.held = held
        self.adjusted = adjusted
        self.cohort = cohort
    }
}

/// What is left of what a cohort's learners have together, in milliseconds of the budget's unit.
package struct CohortBalance: Hashable, Sendable, Codable {
    package var total: Int64
    package var charged: Int64
    /// In the holds of all that run.
    package var held: Int64
    /// How many workspaces run on it.
    package var running: Int
    package var left: Int64 { total - charged - held }

    package init(total: Int64, charged: Int64 = 0, held: Int64 = 0, running: Int = 0) {
        self.total = total
        self.charged = charged
        self.held = held
        self.running = running
    }
}
