/// A token as it is listed.
package struct TokenRow: Sendable, Hashable {
    package let id: String
    package let person: Person
    package let label: String?
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    package let revokedAt: Timestamp?
    package init(id: String, person: Person, label: String?, createdAt: Timestamp, expiresAt: Timestamp, revokedAt: Timestamp?) {
        self.id = id
        self.person = person
        self.label = label
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}
