/// What one cohort follows: a version of its program, with days in place of numbers of days. Never changed; another plan takes its place.
package struct CohortPlan: Hashable, Sendable, Codable {
    /// Of the program's version.
    package let program: ContentDigest
    package let calendar: CohortCalendar
    package let phases: [Phase]
    /// The dates at which learners are expected, in order: the workdays of phases that keep attendance.
    package let attendance: [CivilDate]
    package let dropped: [Slug: Int]
    package let slipDays: Int
    /// nil: this cohort leads to no certificate.
    package let certificate: ProgramDescription.Certificate?

    package struct Phase: Hashable, Sendable, Codable {
        package let name: Slug
        package let title: LocalizedText
        package let place: ProgramDescription.Phase.Place
        package let firstDay: CivilDate
        package let lastDay: CivilDate
        package let hours: Int?
        package init(
            name: Slug, title: LocalizedText, place: ProgramDescription.Phase.Place, firstDay: CivilDate, lastDay: CivilDate,
            hours: Int?
        ) {
            self.name = name
            self.title = title
            self.place = place
            self.firstDay = firstDay
            self.lastDay = lastDay
            self.hours = hours
        }
    }

    package init(
        program: ContentDigest, calendar: CohortCalendar, phases: [Phase], attendance: [CivilDate], dropped: [Slug: Int],
        slipDays: Int, certificate: ProgramDescription.Certificate?
    ) {
        self.program = program
        self.calendar = calendar
        self.phases = phases
        self.attendance = attendance
        self.dropped = dropped
        self.slipDays = slipDays
        self.certificate = certificate
    }
}

/// An assignment that people mark: by a rubric, or by who was there. Its name is none of the cohort's labs'.
package struct MarkedAssignment: Hashable, Sendable, Codable {
    package enum Work: Hashable, Sendable, Codable {
        case rubric(Rubric, isTeam: Bool)
        /// The result is the part of these dates at which the learner was there.
        case attendance([CivilDate])
    }
    package let id: ID<MarkedAssignment>
    package let cohort: Slug
    package let slug: Slug
    package let title: LocalizedText
    package let work: Work
    package let opens: CivilTime
    package let due: CivilTime?
    package let closes: CivilTime
    package let terms: AssignmentTerms
    package let weight: Int
    package init(
        id: ID<MarkedAssignment>, cohort: Slug, slug: Slug, title: LocalizedText, work: Work, opens: CivilTime, due: CivilTime?,
        closes: CivilTime, terms: AssignmentTerms, weight: Int
    ) {
        self.id = id
        self.cohort = cohort
        self.slug = slug
        self.title = title
        self.work = work
        self.opens = opens
        self.due = due
        self.closes = closes
        self.terms = terms
        self.weight = weight
    }
}

/// One published state of a program's file.
package struct ProgramVersion: Hashable, Sendable, Codable {
    /// Of the file's bytes.
    package let digest: ContentDigest
    /// 1, 2, 3 … of the program.
    package let number: Int
    package let description: ProgramDescription
    package let publishedAt: Timestamp
    package init(digest: ContentDigest, number: Int, description: ProgramDescription, publishedAt: Timestamp) {
        self.digest = digest
        self.number = number
        self.description = description
        self.publishedAt = publishedAt
    }
}
