import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Budgets, extensions of study, and what was used.
struct BudgetRoutes {
    let budgets: BudgetService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        router.post("budgets") { request, context in
            let principal = try context.known()
            let order = try await decoded(request, as: BudgetOrder.self)
            try await budgets.set(principal, cohort: order.cohort, unit: order.unit, amount: order.amount)
            return try json(order)
        }
        router.post("budgets/total") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: BudgetTotal.self)
            try await budgets.setTotal(principal, cohort: body.cohort, body.total)
            return try json(body)
        }
        router.post("budgets/adjust") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: BudgetAdjustment.self)
            return try await json(
                budgets.adjust(
                    principal, cohort: body.cohort, person: body.person, amount: body.amount, reason: body.reason))
        }
        router.get("budgets/balance") { request, context in
            let standing = try await budgets.standing(
                context.known(), cohort: request.required("cohort"), person: request.slug("person"))
            return try json(
                BudgetReport(
                    cohort: standing.cohort, person: standing.person, balance: standing.balance,
                    windowBegins: standing.window.begins, windowEnds: standing.window.ends,
                    extensionUntil: standing.extensionUntil))
        }
        router.get("budgets/ledger") { request, context in
            try await json(
                budgets.ledger(
                    context.known(), cohort: request.required("cohort"), person: request.slug("person"),
                    workspace: request.text("workspace").map { try ID(parsing: $0) }))
        }
        router.get("budgets/forecast") { request, context in
            try await json(
                budgets.forecast(context.known(), cohort: request.required("cohort"), person: request.slug("person")))
        }
        router.get("usage") { request, context in
            let text = request.text("level") ?? UsageLevel.learner.rawValue
            guard let level = UsageLevel(rawValue: text) else {
                throw ProvostError(
                    .invalid, "“\(text.prefix(40))” is no level; there are: learner, cohort, program, organization.")
            }
            let report = try await budgets.usage(
                context.known(), level: level, node: request.node(), from: request.day("from"), to: request.day("to"))
            return try json(UsageReport(from: report.from, to: report.to, rows: report.rows))
        }
        router.post("cohorts/{cohort}/extensions") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: NewExtension.self)
            let until = try await budgets.extend(
                principal, cohort: cohort, person: body.person, until: body.until, reason: body.reason)
            return try json(ExtensionInfo(cohort: cohort, person: body.person, until: until), status: .created)
        }
    }
}

extension Request {
    fileprivate func day(_ name: String) throws(ProvostError) -> CivilDate? {
        guard let text = text(name) else { return nil }
        return try CivilDate(parsing: text)
    }
}
