import GRDB
package import ProvostCore

extension Store {
    /// What a gradebook needs beside the results: whose the cohort is, and each learner's enrollment and student number, by name.
    /// Throws `notFound`.
    package func gradebookPeople(
        cohort: Slug
    ) async throws(ProvostError) -> (
        organization: Organization, program: Program, learners: [(enrollment: Enrollment, number: String?)],
        receivedAt: [ID<Submission>: Timestamp]
    ) {
        let found = try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let place = try db.row(
                """
                SELECT o.id, o.slug, o.title, g.id, h.slug, g.slug, g.title FROM cohort c JOIN program g ON g.id = c.program
                  JOIN organization h ON h.id = g.organization JOIN organization o ON o.id = coalesce(c.organization, g.organization)
                WHERE c.id = ?
                """, [key]
            ) {
                (
                    Organization(id: $0.id(0), slug: $0.slug(1), title: $0[2]),
                    Program(id: $0.id(3), organization: $0.slug(4), slug: $0.slug(5), title: $0[6])
                )
            }
            guard let (organization, program) = place else { throw Missing.named("cohort", cohort) }
            let numbers = Dictionary(
                try db.rows(
                    """
                    SELECT i.person, i.value FROM enrollment e CROSS JOIN personIdentifier i ON i.person = e.person
                    WHERE e.cohort = ? AND +i.organization = ? AND i.kind = 'student-number'
                    """, [key, organization.id.text]
                ) { ($0[0] as String, $0[1] as String) }, uniquingKeysWith: { first, _ in first })
            let learners = try db.rows(
                "\(Enrollment.selection) WHERE e.cohort = ? AND e.role = 'learner' ORDER BY p.slug", [key], Enrollment.decoded)
            let received = try db.rows("SELECT id, receivedAt FROM submission WHERE cohort = ?", [key]) {
                ($0.id(0, as: ID<Submission>.self), $0.instant(1))
            }
            return GradebookPeople(
                organization: organization, program: program, learners: learners.map { ($0, numbers[$0.person.id.text]) },
                receivedAt: Dictionary(uniqueKeysWithValues: received))
        }
        return (found.organization, found.program, found.learners, found.receivedAt)
    }
}

private struct GradebookPeople: Sendable {
    let organization: Organization
    let program: Program
    let learners: [(enrollment: Enrollment, number: String?)]
    let receivedAt: [ID<Submission>: Timestamp]
}
