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
    package init(cohort: Slug, unit: BudgetUnit, amount: TimeSpan) {
        self.cohort = cohort
        self.unit = unit
        self.amount = amount
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
    package var left: Int64 { granted + adjusted - charged - held }

    package init(unit: BudgetUnit, granted: Int64 = 0, charged: Int64 = 0, held: Int64 = 0, adjusted: Int64 = 0) {
        self.unit = unit
        self.granted = granted
        self.charged = charged
        self.held = held
        self.adjusted = adjusted
    }
}
