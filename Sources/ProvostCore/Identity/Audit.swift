/// One change of state by a person or by policy. Entries form a chain: each hash covers the one before.
package struct AuditEntry: Codable, Sendable, Hashable {
    /// From 1, without gaps.
    package let sequence: Int64
    package let at: Timestamp
    /// `local:0` (a user of the machine), a person's slug, or `provost` itself.
    package let actor: String
    /// `noun.verb`, like `assignment.create`.
    package let action: String
    /// What it was done to.
    package let subject: String
    /// Small facts, as JSON text with sorted keys.
    package let details: String
    /// SHA-256 over the previous hash and this entry's `hashedText`.
    package let hash: ContentDigest
    package init(
        sequence: Int64, at: Timestamp, actor: String, action: String, subject: String, details: String, hash: ContentDigest
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.details = details
        self.hash = hash
    }

    /// The text that, after the previous hash in hexadecimal and a newline, is hashed. Fields are JSON-escaped by the caller's own
    /// rules already (`details`) or cannot hold newlines.
    package static func hashedText(
        sequence: Int64, at: Timestamp, actor: String, action: String, subject: String, details: String
    ) -> String {
        "\(sequence)\n\(at)\n\(actor)\n\(action)\n\(subject)\n\(details)"
    }
}
