package import ProvostCore
import ProvostStore

/// Limits: set by the admins of a cohort for it and its learners, by administrators anywhere; read by the instructors of a cohort, and by
/// learners their own.
package struct LimitService: Sendable {
    private let context: ServiceContext
    private let assignments: AssignmentService

    package init(_ context: ServiceContext, assignments: AssignmentService) {
        self.context = context
        self.assignments = assignments
    }

    /// What is set at a node. Without one: everywhere, for administrators; in the cohorts that they instruct, for others.
    package func settings(_ principal: Principal, node: LimitNode?) async throws(ProvostError) -> [LimitSetting] {
        if let node {
            try principal.requireReading(node)
            return try await context.store.limitSettings(node)
        }
        let instructs = principal.isAdministrator || principal.enrollments.contains { $0.role >= .instructor }
        guard instructs else {
            throw ProvostError(.denied, "The limits of everybody are for instructors; `provost quota explain` shows your own.")
        }
        return try await context.store.limitSettings().filter { (try? principal.requireReading($0.node)) != nil }
    }

    /// Sets a limit or removes one; what runs goes on, and gets what it may have now. Throws `invalid` for a value that no workspace could
    /// live with.
    package func change(_ principal: Principal, _ change: LimitChange) async throws(ProvostError) -> LimitChange {
        try principal.requireSetting(change.node)
        guard let value = change.value else {
            try await context.store.clearLimit(
                change.node, scope: change.scope, dimension: change.dimension, by: principal.name, at: context.now())
            return change
        }
        try Self.check(change, value)
        try await context.store.setLimit(
            LimitSetting(node: change.node, scope: change.scope, dimension: change.dimension, value: value), by: principal.name,
            at: context.now())
        return change
    }

    /// Whom the change would touch; it is not made. Who may make it may ask.
    package func simulate(_ principal: Principal, _ change: LimitChange) async throws(ProvostError) -> [LimitEffect] {
        try principal.requireSetting(change.node)
        if let value = change.value { try Self.check(change, value) }
        return try await context.store.limitEffects(of: change, at: context.now())
    }

    /// Where a learner stands. `person` nil: the caller. With an assignment, what its lab asks for is part of the chain.
    package func explain(
        _ principal: Principal, cohort: Slug, person: Slug?, assignment: String?
    ) async throws(ProvostError) -> LimitStanding {
        let person = try principal.learner(person)
        try principal.requireReading(.enrollment(cohort: cohort, person: person))
        var lab: (Slug, WorkspaceManifest)?
        if let assignment {
            let view = try await assignments.find(principal, name: assignment, cohort: cohort)
            lab = (view.lab.name, view.lab.manifest.workspace)
        }
        return try await context.store.limitStanding(cohort: cohort, person: person, lab: lab, at: context.now())
    }

    /// Least values of a limit for each workspace: below them not even a shell starts. 0 of what is counted whole means nothing at all.
    private static func check(_ change: LimitChange, _ value: Int64) throws(ProvostError) {
        guard change.scope == .each else { return }
        let least: Int64 =
            switch change.dimension {
            case .cpus: 10
            case .memory: 16 << 20
            case .disk: 8 << 20
            case .files: 64
            case .processes: 8
            case .workspaces, .sessions, .submissionsPerDay: 0
            }
        guard value >= least else {
            throw ProvostError(
                .invalid,
                "\(change.dimension.rawValue) of \(change.dimension.text(value)) is too little for a workspace to start; the least is \(change.dimension.text(least)). To stop all starts, set workspaces to 0."
            )
        }
    }
}

extension Principal {
    /// The person that is meant: the one named, or the caller. Throws `invalid` for an administrator who names nobody.
    func learner(_ named: Slug?) throws(ProvostError) -> Slug {
        guard let slug = named ?? person?.slug else { throw ProvostError(.invalid, "Say which learner with --person.") }
        return slug
    }

    /// Throws `denied` unless the caller may set limits at a node.
    func requireSetting(_ node: LimitNode) throws(ProvostError) {
        switch node {
        case .organization, .program: try require(.administer)
        case .cohort(let cohort), .enrollment(let cohort, _): try require(.manage(cohort: cohort))
        }
    }

    /// Throws `denied` unless the caller may see limits, budget and use of a node: their own enrollment, or as an instructor.
    func requireReading(_ node: LimitNode) throws(ProvostError) {
        switch node {
        case .organization, .program: try require(.administer)
        case .cohort(let cohort): try require(.instruct(cohort: cohort))
        case .enrollment(let cohort, let slug):
            if slug == person?.slug { return try require(.attend(cohort: cohort)) }
            try require(.instruct(cohort: cohort))
        }
    }
}
