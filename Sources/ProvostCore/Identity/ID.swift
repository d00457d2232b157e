/// An identifier of one kind of thing. Two kinds cannot be swapped by accident: `ID<Person>` is not `ID<Submission>`.
///
/// The text is a short prefix for the kind, an underscore and sixteen characters of Crockford base 32 (80 random
/// bits): `sub_7k2mq0r9x4w1c8tz`. It is compared as text and means nothing else.
package struct ID<Entity>: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let text: String

    /// Takes any text that could be an identifier: 1 to 64 of `a-z 0-9 _ -`. Throws `invalid` for anything else.
    package init(parsing text: String) throws(ProvostError) {
        let allowed = text.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F || $0 == 0x2D
        }
        guard allowed, (1...64).contains(text.utf8.count) else {
            throw ProvostError(.invalid, "“\(text.prefix(64))” is not an identifier; copy it from a listing or a receipt.")
        }
        self.text = text
    }

    /// Wraps a text that is already known to be an identifier (from the store or a generator).
    package init(trusted text: String) { self.text = text }

    package init(from decoder: any Decoder) throws {
        self.text = try decoder.singleValueContainer().decode(String.self)
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
    package var description: String { text }
}

/// Makes identifiers and secrets. Injected, so that a test can make them predictable.
package struct IdentifierGenerator: Sendable {
    /// Returns the given number of random bytes.
    package let randomBytes: @Sendable (_ count: Int) -> [UInt8]

    package init(randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8]) { self.randomBytes = randomBytes }

    /// From the operating system's random source.
    package static let system = IdentifierGenerator { count in
        // Eight bytes for each call of the system.
        var source = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word: UInt64 = source.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return Array(bytes.prefix(count))
    }

    /// One whose identifiers begin with the same 24 random bits. Rows of one batch then lie side by side in the indexes of a large table, where
    /// scattered ones would each touch, and write, a page of their own. 56 bits of each stay random.
    package func gathered() -> IdentifierGenerator {
        let head = randomBytes(3)
        return IdentifierGenerator { count in Array((head + randomBytes(max(0, count - head.count))).prefix(count)) }
    }

    /// A new identifier: `prefix`, an underscore, 80 random bits.
    package func next<Entity>(_ prefix: String, as kind: ID<Entity>.Type = ID<Entity>.self) -> ID<Entity> {
        ID(trusted: prefix + "_" + Base32.encode(randomBytes(10)))
    }
}

/// Crockford's base 32 in lower case: no `i l o u`, so it survives being read aloud.
/// Source: https://www.crockford.com/base32.html
package enum Base32 {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Five bits a character, most significant first; the last character is padded with zero bits.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var buffer = 0
        var bits = 0
        for byte in bytes {
            buffer = (buffer << 8) | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[(buffer >> bits) & 31])
            }
        }
        if bits > 0 { text.append(alphabet[(buffer << (5 - bits)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Folds what people mistype (`O`→`0`, `I`,`L`→`1`, upper case) into the alphabet. Other characters stay as they are.
    package static func normalized(_ text: String) -> String {
        String(
            text.lowercased().map { character in
                switch character {
                case "o": "0"
                case "i", "l": "1"
                default: character
                }
            })
    }
}
