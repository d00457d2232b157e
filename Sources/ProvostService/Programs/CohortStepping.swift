import ProvostCore
import ProvostStore
import Synchronization

/// What the decision inside the store's transaction was.
final class Found: Sendable {
    private let advance = Mutex<CohortAdvance?>(nil)
    var value: CohortAdvance? { advance.withLock { $0 } }
    func set(_ new: CohortAdvance) { advance.withLock { $0 = new } }
}

/// Decides on a cohort's state what a step to another version of its program writes. Pure.
struct CohortStepping: Sendable {
    let state: CohortState
    let program: ProgramDescription
    /// What it follows so far; nil: nothing.
    let from: ProgramDescription?
    let planning: CohortPlanning
    let pins: [Slug: ContentDigest]
    /// New ones, as many as the plan has assignments.
    let ids: [(lab: ID<Assignment>, marked: ID<MarkedAssignment>)]
    /// On the cohort's wall clock.
    let now: CivilTime

    func decide() -> (CohortAdvance, CohortStep) {
        let cohort = state.cohort.slug
        let present =
            state.assignments.map { CohortAdvance.Present(DatedAssignment($0), isUsed: state.used.contains($0.slug)) }
            + state.marked.map { CohortAdvance.Present(DatedAssignment($0), isUsed: state.used.contains($0.slug)) }
        let advance = CohortAdvance.compare(present, plan: state.plan, with: planning, now: now)
        let labs = Dictionary(state.assignments.map { ($0.slug, $0) }) { first, _ in first }
        let marked = Dictionary(state.marked.map { ($0.slug, $0) }) { first, _ in first }
        var added: (assignments: [Assignment], marked: [MarkedAssignment]) = ([], [])
        var changed: (assignments: [Assignment], marked: [MarkedAssignment]) = ([], [])
        var removed = advance.removed
        for (assignment, id) in zip(planning.assignments, ids) {
            let isChanged = advance.changed.contains { $0.slug == assignment.slug }
            switch assignment.work {
            case .lab(let lab):
                guard let pin = pins[lab] else { continue }
                if let old = labs[assignment.slug] {
                    // The version stays pinned; another lab is pinned at its newest.
                    let version = old.lab == lab ? old.labVersion : pin
                    if isChanged, let new = assignment.assignment(id: old.id, cohort: cohort, labVersion: version) {
                        changed.assignments.append(new)
                    }
                } else if let new = assignment.assignment(id: id.lab, cohort: cohort, labVersion: pin) {
                    if marked[assignment.slug] != nil { removed.append(assignment.slug) }
                    added.assignments.append(new)
                }
            case .marked:
                if let old = marked[assignment.slug] {
                    if isChanged, let new = assignment.marked(id: old.id, cohort: cohort) { changed.marked.append(new) }
                } else if let new = assignment.marked(id: id.marked, cohort: cohort) {
                    if labs[assignment.slug] != nil { removed.append(assignment.slug) }
                    added.marked.append(new)
                }
            }
        }
        let limits = limits()
        let budget = budget()
        let all = advance.adding(
            changes: limits.map(\.change) + budget.changes, refusals: budget.refusals + certificate())
        let step = CohortStep(
            plan: planning.plan, added: added, changed: changed, removed: removed, limits: limits.map(\.limit),
            budget: budget.grant, lastDay: planning.lastDay > state.cohort.lastDay ? planning.lastDay : nil, changes: all.changes)
        return (all, step)
    }

    /// Only what the program itself changes, and only where nobody has set something else since.
    private func limits() -> [(limit: LimitChange, change: ProgramChange)] {
        let node = LimitNode.cohort(state.cohort.slug)
        return LimitDimension.allCases.flatMap { dimension in
            [LimitScope.each, .total].compactMap { scope -> (limit: LimitChange, change: ProgramChange)? in
                let new = scope == .each ? program.limits.learner[dimension] : program.limits.cohort[dimension]
                let old = scope == .each ? from?.limits.learner[dimension] : from?.limits.cohort[dimension]
                let set = state.limits.first { $0.scope == scope && $0.dimension == dimension }?.value
                guard new != old, set == old, new != set else { return nil }
                return (
                    LimitChange(node: node, scope: scope, dimension: dimension, value: new),
                    ProgramChange(
                        subject: "limits", name: "\(scope == .each ? "learner" : "cohort") \(dimension.rawValue)",
                        before: set.map(dimension.text), after: new.map(dimension.text))
                )
            }
        }
    }

    /// Who meets what was promised has to meet what is asked for then.
    private func certificate() -> [String] {
        guard let promised = from?.certificate?.requirements else { return [] }
        guard let asked = program.certificate?.requirements else { return ["there would be no certificate any more"] }
        if asked.follows(from: promised) { return [] }
        return ["the certificate would ask for more (\(promised.text), now \(asked.text))"]
    }

    /// Only what the program itself changes, and only where nobody has set something else since.
    private func budget() -> (grant: BudgetGrant?, changes: [ProgramChange], refusals: [String]) {
        guard state.budget.map({ $0.unit == .sessionHours }) != false else { return (nil, [], []) }
        var grant: BudgetGrant?
        var changes: [ProgramChange] = []
        var refusals: [String] = []
        func step(
            _ name: String, _ path: KeyPath<ProgramDescription.Budget, TimeSpan?>, set: TimeSpan?, whose: String,
            apply: (TimeSpan) -> BudgetGrant?
        ) {
            let old = from?.budget[keyPath: path]
            guard let new = program.budget[keyPath: path], new != old, set == nil || set == old, new != set else { return }
            if let set, new < set {
                refusals.append("\(whose) would be smaller (\(set.fileText), now \(new.fileText))")
                return
            }
            grant = apply(new)
            changes.append(ProgramChange(subject: "budget", name: name, before: set?.fileText, after: new.fileText))
        }
        let cohort = state.cohort.slug
        step("learner", \.learner, set: state.budget?.amount, whose: "each learner's budget") {
            BudgetGrant(cohort: cohort, unit: .sessionHours, amount: $0)
        }
        step("cohort", \.cohort, set: state.budget?.total, whose: "the budget of all together") {
            BudgetGrant(cohort: cohort, unit: .sessionHours, amount: grant?.amount ?? state.budget?.amount ?? $0, total: $0)
        }
        return (grant, changes, refusals)
    }
}
