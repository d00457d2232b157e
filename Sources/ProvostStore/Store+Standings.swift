import GRDB
package import ProvostCore
import Synchronization

extension Store {
    /// Everything that results of a cohort follow from, in one snapshot: of all its learners (the suspended too), or of one person, for whom
    /// only their own rows are read. Throws `notFound` if the cohort does not exist, or the person is no learner of it.
    package func standings(cohort: Slug, person: ID<Person>? = nil) async throws(ProvostError) -> CohortRecord {
        let known = try await self.cohort(cohort)
        return try await read { db in
            let key = known.id.text
            let labs = try db.rows("\(Assignment.selection) WHERE a.cohort = ? ORDER BY a.opens, a.slug", [key]) {
                try Assignment.decoded($0, at: 0)
            }
            var learners = try db.learnerRecords(cohort: key, person: person)
            if let person, learners.isEmpty {
                let name = try db.person(id: person).slug
                throw ProvostError(.notFound, "“\(name)” is no learner of the cohort “\(cohort)”; list its enrollments.")
            }
            let enrollment = person == nil ? nil : learners.first?.enrollment.text
            try db.addAttempts(to: &learners, cohort: key, person: person, labs: labs)
            try db.addDecisions(to: &learners, cohort: cohort, key: key, enrollment: enrollment)
            return CohortRecord(
                cohort: known, plan: try db.plan(cohort: key), labs: labs, points: try db.fullPoints(cohort: key),
                marked: try db.markedAssignments(cohort: cohort, key: key), learners: learners)
        }
    }

    /// The assignments of a cohort that people mark, by the time they open. Throws `notFound`.
    package func markedAssignments(of cohort: Slug) async throws(ProvostError) -> [MarkedAssignment] {
        try await read { db in try db.markedAssignments(cohort: cohort, key: try db.key(of: cohort, in: "cohort")) }
    }
}

extension Database {
    fileprivate func learnerRecords(cohort: String, person: ID<Person>?) throws -> [LearnerRecord] {
        try rows(
            """
            SELECT p.id, p.slug, p.name, p.email, e.id, e.suspended FROM enrollment e JOIN person p ON p.id = e.person
            WHERE \(person == nil ? "e.cohort = ?" : "+e.cohort = ? AND e.person = ?") AND e.role = 'learner' ORDER BY p.slug
            """, [cohort] + StatementArguments(person.map { [$0.text] } ?? [])
        ) { LearnerRecord(person: $0.person(0), enrollment: $0.id(4), isSuspended: $0[5]) }
    }

    /// What a full score of each lab is.
    fileprivate func fullPoints(cohort: String) throws -> [Slug: Points] {
        let points = try rows(
            "SELECT a.slug, v.points FROM assignment a JOIN labVersion v ON v.digest = a.labVersion WHERE a.cohort = ?", [cohort]
        ) { ($0.slug(0), $0.points(1)) }
        return Dictionary(uniqueKeysWithValues: points)
    }

    /// The newest; nil: it was made without a program's file.
    fileprivate func plan(cohort: String) throws -> CohortPlan? {
        try row("SELECT plan FROM cohortPlan WHERE cohort = ? ORDER BY sequence DESC LIMIT 1", [cohort]) {
            try DecodedPlans.plan($0[0])
        }
    }

    fileprivate func markedAssignments(cohort: Slug, key: String) throws -> [MarkedAssignment] {
        try rows(
            """
            SELECT id, slug, title, work, opens, due, closes, terms, weight FROM markedAssignment WHERE cohort = ?
            ORDER BY opens, slug
            """, [key]
        ) { row in
            MarkedAssignment(
                id: row.id(0), cohort: cohort, slug: row.slug(1), title: try Column.decoded(row[2]),
                work: try Column.decoded(row[3]), opens: try row.civil(4),
                due: try (row[5] as String?).map { try CivilTime(parsing: $0) }, closes: try row.civil(6),
                terms: try Column.decoded(row[7]), weight: row[8])
        }
    }

    fileprivate func addAttempts(
        to learners: inout [LearnerRecord], cohort: String, person: ID<Person>?, labs: [Assignment]
    ) throws {
        let names = Dictionary(uniqueKeysWithValues: labs.map { ($0.id.text, $0.slug) })
        let places = Dictionary(uniqueKeysWithValues: learners.enumerated().map { ($0.element.person.id.text, $0.offset) })
        for submission in try CountedSubmission.all(self, cohort: cohort, person: person?.text) {
            guard let place = places[submission.person], let name = names[submission.assignment] else { continue }
            let attempt = LearnerRecord.Attempt(
                attempt: ResultAttempt(
                    submission: submission.id, receivedAt: submission.receivedAt, score: submission.counted,
                    isPending: submission.isPending),
                digest: try ContentDigest(parsing: submission.digest), late: submission.late, isUsed: submission.usesAttempt,
                labVersion: try submission.labVersion.map { try ContentDigest(parsing: $0) },
                graderVersion: try submission.graderVersion.map { try ContentDigest(parsing: $0) },
                hidesTotal: submission.hidesTotal)
            learners[place].attempts[name, default: []].append(attempt)
        }
    }

    fileprivate func addDecisions(to learners: inout [LearnerRecord], cohort: Slug, key: String, enrollment: String?) throws {
        let places = Dictionary(uniqueKeysWithValues: learners.enumerated().map { ($0.element.person.slug, $0.offset) })
        let owners = Dictionary(uniqueKeysWithValues: learners.enumerated().map { ($0.element.enrollment.text, $0.offset) })
        for mark in try marks(cohort: cohort, key: key, enrollment: enrollment) where mark.isReleased {
            guard let place = places[mark.person] else { continue }
            learners[place].marks[mark.assignment, default: []].append(mark)
        }
        for allowance in try allowances(cohort: cohort, key: key, enrollment: enrollment) where allowance.withdrawal == nil {
            guard let place = places[allowance.person] else { continue }
            learners[place].allowances.append(allowance)
        }
        try eachAttendance(cohort: key, enrollment: enrollment) { owner, entry in
            if let place = owners[owner] { learners[place].attendance[entry.date] = entry }
        }
        for doubt in try integrityCases(cohort: cohort, key: key, enrollment: enrollment) {
            guard let place = places[doubt.person] else { continue }
            switch doubt.decision?.verdict {
            case .confirmed: learners[place].integrity = .confirmed
            case nil where learners[place].integrity == .clear: learners[place].integrity = .open
            default: break
            }
        }
    }
}

/// Plans by the very text that was read: taking one apart costs more than everything else that one learner's standing is worked out from.
private enum DecodedPlans {
    private static let most = 200
    private static let known = Mutex<[String: CohortPlan]>([:])

    static func plan(_ text: String) throws -> CohortPlan {
        if let plan = known.withLock({ $0[text] }) { return plan }
        let plan = try Column.decoded(text, as: CohortPlan.self)
        known.withLock { known in
            if known.count >= most { known.removeAll() }
            known[text] = plan
        }
        return plan
    }
}
