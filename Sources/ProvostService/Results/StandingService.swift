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
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case lab, rubric, attendance
    }
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
        case submission, grading, mark, attendance
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
        throw ProvostError(.unavailable, "Standings of \(cohort) cannot be read yet.")
    }

    /// Every learner of the cohort, by name, the suspended too. Throws `notFound`.
    package func reports(cohort: Slug) async throws(ProvostError) -> [LearnerReport] {
        throw ProvostError(.unavailable, "Standings of \(cohort) cannot be read yet.")
    }
}
