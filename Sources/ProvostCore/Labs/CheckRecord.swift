/// What the publisher's own `provost lab check` came to: kept with a lab version, as the publisher's command told it.
package struct CheckRecord: Hashable, Sendable, Codable {
    package enum Outcome: String, Hashable, Sendable, Codable {
        case passed
        /// Some checks failed, and it was published all the same.
        case failed
        /// Not made, because the publisher said so or their machine could not.
        case notMade = "not-made"
    }
    package var outcome: Outcome
    /// How many checks came to what.
    package var passed: Int
    package var failed: Int
    package var warnings: Int
    package init(outcome: Outcome, passed: Int = 0, failed: Int = 0, warnings: Int = 0) {
        self.outcome = outcome
        self.passed = passed
        self.failed = failed
        self.warnings = warnings
    }
}

/// One file in which a version differs from the one before it.
package struct FileChange: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case added, removed, changed }
    package var kind: Kind
    package var path: String
    package init(kind: Kind, path: String) {
        self.kind = kind
        self.path = path
    }
}

/// What a published version differs in from the one before it.
package struct VersionChanges: Hashable, Sendable, Codable {
    /// The number of the version before.
    package var since: Int
    /// At most 200, by path; `more` counts the rest.
    package var files: [FileChange]
    package var more: Int
    /// For a lab: its grader moved to another version.
    package var graderMoved: Bool
    /// For a lab: the points before, when they are others now.
    package var pointsBefore: Points?
    package init(since: Int, files: [FileChange], more: Int = 0, graderMoved: Bool = false, pointsBefore: Points? = nil) {
        self.since = since
        self.files = files
        self.more = more
        self.graderMoved = graderMoved
        self.pointsBefore = pointsBefore
    }
}
