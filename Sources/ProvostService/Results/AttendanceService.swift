package import ProvostCore
import ProvostStore

/// Who was there, noted by instructors.
package struct AttendanceService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// Returns how many are new or changed. Throws `invalid` for a date outside the cohort's, or one to come, for which only an excuse can be
    /// known.
    package func set(
        _ principal: Principal, cohort slug: Slug, date: CivilDate, states: [Slug: AttendanceEntry.State]
    ) async throws(ProvostError) -> Int {
        try principal.require(.instruct(cohort: slug))
        guard !states.isEmpty else { throw ProvostError(.invalid, "Say who was there, and who was not.") }
        let cohort = try await context.store.cohort(slug)
        guard cohort.firstDay <= date, date <= cohort.lastDay else {
            throw ProvostError(
                .invalid, "\(date) is not within the cohort's days, \(cohort.firstDay) to \(cohort.lastDay).")
        }
        let today = try context.zones.zone(cohort.timezone).civil(at: context.now()).date
        guard date <= today || states.values.allSatisfy({ $0 == .excused }) else {
            throw ProvostError(.invalid, "\(date) is still to come; only who is excused can be noted ahead.")
        }
        return try await context.store.setAttendance(
            cohort: slug, date: date, states: states, by: principal.name, at: context.now())
    }

    /// For instructors everybody's, for learners their own.
    package func list(
        _ principal: Principal, cohort: Slug, date: CivilDate?, person: Slug?
    ) async throws(ProvostError) -> [AttendanceEntry] {
        let subject = try principal.subject(person, in: cohort)
        return try await context.store.attendance(cohort: cohort, date: date, person: subject)
    }
}
