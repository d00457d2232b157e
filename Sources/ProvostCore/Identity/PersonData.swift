/// Everything on record about one person, table by table, for whoever asks for their data.
package struct PersonData: Codable, Sendable, Hashable {
    package let person: Person
    package let at: Timestamp
    /// Rows by table, columns by name; what is no text is written as one. Of secrets there are only hashes, and those are left out.
    package let tables: [String: [[String: String?]]]
    package init(person: Person, at: Timestamp, tables: [String: [[String: String?]]]) {
        self.person = person
        self.at = at
        self.tables = tables
    }
}

/// What an erasure takes away, and what stays and why.
package struct ErasureReport: Codable, Sendable, Hashable {
    package struct Item: Codable, Sendable, Hashable {
        package let what: String
        package let count: Int
        /// Why it stays; nil for what goes.
        package let reason: String?
        package init(what: String, count: Int, reason: String? = nil) {
            self.what = what
            self.count = count
            self.reason = reason
        }
    }
    /// As they were called before.
    package let person: Slug
    /// As they are called from now on.
    package let pseudonym: Slug
    package let dryRun: Bool
    package var erased: [Item]
    package var kept: [Item]
    package init(person: Slug, pseudonym: Slug, dryRun: Bool, erased: [Item], kept: [Item]) {
        self.person = person
        self.pseudonym = pseudonym
        self.dryRun = dryRun
        self.erased = erased
        self.kept = kept
    }
}
