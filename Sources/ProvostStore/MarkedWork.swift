import GRDB
import ProvostCore

/// One of a cohort's assignments, graded by a program or marked by people: in rows it stands in one of two columns.
struct MarkedWork {
    let assignment: String?
    let marked: String?

    /// Two columns: `assignment`, `markedAssignment`.
    var arguments: StatementArguments { [assignment, marked] }

    /// To be joined to a row `x` that has the two columns; `slug` is the assignment's name then.
    static func joins(_ x: String) -> String {
        "LEFT JOIN assignment ja ON ja.id = \(x).assignment LEFT JOIN markedAssignment jm ON jm.id = \(x).markedAssignment"
    }
    static let slug = "coalesce(ja.slug, jm.slug)"
}

extension Database {
    /// Throws `notFound`.
    func work(cohort: Slug, key: String, slug: Slug) throws -> MarkedWork {
        let found = try row(
            """
            SELECT id, NULL FROM assignment WHERE cohort = ?1 AND slug = ?2
            UNION ALL SELECT NULL, id FROM markedAssignment WHERE cohort = ?1 AND slug = ?2
            """, [key, slug.text]
        ) { MarkedWork(assignment: $0[0], marked: $0[1]) }
        guard let found else {
            throw ProvostError(.notFound, "There is no assignment “\(slug)” in the cohort “\(cohort)”; list its assignments.")
        }
        return found
    }

    /// The enrollment of a learner, suspended or not. Throws `notFound` if the person is no learner of the cohort.
    func learnerEnrollment(cohort: Slug, key: String, person: Slug) throws -> String {
        let found = try row(
            """
            SELECT e.id FROM enrollment e JOIN person p ON p.id = e.person
            WHERE p.slug = ? AND e.cohort = ? AND e.role = 'learner'
            """, [person.text, key]
        ) { $0[0] as String }
        guard let found else {
            throw ProvostError(.notFound, "“\(person)” is no learner of the cohort “\(cohort)”; list its enrollments.")
        }
        return found
    }
}
