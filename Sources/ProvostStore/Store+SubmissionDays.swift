import GRDB
package import ProvostCore

extension Store {
    /// Throws `limitReached`, saying when the next one is possible, if the person has handed in as often in 24 hours as
    /// `submissions-per-day` lets them, or too short a time ago for the assignment's cool-off. A key that is on record passes. `recordSubmission` decides again, in its own transaction; this is
    /// for not taking the bytes first.
    package func requireSubmissionInDay(
        person: ID<Person>, cohort: Slug, assignment: Assignment, key: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await read { db in
            let known = try db.row("SELECT 1 FROM submission WHERE person = ? AND key = ?", [person.text, key]) { _ in true }
            guard known == nil else { return }
            try db.requireCoolOff(assignment: assignment, person: person, at: instant)
            try db.requireSubmissionInDay(person: person, cohort: cohort, at: instant)
        }
    }
}

extension Database {
    /// Counts from when the last attempt was received. One that was refused, or not graded by our fault, is given back and starts nothing.
    func requireCoolOff(assignment: Assignment, person: ID<Person>, at instant: Timestamp) throws {
        guard let coolOff = assignment.terms.coolOff, coolOff.milliseconds > 0 else { return }
        let last = try row(
            """
            SELECT max(s.receivedAt) FROM submission s
            WHERE s.assignment = ? AND s.person = ? AND s.receivedAt > ? AND \(Submission.usesAttempt)
            """, [assignment.id.text, person.text, instant.milliseconds - coolOff.milliseconds]
        ) { $0.optionalInstant(0) }
        guard let found = last, let received = found else { return }
        // A clock that has stepped back since makes nobody wait longer than the whole of it.
        let next = min(received + coolOff, instant + coolOff)
        throw ProvostError(
            .limitReached,
            "Nothing was recorded: between two attempts of \(assignment.slug) lie \(coolOff). The next one is possible in \(max(.seconds(1), next - instant)), at \(next)."
        )
    }

    private static let day = TimeSpan(milliseconds: 86_400_000)

    /// Counts what came in the last 24 hours, and what a clock that has stepped back since calls the future. Of our own failures none
    /// counts: a submission that could not be graded costs the learner nothing.
    func requireSubmissionInDay(person: ID<Person>, cohort: Slug, at instant: Timestamp) throws {
        let slug = try self.person(id: person).slug
        let place = try row(
            "\(LimitPlace.selection) WHERE c.slug = ? AND p.slug = ?", [cohort.text, slug.text], LimitPlace.init)
        guard let place else { return }
        let explanation = try limitChain(place).effective(.submissionsPerDay)
        guard let most = explanation.value, let binding = explanation.binding else { return }
        let received = try rows(
            """
            SELECT s.receivedAt FROM submission s WHERE s.person = ? AND s.cohort = ? AND s.receivedAt > ?
              AND NOT coalesce((SELECT r.outcome = 'not-graded' AND r.refused = 0 FROM score r JOIN grading g ON g.id = r.grading
                                WHERE r.submission = s.id AND g.class = 0 ORDER BY r.sequence DESC LIMIT 1), 0)
            ORDER BY s.receivedAt DESC
            """, [person.text, place.cohort, instant.milliseconds - Self.day.milliseconds]
        ) { $0.instant(0) }
        guard received.count >= most else { return }
        let limit = "(limit submissions-per-day, set at \(binding))"
        guard most > 0 else {
            throw ProvostError(.limitReached, "Nothing was recorded: nobody may hand in here now \(limit); ask your instructor.")
        }
        let next = received[Int(most) - 1] + Self.day
        throw ProvostError(
            .limitReached,
            "Nothing was recorded: \(received.count) of \(most) submissions in 24 hours are used \(limit). The next one is possible in \(max(.seconds(1), next - instant)), at \(next)."
        )
    }
}
