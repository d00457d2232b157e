import GRDB
package import ProvostCore

/// A submission as it is shown.
package struct SubmissionRow: Sendable, Hashable {
    package let submission: Submission
    package let person: Person
    package let assignment: Assignment
    /// The newest grading, or the one that an applied regrade set took since; never one of a set that is not applied.
    package let newest: Grading?
    /// 1 + regrades; those of sets once they are applied.
    package let gradings: Int
    /// The newest applied set that had a score for it; nil when there is none.
    package let regrade: RegradeNotice?
    package init(
        submission: Submission, person: Person, assignment: Assignment, newest: Grading?, gradings: Int, regrade: RegradeNotice?
    ) {
        self.submission = submission
        self.person = person
        self.assignment = assignment
        self.newest = newest
        self.gradings = gradings
        self.regrade = regrade
    }
}

extension Store {
    /// Throws `notFound`.
    package func submission(_ id: ID<Submission>) async throws(ProvostError) -> SubmissionRow {
        try await read { db in
            let found = try db.row("\(SubmissionRow.selection) WHERE s.id = ?", [id.text], SubmissionRow.Bare.init)
            guard let found else { throw Missing.identified("submission", id) }
            return try db.completed(found)
        }
    }

    /// What matches all that is given, newest first, at most `limit`. Throws `notFound` if the cohort does not exist.
    package func submissions(
        cohort: Slug?, assignment: ID<Assignment>?, person: ID<Person>?, limit: Int
    ) async throws(ProvostError) -> [SubmissionRow] {
        try await read { db in
            var conditions: [String] = []
            var arguments = StatementArguments()
            if let cohort {
                let key = try db.key(of: cohort, in: "cohort")
                // An assignment or a person selects better; the plus sign keeps the cohort's index out of it.
                conditions.append(assignment == nil && person == nil ? "s.cohort = ?" : "+s.cohort = ?")
                arguments += [key]
            }
            if let assignment {
                conditions.append("s.assignment = ?")
                arguments += [assignment.text]
            }
            if let person {
                conditions.append("s.person = ?")
                arguments += [person.text]
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            arguments += [limit]
            let bare = try db.rows(
                "\(SubmissionRow.selection) \(filter) ORDER BY s.sequence DESC LIMIT ?", arguments, SubmissionRow.Bare.init)
            return try bare.map(db.completed)
        }
    }
}

extension SubmissionRow {
    /// The row without its newest grading.
    fileprivate struct Bare {
        let submission: Submission
        let person: Person
        let assignment: Assignment

        init(_ row: Row) throws {
            submission = try Submission.decoded(row, at: 0)
            person = row.person(9)
            assignment = try Assignment.decoded(row, at: 13)
        }
    }

    fileprivate static let selection = """
        SELECT \(Submission.columns), p.id, p.slug, p.name, p.email, \(Assignment.columns)
        FROM submission s JOIN person p ON p.id = s.person JOIN assignment a ON a.id = s.assignment \(Assignment.joins)
        """
}

extension Database {
    fileprivate func completed(_ bare: SubmissionRow.Bare) throws -> SubmissionRow {
        let id = bare.submission.id.text
        return SubmissionRow(
            submission: bare.submission, person: bare.person, assignment: bare.assignment, newest: try shownGrading(of: id),
            gradings: try gradingCount(of: id), regrade: try regradeNotice(submission: id))
    }
}
