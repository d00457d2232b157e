/// A length of time, to the millisecond. In files and on the command line: `500ms`, `10s`, `5m`, `2h`, `1d`.
/// In JSON: a number of seconds.
package struct TimeSpan: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package static func seconds(_ count: Int64) -> Self { Self(milliseconds: count * 1000) }

    private static let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]

    /// Throws `invalid` for anything that is not a whole, non-negative number with one of the units.
    package init(parsing text: String) throws(ProvostError) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let value = Int64(digits), let factor = Self.units.first(where: { $0.0 == unit })?.1, value <= Int64.max / factor
        else {
            throw ProvostError(
                .invalid, "“\(text.prefix(40))” is not a length of time; write a whole number with a unit, like 10s or 500ms.")
        }
        self.milliseconds = value * factor
    }

    package init(_ duration: Duration) {
        let parts = duration.components
        milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    }
    package var duration: Duration { .milliseconds(milliseconds) }
    package var seconds: Double { Double(milliseconds) / 1000 }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let seconds = try container.decode(Double.self)
        guard let milliseconds = Int64(exactly: (seconds * 1000).rounded()) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a length of time is a number of seconds")
        }
        self.milliseconds = milliseconds
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(seconds)
    }
    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
    package static func + (left: Self, right: Self) -> Self { Self(milliseconds: left.milliseconds + right.milliseconds) }

    /// For people: `350 ms`, `2.5 s`, `3 min 20 s`, `4 h 5 min`, `2 d 3 h`.
    package var description: String {
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let total = milliseconds / 1000
        if total < 60 {
            let tenth = milliseconds % 1000 / 100
            return tenth == 0 ? "\(total) s" : "\(total).\(tenth) s"
        }
        if total < 3600 { return total % 60 == 0 ? "\(total / 60) min" : "\(total / 60) min \(total % 60) s" }
        if total < 86_400 { return total % 3600 < 60 ? "\(total / 3600) h" : "\(total / 3600) h \(total % 3600 / 60) min" }
        return total % 86_400 < 3600 ? "\(total / 86_400) d" : "\(total / 86_400) d \(total % 86_400 / 3600) h"
    }
}
