import GRDB
package import ProvostCore

// Reading regrade sets: for reviewers, and for the learners whose work was graded again.
extension Store {
    /// Newest first; of a cohort or of all, of one assignment or of all. Throws `notFound` if the cohort does not exist.
    package func regradeSets(cohort: Slug?, assignment: ID<Assignment>?) async throws(ProvostError) -> [RegradeSet] {
        try await read { db in
            let key = try cohort.map { try db.key(of: $0, in: "cohort") }
            return try db.rows(
                """
                \(RegradeSet.selection) WHERE (?1 IS NULL OR a.cohort = ?1) AND (?2 IS NULL OR a.id = ?2) ORDER BY r.sequence DESC
                """, [key, assignment?.text], RegradeSet.decoded)
        }
    }

    /// Throws `notFound`.
    package func regradeSet(_ id: ID<RegradeSet>) async throws(ProvostError) -> RegradeSet {
        try await read { db in try db.regradeSet(id) }
    }

    /// What an open set would do with these options, or what an applied one did (whatever the options). Throws `notFound`.
    package func regradeReview(_ id: ID<RegradeSet>, options: RegradeOptions) async throws(ProvostError) -> RegradeReview {
        try await read { db in
            let set = try db.regradeSet(id)
            let people = try db.regradePeople(id)
            if set.state == .applied { return try db.appliedReview(set, people: people) }
            let outcomes = try db.regradeOutcomes(set, assignment: db.assignment(db.assignment(of: id)), options: options)
            let facts = outcomes.flatMap { person, outcome in
                outcome.decisions.map { ReviewFact(person, $0.submission, $0.verdict, $0.before, $0.after) }
            }
            let moves = outcomes.compactMap { key, outcome in
                people[key].map {
                    RegradeMove(person: $0.slug, name: $0.name, before: outcome.before?.score, after: outcome.after?.score)
                }
            }
            return try db.review(set, people: people, moves: moves, facts: facts)
        }
    }

    /// For each assignment of the cohort, by name: the newest applied set that graded work of this person again.
    package func regradeNotices(cohort: Slug, person: ID<Person>) async throws(ProvostError) -> [Slug: RegradeNotice] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let notices = try db.rows(
                """
                SELECT a.slug, r.id, r.endedAt, r.reason, b.grading, b.points, b.max, n.grading, n.points, n.max
                FROM regradeMove m JOIN regradeSet r ON r.id = m.regradeSet JOIN assignment a ON a.id = r.assignment
                  LEFT JOIN score b ON b.grading = m.before LEFT JOIN score n ON n.grading = m.after
                WHERE m.person = ? AND a.cohort = ? ORDER BY r.sequence
                """, [person.text, key]
            ) { ($0.slug(0), RegradeNotice.decoded($0, at: 1)) }
            // The sets of an assignment are applied in the order in which they are made: one is open at a time.
            return Dictionary(notices) { _, newer in newer }
        }
    }
}

/// What is known of one submission of a set before its gradings are looked at.
private struct ReviewFact {
    let person: String
    let submission: ID<Submission>
    let verdict: RegradeVerdict
    let before: CountedScore?
    let after: CountedScore?
    init(
        _ person: String, _ submission: ID<Submission>, _ verdict: RegradeVerdict, _ before: CountedScore?, _ after: CountedScore?
    ) {
        self.person = person
        self.submission = submission
        self.verdict = verdict
        self.before = before
        self.after = after
    }
}

extension RegradeSet {
    fileprivate static let selection = """
        SELECT r.id, co.slug, a.slug, v.name, r.labVersion, r.pinned, r.scope, r.undoes, r.state,
          (SELECT count(*) FROM regradeItem WHERE regradeSet = r.id),
          (SELECT count(*) FROM grading WHERE regradeSet = r.id AND stage IN ('graded', 'failed')),
          (SELECT count(*) FROM grading WHERE regradeSet = r.id AND stage = 'failed'),
          (SELECT count(*) FROM grading WHERE regradeSet = r.id AND stage IN ('queued', 'unpacking', 'grading')),
          coalesce(r.arrived, (SELECT count(*) FROM submission WHERE assignment = r.assignment AND sequence > r.newest)),
          r.leftOut, r.createdBy, r.createdAt, r.endedBy, r.endedAt, r.reason, r.neverLower, r.keepHumanMarks, r.moved,
          (SELECT count(*) FROM regradeItem i JOIN submission s ON s.id = i.submission
           WHERE i.regradeSet = r.id AND \(Mark.stands))
        FROM regradeSet r JOIN assignment a ON a.id = r.assignment JOIN cohort co ON co.id = a.cohort
          JOIN labVersion v ON v.digest = r.labVersion
        """

    fileprivate static func decoded(_ row: Row) throws -> RegradeSet {
        let unfinished = row[12] as Int
        let stored = row[8] as String
        let state = stored == "open" ? (unfinished == 0 ? State.ready : .grading) : try Column.value(stored)
        return RegradeSet(
            id: row.id(0), cohort: row.slug(1), assignment: row.slug(2), lab: row.slug(3), labVersion: try row.digest(4),
            pinned: try row.digest(5), scope: try Column.value(row[6]), undoes: (row[7] as String?).map { ID(trusted: $0) },
            state: state, submissions: row[9], finished: row[10], notGraded: row[11], arrived: row[13], leftOut: row[14],
            humanMarks: row[23], createdBy: row[15], createdAt: row.instant(16), endedBy: row[17],
            endedAt: row.optionalInstant(18),
            reason: row[19],
            options: state == .applied ? RegradeOptions(neverLower: row[20], keepHumanMarks: row[21]) : nil, moved: row[22])
    }
}

extension RegradeNotice {
    fileprivate static func decoded(_ row: Row, at index: Int) -> RegradeNotice {
        RegradeNotice(
            set: row.id(index), at: row.instant(index + 1), before: row.countedScore(index + 3),
            after: row.countedScore(index + 6),
            reason: row[index + 2])
    }
}

extension Database {
    func regradeSet(_ id: ID<RegradeSet>) throws -> RegradeSet {
        guard let set = try row("\(RegradeSet.selection) WHERE r.id = ?", [id.text], RegradeSet.decoded) else {
            throw Missing.identified("regrade set", id)
        }
        return set
    }

    func assignment(of set: ID<RegradeSet>) throws -> ID<Assignment> {
        guard
            let id = try row("SELECT assignment FROM regradeSet WHERE id = ?", [set.text], { $0.id(0, as: ID<Assignment>.self) })
        else { throw Missing.identified("regrade set", set) }
        return id
    }

    /// What applying the set now would do, for each person with a submission in it.
    func regradeOutcomes(
        _ set: RegradeSet, assignment: Assignment, options: RegradeOptions
    ) throws -> [(person: String, outcome: RegradeRule.Outcome)] {
        let items = Dictionary(uniqueKeysWithValues: try regradeItems(set.id))
        let all = try CountedSubmission.all(self, assignment: assignment.id.text)
        let people = Dictionary(grouping: all, by: \.person)
        return people.sorted { $0.key < $1.key }.compactMap { person, own in
            guard own.contains(where: { items[$0.id] != nil }) else { return nil }
            let entries = own.map { RegradeRule.Entry(submission: $0.id, counted: $0.counted, item: items[$0.id]) }
            return (person, RegradeRule.outcome(entries, policy: assignment.policy, options: options))
        }
    }

    private func regradeItems(_ set: ID<RegradeSet>) throws -> [(ID<Submission>, RegradeRule.Item)] {
        try rows(
            """
            SELECT i.submission, i.base, i.proposed, k.outcome = 'graded' AND k.refused = 0, k.grading, k.points, k.max,
              \(Mark.stands)
            FROM regradeItem i JOIN submission s ON s.id = i.submission LEFT JOIN score k ON k.grading = i.proposed
            WHERE i.regradeSet = ?
            """, [set.text]
        ) { row in
            let proposal: RegradeRule.Proposal =
                switch (row[2] as String?, row[3] as Bool?) {
                case (nil, _): .count(nil)
                case (_, nil): .pending
                case (_, true?): .count(row.countedScore(4))
                case (_, false?): .notGraded
                }
            let item = RegradeRule.Item(
                base: (row[1] as String?).map { ID(trusted: $0) }, proposal: proposal, hasHumanMark: row[7])
            return (row.id(0), item)
        }
    }

    fileprivate func regradePeople(_ set: ID<RegradeSet>) throws -> [String: Person] {
        let people = try rows(
            """
            SELECT DISTINCT p.id, p.slug, p.name, p.email FROM regradeItem i JOIN submission s ON s.id = i.submission
              JOIN person p ON p.id = s.person WHERE i.regradeSet = ?
            """, [set.text]
        ) { $0.person(0) }
        return Dictionary(uniqueKeysWithValues: people.map { ($0.id.text, $0) })
    }

    fileprivate func appliedReview(_ set: RegradeSet, people: [String: Person]) throws -> RegradeReview {
        let facts = try rows(
            """
            SELECT s.person, c.submission, c.verdict, b.grading, b.points, b.max, n.grading, n.points, n.max
            FROM regradeDecision c JOIN submission s ON s.id = c.submission
              LEFT JOIN score b ON b.grading = c.before LEFT JOIN score n ON n.grading = c.after
            WHERE c.regradeSet = ?
            """, [set.id.text]
        ) { ReviewFact($0[0], $0.id(1), try Column.value($0[2]), $0.countedScore(3), $0.countedScore(6)) }
        let moves = try rows(
            """
            SELECT m.person, b.grading, b.points, b.max, n.grading, n.points, n.max
            FROM regradeMove m LEFT JOIN score b ON b.grading = m.before LEFT JOIN score n ON n.grading = m.after
            WHERE m.regradeSet = ?
            """, [set.id.text]
        ) { row in
            people[row[0]].map {
                RegradeMove(person: $0.slug, name: $0.name, before: row.countedScore(1), after: row.countedScore(4))
            }
        }
        return try review(set, people: people, moves: moves.compactMap(\.self), facts: facts)
    }

    fileprivate func review(
        _ set: RegradeSet, people: [String: Person], moves: [RegradeMove], facts: [ReviewFact]
    ) throws -> RegradeReview {
        var items: [RegradeItem] = []
        for fact in facts {
            guard let person = people[fact.person] else { continue }
            let proposed = try row(
                """
                SELECT s.attempt, i.proposed, k.outcome = 'graded' AND k.refused = 0, k.grading, k.points, k.max, k.reason,
                  \(Mark.stands)
                FROM regradeItem i JOIN submission s ON s.id = i.submission LEFT JOIN score k ON k.grading = i.proposed
                WHERE i.regradeSet = ? AND i.submission = ?
                """, [set.id.text, fact.submission.text]
            ) { row in
                let isGraded = (row[2] as Bool?) == true
                return (
                    attempt: row[0] as Int, score: isGraded ? row.countedScore(3) : nil,
                    reason: isGraded ? nil : row[6] as String?, hasHumanMark: row[7] as Bool
                )
            }
            let before = try fact.before.map { try tests(of: $0.grading.text) } ?? []
            let after = try proposed?.score.map { try tests(of: $0.grading.text) }
            items.append(
                RegradeItem(
                    submission: fact.submission, person: person.slug, attempt: proposed?.attempt ?? 0, verdict: fact.verdict,
                    before: fact.before, proposed: proposed?.score, after: fact.after,
                    hasHumanMark: proposed?.hasHumanMark ?? false,
                    reason: proposed?.reason, tests: after.map { TestDifference.between(before, $0) } ?? []))
        }
        return RegradeReview(
            set: set, people: moves.sorted { $0.person < $1.person },
            items: items.sorted { ($0.person, $0.attempt) < ($1.person, $1.attempt) })
    }

    /// For the learner: what the newest applied set that had a score for the submission did to it.
    func regradeNotice(submission: String) throws -> RegradeNotice? {
        try row(
            """
            SELECT r.id, r.endedAt, r.reason, b.grading, b.points, b.max, n.grading, n.points, n.max
            FROM regradeDecision c JOIN regradeSet r ON r.id = c.regradeSet
              LEFT JOIN score b ON b.grading = c.before LEFT JOIN score n ON n.grading = c.after
            WHERE c.submission = ? AND (c.taken = 1 OR c.verdict = 'lower-kept') ORDER BY c.sequence DESC LIMIT 1
            """, [submission]
        ) { RegradeNotice.decoded($0, at: 0) }
    }
}
