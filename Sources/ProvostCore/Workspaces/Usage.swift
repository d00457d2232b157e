/// For whom `provost usage` makes a row each.
package enum UsageLevel: String, Hashable, Sendable, Codable, CaseIterable {
    case learner, cohort, program, organization
}

/// What ran below one node in a span of time.
package struct UsageRow: Hashable, Sendable, Codable {
    package var node: LimitNode
    /// Learners of whom something ran.
    package var learners: Int
    /// Workspaces of which something ran.
    package var workspaces: Int
    /// Real time that workspaces ran.
    package var sessionTime: TimeSpan
    package var cpuTime: TimeSpan
    /// The part of `sessionTime` that had no price: the free hours delivered.
    package var freeTime: TimeSpan
    /// Sum of the prices, in thousandths of whatever the operator counts in.
    package var priced: Int64

    package init(
        node: LimitNode, learners: Int, workspaces: Int, sessionTime: TimeSpan, cpuTime: TimeSpan, freeTime: TimeSpan,
        priced: Int64
    ) {
        self.node = node
        self.learners = learners
        self.workspaces = workspaces
        self.sessionTime = sessionTime
        self.cpuTime = cpuTime
        self.freeTime = freeTime
        self.priced = priced
    }
}

/// When a learner's budget will be used up if they go on as in the last week.
package struct BudgetForecast: Hashable, Sendable, Codable {
    package var person: Slug
    package var balance: BudgetBalance
    /// In milliseconds of the unit for each day, over the last seven.
    package var dailyUse: Int64
    /// nil: not at this pace.
    package var usedUpAt: Timestamp?

    /// `charged`: milliseconds of the unit that were charged in the seven days before `now`.
    package init(person: Slug, balance: BudgetBalance, chargedInSevenDays charged: Int64, now: Timestamp) {
        self.person = person
        self.balance = balance
        dailyUse = charged / 7
        // What is held comes back when the workspace stops, or is charged: it is not used yet.
        let rest = balance.left + balance.held
        if rest <= 0 {
            usedUpAt = now
        } else if charged > 0 {
            let milliseconds = (Double(rest) / Double(charged) * 7 * 86_400_000).rounded()
            // Further away than a century is never.
            usedUpAt = milliseconds < 36_525 * 86_400_000 ? now + TimeSpan(milliseconds: Int64(milliseconds)) : nil
        } else {
            usedUpAt = nil
        }
    }
}
