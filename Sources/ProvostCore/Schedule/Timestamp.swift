/// An instant in UTC, to the millisecond. In JSON and in the store's exports: `2026-11-21T01:02:03.456Z` (RFC 3339).
package struct Timestamp: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads RFC 3339 with `Z`; fractions beyond milliseconds are cut. Nil for anything else.
    package init?(_ text: String) {
        guard text.hasSuffix("Z") else { return nil }
        let body = text.dropLast()
        let parts = body.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let civil = try? CivilTime(parsing: String(first)) else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...9).contains(parts[1].count), parts[1].allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            fraction = Int64((parts[1] + "00").prefix(3)) ?? 0
        }
        milliseconds = civil.secondsIfUTC * 1000 + fraction
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected an instant like 2026-11-21T01:02:03.456Z")
        }
        self = value
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
    package static func + (left: Self, right: TimeSpan) -> Self { Self(milliseconds: left.milliseconds + right.milliseconds) }
    package static func - (left: Self, right: Self) -> TimeSpan { TimeSpan(milliseconds: left.milliseconds - right.milliseconds) }

    package var description: String {
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
        let civil = CivilTime(secondsIfUTC: seconds)
        return "\(civil.text(withSeconds: true)).\(padded(milliseconds - seconds * 1000, 3))Z"
    }

    /// Civil time at an offset from UTC, for showing in a learner's zone.
    package func civil(offsetSeconds: Int) -> CivilTime {
        CivilTime(secondsIfUTC: (milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000) + Int64(offsetSeconds))
    }
}

/// A day on the calendar, without a timezone: `2026-11-21`.
package struct CivilDate: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Throws `invalid` for anything but an existing day of the proleptic Gregorian calendar in the form YYYY-MM-DD.
    package init(parsing text: String) throws(ProvostError) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1,
            (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
        else { throw ProvostError(.invalid, "“\(text.prefix(40))” is not a day; write it like 2026-11-21.") }
        self.year = year
        self.month = month
        self.day = day
    }

    package init(daysSince1970: Int) {
        // Howard Hinnant, “chrono-Compatible Low-Level Date Algorithms”, civil_from_days.
        let z = daysSince1970 + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// days_from_civil of the same source.
    package var daysSince1970: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    package func adding(days: Int) -> Self { Self(daysSince1970: daysSince1970 + days) }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
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
    package static func < (left: Self, right: Self) -> Bool { left.daysSince1970 < right.daysSince1970 }
    package var description: String { "\(padded(Int64(year), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))" }
}

/// A day and a time on a wall clock, without a timezone: `2026-11-21T18:00`. A schedule is written in it; which instant it
/// means follows from the cohort's timezone.
package struct CivilTime: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let date: CivilDate
    /// Seconds since midnight, 0 to 86,399.
    package let secondOfDay: Int

    package init(date: CivilDate, secondOfDay: Int = 0) {
        self.date = date
        self.secondOfDay = secondOfDay
    }

    /// Reads `2026-11-21`, `2026-11-21T18:00`, `2026-11-21 18:00` or with seconds. Throws `invalid` otherwise.
    package init(parsing text: String) throws(ProvostError) {
        let mistake = ProvostError(.invalid, "“\(text.prefix(40))” is not a day and time; write it like 2026-11-21T18:00.")
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        guard let first = parts.first else { throw mistake }
        date = try CivilDate(parsing: String(first))
        guard parts.count == 2 else {
            secondOfDay = 0
            return
        }
        let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 2 || clock.count == 3,
            clock.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(clock[0]), let minute = Int(clock[1]), let second = Int(clock.count == 3 ? clock[2] : "0"),
            hour < 24, minute < 60, second < 60
        else { throw mistake }
        secondOfDay = hour * 3600 + minute * 60 + second
    }

    /// Seconds since 1970 if this clock stood in UTC.
    package var secondsIfUTC: Int64 { Int64(date.daysSince1970) * 86_400 + Int64(secondOfDay) }

    package init(secondsIfUTC: Int64) {
        let days = secondsIfUTC >= 0 ? secondsIfUTC / 86_400 : (secondsIfUTC - 86_399) / 86_400
        date = CivilDate(daysSince1970: Int(days))
        secondOfDay = Int(secondsIfUTC - days * 86_400)
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
    package static func < (left: Self, right: Self) -> Bool { left.secondsIfUTC < right.secondsIfUTC }
    package var description: String { text(withSeconds: secondOfDay % 60 != 0) }

    package func text(withSeconds: Bool) -> String {
        let minutes = "\(date)T\(padded(Int64(secondOfDay / 3600), 2)):\(padded(Int64(secondOfDay / 60 % 60), 2))"
        return withSeconds ? "\(minutes):\(padded(Int64(secondOfDay % 60), 2))" : minutes
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
