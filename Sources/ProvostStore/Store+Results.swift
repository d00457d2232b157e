import GRDB
package import ProvostCore

extension Store {
    /// What counts, worked out from the scores: one row for each learner of the cohort (the suspended too) and each assignment, with
    /// or without a score, by person and then assignment.
    ///
    /// What counts for a submission is decided by ``CountingRule``; of a person's submissions the assignment's policy picks one. `max`
    /// is that of the lab version that produced the score, and the assignment's while there is none.
    /// Throws `notFound` if the cohort does not exist.
    package func results(
        cohort: Slug, assignment: ID<Assignment>?, person: ID<Person>?
    ) async throws(ProvostError) -> [ResultRow] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let places = try db.resultPlaces(cohort: key, assignment: assignment)
            let learners = try db.learners(cohort: key, person: person)
            let standings = try db.standings(cohort: key, assignment: assignment, person: person, places: places)
            return learners.flatMap { learner in
                places.map { place in
                    let standing = standings[Standing.Key(person: learner.id.text, assignment: place.id)]
                    return ResultRow(
                        person: learner, assignment: place.slug, score: standing?.counted?.score,
                        max: standing?.counted?.max ?? place.max,
                        submission: standing?.submission, attemptsUsed: standing?.attemptsUsed ?? 0, late: standing?.late ?? false
                    )
                }
            }
        }
    }
}

/// What results need of an assignment.
private struct ResultPlace {
    let id: String
    let slug: Slug
    let policy: ResultPolicy
    let max: Points
}

/// What counts so far while a person's submissions go by in the order of attempts.
private struct Standing {
    struct Key: Hashable {
        let person: String
        let assignment: String
    }
    private(set) var counted: CountedScore?
    private(set) var submission: ID<Submission>?
    private(set) var late = false
    private(set) var attemptsUsed = 0

    mutating func add(_ new: CountedSubmission, policy: ResultPolicy) {
        if new.usesAttempt { attemptsUsed += 1 }
        guard let score = new.counted else { return }
        if let counted, !policy.prefers(score, over: counted) { return }
        counted = score
        submission = new.id
        late = new.late
    }
}

extension Database {
    fileprivate func resultPlaces(cohort: String, assignment: ID<Assignment>?) throws -> [ResultPlace] {
        try rows(
            """
            SELECT a.id, a.slug, a.policy, v.points FROM assignment a JOIN labVersion v ON v.digest = a.labVersion
            WHERE a.cohort = ? AND (?2 IS NULL OR a.id = ?2) ORDER BY a.slug
            """, [cohort, assignment?.text]
        ) { ResultPlace(id: $0[0], slug: $0.slug(1), policy: try Column.value($0[2]), max: $0.points(3)) }
    }

    fileprivate func learners(cohort: String, person: ID<Person>?) throws -> [Person] {
        try rows(
            """
            SELECT p.id, p.slug, p.name, p.email FROM enrollment e JOIN person p ON p.id = e.person
            WHERE e.cohort = ? AND e.role = 'learner' \(person == nil ? "" : "AND e.person = ?") ORDER BY p.slug
            """, [cohort] + StatementArguments(person.map { [$0.text] } ?? [])
        ) { $0.person(0) }
    }

    fileprivate func standings(
        cohort: String, assignment: ID<Assignment>?, person: ID<Person>?, places: [ResultPlace]
    ) throws -> [Standing.Key: Standing] {
        let policies = Dictionary(uniqueKeysWithValues: places.map { ($0.id, $0.policy) })
        var standings: [Standing.Key: Standing] = [:]
        for submission in try CountedSubmission.all(self, cohort: cohort, assignment: assignment?.text, person: person?.text) {
            let key = Standing.Key(person: submission.person, assignment: submission.assignment)
            guard let policy = policies[key.assignment] else { continue }
            standings[key, default: Standing()].add(submission, policy: policy)
        }
        return standings
    }
}
