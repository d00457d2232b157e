import ProvostCore

/// The rule behind a timezone file's last transition, as POSIX writes it in `TZ`: `KST-9`, `CET-1CEST,M3.5.0,M10.5.0/3`.
package struct PosixZone: Sendable, Equatable {
    /// The n-th weekday of a month at a second of the day (month 1 to 12, week 5 is the last, day 0 is Sunday).
    struct Change: Sendable, Equatable {
        var month: Int
        var week: Int
        var day: Int
        var second: Int

        /// Seconds since 1970 as if clocks stood at UTC.
        func civilSeconds(in year: Int) -> Int64? {
            guard let first = try? CivilDate(parsing: "\(year)-\(month < 10 ? "0" : "")\(month)-01") else { return nil }
            let days = first.daysSince1970
            // 1970-01-01 was a Thursday (4).
            let weekday = ((days + 4) % 7 + 7) % 7
            var date = days + (day - weekday + 7) % 7 + (week - 1) * 7
            while CivilDate(daysSince1970: date).month != month { date -= 7 }
            return Int64(date) * 86_400 + Int64(second)
        }
    }

    var standard: Int
    var summer: Int?
    var begins: Change?
    var ends: Change?

    /// nil for a text of another form (Julian day rules, which no zone in use has, included).
    package init?(_ text: String) {
        var rest = Substring(text)
        guard Self.name(&rest), let offset = Self.clock(&rest) else { return nil }
        standard = -offset
        if rest.isEmpty { return }
        guard Self.name(&rest) else { return nil }
        summer = standard + 3600
        if rest.first != "," {
            guard let offset = Self.clock(&rest) else { return nil }
            summer = -offset
        }
        let parts = rest.split(separator: ",")
        guard parts.count == 2, let begins = Self.change(parts[0]), let ends = Self.change(parts[1]) else { return nil }
        self.begins = begins
        self.ends = ends
    }

    /// Seconds east of UTC at an instant.
    package func offset(at second: Int64) -> Int {
        guard let summer, let begins, let ends else { return standard }
        let year = Timestamp(milliseconds: second * 1000).civil(offsetSeconds: standard).date.year
        guard let first = begins.civilSeconds(in: year), let last = ends.civilSeconds(in: year) else { return standard }
        let from = first - Int64(standard)
        let to = last - Int64(summer)
        // South of the equator summer time spans the new year.
        let inSummer = from < to ? (from..<to).contains(second) : !(to..<from).contains(second)
        return inSummer ? summer : standard
    }

    private static func name(_ rest: inout Substring) -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix(while: \.isLetter)
        rest = rest[name.endIndex...]
        return name.count >= 3
    }

    /// `[+-]h[h][:mm[:ss]]`, in seconds.
    private static func clock(_ rest: inout Substring) -> Int? {
        let text = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ":" || $0 == "-" || $0 == "+") }
        rest = rest[text.endIndex...]
        let negative = text.first == "-"
        let numbers = text.drop { $0 == "-" || $0 == "+" }.split(separator: ":").map { Int($0) ?? -1 }
        guard (1...3).contains(numbers.count), numbers.allSatisfy({ (0...167).contains($0) }) else { return nil }
        let seconds = zip(numbers, [3600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
        return negative ? -seconds : seconds
    }

    private static func change(_ text: Substring) -> Change? {
        let halves = text.split(separator: "/", maxSplits: 1)
        guard let head = halves.first, head.first == "M" else { return nil }
        let numbers = head.dropFirst().split(separator: ".").map { Int($0) ?? -1 }
        guard numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]), (0...6).contains(numbers[2]) else {
            return nil
        }
        var second = 7200
        if halves.count == 2 {
            var rest = halves[1]
            guard let given = clock(&rest), rest.isEmpty else { return nil }
            second = given
        }
        return Change(month: numbers[0], week: numbers[1], day: numbers[2], second: second)
    }
}
