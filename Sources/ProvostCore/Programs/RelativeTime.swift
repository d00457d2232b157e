/// A day of the week, as a program's file names it; Monday is the first (ISO 8601).
package enum Weekday: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.place < right.place }
}

/// A set that is written in order, so that the same contents are always the same text.
@propertyWrapper
package struct WrittenInOrder<Element: Hashable & Comparable & Codable & Sendable>: Hashable, Sendable, Codable {
    package var wrappedValue: Set<Element>
    package init(wrappedValue: Set<Element>) { self.wrappedValue = wrappedValue }
    package init(from decoder: any Decoder) throws { wrappedValue = Set(try [Element](from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try wrappedValue.sorted().encode(to: encoder) }
}

extension CivilDate {
    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = (daysSince1970 + 3) % 7
        return Weekday.allCases[index < 0 ? index + 7 : index]
    }
}

/// A day of a program, before it is known when a cohort begins. Day 1 is the cohort's first day.
package enum RelativeDay: Hashable, Sendable {
    /// Counted on the calendar: `day 12`.
    case day(Int)
    /// Week 1 is the one that the first day lies in, from Monday to Sunday: `week 3 friday`.
    case week(Int, Weekday)
    /// Counted in days on which the cohort works, neither a weekend nor a holiday: `workday 10`.
    case workday(Int)
}

/// A moment of a program on a wall clock: `day 12 18:00`, `week 3 friday 23:59`, `workday 10 09:00`.
package struct RelativeTime: Hashable, Sendable, Codable, CustomStringConvertible {
    package let day: RelativeDay
    /// Seconds since midnight; 86,400 is the midnight that ends the day, written `24:00`.
    package let secondOfDay: Int

    package init(day: RelativeDay, secondOfDay: Int) {
        self.day = day
        self.secondOfDay = secondOfDay
    }

    /// Throws `invalid` with the three forms. Without a clock time it is midnight, the beginning of the day.
    package init(parsing text: String) throws(ProvostError) {
        let mistake = ProvostError(
            .invalid,
            "“\(text.prefix(40))” is not a time of a program; write it like “day 12 18:00”, “week 3 friday 23:59” or “workday 10”."
        )
        var words = text.split(separator: " ").map(String.init)
        var seconds = 0
        if let last = words.last, last.contains(":") {
            words.removeLast()
            let clock = last.split(separator: ":", omittingEmptySubsequences: false)
            guard clock.count == 2, clock.allSatisfy({ $0.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                let hour = Int(clock[0]), let minute = Int(clock[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
            else { throw mistake }
            seconds = hour * 3600 + minute * 60
        }
        guard words.count >= 2, words[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(words[1]),
            (1...3660).contains(number)
        else { throw mistake }
        switch (words[0], words.count) {
        case ("day", 2): day = .day(number)
        case ("workday", 2): day = .workday(number)
        case ("week", 3):
            guard let weekday = Weekday(rawValue: words[2]) else { throw mistake }
            day = .week(number, weekday)
        default: throw mistake
        }
        secondOfDay = seconds
    }

    /// As it is read back.
    package var description: String {
        let name =
            switch day {
            case .day(let number): "day \(number)"
            case .week(let number, let weekday): "week \(number) \(weekday.rawValue)"
            case .workday(let number): "workday \(number)"
            }
        guard secondOfDay > 0 else { return name }
        let two = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
        return "\(name) \(two(secondOfDay / 3600)):\(two(secondOfDay / 60 % 60))"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { try self.init(parsing: container.decode(String.self)) } catch let error as ProvostError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What turns a program's days into a cohort's.
package struct CohortCalendar: Hashable, Sendable, Codable {
    package let firstDay: CivilDate
    @WrittenInOrder package var workdays: Set<Weekday>
    @WrittenInOrder package var holidays: Set<CivilDate>

    package init(firstDay: CivilDate, workdays: Set<Weekday>, holidays: Set<CivilDate>) {
        self.firstDay = firstDay
        self.workdays = workdays
        self.holidays = holidays
    }

    package func isWorkday(_ date: CivilDate) -> Bool { workdays.contains(date.weekday) && !holidays.contains(date) }

    /// The first workday from this day on, the day itself included. Where there is none within a year (no workdays at all), the day itself.
    package func workday(from date: CivilDate) -> CivilDate {
        (0...366).lazy.map(date.adding(days:)).first(where: isWorkday) ?? date
    }

    package func date(of day: RelativeDay) -> CivilDate {
        switch day {
        case .day(let number): return firstDay.adding(days: number - 1)
        case .week(let number, let weekday):
            let monday = firstDay.adding(days: -(Weekday.allCases.firstIndex(of: firstDay.weekday) ?? 0))
            return monday.adding(days: (number - 1) * 7 + (Weekday.allCases.firstIndex(of: weekday) ?? 0))
        case .workday(let number):
            var date = workday(from: firstDay)
            for _ in 1..<max(1, number) { date = workday(from: date.adding(days: 1)) }
            return date
        }
    }

    /// The wall-clock time. With `onWorkday` one that falls on a weekend or a holiday moves to the same time of the next workday: nothing is
    /// due while everybody is away.
    package func time(of moment: RelativeTime, onWorkday: Bool) -> CivilTime {
        let date = date(of: moment.day)
        let moved = onWorkday ? workday(from: date) : date
        return moment.secondOfDay < 86_400
            ? CivilTime(date: moved, secondOfDay: moment.secondOfDay) : CivilTime(date: moved.adding(days: 1))
    }
}

extension CohortCalendar {
    /// The day, or the cohort's first one where it lies before: a week may begin before its cohort does.
    package func cohortDate(of day: RelativeDay) -> CivilDate { max(firstDay, date(of: day)) }

    /// When something opens: the moment, or the beginning of the cohort's first day where it lies before.
    package func cohortTime(of moment: RelativeTime) -> CivilTime {
        max(CivilTime(date: firstDay), time(of: moment, onWorkday: false))
    }
}
