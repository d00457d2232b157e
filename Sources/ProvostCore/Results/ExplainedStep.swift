/// One step of how a result came about, for people and programs, with the row that it follows from.
package struct ExplainedStep: Hashable, Sendable, Codable {
    /// Open: a kind that this version does not know is kept as it came.
    package struct Kind: RawRepresentable, Hashable, Sendable, Codable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let excused = Kind(rawValue: "excused")
        package static let `extension` = Kind(rawValue: "extension")
        package static let timeFactor = Kind(rawValue: "time-factor")
        package static let slipDays = Kind(rawValue: "slip-days")
        package static let marked = Kind(rawValue: "marked")
        package static let waitingForMarks = Kind(rawValue: "waiting-for-marks")
        package static let marksApart = Kind(rawValue: "marks-apart")
        package static let absent = Kind(rawValue: "absent")
        package static let attended = Kind(rawValue: "attended")
        package static let attempt = Kind(rawValue: "attempt")
        package static let slipped = Kind(rawValue: "slipped")
        package static let late = Kind(rawValue: "late")
        package static let bonus = Kind(rawValue: "bonus")
        package static let pending = Kind(rawValue: "pending")
        package static let nothingHandedIn = Kind(rawValue: "nothing-handed-in")
        /// The result: what counts.
        package static let counts = Kind(rawValue: "counts")
    }
    package var kind: Kind
    /// The row's identifier: a submission's, mark's, allowance's or attendance's.
    package var row: String?
    /// What was earned, kept or added.
    package var percentage: Percentage?
    package var points: Points?
    package var max: Points?
    package var by: String?
    package var days: Int?
    package var lateness: TimeSpan?
    package var factor: TimeFactor?
    package var until: CivilTime?
    package var date: CivilDate?
    /// How many there are, of how many.
    package var given: Int?
    package var needed: Int?
    /// A reason or a comment, in the words of who gave it.
    package var reason: String?
    package var at: Timestamp?
    package var grading: ID<Grading>?
    package init(
        kind: Kind, row: String? = nil, percentage: Percentage? = nil, points: Points? = nil, max: Points? = nil,
        by: String? = nil, days: Int? = nil, lateness: TimeSpan? = nil, factor: TimeFactor? = nil, until: CivilTime? = nil,
        date: CivilDate? = nil, given: Int? = nil, needed: Int? = nil, reason: String? = nil, at: Timestamp? = nil,
        grading: ID<Grading>? = nil
    ) {
        self.kind = kind
        self.row = row
        self.percentage = percentage
        self.points = points
        self.max = max
        self.by = by
        self.days = days
        self.lateness = lateness
        self.factor = factor
        self.until = until
        self.date = date
        self.given = given
        self.needed = needed
        self.reason = reason
        self.at = at
        self.grading = grading
    }
}
