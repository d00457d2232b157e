package import ProvostCore

// `LedgerEntry`, `BudgetBalance`, `BudgetForecast` and `UsageRow` go over the wire as ProvostCore has them.

/// `POST /v1/budgets`, and its answer.
package struct BudgetOrder: Codable, Sendable {
    package var cohort: Slug
    package var unit: BudgetUnit
    /// For each learner, for the whole study window; nil: no budget any more.
    package var amount: TimeSpan?
    package init(cohort: Slug, unit: BudgetUnit, amount: TimeSpan?) {
        self.cohort = cohort
        self.unit = unit
        self.amount = amount
    }
}

/// `POST /v1/budgets/total`, and its answer.
package struct BudgetTotal: Codable, Sendable {
    package var cohort: Slug
    /// For all learners together, in time of the budget's unit; nil: as much as each may use.
    package var total: TimeSpan?
    package init(cohort: Slug, total: TimeSpan?) {
        self.cohort = cohort
        self.total = total
    }
}

/// `POST /v1/budgets/adjust`.
package struct BudgetAdjustment: Codable, Sendable {
    package var cohort: Slug
    package var person: Slug
    /// Of either sign.
    package var amount: TimeSpan
    /// Stands in the learner's ledger.
    package var reason: String
    package init(cohort: Slug, person: Slug, amount: TimeSpan, reason: String) {
        self.cohort = cohort
        self.person = person
        self.amount = amount
        self.reason = reason
    }
}

/// `GET /v1/budgets/balance`: what is left of a learner's budget and time.
package struct BudgetReport: Codable, Sendable {
    package var cohort: Slug
    package var person: Slug
    /// nil: the cohort has no budget.
    package var balance: BudgetBalance?
    package var windowBegins: Timestamp
    /// The first instant that is no longer inside.
    package var windowEnds: Timestamp
    /// nil: no extension was granted.
    package var extensionUntil: Timestamp?
    package init(
        cohort: Slug, person: Slug, balance: BudgetBalance?, windowBegins: Timestamp, windowEnds: Timestamp,
        extensionUntil: Timestamp?
    ) {
        self.cohort = cohort
        self.person = person
        self.balance = balance
        self.windowBegins = windowBegins
        self.windowEnds = windowEnds
        self.extensionUntil = extensionUntil
    }
}

/// `GET /v1/usage`.
package struct UsageReport: Codable, Sendable {
    package var from: Timestamp
    /// The first instant that is no longer in it.
    package var to: Timestamp
    package var rows: [UsageRow]
    package init(from: Timestamp, to: Timestamp, rows: [UsageRow]) {
        self.from = from
        self.to = to
        self.rows = rows
    }
}

/// `POST /v1/cohorts/{cohort}/extensions`.
package struct NewExtension: Codable, Sendable {
    /// nil: everybody in the cohort.
    package var person: Slug?
    /// In the cohort's zone.
    package var until: CivilTime
    package var reason: String
    package init(person: Slug?, until: CivilTime, reason: String) {
        self.person = person
        self.until = until
        self.reason = reason
    }
}

/// Its answer.
package struct ExtensionInfo: Codable, Sendable {
    package var cohort: Slug
    /// nil: everybody in the cohort.
    package var person: Slug?
    package var until: Timestamp
    package init(cohort: Slug, person: Slug?, until: Timestamp) {
        self.cohort = cohort
        self.person = person
        self.until = until
    }
}
