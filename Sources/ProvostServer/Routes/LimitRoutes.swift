import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// What may be used, and why.
struct LimitRoutes {
    let limits: LimitService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        router.get("limits") { request, context in
            try await json(limits.settings(context.known(), node: request.node()))
        }
        router.post("limits") { request, context in
            let principal = try context.known()
            return try await json(limits.change(principal, try await decoded(request, as: LimitChange.self)))
        }
        router.post("limits/simulate") { request, context in
            let principal = try context.known()
            return try await json(limits.simulate(principal, try await decoded(request, as: LimitChange.self)))
        }
        router.get("limits/explain") { request, context in
            try await json(
                limits.explain(
                    context.known(), cohort: request.required("cohort"), person: request.slug("person"),
                    assignment: request.text("assignment")))
        }
    }
}

extension Request {
    /// The query parameter `node`; nil when it is missing.
    func node() throws(ProvostError) -> LimitNode? {
        guard let text = text("node") else { return nil }
        return try LimitNode(parsing: text)
    }

    /// A name that must be there.
    func required(_ name: String) throws(ProvostError) -> Slug {
        guard let slug = try slug(name) else {
            throw ProvostError(.invalid, "The query parameter “\(name)” is missing; say which \(name).")
        }
        return slug
    }
}
