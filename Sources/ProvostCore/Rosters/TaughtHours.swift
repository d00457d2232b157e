/// How many hours of a cohort's phases reached its learners, worked out from who was there.
///
/// A phase's hours are spread evenly over the dates at which its attendance is kept; a learner who was there (present or late) at some of
/// them has that part of the hours. Excused is not there: the hours were not received, though nothing is held against anybody.
package enum TaughtHours {
    /// The phases that say how many hours they have and keep attendance, with their dates. A date outside a phase's days is none of it.
    ///
    /// `kept`: the dates of each assignment that is attendance, and the phase that it belongs to; nil: it covers all phases.
    package static func phases(
        _ plan: CohortPlan, kept: [(phase: Slug?, dates: [CivilDate])]
    ) -> [(hours: Int, dates: Set<CivilDate>)] {
        plan.phases.compactMap { phase in
            guard let hours = phase.hours, hours > 0 else { return nil }
            var dates: Set<CivilDate> = []
            for attendance in kept where attendance.phase == nil || attendance.phase == phase.name {
                dates.formUnion(attendance.dates.filter { phase.firstDay <= $0 && $0 <= phase.lastDay })
            }
            return dates.isEmpty ? nil : (hours, dates)
        }
    }

    /// The sum over all learners, rounded down to a second in each phase.
    ///
    /// `there`: by date, how many learners were present or late. nil when no phase with hours keeps attendance: unknown, not none.
    package static func sum(
        _ plan: CohortPlan, kept: [(phase: Slug?, dates: [CivilDate])], there: [CivilDate: Int64]
    ) -> TimeSpan? {
        let phases = phases(plan, kept: kept)
        guard !phases.isEmpty else { return nil }
        let seconds = phases.map { hours, dates in
            Int64(hours) * 3600 * dates.reduce(0) { $0 + (there[$1] ?? 0) } / Int64(dates.count)
        }
        return .seconds(seconds.reduce(0, +))
    }
}
