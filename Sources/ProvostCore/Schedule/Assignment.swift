/// A lab placed in a cohort. Its dates are civil times in the cohort's timezone.
package struct Assignment: Codable, Sendable, Hashable {
    package let id: ID<Assignment>
    package let cohort: Slug
    package let slug: Slug
    package let title: LocalizedText
    package let lab: Slug
    /// The pinned lab version; it changes only when an instructor moves it.
    package let labVersion: ContentDigest
    package let opens: CivilTime
    /// After it, and before `closes`, a submission is late.
    package let due: CivilTime?
    /// From it on nothing is taken.
    package let closes: CivilTime
    /// nil: as many as one likes.
    package let attempts: Int?
    package let policy: ResultPolicy
    package let weight: Int
    package let terms: AssignmentTerms
    package init(
        id: ID<Assignment>, cohort: Slug, slug: Slug, title: LocalizedText, lab: Slug, labVersion: ContentDigest,
        opens: CivilTime, due: CivilTime?,
        closes: CivilTime, attempts: Int?, policy: ResultPolicy, weight: Int, terms: AssignmentTerms = AssignmentTerms()
    ) {
        self.id = id
        self.cohort = cohort
        self.slug = slug
        self.title = title
        self.lab = lab
        self.labVersion = labVersion
        self.opens = opens
        self.due = due
        self.closes = closes
        self.attempts = attempts
        self.policy = policy
        self.weight = weight
        self.terms = terms
    }

    /// Terms came later than the rest.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ID<Assignment>.self, forKey: .id), cohort: try container.decode(Slug.self, forKey: .cohort),
            slug: try container.decode(Slug.self, forKey: .slug), title: try container.decode(LocalizedText.self, forKey: .title),
            lab: try container.decode(Slug.self, forKey: .lab),
            labVersion: try container.decode(ContentDigest.self, forKey: .labVersion),
            opens: try container.decode(CivilTime.self, forKey: .opens),
            due: try container.decodeIfPresent(CivilTime.self, forKey: .due),
            closes: try container.decode(CivilTime.self, forKey: .closes),
            attempts: try container.decodeIfPresent(Int.self, forKey: .attempts),
            policy: try container.decode(ResultPolicy.self, forKey: .policy),
            weight: try container.decode(Int.self, forKey: .weight),
            terms: try container.decodeIfPresent(AssignmentTerms.self, forKey: .terms) ?? AssignmentTerms())
    }
}

/// The instants that decide about one assignment, worked out in the cohort's zone.
package struct AssignmentWindow: Sendable, Hashable {
    package let study: StudyWindow
    package let opens: Timestamp
    package let due: Timestamp?
    package let closes: Timestamp

    package init(study: StudyWindow, opens: Timestamp, due: Timestamp?, closes: Timestamp) {
        self.study = study
        self.opens = opens
        self.due = due
        self.closes = closes
    }

    /// Everybody's; a learner's own comes from ``LearnerWindow``.
    package init(assignment: Assignment, cohort: Cohort, zone: Zone) {
        study = StudyWindow(firstDay: cohort.firstDay, lastDay: cohort.lastDay, zone: zone)
        opens = zone.instant(of: assignment.opens)
        due = assignment.due.map(zone.instant(of:))
        closes = zone.instant(of: assignment.closes)
    }

    package enum Verdict: Sendable, Hashable {
        case onTime, late
        case beforeStudy(begins: Timestamp)
        case afterStudy(ended: Timestamp)
        case notOpen(opens: Timestamp)
        case closed(at: Timestamp)
    }

    /// What a submission received at an instant is. Opening is inclusive, due is inclusive, closing is exclusive.
    package func verdict(at instant: Timestamp) -> Verdict {
        if instant < study.begins { return .beforeStudy(begins: study.begins) }
        if instant >= study.ends { return .afterStudy(ended: study.ends) }
        if instant < opens { return .notOpen(opens: opens) }
        if instant >= closes { return .closed(at: closes) }
        if let due, instant > due { return .late }
        return .onTime
    }
}
