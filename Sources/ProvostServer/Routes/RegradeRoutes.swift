import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Grading assignments again as reviewed sets.
struct RegradeRoutes {
    let provost: Provost

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let regrades = provost.regrades
        router.get("assignments/{assignment}/regrade-plan") { request, context in
            let plan = try await regrades.plan(
                context.known(), assignment: context.text("assignment"), cohort: request.slug("cohort"), scope: request.scope())
            return try json(RegradePlan(estimate: plan.estimate, leftOut: plan.leftOut))
        }
        router.post("assignments/{assignment}/regrade-sets") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: NewRegrade.self)
            let set = try await regrades.create(
                principal, assignment: context.text("assignment"), cohort: request.slug("cohort"), labVersion: body.labVersion,
                scope: body.scope ?? .all)
            return try json(set, status: .created)
        }
        router.get("regrade-sets") { request, context in
            try await json(
                regrades.list(context.known(), cohort: request.slug("cohort"), assignment: request.text("assignment")))
        }
        router.get("regrade-sets/{set}") { request, context in
            let options = RegradeOptions(
                neverLower: request.text("never-lower") == "true", keepHumanMarks: request.text("keep-human-marks") == "true")
            return try await json(
                regrades.review(context.known(), context.id("set", of: RegradeSet.self), options: options))
        }
        router.post("regrade-sets/{set}/apply") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: RegradeOrder.self)
            let options = RegradeOptions(
                neverLower: body.neverLower ?? false, keepHumanMarks: body.keepHumanMarks ?? false)
            return try await json(
                regrades.apply(
                    principal, context.id("set", of: RegradeSet.self), options: options, reason: body.reason,
                    movesAssignment: !(body.keepVersion ?? false)))
        }
        router.post("regrade-sets/{set}/cancel") { _, context in
            try await json(regrades.cancel(context.known(), context.id("set", of: RegradeSet.self)))
        }
        router.post("regrade-sets/{set}/undo") { _, context in
            try await json(regrades.undo(context.known(), context.id("set", of: RegradeSet.self)), status: .created)
        }
    }
}

extension Request {
    /// The query parameter `scope`; all when it is missing.
    fileprivate func scope() throws(ProvostError) -> RegradeSet.Scope {
        guard let text = text("scope") else { return .all }
        guard let scope = RegradeSet.Scope(rawValue: text) else {
            throw ProvostError(.invalid, "“\(text.prefix(40))” is no scope; there are: all, counting.")
        }
        return scope
    }
}
