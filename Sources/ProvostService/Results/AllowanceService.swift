package import ProvostCore
import ProvostStore

/// What single learners are granted, by the admins of their cohort.
package struct AllowanceService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// - Parameter order: its id, actor and instant are made here.
    package func add(_ principal: Principal, _ order: Allowance) async throws(ProvostError) -> Allowance {
        try principal.require(.manage(cohort: order.cohort))
        let allowance = Allowance(
            id: context.identifiers.next("alw"), cohort: order.cohort, person: order.person, assignment: order.assignment,
            kind: order.kind, until: order.until, factor: order.factor, bonus: order.bonus, days: order.days,
            reason: order.reason, by: principal.name, at: context.now())
        try await context.store.addAllowance(allowance)
        return allowance
    }

    /// For instructors everybody's, for learners their own; the withdrawn too, oldest first.
    package func list(_ principal: Principal, cohort: Slug, person: Slug?) async throws(ProvostError) -> [Allowance] {
        let subject = try principal.subject(person, in: cohort)
        return try await context.store.allowances(cohort: cohort, person: subject)
    }

    package func withdraw(
        _ principal: Principal, cohort: Slug, _ id: ID<Allowance>, reason: String
    ) async throws(ProvostError) -> Allowance {
        try principal.require(.manage(cohort: cohort))
        return try await context.store.withdrawAllowance(
            id, cohort: cohort, reason: reason, by: principal.name, at: context.now())
    }
}
