package import ProvostCore
import ProvostStore
import Synchronization

/// An assignment with what follows from it: its cohort, its instants, its pinned lab.
package struct AssignmentView: Sendable {
    package let assignment: Assignment
    package let cohort: Cohort
    package let lab: LabVersion
    /// The caller's own, extensions included.
    package let window: AssignmentWindow
    /// `open`, `late`, `not-open`, `closed`, `outside-study`.
    package let state: String
    /// The caller's own standing; nil for somebody who is no learner there.
    package let result: ResultRow?
}

/// Labs placed in cohorts.
package struct AssignmentService: Sendable {
    private let context: ServiceContext
    private let standings: StandingService
    private let versions = LabVersions()
    package init(_ context: ServiceContext, standings: StandingService) {
        self.context = context
        self.standings = standings
    }

    /// Throws `invalid` when the dates contradict each other, `conflict` when the name is taken.
    package func create(
        _ principal: Principal, cohort slug: Slug, name: Slug, lab: Slug, labVersion: ContentDigest?, opens: CivilTime?,
        due: CivilTime?,
        closes: CivilTime?, attempts: Int?, policy: ResultPolicy?, weight: Int?
    ) async throws(ProvostError) -> AssignmentView {
        try principal.require(.instruct(cohort: slug))
        let cohort = try await context.store.cohort(slug)
        let version = try await pinned(lab: lab, version: labVersion)
        let assignment = Assignment(
            id: context.identifiers.next("asg"), cohort: slug, slug: name, title: version.manifest.title, lab: lab,
            labVersion: version.digest,
            opens: opens ?? CivilTime(date: cohort.firstDay), due: due,
            closes: closes ?? CivilTime(date: cohort.lastDay.adding(days: 1)),
            attempts: attempts == 0 ? nil : attempts, policy: policy ?? .best, weight: weight ?? 1)
        try Self.check(assignment)
        try await context.store.createAssignment(assignment, by: principal.name, at: context.now())
        return try await view(assignment, cohort: cohort, for: principal)
    }

    /// Changes what is given and leaves the rest. `attempts` 0 lifts the cap; `newest` moves to the lab's newest version.
    package func change(
        _ principal: Principal, _ view: AssignmentView, labVersion: ContentDigest?, newest: Bool, opens: CivilTime?,
        due: CivilTime?, closes: CivilTime?,
        attempts: Int?, policy: ResultPolicy?
    ) async throws(ProvostError) -> AssignmentView {
        let old = view.assignment
        try principal.require(.instruct(cohort: old.cohort))
        let version = newest || labVersion != nil ? try await pinned(lab: old.lab, version: newest ? nil : labVersion) : view.lab
        // A title that a program gave stays.
        let title = old.title == view.lab.manifest.title ? version.manifest.title : old.title
        let changed = Assignment(
            id: old.id, cohort: old.cohort, slug: old.slug, title: title, lab: old.lab,
            labVersion: version.digest,
            opens: opens ?? old.opens, due: due ?? old.due, closes: closes ?? old.closes,
            attempts: attempts.map { $0 == 0 ? nil : $0 } ?? old.attempts, policy: policy ?? old.policy, weight: old.weight,
            terms: old.terms)
        try Self.check(changed)
        try await context.store.updateAssignment(changed, by: principal.name, at: context.now())
        return try await self.view(changed, cohort: view.cohort, for: principal)
    }

    /// The assignments of one cohort, or of all the caller's cohorts (all cohorts, for administrators).
    package func list(_ principal: Principal, cohort: Slug?) async throws(ProvostError) -> [AssignmentView] {
        if let cohort { try principal.require(.attend(cohort: cohort)) }
        var views: [AssignmentView] = []
        for known in try await context.store.cohorts()
        where cohort.map({ $0 == known.slug }) ?? (principal.isAdministrator || principal.role(in: known.slug) != nil) {
            let own = try await own(principal, cohort: known.slug)
            for assignment in try await context.store.assignments(cohort: known.slug) {
                views.append(try await view(assignment, cohort: known, own: own))
            }
        }
        if let cohort, views.isEmpty { _ = try await context.store.cohort(cohort) }
        return views
    }

    /// Finds an assignment by its name among the caller's cohorts, or in the one given; `cohort/name` works as well.
    /// Throws `notFound`, or `conflict` when two cohorts have one of that name.
    package func find(_ principal: Principal, name typed: String, cohort: Slug?) async throws(ProvostError) -> AssignmentView {
        var cohort = cohort
        var name = typed
        if let slash = typed.firstIndex(of: "/") {
            cohort = try Slug(String(typed[..<slash]))
            name = String(typed[typed.index(after: slash)...])
        }
        let slug = try Slug(name)
        if let cohort { try principal.require(.attend(cohort: cohort)) }
        var found: [(Assignment, Cohort)] = []
        for known in try await context.store.cohorts()
        where cohort.map({ $0 == known.slug }) ?? (principal.isAdministrator || principal.role(in: known.slug) != nil) {
            if let assignment = try await context.store.assignments(cohort: known.slug).first(where: { $0.slug == slug }) {
                found.append((assignment, known))
            }
        }
        guard let (assignment, known) = found.first else {
            throw ProvostError(
                .notFound,
                "There is no assignment “\(slug)”\(cohort.map { " in the cohort \($0)" } ?? " in your cohorts"); see: provost labs"
            )
        }
        guard found.count == 1 else {
            let choices = found.map { "\($0.1.slug)/\(slug)" }.joined(separator: ", ")
            throw ProvostError(.conflict, "“\(slug)” is in more than one cohort; say which: \(choices)")
        }
        return try await view(assignment, cohort: known, for: principal)
    }

    /// The view of an assignment that is known already.
    package func view(_ assignment: Assignment, cohort: Cohort, for principal: Principal) async throws(ProvostError)
        -> AssignmentView
    {
        try await view(assignment, cohort: cohort, own: own(principal, cohort: cohort.slug))
    }

    private func view(_ assignment: Assignment, cohort: Cohort, own: Own) async throws(ProvostError) -> AssignmentView {
        let zone = try context.zones.zone(cohort.timezone)
        let window = LearnerWindow.window(
            AssignmentWindow(assignment: assignment, cohort: cohort, zone: zone), of: assignment.slug,
            allowances: own.allowances, zone: zone)
        return try await view(assignment, cohort: cohort, window: window, result: own.results[assignment.slug])
    }

    /// The same for one learner whose standing is worked out already.
    func view(
        _ assignment: Assignment, cohort: Cohort, window: AssignmentWindow, result: ResultRow?
    ) async throws(ProvostError) -> AssignmentView {
        let state =
            switch window.verdict(at: context.now()) {
            case .onTime: "open"
            case .late: "late"
            case .beforeStudy, .afterStudy: "outside-study"
            case .notOpen: "not-open"
            case .closed: "closed"
            }
        return AssignmentView(
            assignment: assignment, cohort: cohort, lab: try await versions.version(assignment.labVersion, in: context.store),
            window: window, state: state, result: result)
    }

    /// What is a learner's own in a cohort: their results as they may see them, and what they were granted.
    private struct Own {
        var results: [Slug: ResultRow] = [:]
        var allowances: [Allowance] = []
    }

    private func own(_ principal: Principal, cohort: Slug) async throws(ProvostError) -> Own {
        guard let person = principal.person, principal.role(in: cohort) == .learner else { return Own() }
        let (_, learner, standing) = try await standings.standing(cohort: cohort, person: person.id, hidingTotals: true)
        return Own(
            results: Dictionary(standing.items.map { ($0.slug, $0.row(of: person)) }) { first, _ in first },
            allowances: learner.allowances)
    }

    private func pinned(lab: Slug, version: ContentDigest?) async throws(ProvostError) -> LabVersion {
        if let version {
            let found = try await context.store.labVersion(version)
            guard found.name == lab else {
                throw ProvostError(.invalid, "The version \(version.short) belongs to the lab “\(found.name)”, not to “\(lab)”.")
            }
            return found
        }
        guard let newest = try await context.store.labVersions(lab).first else {
            throw ProvostError(.notFound, "No lab “\(lab)” is published; see: provost lab list")
        }
        return newest
    }

    private static func check(_ assignment: Assignment) throws(ProvostError) {
        guard assignment.opens < assignment.closes else {
            throw ProvostError(.invalid, "It would close (\(assignment.closes)) before it opens (\(assignment.opens)).")
        }
        if let due = assignment.due, due < assignment.opens || due > assignment.closes {
            throw ProvostError(
                .invalid, "The due time \(due) must lie between opening (\(assignment.opens)) and closing (\(assignment.closes))."
            )
        }
        if let attempts = assignment.attempts, attempts < 1 {
            throw ProvostError(.invalid, "The number of attempts must be at least 1 (0 lifts the cap).")
        }
        guard (0...1000).contains(assignment.weight) else {
            throw ProvostError(.invalid, "A weight is a whole number from 0 to 1000.")
        }
    }
}

/// Lab versions that were read already: they never change, and each assignment that is shown names one.
private final class LabVersions: Sendable {
    private static let most = 1000
    private let known = Mutex<[ContentDigest: LabVersion]>([:])

    /// Throws `notFound`.
    func version(_ digest: ContentDigest, in store: Store) async throws(ProvostError) -> LabVersion {
        if let found = known.withLock({ $0[digest] }) { return found }
        let read = try await store.labVersion(digest)
        known.withLock { known in
            if known.count >= Self.most { known.removeAll() }
            known[digest] = read
        }
        return read
    }
}
