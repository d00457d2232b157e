package import ProvostCore
import ProvostStore

/// Marks by people: given by instructors, seen by learners once they are released.
package struct MarkService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// What one person says about one assignment of some learners: of a team, or of one.
    package struct Order: Sendable {
        package var people: [Slug]
        /// By a rubric: the level of each criterion. Otherwise `points` is given.
        package var levels: [Slug: Slug]
        package var points: Points?
        /// Of how many; nil: the rubric's, or the lab's.
        package var max: Points?
        package var comment: String?
        /// The marker's own mark is taken back.
        package var takesBack: Bool
        package init(
            people: [Slug], levels: [Slug: Slug] = [:], points: Points? = nil, max: Points? = nil, comment: String? = nil,
            takesBack: Bool = false
        ) {
            self.people = people
            self.levels = levels
            self.points = points
            self.max = max
            self.comment = comment
            self.takesBack = takesBack
        }
    }

    /// Records marks, or with `isModeration` the word that settles what markers disagree about; not released yet. Throws `invalid` when the
    /// rubric has no such level, or both or neither of levels and points are given.
    package func set(
        _ principal: Principal, cohort: Slug, assignment: Slug, isModeration: Bool, _ order: Order
    ) async throws(ProvostError) -> [Mark] {
        try principal.require(.instruct(cohort: cohort))
        guard !order.people.isEmpty, Set(order.people).count == order.people.count else {
            throw ProvostError(.invalid, "Say whose work is marked; name each learner once.")
        }
        if let comment = order.comment, comment.utf8.count > 8000 {
            throw ProvostError(.invalid, "A comment is at most 8000 bytes.")
        }
        let (points, most) = try await points(order, cohort: cohort, assignment: assignment)
        let marks = order.people.map { person in
            NewMark(
                id: context.identifiers.next("mrk"), person: person, levels: order.levels, points: points, max: most,
                comment: order.comment)
        }
        try await context.store.addMarks(
            marks, cohort: cohort, assignment: assignment, isModeration: isModeration, by: principal.name, at: context.now())
        let made = Set(marks.map(\.id))
        return try await context.store.marks(cohort: cohort, assignment: assignment, person: nil).filter { made.contains($0.id) }
    }

    private func points(
        _ order: Order, cohort: Slug, assignment: Slug
    ) async throws(ProvostError) -> (points: Points?, max: Points) {
        let marked = try await context.store.markedAssignments(of: cohort).first { $0.slug == assignment }
        let full: Points
        var rubric: Rubric?
        switch marked?.work {
        case .attendance:
            throw ProvostError(.invalid, "“\(assignment)” is attendance; note who was there: provost attendance set")
        case .rubric(let theirs, _):
            rubric = theirs
            full = theirs.max
        case nil:
            let lab = try await context.store.assignment(cohort: cohort, slug: assignment)
            full = try await context.store.labVersion(lab.labVersion).manifest.points
        }
        if order.takesBack {
            guard order.levels.isEmpty, order.points == nil else {
                throw ProvostError(.invalid, "A mark is given or taken back, not both.")
            }
            return (nil, full)
        }
        guard order.levels.isEmpty != (order.points == nil) else {
            throw ProvostError(
                .invalid,
                rubric.map { rubric in
                    "Give a level for each criterion of “\(rubric.name)” (\(rubric.criteria.map(\.name.text).joined(separator: ", "))), or points."
                } ?? "Say how many points, like 8 or 8/10.")
        }
        if let points = order.points { return (points, order.max ?? full) }
        guard let rubric else { throw ProvostError(.invalid, "“\(assignment)” has no rubric; give points.") }
        return (try rubric.points(for: order.levels), full)
    }

    /// All of a cohort's for instructors, oldest first; for a learner their own that are released.
    package func list(
        _ principal: Principal, cohort: Slug, assignment: Slug?, person: Slug?
    ) async throws(ProvostError) -> [Mark] {
        let subject = try principal.subject(person, in: cohort)
        let marks = try await context.store.marks(cohort: cohort, assignment: assignment, person: subject)
        return principal.instructs(cohort) ? marks : marks.filter(\.isReleased)
    }

    /// Lets learners see what was marked so far; it counts from then on. Returns how many marks that are.
    package func release(
        _ principal: Principal, cohort: Slug, assignment: Slug, person: Slug?
    ) async throws(ProvostError) -> Int {
        try principal.require(.instruct(cohort: cohort))
        return try await context.store.releaseMarks(
            cohort: cohort, assignment: assignment, person: person, by: principal.name, at: context.now())
    }
}

extension Principal {
    func instructs(_ cohort: Slug) -> Bool { (try? require(.instruct(cohort: cohort))) != nil }

    /// Whose rows of a cohort are meant: nil, everybody's, for an instructor who names nobody; a learner means themselves. Throws `denied`
    /// for a learner who names somebody else.
    func subject(_ named: Slug?, in cohort: Slug) throws(ProvostError) -> Slug? {
        if instructs(cohort) { return named }
        let person = try learner(named)
        try requireReading(.enrollment(cohort: cohort, person: person))
        return person
    }
}
