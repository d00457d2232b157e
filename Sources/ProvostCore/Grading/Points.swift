/// Points, in thousandths, so that sums are exact. In JSON: a decimal number. Never negative, never above one billion.
package struct Points: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let thousandths: Int64

    package static let zero = Points(thousandths: 0)
    static let mostThousandths: Int64 = 1_000_000_000_000

    package init(thousandths: Int64) { self.thousandths = thousandths }
    package init(whole: Int64) { self.thousandths = whole * 1000 }

    /// Reads a plain decimal: digits, at most one point, no sign, no exponent. More than three decimals are rounded to the nearest
    /// thousandth. NaN, infinity, negatives and everything else throw `invalid`.
    package init(parsing text: String) throws(ProvostError) {
        let mistake = ProvostError(.invalid, "“\(text.prefix(40))” is not a number of points; write a plain decimal like 12.5.")
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = { (part: Substring) in !part.isEmpty && part.count <= 18 && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        }
        guard let whole = parts.first, digits(whole), let units = Int64(whole), units <= Self.mostThousandths / 1000 else {
            throw mistake
        }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard digits(parts[1]), let four = Int64((parts[1] + "0000").prefix(4)) else { throw mistake }
            fraction = (four + 5) / 10
        }
        guard units * 1000 + fraction <= Self.mostThousandths else { throw mistake }
        thousandths = units * 1000 + fraction
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(Double.self)
        guard number.isFinite, number >= 0, number * 1000 <= Double(Self.mostThousandths) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "points are a number from 0 to one billion")
        }
        thousandths = Int64((number * 1000).rounded())
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if thousandths % 1000 == 0 {
            try container.encode(thousandths / 1000)
        } else {
            try container.encode(Double(thousandths) / 1000)
        }
    }
    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
    package static func + (left: Self, right: Self) -> Self { Self(thousandths: left.thousandths + right.thousandths) }

    /// `12`, `12.5`, `0.333`.
    package var description: String {
        let fraction = thousandths % 1000
        guard fraction != 0 else { return "\(thousandths / 1000)" }
        var digits = String(1000 + fraction).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return "\(thousandths / 1000).\(digits)"
    }
}
