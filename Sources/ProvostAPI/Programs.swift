package import ProvostCore

/// `POST /v1/program-versions`: a program's file as it lies on the sender's disk.
package struct ProgramFile: Codable, Sendable {
    /// For complaints, as in `NAME:12:3: …`.
    package var name: String
    package var text: String
    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// What publishing came to.
package struct PublishedProgram: Codable, Sendable {
    package var version: ProgramVersion
    /// false: exactly this was published before.
    package var new: Bool
    /// Since which version the changes are; nil for the first and for one that is not new.
    package var since: Int?
    package var changes: [ProgramChange]
    package init(version: ProgramVersion, new: Bool, since: Int?, changes: [ProgramChange]) {
        self.version = version
        self.new = new
        self.since = since
        self.changes = changes
    }
}

/// `POST /v1/programs/{program}/diff`: two versions, or a version and a file.
package struct ProgramComparison: Codable, Sendable {
    /// nil: the newest.
    package var from: Int?
    /// nil: the file.
    package var to: Int?
    package var file: ProgramFile?
    package init(from: Int? = nil, to: Int? = nil, file: ProgramFile? = nil) {
        self.from = from
        self.to = to
        self.file = file
    }
}

package struct ProgramDifference: Codable, Sendable {
    package var from: Int
    /// nil: a file.
    package var to: Int?
    package var changes: [ProgramChange]
    package init(from: Int, to: Int?, changes: [ProgramChange]) {
        self.from = from
        self.to = to
        self.changes = changes
    }
}

/// `GET /v1/cohorts/{cohort}/plan`: a cohort's phases and assignments with their dates, in its timezone.
package struct CohortPlanInfo: Codable, Sendable {
    /// An assignment of any kind.
    package struct Item: Codable, Sendable {
        package enum Kind: String, Codable, Sendable, CaseIterable { case lab, rubric, attendance }
        package var slug: Slug
        package var title: LocalizedText
        package var kind: Kind
        package var phase: Slug?
        package var opens: CivilTime
        package var due: CivilTime?
        package var closes: CivilTime
        package var attempts: Int?
        package var coolOff: TimeSpan?
        package var weight: Int
        package var bonus: Bool
        package init(
            slug: Slug, title: LocalizedText, kind: Kind, phase: Slug?, opens: CivilTime, due: CivilTime?, closes: CivilTime,
            attempts: Int?, coolOff: TimeSpan?, weight: Int, bonus: Bool
        ) {
            self.slug = slug
            self.title = title
            self.kind = kind
            self.phase = phase
            self.opens = opens
            self.due = due
            self.closes = closes
            self.attempts = attempts
            self.coolOff = coolOff
            self.weight = weight
            self.bonus = bonus
        }
    }
    package var cohort: Cohort
    /// The number of the program's version that it follows; nil: the program was not published when the cohort was made.
    package var version: Int?
    /// What is newest of the program.
    package var newestVersion: Int?
    package var phases: [CohortPlan.Phase]
    /// By the time they open.
    package var assignments: [Item]
    package init(cohort: Cohort, version: Int?, newestVersion: Int?, phases: [CohortPlan.Phase], assignments: [Item]) {
        self.cohort = cohort
        self.version = version
        self.newestVersion = newestVersion
        self.phases = phases
        self.assignments = assignments
    }
}

/// `POST /v1/cohorts/{cohort}/advance`.
package struct AdvanceCohort: Codable, Sendable {
    /// Says what would change, and changes nothing.
    package var dryRun: Bool
    package init(dryRun: Bool) { self.dryRun = dryRun }
}

package struct CohortAdvanceReport: Codable, Sendable {
    package var cohort: Slug
    /// The version that it followed; nil: none.
    package var from: Int?
    package var to: Int
    package var changes: [ProgramChange]
    /// Why it cannot be done; always empty when it was.
    package var refusals: [String]
    package var applied: Bool
    package init(cohort: Slug, from: Int?, to: Int, changes: [ProgramChange], refusals: [String], applied: Bool) {
        self.cohort = cohort
        self.from = from
        self.to = to
        self.changes = changes
        self.refusals = refusals
        self.applied = applied
    }
}
