/// By how much a learner's time is stretched, in thousandths: 1.5 is half as much again. Never below 1: nobody is given less.
package struct TimeFactor: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let thousandths: Int64

    /// Throws `invalid` for anything but a plain decimal from 1 to 10.
    package init(parsing text: String) throws(ProvostError) {
        guard let points = try? Points(parsing: text), (1000...10_000).contains(points.thousandths) else {
            throw ProvostError(.invalid, "“\(text.prefix(40))” is not a time factor; write a number from 1 to 10, like 1.5.")
        }
        thousandths = points.thousandths
    }
    /// - Precondition: 1000 to 10,000.
    package init(thousandths: Int64) { self.thousandths = thousandths }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(Double.self)
        guard number.isFinite, number >= 1, number <= 10 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a time factor is a number from 1 to 10")
        }
        thousandths = Int64((number * 1000).rounded())
    }
    package func encode(to encoder: any Encoder) throws { try Points(thousandths: thousandths).encode(to: encoder) }
    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
    package var description: String { Points(thousandths: thousandths).description }

    /// The length of time, stretched; a part of a millisecond goes to the learner.
    package func stretched(_ time: TimeSpan) -> TimeSpan {
        TimeSpan(milliseconds: Int64((Int128(time.milliseconds) * Int128(thousandths) + 999) / 1000))
    }
}

/// Something that one learner was granted, with a reason that stays on record. It is taken back by another row, never changed.
package struct Allowance: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The assignment does not count, neither for nor against.
        case excused
        /// Work is on time, and is taken, until then.
        case `extension`
        /// The time from opening to due and to closing is stretched.
        case timeFactor = "time-factor"
        /// Added to the result.
        case bonus
        /// More days of lateness that cost nothing.
        case slipDays = "slip-days"
    }
    package let id: ID<Allowance>
    package let cohort: Slug
    package let person: Slug
    /// nil: all of the cohort's; only for a time factor, and always for slip days.
    package let assignment: Slug?
    package let kind: Kind
    /// Of an extension: on a wall clock of the cohort's zone.
    package let until: CivilTime?
    package let factor: TimeFactor?
    package let bonus: Percentage?
    /// Of slip days: how many.
    package let days: Int?
    package let reason: String
    package let by: String
    package let at: Timestamp
    package let withdrawal: Withdrawal?

    package struct Withdrawal: Hashable, Sendable, Codable {
        package let reason: String
        package let by: String
        package let at: Timestamp
        package init(reason: String, by: String, at: Timestamp) {
            self.reason = reason
            self.by = by
            self.at = at
        }
    }

    package init(
        id: ID<Allowance>, cohort: Slug, person: Slug, assignment: Slug?, kind: Kind, until: CivilTime? = nil,
        factor: TimeFactor? = nil, bonus: Percentage? = nil, days: Int? = nil, reason: String, by: String, at: Timestamp,
        withdrawal: Withdrawal? = nil
    ) {
        self.id = id
        self.cohort = cohort
        self.person = person
        self.assignment = assignment
        self.kind = kind
        self.until = until
        self.factor = factor
        self.bonus = bonus
        self.days = days
        self.reason = reason
        self.by = by
        self.at = at
        self.withdrawal = withdrawal
    }

    /// Throws `invalid` when the kind and what is given for it do not fit together.
    package func validate() throws(ProvostError) {
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw ProvostError(.invalid, "An allowance needs a reason of at most 2000 bytes; it stays on record.")
        }
        let given: [(Kind, Bool)] = [
            (.extension, until != nil), (.timeFactor, factor != nil), (.bonus, bonus != nil), (.slipDays, days != nil),
        ]
        guard given.allSatisfy({ ($0.0 == kind) == $0.1 }) else {
            throw ProvostError(
                .invalid,
                "An allowance is one of: excused, an extension until a time, a time factor, a bonus, or slip days; give what belongs to it."
            )
        }
        switch kind {
        case .excused, .extension, .bonus:
            guard assignment != nil else { throw ProvostError(.invalid, "Say for which assignment.") }
        case .slipDays:
            guard assignment == nil else {
                throw ProvostError(.invalid, "Slip days are for all assignments; leave the assignment out.")
            }
        case .timeFactor: break
        }
        if let bonus, bonus == .zero || bonus > .full {
            throw ProvostError(.invalid, "A bonus is more than 0% and at most 100%.")
        }
        if let days, !(1...365).contains(days) { throw ProvostError(.invalid, "Slip days are 1 to 365.") }
    }

    package func concerns(_ slug: Slug) -> Bool { assignment == nil || assignment == slug }
}

/// When an assignment opens, is due and closes for one learner. The only place where that is decided: intake, listings and results ask it.
package enum LearnerWindow {
    /// Never earlier than everybody's. The largest time factor counts, then the latest extension: until it work is on time and taken,
    /// also after the last day of the study window, since somebody granted just that.
    package static func window(_ base: AssignmentWindow, of slug: Slug, allowances: [Allowance], zone: Zone) -> AssignmentWindow {
        let own = allowances.filter { $0.withdrawal == nil && $0.concerns(slug) }
        var due = base.due
        var closes = base.closes
        if let factor = own.compactMap(\.factor).max() {
            due = due.map { base.opens + factor.stretched($0 - base.opens) }
            closes = base.opens + factor.stretched(closes - base.opens)
        }
        if let until = own.compactMap(\.until).map(zone.instant(of:)).max() {
            due = due.map { max($0, until) }
            closes = max(closes, until)
        }
        guard closes > base.closes else {
            return AssignmentWindow(study: base.study, opens: base.opens, due: due, closes: base.closes)
        }
        let study = StudyWindow(begins: base.study.begins, ends: max(base.study.ends, closes))
        return AssignmentWindow(study: study, opens: base.opens, due: due, closes: closes)
    }
}
