/// A number of bytes. In files and on the command line: `512`, `64KiB`, `10MiB`, `2GiB` (powers of 1024), or `kB MB GB`
/// (powers of 1000). In JSON: a whole number of bytes.
package struct ByteCount: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let bytes: Int64

    package init(_ bytes: Int64) { self.bytes = bytes }
    package static func kibibytes(_ count: Int64) -> Self { Self(count << 10) }
    package static func mebibytes(_ count: Int64) -> Self { Self(count << 20) }
    package static func gibibytes(_ count: Int64) -> Self { Self(count << 30) }

    private static let units: [(String, Int64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ]

    /// Throws `invalid` for anything that is not a whole, non-negative number with an optional unit.
    package init(parsing text: String) throws(ProvostError) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        let factor = unit.isEmpty ? 1 : Self.units.first { $0.0 == unit }?.1
        guard let value = Int64(digits), let factor, value <= Int64.max / factor else {
            throw ProvostError(.invalid, "“\(text.prefix(40))” is not a size; write a whole number with a unit, like 64MiB.")
        }
        self.bytes = value * factor
    }

    package init(from decoder: any Decoder) throws { bytes = try decoder.singleValueContainer().decode(Int64.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

    /// For people: `2 GiB`, `12.5 MiB`, `900 B`.
    package var description: String {
        for (unit, factor) in [("TiB", Int64(1) << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes >= factor {
            let whole = bytes / factor
            let tenth = (bytes % factor) * 10 / factor
            return tenth == 0 ? "\(whole) \(unit)" : "\(whole).\(tenth) \(unit)"
        }
        return "\(bytes) B"
    }
}
