package import ProvostCore
import ProvostStore

/// A slot, and how far its workspaces are warmed.
package struct SlotView: Sendable {
    package let slot: Slot
    package let window: SlotWindow
    /// Who is active in the cohort as a learner.
    package let learners: Int
    /// Of those.
    package let warmed: Int
    /// Why others could not be warmed so far, and how many each reason holds up; the most frequent first.
    package let obstacles: [(reason: String, learners: Int)]
}

/// The timetables of cohorts, kept by their instructors.
package struct SlotService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// Puts a slot on a cohort's timetable. Throws `invalid` for a time that the cohort's clocks show twice or never, that is over, or
    /// that is beyond the study window.
    package func create(
        _ principal: Principal, cohort slug: Slug, assignment: Slug, begins: CivilTime, time: TimeSpan, warm: TimeSpan
    ) async throws(ProvostError) -> SlotView {
        try principal.require(.instruct(cohort: slug))
        let cohort = try await context.store.cohort(slug)
        let zone = try context.zones.zone(cohort.timezone)
        _ = try zone.onlyInstant(of: begins)
        let now = context.now()
        let slot = Slot(
            id: context.identifiers.next("slt"), cohort: slug, assignment: assignment, begins: begins, time: time, warm: warm,
            createdAt: now)
        try SlotWindow(slot, zone: zone).check(
            slot, study: StudyWindow(firstDay: cohort.firstDay, lastDay: cohort.lastDay, zone: zone), at: now)
        try await context.store.addSlot(slot, by: principal.name)
        return try await view(slot, zone)
    }

    /// The cohort's timetable, in its order.
    package func list(_ principal: Principal, cohort slug: Slug) async throws(ProvostError) -> [SlotView] {
        try principal.require(.instruct(cohort: slug))
        var views: [SlotView] = []
        for planned in try await context.store.slots(cohort: slug) {
            views.append(try await view(planned.slot, context.zones.zone(planned.timezone)))
        }
        return views
    }

    /// Takes it off; the workspaces that were warmed stay as they are.
    package func remove(_ principal: Principal, cohort: Slug, _ id: ID<Slot>) async throws(ProvostError) -> Slot {
        try principal.require(.instruct(cohort: cohort))
        return try await context.store.removeSlot(id, cohort: cohort, by: principal.name, at: context.now())
    }

    private func view(_ slot: Slot, _ zone: Zone) async throws(ProvostError) -> SlotView {
        let learners = try await learners(of: slot.cohort)
        let outcomes = try await context.store.warmings(of: slot.id)
        let theirs = learners.compactMap { outcomes[$0.id] }
        let reasons = Dictionary(grouping: theirs.compactMap(\.reason), by: \.self).mapValues(\.count)
        return SlotView(
            slot: slot, window: SlotWindow(slot, zone: zone), learners: learners.count,
            warmed: theirs.count { $0.reason == nil },
            obstacles: reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (reason: $0.key, learners: $0.value) })
    }

    /// Those whose workspaces a slot is for.
    func learners(of cohort: Slug) async throws(ProvostError) -> [Enrollment] {
        try await context.store.enrollments(cohort: cohort).filter { $0.role == .learner && !$0.suspended }
    }

    /// Slots with their instants, by the time they begin. One whose zone is not known here is left out.
    func planned() async throws(ProvostError) -> [(planned: PlannedSlot, window: SlotWindow)] {
        try await context.store.slots().compactMap { planned in
            guard let zone = try? context.zones.zone(planned.timezone) else { return nil }
            return (planned, SlotWindow(planned.slot, zone: zone))
        }.sorted { $0.window.begins < $1.window.begins }
    }

    /// The assignments that have their slot now.
    func current() async throws(ProvostError) -> Set<ID<Assignment>> {
        let now = context.now()
        return Set(try await planned().filter { $0.window.contains(now) }.map(\.planned.assignment))
    }
}
