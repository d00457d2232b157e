package import ProvostCore
import ProvostStore

/// Where one learner stands in a cohort: what counts, what it came from, and what became of the certificate's requirements.
package struct LearnerReport: Sendable {
    package let person: Person
    package let enrollment: ID<Enrollment>
    package let cohort: Cohort
    /// In the order in which they are due.
    package let items: [ReportItem]
    /// The weighted mean of all; nil: nothing of any weight counts.
    package let total: PercentageRange?
    /// nil: the cohort leads to no certificate.
    package let outcome: RequirementOutcome?
    package init(
        person: Person, enrollment: ID<Enrollment>, cohort: Cohort, items: [ReportItem], total: PercentageRange?,
        outcome: RequirementOutcome?
    ) {
        self.person = person
        self.enrollment = enrollment
        self.cohort = cohort
        self.items = items
        self.total = total
        self.outcome = outcome
    }
}

/// One assignment of a learner.
package struct ReportItem: Sendable {
    package typealias Kind = StandingItem.Kind
    package let slug: Slug
    package let title: LocalizedText
    package let kind: Kind
    package let phase: Slug?
    package let weight: Int
    package let result: AssignmentResult
    /// The rows that the result was earned by: empty while nothing counts.
    package let evidence: [EvidenceRow]
    package init(
        slug: Slug, title: LocalizedText, kind: Kind, phase: Slug?, weight: Int, result: AssignmentResult, evidence: [EvidenceRow]
    ) {
        self.slug = slug
        self.title = title
        self.kind = kind
        self.phase = phase
        self.weight = weight
        self.result = result
        self.evidence = evidence
    }
}

/// A row of the store that a result follows from.
package struct EvidenceRow: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case submission, grading, mark, attendance, allowance
    }
    package let kind: Kind
    package let id: String
    /// Of the archive that was handed in.
    package let digest: ContentDigest?
    package let graderVersion: ContentDigest?
    package let labVersion: ContentDigest?
    package init(
        kind: Kind, id: String, digest: ContentDigest? = nil, graderVersion: ContentDigest? = nil,
        labVersion: ContentDigest? = nil
    ) {
        self.kind = kind
        self.id = id
        self.digest = digest
        self.graderVersion = graderVersion
        self.labVersion = labVersion
    }
}

/// Works out where learners stand from what the store holds, at the server's present time. Asks for no rights: its callers do.
package struct StandingService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// Throws `notFound` if the cohort does not exist or the person is no learner of it.
    package func report(cohort: Slug, person: ID<Person>) async throws(ProvostError) -> LearnerReport {
        let (record, learner, standing) = try await standing(cohort: cohort, person: person)
        return LearnerReport(standing, of: learner, cohort: record.cohort)
    }

    /// Every learner of the cohort, by name, the suspended too. Throws `notFound`.
    package func reports(cohort: Slug) async throws(ProvostError) -> [LearnerReport] {
        let (record, standings) = try await standings(cohort: cohort)
        return standings.map { LearnerReport($0.standing, of: $0.learner, cohort: record.cohort) }
    }

    /// The whole of one learner's standing, with what it was worked out from.
    ///
    /// - Parameter hidingTotals: as ``StandingRule`` says.
    func standing(
        cohort: Slug, person: ID<Person>, hidingTotals: Bool = false
    ) async throws(ProvostError) -> (record: CohortRecord, learner: LearnerRecord, standing: Standing) {
        let record = try await context.store.standings(cohort: cohort, person: person)
        guard let learner = record.learners.first else {
            throw ProvostError(.notFound, "There is no such learner in the cohort “\(cohort)”; list its enrollments.")
        }
        let rule = StandingRule(record, zone: try context.zones.zone(record.cohort.timezone))
        return (record, learner, rule.standing(of: learner, at: context.now(), hidingTotals: hidingTotals))
    }

    /// Of everybody, at one instant, by name.
    func standings(
        cohort: Slug
    ) async throws(ProvostError) -> (record: CohortRecord, standings: [(learner: LearnerRecord, standing: Standing)]) {
        let record = try await context.store.standings(cohort: cohort)
        let rule = StandingRule(record, zone: try context.zones.zone(record.cohort.timezone))
        let now = context.now()
        return (record, record.learners.map { ($0, rule.standing(of: $0, at: now)) })
    }
}

extension LearnerReport {
    fileprivate init(_ standing: Standing, of learner: LearnerRecord, cohort: Cohort) {
        self.init(
            person: learner.person, enrollment: learner.enrollment, cohort: cohort,
            items: standing.items.map { item in
                ReportItem(
                    slug: item.slug, title: item.title, kind: item.kind, phase: item.terms.phase, weight: item.weight,
                    result: item.result, evidence: item.evidence)
            }, total: standing.total, outcome: standing.outcome)
    }
}

extension StandingItem {
    /// The rows that the result follows from; none while nothing counts. Where it is excused: what excused it.
    var evidence: [EvidenceRow] {
        let granted = allowances.map { EvidenceRow(kind: .allowance, id: $0.id.text) }
        guard result.counted != nil else { return result.range == nil ? granted : [] }
        if case .counted(_, _, let marks) = marks { return marks.map { EvidenceRow(kind: .mark, id: $0.id.text) } + granted }
        if kind == .attendance { return attendance.map { EvidenceRow(kind: .attendance, id: "att_\($0.sequence)") } + granted }
        guard let counting, let score = counting.attempt.score else { return granted }
        return [
            EvidenceRow(kind: .submission, id: counting.attempt.submission.text, digest: counting.digest),
            EvidenceRow(
                kind: .grading, id: score.grading.text, digest: counting.digest, graderVersion: counting.graderVersion,
                labVersion: counting.labVersion),
        ] + granted
    }
}
