/// What a cohort's results follow from, as far as it is the same for all of its learners.
package struct CohortRecord: Sendable {
    package let cohort: Cohort
    /// nil: the cohort was made without a program's file.
    package let plan: CohortPlan?
    package let labs: [Assignment]
    /// What a full score is at present, by assignment.
    package let points: [Slug: Points]
    package let marked: [MarkedAssignment]
    /// By name.
    package let learners: [LearnerRecord]
    package init(
        cohort: Cohort, plan: CohortPlan?, labs: [Assignment], points: [Slug: Points], marked: [MarkedAssignment],
        learners: [LearnerRecord]
    ) {
        self.cohort = cohort
        self.plan = plan
        self.labs = labs
        self.points = points
        self.marked = marked
        self.learners = learners
    }
}

/// Everything about one learner that results follow from.
package struct LearnerRecord: Sendable {
    /// One submission, with the versions that its counting score came from.
    package struct Attempt: Hashable, Sendable {
        package let attempt: ResultAttempt
        package let digest: ContentDigest
        package let late: Bool
        /// Not given back by a fault of ours.
        package let isUsed: Bool
        package let labVersion: ContentDigest?
        package let graderVersion: ContentDigest?
        /// The grader keeps the total from learners while they may not see every test.
        package let hidesTotal: Bool
        package init(
            attempt: ResultAttempt, digest: ContentDigest, late: Bool, isUsed: Bool, labVersion: ContentDigest?,
            graderVersion: ContentDigest?, hidesTotal: Bool = false
        ) {
            self.attempt = attempt
            self.digest = digest
            self.late = late
            self.isUsed = isUsed
            self.labVersion = labVersion
            self.graderVersion = graderVersion
            self.hidesTotal = hidesTotal
        }

        /// As one whose score is not there yet.
        var withoutScore: Attempt {
            Attempt(
                attempt: ResultAttempt(
                    submission: attempt.submission, receivedAt: attempt.receivedAt, score: nil, isPending: true),
                digest: digest, late: late, isUsed: isUsed, labVersion: nil, graderVersion: nil, hidesTotal: hidesTotal)
        }
    }

    package let person: Person
    package let enrollment: ID<Enrollment>
    package let isSuspended: Bool
    /// By assignment, in the order of receipt.
    package var attempts: [Slug: [Attempt]]
    /// By assignment, oldest first; released ones only.
    package var marks: [Slug: [Mark]]
    /// The newest of each date.
    package var attendance: [CivilDate: AttendanceEntry]
    /// Those that were not withdrawn, oldest first.
    package var allowances: [Allowance]
    package var integrity: LearnerStanding.Integrity

    package init(
        person: Person, enrollment: ID<Enrollment>, isSuspended: Bool = false, attempts: [Slug: [Attempt]] = [:],
        marks: [Slug: [Mark]] = [:], attendance: [CivilDate: AttendanceEntry] = [:], allowances: [Allowance] = [],
        integrity: LearnerStanding.Integrity = .clear
    ) {
        self.person = person
        self.enrollment = enrollment
        self.isSuspended = isSuspended
        self.attempts = attempts
        self.marks = marks
        self.attendance = attendance
        self.allowances = allowances
        self.integrity = integrity
    }
}
