/// What identifies a person besides the name that is typed; unique within an organization, because two schools give out the same numbers.
package enum IdentifierKind: String, Codable, Sendable, CaseIterable {
    /// As the school writes it; never read as a number, so that leading zeros stay.
    case studentNumber = "student-number"
    /// In lower case; kept only of rows that have nothing better.
    case email
}

/// One line of a roster.
package struct RosterRow: Sendable, Hashable {
    package let line: Int
    /// The name that is typed.
    package let login: Slug?
    package let number: String?
    package let name: String?
    package let email: String?
    /// The class or group within the cohort.
    package let section: String?
    package init(line: Int, login: Slug?, number: String?, name: String?, email: String?, section: String?) {
        self.line = line
        self.login = login
        self.number = number
        self.name = name
        self.email = email
        self.section = section
    }

    /// The text that says the same whatever the file's encoding, order of columns and delimiter: for a batch's digest.
    package var canonical: String {
        [login?.text, number, name, email, section].map { $0 ?? "" }.joined(separator: "\u{1F}") + "\u{1E}"
    }

    /// What people would call the row.
    package var title: String { login?.text ?? number ?? email ?? name ?? "line \(line)" }
}

/// What an import does to one person of the cohort.
package struct RosterChange: Codable, Sendable, Hashable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Not in the cohort so far.
        case new
        /// Name, e-mail, number, section or role differ.
        case changed
        /// Was suspended, and takes up again.
        case returned
        /// Is no longer in the roster.
        case suspended

        /// As it stands before a line of a diff.
        package var sign: String {
            switch self {
            case .new: "+"
            case .changed: "~"
            case .returned: "^"
            case .suspended: "-"
            }
        }
    }
    package let kind: Kind
    /// nil for who is not in the file.
    package let line: Int?
    package let person: Slug
    package let name: String
    /// What differs, like `section: A → B`.
    package let details: [String]
    package init(kind: Kind, line: Int?, person: Slug, name: String, details: [String] = []) {
        self.kind = kind
        self.line = line
        self.person = person
        self.name = name
        self.details = details
    }
}

/// What an import did, or would do.
package struct RosterReport: Codable, Sendable, Hashable {
    /// Changes that are listed one by one; the counts cover all.
    package static let mostListed = 1000

    package let cohort: Slug
    package let dryRun: Bool
    package var rows = 0
    package var new = 0
    package var changed = 0
    package var returned = 0
    package var suspended = 0
    package var same = 0
    /// The first ones, in the order of the file; those who are missing from it last.
    package var changes: [RosterChange] = []
    /// Headings of the file that mean nothing here.
    package var ignoredColumns: [String] = []

    package init(cohort: Slug, dryRun: Bool) {
        self.cohort = cohort
        self.dryRun = dryRun
    }

    /// Counts a change, and lists it while there is room.
    package mutating func add(_ change: RosterChange) {
        switch change.kind {
        case .new: new += 1
        case .changed: changed += 1
        case .returned: returned += 1
        case .suspended: suspended += 1
        }
        if changes.count < Self.mostListed { changes.append(change) }
    }

    /// Adds what another part of the same import came to.
    package mutating func add(_ other: RosterReport) {
        rows += other.rows
        new += other.new
        changed += other.changed
        returned += other.returned
        suspended += other.suspended
        same += other.same
        changes += other.changes.prefix(max(0, Self.mostListed - changes.count))
    }

    /// Changes that are counted and not listed.
    package var unlisted: Int { new + changed + returned + suspended - changes.count }
}
