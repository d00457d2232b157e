/// A timezone as the schedule needs it: the offset from UTC at an instant. Where the offsets come from (the system's
/// timezone database) is the caller's business.
package struct Zone: Sendable {
    /// The IANA name.
    package let name: String
    /// Seconds east of UTC at an instant given in seconds since 1970.
    package let offset: @Sendable (_ secondsSince1970: Int64) -> Int

    package init(name: String, offset: @escaping @Sendable (_ secondsSince1970: Int64) -> Int) {
        self.name = name
        self.offset = offset
    }

    /// UTC itself.
    package static let utc = Zone(name: "UTC") { _ in 0 }

    /// The instant that a wall clock in this zone means.
    ///
    /// A time that happens twice (clocks go back) is the later one, and a time that never happens (clocks go forward) is moved by the
    /// gap: both in the learner's favour for a due time.
    package func instant(of civil: CivilTime) -> Timestamp {
        let wall = civil.secondsIfUTC
        let offsets = offsets(around: wall)
        let seconds = exact(wall, offsets).max() ?? offsets.map { wall - Int64($0) }.max() ?? wall
        return Timestamp(milliseconds: seconds * 1000)
    }

    /// The one instant that a wall clock in this zone means. Throws `invalid` for a time that happens twice or never: where several people
    /// come together at it, either choice would be wrong for some of them.
    package func onlyInstant(of civil: CivilTime) throws(ProvostError) -> Timestamp {
        let wall = civil.secondsIfUTC
        let found = exact(wall, offsets(around: wall))
        guard let only = found.first else {
            throw ProvostError(
                .invalid,
                "\(civil) never happens in \(name): the clocks go forward then, to \(self.civil(at: instant(of: civil))). Choose a time before or after."
            )
        }
        guard found.count == 1 else {
            throw ProvostError(
                .invalid,
                "\(civil) happens twice in \(name), because the clocks go back then; choose a time before or after that hour.")
        }
        return Timestamp(milliseconds: only * 1000)
    }

    /// The offset in force lies among those of the day before and the day after.
    private func offsets(around wall: Int64) -> Set<Int> {
        [offset(wall - 86_400), offset(wall), offset(wall + 86_400)]
    }

    private func exact(_ wall: Int64, _ offsets: Set<Int>) -> [Int64] {
        offsets.map { wall - Int64($0) }.filter { $0 + Int64(offset($0)) == wall }
    }

    /// What a wall clock in this zone shows at an instant.
    package func civil(at instant: Timestamp) -> CivilTime {
        instant.civil(offsetSeconds: offset(instant.milliseconds / 1000))
    }
}

/// The cohort's dates as instants: inside it things run, outside it nothing starts.
package struct StudyWindow: Sendable, Hashable {
    package let begins: Timestamp
    /// The first instant that is no longer inside.
    package let ends: Timestamp

    package init(begins: Timestamp, ends: Timestamp) {
        self.begins = begins
        self.ends = ends
    }

    /// From midnight of the first day to the midnight that ends the last day, in the cohort's zone.
    package init(firstDay: CivilDate, lastDay: CivilDate, zone: Zone) {
        begins = zone.instant(of: CivilTime(date: firstDay))
        ends = zone.instant(of: CivilTime(date: lastDay.adding(days: 1)))
    }
    package func contains(_ instant: Timestamp) -> Bool { begins <= instant && instant < ends }
}
