/// One row of the report for a sponsor: what became of the learners of a part of the courses.
package struct SponsorRow: Codable, Sendable, Hashable {
    /// The campus's, where the cohort is one's; else the program's.
    package let organization: Slug
    package let program: Slug
    /// nil where the row covers all of the program's cohorts in the organization.
    package let cohort: Slug?
    package let cohorts: Int
    /// Learners that are or were enrolled.
    package let enrolled: Int
    package let suspended: Int
    /// Learners who handed in something or whose workspace ran within the span.
    package let active: Int
    /// Learners with a certificate of the cohort that holds; where it leads to none, those who were active at all in a cohort that is over.
    package let completed: Int
    /// How long workspaces ran within the span.
    package let delivered: TimeSpan
    /// Hours of the program's phases that learners were there for within the span, by ``TaughtHours``; not part of `delivered`, because a
    /// workspace may run while people are taught. nil: no phase with hours keeps attendance, so nobody knows.
    package let taught: TimeSpan?
    package init(
        organization: Slug, program: Slug, cohort: Slug?, cohorts: Int, enrolled: Int, suspended: Int, active: Int,
        completed: Int,
        delivered: TimeSpan, taught: TimeSpan?
    ) {
        self.organization = organization
        self.program = program
        self.cohort = cohort
        self.cohorts = cohorts
        self.enrolled = enrolled
        self.suspended = suspended
        self.active = active
        self.completed = completed
        self.delivered = delivered
        self.taught = taught
    }

    /// Rows of cohorts gathered by organization and program, in the order in which they came.
    package static func gathered(_ rows: [SponsorRow]) -> [SponsorRow] {
        var order: [[Slug]] = []
        var sums: [[Slug]: SponsorRow] = [:]
        for row in rows {
            let key = [row.organization, row.program]
            guard let sum = sums[key] else {
                order.append(key)
                sums[key] = row.covering(1, with: nil)
                continue
            }
            sums[key] = sum.covering(sum.cohorts + row.cohorts, with: row)
        }
        return order.compactMap { sums[$0] }
    }

    private func covering(_ cohorts: Int, with other: SponsorRow?) -> SponsorRow {
        SponsorRow(
            organization: organization, program: program, cohort: nil, cohorts: cohorts,
            enrolled: enrolled + (other?.enrolled ?? 0),
            suspended: suspended + (other?.suspended ?? 0), active: active + (other?.active ?? 0),
            completed: completed + (other?.completed ?? 0),
            delivered: TimeSpan(milliseconds: delivered.milliseconds + (other?.delivered.milliseconds ?? 0)),
            taught: taught == nil && other?.taught == nil
                ? nil : TimeSpan(milliseconds: (taught?.milliseconds ?? 0) + (other?.taught?.milliseconds ?? 0)))
    }
}
