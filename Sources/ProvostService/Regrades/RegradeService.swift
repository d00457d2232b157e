package import ProvostCore
import ProvostStore

/// Grading a whole assignment again as a set: preview, review, apply or cancel, undo. For the instructors of the cohort.
package struct RegradeService: Sendable {
    /// Most characters of the reason that learners read.
    package static let longestReason = 500

    private let context: ServiceContext
    private let assignments: AssignmentService
    private let queue: GradingQueue

    package init(_ context: ServiceContext, assignments: AssignmentService, queue: GradingQueue) {
        self.context = context
        self.assignments = assignments
        self.queue = queue
    }

    /// What a set would cost, without making one; and how many submissions would be left out because they are being graded.
    package func plan(
        _ principal: Principal, assignment name: String, cohort: Slug?, scope: RegradeSet.Scope
    ) async throws(ProvostError) -> (estimate: RegradeEstimate, leftOut: Int) {
        let view = try await instructed(principal, assignment: name, cohort: cohort)
        let size = try await context.store.regradeScope(assignment: view.assignment.id, scope: scope)
        let recent = try await context.store.recentGradingSeconds(assignment: view.assignment.id, last: 20)
        let estimate = RegradeRule.estimate(
            gradings: size.gradings, recent: recent, atOnce: RegradeRule.atOnce(workers: queue.workers))
        return (estimate, size.leftOut)
    }

    /// Makes a set and begins to grade it, behind everything that learners hand in. Nothing that counts changes.
    /// - Parameter labVersion: nil: the assignment's own.
    package func create(
        _ principal: Principal, assignment name: String, cohort: Slug?, labVersion: ContentDigest?, scope: RegradeSet.Scope
    ) async throws(ProvostError) -> RegradeSet {
        let view = try await instructed(principal, assignment: name, cohort: cohort)
        let identifiers = context.identifiers
        let set = try await context.store.createRegradeSet(
            NewRegradeSet(
                id: identifiers.next("rgs"), assignment: view.assignment.id, labVersion: labVersion ?? view.assignment.labVersion,
                scope: scope),
            make: { identifiers.next("grd") }, by: principal.name, at: context.now())
        queue.wake()
        return set
    }

    /// Newest first: of the cohort given, or of all that the caller instructs.
    package func list(
        _ principal: Principal, cohort: Slug?, assignment name: String?
    ) async throws(ProvostError) -> [RegradeSet] {
        if let name {
            let view = try await instructed(principal, assignment: name, cohort: cohort)
            return try await context.store.regradeSets(cohort: nil, assignment: view.assignment.id)
        }
        if let cohort { try principal.require(.instruct(cohort: cohort)) }
        let instructs = principal.isAdministrator || principal.enrollments.contains { $0.role >= .instructor }
        guard instructs else { throw ProvostError(.denied, "Regrade sets are for instructors.") }
        return try await context.store.regradeSets(cohort: cohort, assignment: nil).filter {
            (try? principal.require(.instruct(cohort: $0.cohort))) != nil
        }
    }

    /// Of an open set: what applying it with these options would do. Of an applied one: what it did.
    package func review(
        _ principal: Principal, _ id: ID<RegradeSet>, options: RegradeOptions
    ) async throws(ProvostError) -> RegradeReview {
        _ = try await permitted(principal, id)
        return try await context.store.regradeReview(id, options: options)
    }

    /// Makes the set count, once and for all; `reason` is what its learners read. Throws `invalid` for a reason that is empty or too long,
    /// `conflict` as the store does.
    package func apply(
        _ principal: Principal, _ id: ID<RegradeSet>, options: RegradeOptions, reason: String, movesAssignment: Bool
    ) async throws(ProvostError) -> RegradeReview {
        _ = try await permitted(principal, id)
        let words = Self.oneLine(reason)
        guard !words.isEmpty, words.count <= Self.longestReason else {
            throw ProvostError(
                .invalid,
                "Learners read why their work was graded again: give a reason of 1 to \(Self.longestReason) characters (--reason)."
            )
        }
        _ = try await context.store.applyRegradeSet(
            id, RegradeApplication(options: options, reason: words, movesAssignment: movesAssignment), by: principal.name,
            at: context.now())
        return try await context.store.regradeReview(id, options: options)
    }

    package func cancel(_ principal: Principal, _ id: ID<RegradeSet>) async throws(ProvostError) -> RegradeSet {
        _ = try await permitted(principal, id)
        return try await context.store.cancelRegradeSet(id, by: principal.name, at: context.now())
    }

    /// Makes another set, which takes this one's decisions back once it is applied.
    package func undo(_ principal: Principal, _ id: ID<RegradeSet>) async throws(ProvostError) -> RegradeSet {
        _ = try await permitted(principal, id)
        return try await context.store.createRegradeUndo(
            context.identifiers.next("rgs"), of: id, by: principal.name, at: context.now())
    }

    private func instructed(
        _ principal: Principal, assignment name: String, cohort: Slug?
    ) async throws(ProvostError) -> AssignmentView {
        let view = try await assignments.find(principal, name: name, cohort: cohort)
        try principal.require(.instruct(cohort: view.cohort.slug))
        return view
    }

    private func permitted(_ principal: Principal, _ id: ID<RegradeSet>) async throws(ProvostError) -> RegradeSet {
        let hidden = ProvostError(.notFound, "There is no regrade set \(id) of yours; see: provost regrade list")
        let set: RegradeSet
        do { set = try await context.store.regradeSet(id) } catch { throw error.code == .notFound ? hidden : error }
        // Whether it exists is not told to those who may not see it; a learner is told that it is not for them.
        do throws(ProvostError) { try principal.require(.instruct(cohort: set.cohort)) } catch {
            throw principal.role(in: set.cohort) == nil ? hidden : error
        }
        return set
    }

    /// One line without control characters, and without space around it.
    private static func oneLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(scalars).split(separator: " ").joined(separator: " ")
    }
}
