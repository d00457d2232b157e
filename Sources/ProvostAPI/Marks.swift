package import ProvostCore

/// `POST /v1/cohorts/{cohort}/marks`: what the caller says of some learners' work.
package struct MarkOrder: Codable, Sendable {
    package var assignment: Slug
    /// A team, or one learner.
    package var people: [Slug]
    /// The level of each criterion of the rubric; otherwise points.
    package var levels: [Slug: Slug]
    package var points: Points?
    /// Of how many; nil: the rubric's, or the lab's.
    package var max: Points?
    package var comment: String?
    /// It settles what markers disagree about.
    package var isModeration: Bool
    /// The caller's own mark is taken back.
    package var takesBack: Bool
    package init(
        assignment: Slug, people: [Slug], levels: [Slug: Slug] = [:], points: Points? = nil, max: Points? = nil,
        comment: String? = nil, isModeration: Bool = false, takesBack: Bool = false
    ) {
        self.assignment = assignment
        self.people = people
        self.levels = levels
        self.points = points
        self.max = max
        self.comment = comment
        self.isModeration = isModeration
        self.takesBack = takesBack
    }
}

/// `POST /v1/cohorts/{cohort}/marks/release`.
package struct ReleaseOrder: Codable, Sendable {
    package var assignment: Slug
    /// nil: everybody's.
    package var person: Slug?
    package init(assignment: Slug, person: Slug? = nil) {
        self.assignment = assignment
        self.person = person
    }
}

/// How many rows a request made or changed.
package struct ChangeCount: Codable, Sendable {
    package var changed: Int
    package init(changed: Int) { self.changed = changed }
}

/// `POST /v1/cohorts/{cohort}/attendance`: who was there on a date.
package struct AttendanceOrder: Codable, Sendable {
    package struct Row: Hashable, Codable, Sendable {
        package var person: Slug
        package var state: AttendanceEntry.State
        package init(person: Slug, state: AttendanceEntry.State) {
            self.person = person
            self.state = state
        }
    }
    package var date: CivilDate
    package var rows: [Row]
    package init(date: CivilDate, rows: [Row]) {
        self.date = date
        self.rows = rows
    }
}

/// `POST /v1/cohorts/{cohort}/allowances`: what a learner is granted; what belongs to the kind is there, and nothing else.
package struct AllowanceOrder: Codable, Sendable {
    package var person: Slug
    package var assignment: Slug?
    package var kind: Allowance.Kind
    package var until: CivilTime?
    package var factor: TimeFactor?
    package var bonus: Percentage?
    package var days: Int?
    package var reason: String
    package init(
        person: Slug, assignment: Slug? = nil, kind: Allowance.Kind, until: CivilTime? = nil, factor: TimeFactor? = nil,
        bonus: Percentage? = nil, days: Int? = nil, reason: String
    ) {
        self.person = person
        self.assignment = assignment
        self.kind = kind
        self.until = until
        self.factor = factor
        self.bonus = bonus
        self.days = days
        self.reason = reason
    }
}

/// Why something is taken back: `POST /v1/cohorts/{cohort}/allowances/{allowance}/withdraw`.
package struct WithdrawalOrder: Codable, Sendable {
    package var reason: String
    package init(reason: String) { self.reason = reason }
}

/// `POST /v1/cohorts/{cohort}/integrity-cases`.
package struct IntegrityOrder: Codable, Sendable {
    package var person: Slug
    package var assignment: Slug?
    package var reason: String
    package init(person: Slug, assignment: Slug? = nil, reason: String) {
        self.person = person
        self.assignment = assignment
        self.reason = reason
    }
}

/// `POST /v1/cohorts/{cohort}/integrity-cases/{case}/close`.
package struct IntegrityDecisionOrder: Codable, Sendable {
    package var verdict: IntegrityCase.Verdict
    package var reason: String
    package init(verdict: IntegrityCase.Verdict, reason: String) {
        self.verdict = verdict
        self.reason = reason
    }
}

/// `POST /v1/cohorts/{cohort}/appeals`: a learner's objection to a result of theirs.
package struct AppealOrder: Codable, Sendable {
    package var assignment: Slug
    package var text: String
    package init(assignment: Slug, text: String) {
        self.assignment = assignment
        self.text = text
    }
}

/// `POST /v1/cohorts/{cohort}/appeals/{appeal}/reply`.
package struct AppealReplyOrder: Codable, Sendable {
    package var verdict: Appeal.Verdict
    package var text: String
    package init(verdict: Appeal.Verdict, text: String) {
        self.verdict = verdict
        self.text = text
    }
}
