/// A time on a cohort's timetable at which its learners work on one assignment together. Before it, their workspaces are warmed; while it
/// lasts, they go first among those who wait.
package struct Slot: Hashable, Sendable, Codable {
    /// The longest time of a slot.
    package static let longest = TimeSpan.seconds(24 * 3600)
    /// The longest time ahead of it at which warming may begin.
    package static let longestWarm = TimeSpan.seconds(24 * 3600)

    package var id: ID<Slot>
    package var cohort: Slug
    package var assignment: Slug
    /// On a wall clock of the cohort's zone.
    package var begins: CivilTime
    /// How long it lasts, in real time: a night on which the clocks change makes it neither longer nor shorter.
    package var time: TimeSpan
    /// How long before it warming begins.
    package var warm: TimeSpan
    package var createdAt: Timestamp

    package init(
        id: ID<Slot>, cohort: Slug, assignment: Slug, begins: CivilTime, time: TimeSpan, warm: TimeSpan, createdAt: Timestamp
    ) {
        self.id = id
        self.cohort = cohort
        self.assignment = assignment
        self.begins = begins
        self.time = time
        self.warm = warm
        self.createdAt = createdAt
    }
}

/// The instants of a slot, worked out in the cohort's zone.
package struct SlotWindow: Hashable, Sendable {
    /// From here on its workspaces are warmed.
    package let warms: Timestamp
    package let begins: Timestamp
    /// The first instant that is no longer in it.
    package let ends: Timestamp

    package init(_ slot: Slot, zone: Zone) {
        begins = zone.instant(of: slot.begins)
        ends = begins + slot.time
        warms = begins + TimeSpan(milliseconds: -slot.warm.milliseconds)
    }

    package func contains(_ instant: Timestamp) -> Bool { begins <= instant && instant < ends }
    package func warms(at instant: Timestamp) -> Bool { warms <= instant && instant < begins }

    /// Throws `invalid` for a slot that cannot be: no length, too long, over already, or beyond the study window, outside which nothing
    /// starts.
    package func check(_ slot: Slot, study: StudyWindow, at now: Timestamp) throws(ProvostError) {
        guard slot.time.milliseconds > 0, slot.time <= Slot.longest else {
            throw ProvostError(.invalid, "A slot lasts up to \(Slot.longest); say how long, like 3h.")
        }
        guard slot.warm.milliseconds >= 0, slot.warm <= Slot.longestWarm else {
            throw ProvostError(
                .invalid, "Warming begins up to \(Slot.longestWarm) before the slot; say how long before, like 10m.")
        }
        guard ends > now else { throw ProvostError(.invalid, "The slot \(slot.begins) is over already; choose a later time.") }
        guard study.begins <= begins, ends <= study.ends else {
            throw ProvostError(
                .invalid,
                "The slot \(slot.begins) is not within the study window of \(slot.cohort), outside which nothing starts; choose a time within it."
            )
        }
    }
}
