/// The name of a thing that people type: an organization, a program, a cohort, an assignment, a lab, a grader.
///
/// 1 to 64 of `a-z 0-9 -`, starting and ending with a letter or digit.
package struct Slug: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let text: String

    /// Throws `invalid`, saying which characters are allowed.
    package init(_ text: String) throws(ProvostError) {
        guard Self.isValid(text) else {
            throw ProvostError(
                .invalid,
                "“\(text.prefix(64))” cannot be a name: use 1 to 64 lower-case letters, digits and hyphens, like “web-service”.")
        }
        self.text = text
    }

    /// Wraps a text that the store has already checked.
    package init(trusted text: String) { self.text = text }

    package static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count) else { return false }
        let plain = { (byte: UInt8) in (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) }
        guard plain(bytes[0]), plain(bytes[bytes.count - 1]) else { return false }
        return bytes.allSatisfy { plain($0) || $0 == 0x2D }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard Self.isValid(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text.prefix(64))” cannot be a name: lower-case letters, digits and hyphens")
        }
        self.text = text
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
    package var description: String { text }
}

/// So that a dictionary by names is an object in JSON.
extension Slug: CodingKeyRepresentable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
    package var codingKey: any CodingKey { Key(stringValue: text) }
    package init?<Name: CodingKey>(codingKey: Name) {
        guard Self.isValid(codingKey.stringValue) else { return nil }
        self.init(trusted: codingKey.stringValue)
    }
}
