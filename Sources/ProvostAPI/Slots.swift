package import ProvostCore

/// `POST /v1/cohorts/{cohort}/slots`.
package struct NewSlot: Codable, Sendable {
    package var assignment: Slug
    /// On a wall clock of the cohort's zone.
    package var begins: CivilTime
    package var time: TimeSpan
    /// How long before it workspaces are warmed.
    package var warm: TimeSpan
    package init(assignment: Slug, begins: CivilTime, time: TimeSpan, warm: TimeSpan) {
        self.assignment = assignment
        self.begins = begins
        self.time = time
        self.warm = warm
    }
}

/// Why some learners' workspaces could not be warmed so far.
package struct SlotObstacle: Hashable, Codable, Sendable {
    package var reason: String
    package var learners: Int
    package init(reason: String, learners: Int) {
        self.reason = reason
        self.learners = learners
    }
}

/// A slot of a cohort's timetable, and how far its workspaces are warmed.
package struct SlotInfo: Codable, Sendable {
    package var slot: Slot
    package var begins: Timestamp
    /// The first instant that is no longer in it.
    package var ends: Timestamp
    /// Active learners of the cohort.
    package var learners: Int
    package var warmed: Int
    /// The most frequent first.
    package var obstacles: [SlotObstacle]
    package init(slot: Slot, begins: Timestamp, ends: Timestamp, learners: Int, warmed: Int, obstacles: [SlotObstacle]) {
        self.slot = slot
        self.begins = begins
        self.ends = ends
        self.learners = learners
        self.warmed = warmed
        self.obstacles = obstacles
    }
}
