/// What a program's file says: `deploy/programs/NAME.yaml`. Its reference is `docs/program.md`. A published one never changes; another
/// publishing makes another version.
package struct ProgramDescription: Hashable, Sendable, Codable {
    package var name: Slug
    package var title: LocalizedText
    package var summary: LocalizedText?
    /// The one that runs it, unless a cohort is of another one (a campus).
    package var organization: Slug
    package var partners: [Partner] = []
    /// The IANA name that cohorts get when nothing else is said.
    package var timezone: String
    /// The languages that learners are addressed in, the first one first; `en`, `ko`.
    package var languages: [String] = ["en"]
    /// How many learners a cohort takes at most; nil: any number.
    package var capacity: Int?
    /// Where it is run: the organizations of the campuses besides `organization`.
    package var campuses: [Slug] = []
    @WrittenInOrder package var workdays: Set<Weekday> = [.monday, .tuesday, .wednesday, .thursday, .friday]
    /// Days on which nothing is due and nobody has to be there.
    @WrittenInOrder package var holidays: Set<CivilDate> = []
    package var phases: [Phase]
    package var assignments: [PlannedAssignment]
    package var rubrics: [Rubric] = []
    /// What each learner may use, and a cohort together.
    package var limits: Limits = Limits()
    package var budget: Budget = Budget()
    /// How many learners one mentor looks after; nil: there are none.
    package var learnersPerMentor: Int?
    /// How many of each group's lowest results are left out of a weighted mean.
    package var dropped: [Slug: Int] = [:]
    /// Days of lateness that a learner may spread over the assignments as they like.
    package var slipDays = 0
    package var certificate: Certificate?
    /// Where its facts are public: titles of reports and pages.
    package var sources: [String] = []

    /// Somebody who takes part in running it.
    package struct Partner: Hashable, Sendable, Codable {
        package var name: LocalizedText
        /// What they give or do, as in `cloud credits`.
        package var role: LocalizedText?
        package init(name: LocalizedText, role: LocalizedText? = nil) {
            self.name = name
            self.role = role
        }
    }

    /// A part of the program in time.
    package struct Phase: Hashable, Sendable, Codable {
        package enum Place: String, Hashable, Sendable, Codable, CaseIterable {
            case online
            case onSite = "on-site"
            case blended
        }
        package var name: Slug
        package var title: LocalizedText
        package var place: Place
        package var begins: RelativeDay
        /// The last day that belongs to it.
        package var ends: RelativeDay
        /// Hours of instruction that it delivers to each learner who attends all of it, for reports.
        package var hours: Int?
        package init(
            name: Slug, title: LocalizedText, place: Place, begins: RelativeDay, ends: RelativeDay, hours: Int? = nil
        ) {
            self.name = name
            self.title = title
            self.place = place
            self.begins = begins
            self.ends = ends
            self.hours = hours
        }
    }

    package struct Limits: Hashable, Sendable, Codable {
        package var learner: [LimitDimension: Int64] = [:]
        /// The sum over a cohort.
        package var cohort: [LimitDimension: Int64] = [:]
        package init() {}
    }

    /// Compute hours that are free in the study window.
    package struct Budget: Hashable, Sendable, Codable {
        /// nil: no budget is declared, and none is kept.
        package var learner: TimeSpan?
        package var cohort: TimeSpan?
        package init() {}
    }

    package struct Certificate: Hashable, Sendable, Codable {
        package var title: LocalizedText
        package var summary: LocalizedText
        package var requirements: Requirement
        /// nil: it never expires.
        package var validMonths: Int?
        package init(title: LocalizedText, summary: LocalizedText, requirements: Requirement, validMonths: Int? = nil) {
            self.title = title
            self.summary = summary
            self.requirements = requirements
            self.validMonths = validMonths
        }
    }

    package init(
        name: Slug, title: LocalizedText, organization: Slug, timezone: String, phases: [Phase],
        assignments: [PlannedAssignment]
    ) {
        self.name = name
        self.title = title
        self.organization = organization
        self.timezone = timezone
        self.phases = phases
        self.assignments = assignments
    }
}

extension RelativeDay: Codable {
    package init(from decoder: any Decoder) throws { self = try RelativeTime(from: decoder).day }
    package func encode(to encoder: any Encoder) throws { try RelativeTime(day: self, secondOfDay: 0).encode(to: encoder) }
}

/// An assignment of a program, before it has dates.
package struct PlannedAssignment: Hashable, Sendable, Codable {
    package enum Work: Hashable, Sendable, Codable {
        /// Handed in and graded by the lab's grader.
        case lab(Slug)
        /// Marked by people by one of the program's rubrics.
        case rubric(Slug, isTeam: Bool)
        /// Being there on every workday of its phase, or of the whole program where it has none.
        case attendance
    }
    package var name: Slug
    package var title: LocalizedText
    package var work: Work
    package var opens: RelativeTime
    package var due: RelativeTime?
    package var closes: RelativeTime
    package var terms: AssignmentTerms
    /// nil: as many as one likes. An attempt that was used by a fault of ours is always given back.
    package var attempts: Int?
    package var policy: ResultPolicy = .best
    package var weight: Int = 1

    package init(
        name: Slug, title: LocalizedText, work: Work, opens: RelativeTime, due: RelativeTime?, closes: RelativeTime,
        terms: AssignmentTerms = AssignmentTerms()
    ) {
        self.name = name
        self.title = title
        self.work = work
        self.opens = opens
        self.due = due
        self.closes = closes
        self.terms = terms
    }
}

/// How an assignment counts in its cohort, beyond its dates, attempts and weight. All defaults: it counts by itself, late work fully.
package struct AssignmentTerms: Hashable, Sendable, Codable {
    /// The phase that it belongs to.
    package var phase: Slug?
    /// The group of which the lowest results are dropped.
    package var group: Slug?
    package var late: LatePolicy
    /// How long after an attempt the next one can be made.
    package var coolOff: TimeSpan?
    /// Its result can lift a mean and never lower it: it is added by its weight, and missing it costs nothing.
    package var isBonus: Bool

    package init(
        phase: Slug? = nil, group: Slug? = nil, late: LatePolicy = .free, coolOff: TimeSpan? = nil, isBonus: Bool = false
    ) {
        self.phase = phase
        self.group = group
        self.late = late
        self.coolOff = coolOff
        self.isBonus = isBonus
    }
}

/// What people mark by: criteria, each with levels.
package struct Rubric: Hashable, Sendable, Codable {
    package struct Criterion: Hashable, Sendable, Codable {
        package var name: Slug
        package var title: LocalizedText
        /// The best one first.
        package var levels: [Level]
        package init(name: Slug, title: LocalizedText, levels: [Level]) {
            self.name = name
            self.title = title
            self.levels = levels
        }
        /// Of the best level.
        package var max: Points { levels.map(\.points).max() ?? .zero }
    }
    package struct Level: Hashable, Sendable, Codable {
        package var name: Slug
        package var title: LocalizedText
        package var points: Points
        package init(name: Slug, title: LocalizedText, points: Points) {
            self.name = name
            self.title = title
            self.points = points
        }
    }
    package var name: Slug
    package var title: LocalizedText
    package var criteria: [Criterion]
    /// How many people mark each piece of work independently of each other; the mean of their marks counts.
    package var markers: Int
    /// Where two markers are further apart than this, somebody must moderate before the mark counts; nil: never.
    package var moderateAbove: Percentage?

    package init(
        name: Slug, title: LocalizedText, criteria: [Criterion], markers: Int = 1, moderateAbove: Percentage? = nil
    ) {
        self.name = name
        self.title = title
        self.criteria = criteria
        self.markers = markers
        self.moderateAbove = moderateAbove
    }
    package var max: Points { criteria.map(\.max).reduce(.zero, +) }
}
