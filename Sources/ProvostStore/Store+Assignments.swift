import GRDB
package import ProvostCore

extension Store {
    /// Places a lab version in a cohort. Throws `notFound` if the cohort or the lab version does not exist, `conflict` if the name is
    /// taken in the cohort or the version is of another lab, `invalid` if the times are out of order.
    package func createAssignment(_ assignment: Assignment, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try Self.checkTimes(of: assignment)
        try await write { db in try db.insertAssignment(assignment, by: actor, at: instant) }
    }

    /// Changes everything but the cohort of the assignment with this identifier; what is queued moves to its new place.
    /// Throws as `createAssignment`, and `conflict` for another cohort.
    package func updateAssignment(_ assignment: Assignment, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try Self.checkTimes(of: assignment)
        try await write { db in try db.updateAssignment(assignment, by: actor, at: instant) }
    }

    /// Throws `notFound`.
    package func assignment(_ id: ID<Assignment>) async throws(ProvostError) -> Assignment {
        try await read { db in try db.assignment(id) }
    }

    /// All of a cohort, by the time they open. Throws `notFound` if the cohort does not exist.
    package func assignments(cohort: Slug) async throws(ProvostError) -> [Assignment] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            return try db.rows("\(Assignment.selection) WHERE a.cohort = ? ORDER BY a.opens, a.slug", [key]) { row in
                try Assignment.decoded(row, at: 0)
            }
        }
    }

    /// Throws `notFound`.
    package func assignment(cohort: Slug, slug: Slug) async throws(ProvostError) -> Assignment {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let found = try db.row("\(Assignment.selection) WHERE a.cohort = ? AND a.slug = ?", [key, slug.text]) { row in
                try Assignment.decoded(row, at: 0)
            }
            guard let found else {
                throw ProvostError(.notFound, "There is no assignment “\(slug)” in the cohort “\(cohort)”; list its assignments.")
            }
            return found
        }
    }

    static func checkTimes(of assignment: Assignment) throws(ProvostError) {
        guard assignment.opens <= assignment.closes else {
            throw ProvostError(.invalid, "The assignment closes before it opens; give a later time to close.")
        }
        if let due = assignment.due, due < assignment.opens || due > assignment.closes {
            throw ProvostError(.invalid, "The due time lies outside the time from opening to closing; move it inside.")
        }
        guard assignment.weight >= 0, assignment.attempts.map({ $0 >= 1 }) != false else {
            throw ProvostError(.invalid, "The weight is 0 or more and the attempts are 1 or more; leave attempts out for no cap.")
        }
    }
}

extension Assignment {
    /// What “nearest due first” compares: the civil time as text. Between zones it is off by their difference, which is fair enough for
    /// an order and lets the index hold it.
    var dueOrder: String { (due ?? closes).description }

    fileprivate var storedTerms: String? {
        get throws { terms == AssignmentTerms() ? nil : try Column.json(terms) }
    }

    static let columns = """
        a.id, ac.slug, a.slug, a.title, av.name, a.labVersion, a.opens, a.due, a.closes, a.attempts, a.policy, a.weight,
        a.terms
        """
    /// To be joined wherever `columns` are selected and `assignment a` is there.
    static let joins = "JOIN cohort ac ON ac.id = a.cohort JOIN labVersion av ON av.digest = a.labVersion"
    static let selection = "SELECT \(columns) FROM assignment a \(joins)"

    static func decoded(_ row: Row, at index: Int) throws -> Assignment {
        Assignment(
            id: row.id(index), cohort: row.slug(index + 1), slug: row.slug(index + 2), title: try Column.decoded(row[index + 3]),
            lab: row.slug(index + 4), labVersion: try row.digest(index + 5), opens: try row.civil(index + 6),
            due: try (row[index + 7] as String?).map { try CivilTime(parsing: $0) }, closes: try row.civil(index + 8),
            attempts: row[index + 9], policy: try Column.value(row[index + 10]), weight: row[index + 11],
            terms: try (row[index + 12] as String?).map { try Column.decoded($0) } ?? AssignmentTerms())
    }
}

extension Database {
    /// As `createAssignment` says; the times have been looked at.
    func insertAssignment(_ assignment: Assignment, by actor: String, at instant: Timestamp) throws {
        let cohort = try key(of: assignment.cohort, in: "cohort")
        try checkReferences(of: assignment, cohort: cohort)
        try run(
            """
            INSERT INTO assignment (id, cohort, slug, title, labVersion, opens, due, closes, attempts, policy, weight, terms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                assignment.id.text, cohort, assignment.slug.text, try Column.json(assignment.title),
                assignment.labVersion.hex, assignment.opens.description, assignment.due?.description,
                assignment.closes.description, assignment.attempts, assignment.policy.rawValue, assignment.weight,
                try assignment.storedTerms,
            ])
        try appendAudit(
            actor: actor, action: "assignment.create", subject: "\(assignment.cohort)/\(assignment.slug)",
            details: assignment, at: instant)
    }

    /// As `updateAssignment` says; the times have been looked at.
    func updateAssignment(_ assignment: Assignment, by actor: String, at instant: Timestamp) throws {
        let before = try self.assignment(assignment.id)
        guard before.cohort == assignment.cohort else {
            throw ProvostError(.conflict, "An assignment stays in its cohort; create one in “\(assignment.cohort)” instead.")
        }
        let cohort = try key(of: assignment.cohort, in: "cohort")
        try checkReferences(of: assignment, cohort: cohort)
        try run(
            """
            UPDATE assignment SET slug = ?, title = ?, labVersion = ?, opens = ?, due = ?, closes = ?, attempts = ?,
              policy = ?, weight = ?, terms = ? WHERE id = ?
            """,
            [
                assignment.slug.text, try Column.json(assignment.title), assignment.labVersion.hex,
                assignment.opens.description, assignment.due?.description, assignment.closes.description,
                assignment.attempts, assignment.policy.rawValue, assignment.weight, try assignment.storedTerms,
                assignment.id.text,
            ])
        try run(
            "UPDATE grading SET dueOrder = ? WHERE assignment = ? AND stage = 'queued'",
            [assignment.dueOrder, assignment.id.text])
        try appendAudit(
            actor: actor, action: "assignment.update", subject: "\(assignment.cohort)/\(assignment.slug)",
            details: ["after": assignment, "before": before], at: instant)
    }

    func assignment(_ id: ID<Assignment>) throws -> Assignment {
        let found = try row("\(Assignment.selection) WHERE a.id = ?", [id.text]) { try Assignment.decoded($0, at: 0) }
        guard let found else { throw Missing.identified("assignment", id) }
        return found
    }

    fileprivate func checkReferences(of assignment: Assignment, cohort: String) throws {
        let version = try labVersion(assignment.labVersion)
        guard version.name == assignment.lab else {
            throw ProvostError(
                .conflict,
                "The lab version is of “\(version.name)”, not of “\(assignment.lab)”; name a version of that lab.")
        }
        let holder = try row(
            "SELECT id FROM assignment WHERE cohort = ? AND slug = ?", [cohort, assignment.slug.text], { $0[0] as String })
        guard holder == nil || holder == assignment.id.text else {
            throw ProvostError(
                .conflict,
                "There is already an assignment “\(assignment.slug)” in the cohort “\(assignment.cohort)”; choose another name.")
        }
    }
}
