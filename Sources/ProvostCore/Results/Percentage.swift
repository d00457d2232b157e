/// A part of a full score, in billionths of it, so that sums and comparisons are exact. In files: `60%`, `87.5%`. In JSON: a number of
/// percent. Never negative; more than 100% is possible where a bonus is given.
package struct Percentage: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let billionths: Int64

    package static let zero = Percentage(billionths: 0)
    package static let full = Percentage(billionths: 1_000_000_000)
    /// A hundred full scores: nothing that is meant is larger.
    static let mostBillionths: Int64 = 100_000_000_000

    /// - Precondition: 0 or more.
    package init(billionths: Int64) { self.billionths = billionths }

    /// `score` of `max`, rounded up to the next billionth: a rounding never costs a learner anything. Of nothing there is nothing.
    package init(_ score: Points, of max: Points) {
        guard max.thousandths > 0 else {
            billionths = 0
            return
        }
        let scaled = Int128(score.thousandths) * Int128(Self.full.billionths)
        billionths = Int64((scaled + Int128(max.thousandths) - 1) / Int128(max.thousandths))
    }

    /// Throws `invalid` for anything but a plain decimal with a percent sign, from `0%` to `10000%`, of at most seven decimals.
    package init(parsing text: String) throws(ProvostError) {
        let mistake = ProvostError(.invalid, "“\(text.prefix(40))” is not a percentage; write it like 60% or 87.5%.")
        guard text.hasSuffix("%") else { throw mistake }
        let parts = text.dropLast().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = { (part: Substring) in (1...7).contains(part.count) && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
        guard let first = parts.first, digits(first), let whole = Int64(first), parts.count == 1 || digits(parts[1]) else {
            throw mistake
        }
        let fraction = parts.count == 2 ? Int64((parts[1] + "0000000").prefix(7)) ?? 0 : 0
        let value = whole * 10_000_000 + fraction
        guard value <= Self.mostBillionths else { throw mistake }
        billionths = value
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let percent = try container.decode(Double.self)
        guard percent.isFinite, percent >= 0, percent * 10_000_000 <= Double(Self.mostBillionths) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a percentage is a number from 0 to 10000")
        }
        billionths = Int64((percent * 10_000_000).rounded())
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if billionths % 10_000_000 == 0 {
            try container.encode(billionths / 10_000_000)
        } else {
            try container.encode(Double(billionths) / 10_000_000)
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.billionths < right.billionths }

    /// This part of those points, rounded up to the next thousandth of a point.
    package func of(_ points: Points) -> Points {
        let scaled = Int128(points.thousandths) * Int128(billionths)
        let full = Int128(Self.full.billionths)
        return Points(thousandths: Int64((scaled + full - 1) / full))
    }

    /// What is left of a full score when this is lost; nothing, where more than that is lost.
    package var complement: Percentage { Percentage(billionths: max(0, Self.full.billionths - billionths)) }

    /// `60%`, `87.5%`; at most two decimals, cut: what is shown never claims more than there is.
    package var description: String {
        let hundredths = billionths / 100_000
        let fraction = hundredths % 100
        guard fraction != 0 else { return "\(hundredths / 100)%" }
        var digits = String(100 + fraction).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return "\(hundredths / 100).\(digits)%"
    }
}

/// What a percentage can still become: a piece of work that is still open counts with nothing at the low end and fully at the high one.
package struct PercentageRange: Hashable, Sendable, Codable {
    package let low: Percentage
    package let high: Percentage

    /// - Precondition: `low` is not above `high`.
    package init(low: Percentage, high: Percentage) {
        self.low = low
        self.high = high
    }
    /// Nothing changes it any more.
    package init(_ settled: Percentage) { self.init(low: settled, high: settled) }

    package var isSettled: Bool { low == high }
}

extension Percentage {
    /// This part of those points, to the nearest thousandth: for showing what was earned as points again, which `of(_:)`, rounding up
    /// twice, would make a thousandth more.
    package func nearest(of points: Points) -> Points {
        let full = Int128(Self.full.billionths)
        return Points(thousandths: Int64((Int128(points.thousandths) * Int128(billionths) + full / 2) / full))
    }
}
