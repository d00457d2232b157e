package import ProvostCore

/// One assignment in a learner's progress: what counts and what it can still become.
package struct StandingRow: Codable, Sendable {
    package var assignment: Slug
    package var title: LocalizedText
    package var kind: StandingItem.Kind
    package var phase: Slug?
    package var weight: Int
    package var isBonus: Bool
    package var opensAt: Timestamp
    /// The learner's own, extensions included.
    package var dueAt: Timestamp?
    package var closesAt: Timestamp
    /// nil: excused, or nothing is known yet.
    package var counts: Percentage?
    /// nil: excused.
    package var range: PercentageRange?
    package var attemptsLeft: Int?
    package var steps: [ExplainedStep]
    package init(
        assignment: Slug, title: LocalizedText, kind: StandingItem.Kind, phase: Slug?, weight: Int, isBonus: Bool,
        opensAt: Timestamp, dueAt: Timestamp?, closesAt: Timestamp, counts: Percentage?, range: PercentageRange?,
        attemptsLeft: Int?, steps: [ExplainedStep]
    ) {
        self.assignment = assignment
        self.title = title
        self.kind = kind
        self.phase = phase
        self.weight = weight
        self.isBonus = isBonus
        self.opensAt = opensAt
        self.dueAt = dueAt
        self.closesAt = closesAt
        self.counts = counts
        self.range = range
        self.attemptsLeft = attemptsLeft
        self.steps = steps
    }
}

/// Where a learner stands in a cohort.
package struct StandingInfo: Codable, Sendable {
    /// In the order in which they are due.
    package var rows: [StandingRow]
    /// The weighted mean; nil: nothing of any weight counts.
    package var total: PercentageRange?
    /// nil: the cohort leads to no certificate.
    package var certificate: LocalizedText?
    package var outcome: RequirementOutcome?
    package var slipDays: Int
    package var slipDaysUsed: Int
    package init(
        rows: [StandingRow], total: PercentageRange?, certificate: LocalizedText?, outcome: RequirementOutcome?, slipDays: Int,
        slipDaysUsed: Int
    ) {
        self.rows = rows
        self.total = total
        self.certificate = certificate
        self.outcome = outcome
        self.slipDays = slipDays
        self.slipDaysUsed = slipDaysUsed
    }
}

/// `GET /v1/results/{assignment}`: how one result came about.
package struct ExplanationInfo: Codable, Sendable {
    package var cohort: Cohort
    package var person: Slug
    package var row: StandingRow
    package init(cohort: Cohort, person: Slug, row: StandingRow) {
        self.cohort = cohort
        self.person = person
        self.row = row
    }
}
