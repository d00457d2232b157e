package import ProvostCore
import ProvostStore

/// Where one learner stands with their budget and their time.
package struct BudgetStanding: Sendable {
    package let cohort: Slug
    package let person: Slug
    /// nil: the cohort has no budget.
    package let balance: BudgetBalance?
    /// The study window, in the cohort's zone.
    package let window: StudyWindow
    /// An extension that was granted; nil: none.
    package let extensionUntil: Timestamp?
}

/// Budgets, extensions of study, and what was used. Set by the admins of a cohort; read by its instructors, and by learners their own.
package struct BudgetService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// Sets what a cohort grants each of its learners; `amount` nil: no budget any more.
    package func set(
        _ principal: Principal, cohort: Slug, unit: BudgetUnit, amount: TimeSpan?
    ) async throws(ProvostError) {
        try principal.require(.manage(cohort: cohort))
        guard let amount else {
            return try await context.store.clearBudget(cohort: cohort, by: principal.name, at: context.now())
        }
        try Self.check(amount)
        try await context.store.setBudget(
            BudgetGrant(cohort: cohort, unit: unit, amount: amount), by: principal.name, at: context.now())
    }

    /// Bounds what all learners of a cohort use together; nil: no more.
    package func setTotal(_ principal: Principal, cohort: Slug, _ total: TimeSpan?) async throws(ProvostError) {
        try principal.require(.manage(cohort: cohort))
        if let total { try Self.check(total) }
        try await context.store.setBudgetTotal(cohort: cohort, total, by: principal.name, at: context.now())
    }

    /// Corrects one learner's budget by an amount of either sign.
    package func adjust(
        _ principal: Principal, cohort: Slug, person: Slug, amount: TimeSpan, reason: String
    ) async throws(ProvostError) -> BudgetBalance {
        try principal.require(.manage(cohort: cohort))
        try Self.check(TimeSpan(milliseconds: amount.milliseconds == .min ? .max : abs(amount.milliseconds)))
        return try await context.store.adjustBudget(
            cohort: cohort, person: person, amount: amount, reason: try Self.reason(reason), by: principal.name,
            at: context.now())
    }

    /// What is left for a learner; `person` nil: the caller.
    package func standing(_ principal: Principal, cohort slug: Slug, person: Slug?) async throws(ProvostError) -> BudgetStanding {
        let person = try principal.learner(person)
        try principal.requireReading(.enrollment(cohort: slug, person: person))
        let cohort = try await context.store.cohort(slug)
        let window = StudyWindow(
            firstDay: cohort.firstDay, lastDay: cohort.lastDay, zone: try context.zones.zone(cohort.timezone))
        return BudgetStanding(
            cohort: slug, person: person, balance: try await context.store.balance(cohort: slug, person: person), window: window,
            extensionUntil: try await context.store.extensionUntil(cohort: slug, person: person))
    }

    /// The ledger of a learner, or for instructors of the whole cohort: the newest ten thousand entries, oldest first.
    package func ledger(
        _ principal: Principal, cohort: Slug, person: Slug?, workspace: ID<Workspace>?
    ) async throws(ProvostError) -> [LedgerEntry] {
        let person = try scope(principal, cohort: cohort, person: person)
        return try await context.store.ledger(cohort: cohort, person: person, workspace: workspace)
    }

    /// When the budgets will be used up: of the whole cohort for instructors, otherwise the caller's own.
    package func forecast(
        _ principal: Principal, cohort: Slug, person: Slug?
    ) async throws(ProvostError) -> [BudgetForecast] {
        let person = try scope(principal, cohort: cohort, person: person)
        return try await context.store.budgetForecasts(cohort: cohort, at: context.now()).filter {
            person == nil || $0.person == person
        }
    }

    /// nil: everybody in the cohort. A learner who names nobody means themselves.
    private func scope(_ principal: Principal, cohort: Slug, person: Slug?) throws(ProvostError) -> Slug? {
        if person == nil, (try? principal.require(.instruct(cohort: cohort))) != nil { return nil }
        let person = try principal.learner(person)
        try principal.requireReading(.enrollment(cohort: cohort, person: person))
        return person
    }

    // MARK: Extensions

    /// Lets one learner, or everybody in the cohort, work until a time on a wall clock of the cohort's zone. Returns the instant.
    package func extend(
        _ principal: Principal, cohort slug: Slug, person: Slug?, until: CivilTime, reason: String
    ) async throws(ProvostError) -> Timestamp {
        try principal.require(.manage(cohort: slug))
        let cohort = try await context.store.cohort(slug)
        let instant = try context.zones.zone(cohort.timezone).instant(of: until)
        try await context.store.extendStudy(
            cohort: slug, person: person, until: instant, reason: try Self.reason(reason), by: principal.name, at: context.now())
        return instant
    }

    // MARK: Usage

    /// What ran from the first to the last day, both included, in the zone of the cohort that `node` names, else in UTC. Without days:
    /// all of it. Without a node: everywhere for administrators, otherwise the cohorts that the caller instructs, else their own.
    package func usage(
        _ principal: Principal, level: UsageLevel, node: LimitNode?, from: CivilDate?, to: CivilDate?
    ) async throws(ProvostError) -> (from: Timestamp, to: Timestamp, rows: [UsageRow]) {
        let zone = try await zone(of: node)
        let begin = from.map { zone.instant(of: CivilTime(date: $0)) } ?? Timestamp(milliseconds: 0)
        // A first day that is still to come has nothing in it, which is no mistake.
        let end = to.map { zone.instant(of: CivilTime(date: $0.adding(days: 1))) } ?? max(begin, context.now())
        var rows: [UsageRow] = []
        for place in try places(principal, level: level, node: node) {
            rows += try await context.store.usage(by: place.level, below: place.node, from: begin, to: end)
        }
        return (begin, end, rows)
    }

    private func places(
        _ principal: Principal, level: UsageLevel, node: LimitNode?
    ) throws(ProvostError) -> [(level: UsageLevel, node: LimitNode?)] {
        if principal.isAdministrator { return [(level, node)] }
        guard level == .learner || level == .cohort else { return try deny(principal) }
        if let node {
            try principal.requireReading(node)
            if case .enrollment = node { return [(.learner, node)] }
            return [(level, node)]
        }
        guard let person = principal.person else { return try deny(principal) }
        // Of a cohort that one does not instruct, only one's own row: the sum of the others is not theirs to see.
        return principal.enrollments.map { enrollment in
            enrollment.role >= .instructor
                ? (level, .cohort(enrollment.cohort))
                : (.learner, .enrollment(cohort: enrollment.cohort, person: person.slug))
        }
    }

    private func deny(_ principal: Principal) throws(ProvostError) -> [(level: UsageLevel, node: LimitNode?)] {
        try principal.require(.administer)
        return []
    }

    private func zone(of node: LimitNode?) async throws(ProvostError) -> Zone {
        switch node {
        case .cohort(let slug), .enrollment(let slug, _):
            try context.zones.zone(try await context.store.cohort(slug).timezone)
        case .organization, .program, nil: .utc
        }
    }

    // MARK: Checks

    /// More than a century of hours is a mistake in typing.
    private static func check(_ amount: TimeSpan) throws(ProvostError) {
        guard amount.milliseconds <= 36_525 * 86_400_000 else {
            throw ProvostError(.invalid, "\(amount) is more than a century; write hours like 60h.")
        }
    }

    private static func reason(_ text: String) throws(ProvostError) -> String {
        guard (1...500).contains(text.utf8.count), !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw ProvostError(.invalid, "A reason is one line of 1 to 500 bytes; it stays on record.")
        }
        return text
    }
}
