/// The SHA-256 of a content, as 64 lower-case hexadecimal characters. Blobs, lab versions and grader versions are named by it.
package struct ContentDigest: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let hex: String

    /// Throws `invalid` unless the text is 64 lower-case hexadecimal characters.
    package init(parsing text: String) throws(ProvostError) {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }) else {
            throw ProvostError(.invalid, "“\(text.prefix(70))” is not a SHA-256 digest (64 lower-case hexadecimal characters).")
        }
        hex = text
    }

    /// From the 32 bytes of a SHA-256.
    package init(bytes: some Sequence<UInt8>) {
        let digits = Array("0123456789abcdef".utf8)
        hex = String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { try self.init(parsing: container.decode(String.self)) } catch let error as ProvostError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
    package static func < (left: Self, right: Self) -> Bool { left.hex < right.hex }
    package var description: String { hex }
    /// The first twelve characters, for tables.
    package var short: String { String(hex.prefix(12)) }
}
