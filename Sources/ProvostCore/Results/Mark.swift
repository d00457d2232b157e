/// What one person found one learner's work worth. Never changed: the newest row of each marker counts.
package struct Mark: Hashable, Sendable, Codable {
    package let id: ID<Mark>
    package let cohort: Slug
    package let assignment: Slug
    package let person: Slug
    package let marker: String
    /// It settles what markers disagree about, and stands in place of all their marks.
    package let isModeration: Bool
    /// The level given for each criterion, where it was marked by a rubric.
    package let levels: [Slug: Slug]
    /// nil: the marker took their mark back.
    package let points: Points?
    package let max: Points
    package let comment: String?
    package let at: Timestamp
    /// Learners see it, and it counts.
    package let isReleased: Bool

    package init(
        id: ID<Mark>, cohort: Slug, assignment: Slug, person: Slug, marker: String, isModeration: Bool = false,
        levels: [Slug: Slug] = [:], points: Points?, max: Points, comment: String? = nil, at: Timestamp, isReleased: Bool = false
    ) {
        self.id = id
        self.cohort = cohort
        self.assignment = assignment
        self.person = person
        self.marker = marker
        self.isModeration = isModeration
        self.levels = levels
        self.points = points
        self.max = max
        self.comment = comment
        self.at = at
        self.isReleased = isReleased
    }
}

/// What the marks of one learner's work come to. Pure.
package enum MarkRule {
    package enum Verdict: Hashable, Sendable {
        /// Nobody marked it.
        case none
        /// More people have to mark it.
        case waiting(given: Int, needed: Int)
        /// The marks are this far apart: somebody has to moderate.
        case apart(Percentage)
        case counted(score: Points, max: Points, marks: [Mark])
    }

    /// - Parameters:
    ///   - marks: oldest first.
    ///   - rubric: nil: a person's word on a lab's result; the newest counts, whoever said it.
    package static func verdict(_ marks: [Mark], rubric: Rubric?) -> Verdict {
        var newest: [String: Mark] = [:]
        var moderation: Mark?
        for mark in marks {
            if mark.isModeration { moderation = mark } else { newest[mark.marker] = mark }
        }
        if let moderation, let points = moderation.points {
            return .counted(score: points, max: moderation.max, marks: [moderation])
        }
        let standing = newest.values.filter { $0.points != nil }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        guard let rubric else {
            // Whoever spoke last; one who took their word back leaves the others'.
            let said = marks.filter { mark in !mark.isModeration && standing.contains { $0.id == mark.id } }
            guard let last = said.last, let points = last.points else { return .none }
            return .counted(score: points, max: last.max, marks: [last])
        }
        guard !standing.isEmpty else { return .none }
        guard standing.count >= rubric.markers else { return .waiting(given: standing.count, needed: rubric.markers) }
        let shares = standing.map { Percentage($0.points ?? .zero, of: $0.max) }
        let least = shares.min() ?? .zero
        let most = shares.max() ?? .zero
        let gap = Percentage(billionths: most.billionths - least.billionths)
        if let allowed = rubric.moderateAbove, gap > allowed { return .apart(gap) }
        let max = standing.map(\.max).max() ?? rubric.max
        return .counted(score: mean(standing, of: max), max: max, marks: standing)
    }

    /// To the next thousandth of a point upwards: a rounding never costs a learner anything.
    private static func mean(_ marks: [Mark], of max: Points) -> Points {
        let same = marks.allSatisfy { $0.max == max }
        let sum = marks.reduce(Int64(0)) { sum, mark in
            let points = mark.points ?? .zero
            return sum + (same ? points : Percentage(points, of: mark.max).of(max)).thousandths
        }
        let count = Int64(marks.count)
        return Points(thousandths: min(max.thousandths, (sum + count - 1) / count))
    }
}

extension Rubric {
    /// What the levels add up to. Throws `invalid`, naming what is missing or unknown, unless each criterion has one of its levels.
    package func points(for levels: [Slug: Slug]) throws(ProvostError) -> Points {
        if let unknown = levels.keys.sorted().first(where: { key in !criteria.contains { $0.name == key } }) {
            throw ProvostError(
                .invalid, "The rubric “\(name)” has no criterion “\(unknown)”; it has: \(Self.list(criteria.map(\.name))).")
        }
        var sum = Points.zero
        for criterion in criteria {
            guard let level = levels[criterion.name] else {
                throw ProvostError(
                    .invalid,
                    "The criterion “\(criterion.name)” has no level; choose one of: \(Self.list(criterion.levels.map(\.name))).")
            }
            guard let found = criterion.levels.first(where: { $0.name == level }) else {
                throw ProvostError(
                    .invalid,
                    "The criterion “\(criterion.name)” has no level “\(level)”; it has: \(Self.list(criterion.levels.map(\.name)))."
                )
            }
            sum = sum + found.points
        }
        return sum
    }
    private static func list(_ names: [Slug]) -> String { names.map(\.text).joined(separator: ", ") }
}

/// Whether a learner was there on one date.
package struct AttendanceEntry: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case present
        /// Was there, and came late.
        case late
        case absent
        /// The date is left out.
        case excused
        package var isThere: Bool { self == .present || self == .late }
    }
    /// Counted upwards as they are noted.
    package let sequence: Int64
    package let person: Slug
    package let date: CivilDate
    package let state: State
    package let by: String
    package let at: Timestamp
    package init(sequence: Int64, person: Slug, date: CivilDate, state: State, by: String, at: Timestamp) {
        self.sequence = sequence
        self.person = person
        self.date = date
        self.state = state
        self.by = by
        self.at = at
    }
}

/// A doubt about the honesty of a learner's work: open until somebody decides it.
package struct IntegrityCase: Hashable, Sendable, Codable {
    package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        case cleared, confirmed
    }
    package struct Decision: Hashable, Sendable, Codable {
        package let verdict: Verdict
        package let reason: String
        package let by: String
        package let at: Timestamp
        package init(verdict: Verdict, reason: String, by: String, at: Timestamp) {
            self.verdict = verdict
            self.reason = reason
            self.by = by
            self.at = at
        }
    }
    package let id: ID<IntegrityCase>
    package let cohort: Slug
    package let person: Slug
    /// nil: it is about no single one.
    package let assignment: Slug?
    package let reason: String
    package let by: String
    package let at: Timestamp
    package let decision: Decision?
    package init(
        id: ID<IntegrityCase>, cohort: Slug, person: Slug, assignment: Slug?, reason: String, by: String, at: Timestamp,
        decision: Decision? = nil
    ) {
        self.id = id
        self.cohort = cohort
        self.person = person
        self.assignment = assignment
        self.reason = reason
        self.by = by
        self.at = at
        self.decision = decision
    }
}

/// A learner's objection to a result, and what became of it.
package struct Appeal: Hashable, Sendable, Codable {
    package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        /// The learner is right, and nothing has to change for it.
        case upheld
        /// The learner is right, and the result was changed.
        case changed
        case declined
    }
    package struct Reply: Hashable, Sendable, Codable {
        package let verdict: Verdict
        package let text: String
        package let by: String
        package let at: Timestamp
        package init(verdict: Verdict, text: String, by: String, at: Timestamp) {
            self.verdict = verdict
            self.text = text
            self.by = by
            self.at = at
        }
    }
    package let id: ID<Appeal>
    package let cohort: Slug
    package let person: Slug
    package let assignment: Slug
    package let text: String
    package let at: Timestamp
    package let reply: Reply?
    package init(
        id: ID<Appeal>, cohort: Slug, person: Slug, assignment: Slug, text: String, at: Timestamp, reply: Reply? = nil
    ) {
        self.id = id
        self.cohort = cohort
        self.person = person
        self.assignment = assignment
        self.text = text
        self.at = at
        self.reply = reply
    }
}
