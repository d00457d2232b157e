import GRDB
package import ProvostCore

extension Store {
    /// Puts a person into a cohort and keeps the hash of a code that is exchanged, once, for a token.
    ///
    /// `person` is made if nobody has that name; somebody who has it stays as recorded. A person who is in the cohort already gets
    /// the new role, is no longer suspended, and older unused codes stop working. `enrollment` names it if it is new.
    /// Throws `notFound` if the cohort does not exist, `limitReached` if it is full.
    package func enroll(
        person: Person, cohort: Slug, role: Role, enrollment: ID<Enrollment>, codeHash: String, codeExpires: Timestamp,
        mayTouch: Authority? = nil, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Enrollment {
        try await write { db in
            let cohortKey = try db.key(of: cohort, in: "cohort")
            let known = try db.personIfAny(person.slug)
            if known == nil { try db.insertPerson(person, by: actor, at: instant) }
            if let known, let mayTouch, try !db.isWithin(mayTouch, person: known.id.text) {
                throw ProvostError(
                    .denied,
                    "\(known.slug) is in a cohort that is not yours, or in charge of an organization; ask an administrator of this server to enrol them."
                )
            }
            let member = known ?? person
            if role == .learner { try db.requirePlace(for: member.id, cohort: cohortKey, of: cohort) }
            try db.run(
                """
                INSERT INTO enrollment (id, person, cohort, role, suspended) VALUES (?, ?, ?, ?, 0)
                ON CONFLICT (person, cohort) DO UPDATE SET role = excluded.role, suspended = 0
                """, [enrollment.text, member.id.text, cohortKey, role.rawValue])
            guard let result = try db.enrollment(person: member.slug, cohort: cohort) else {
                throw Missing.identified("enrollment", enrollment)
            }
            try db.grantBudget(to: result.id.text, by: actor, at: instant)
            try db.voidCodes(of: result.id, at: instant)
            try db.run(
                "INSERT INTO enrolmentCode (hash, enrollment, createdAt, expiresAt) VALUES (?, ?, ?, ?)",
                [codeHash, result.id.text, instant.milliseconds, codeExpires.milliseconds])
            try db.appendAudit(
                actor: actor, action: "enrollment.create", subject: "\(cohort)/\(member.slug)",
                details: ["codeExpires": codeExpires.description, "id": result.id.text, "role": role.rawValue], at: instant)
            return result
        }
    }

    /// Keeps the enrollment and its history; the person may do nothing in the cohort and unused codes stop working. Doing it twice
    /// is the same as once. Throws `notFound` if the person is not in the cohort.
    package func suspendEnrollment(
        person: Slug, cohort: Slug, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Enrollment {
        try await write { db in
            _ = try db.key(of: cohort, in: "cohort")
            _ = try db.person(person)
            guard let before = try db.enrollment(person: person, cohort: cohort) else {
                throw ProvostError(.notFound, "“\(person)” is not in the cohort “\(cohort)”; list its enrollments.")
            }
            guard !before.suspended else { return before }
            try db.run("UPDATE enrollment SET suspended = 1 WHERE id = ?", [before.id.text])
            try db.voidCodes(of: before.id, at: instant)
            try db.appendAudit(
                actor: actor, action: "enrollment.suspend", subject: "\(cohort)/\(person)", details: ["id": before.id.text],
                at: instant)
            return Enrollment(
                id: before.id, person: before.person, cohort: cohort, role: before.role, suspended: true,
                section: before.section)
        }
    }

    /// Everybody in a cohort, by name, the suspended too. Throws `notFound` if the cohort does not exist.
    package func enrollments(cohort: Slug) async throws(ProvostError) -> [Enrollment] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            return try db.rows("\(Enrollment.selection) WHERE e.cohort = ? ORDER BY p.slug", [key], Enrollment.decoded)
        }
    }

    /// Everything a person is in, by cohort, the suspended too.
    package func enrollments(person: ID<Person>) async throws(ProvostError) -> [Enrollment] {
        try await read { db in try db.enrollments(person: person) }
    }
}

extension Enrollment {
    static let selection = """
        SELECT e.id, p.id, p.slug, p.name, p.email, c.slug, e.role, e.suspended, e.section
        FROM enrollment e JOIN person p ON p.id = e.person JOIN cohort c ON c.id = e.cohort
        """

    static func decoded(_ row: Row) throws -> Enrollment {
        Enrollment(
            id: row.id(0), person: row.person(1), cohort: row.slug(5), role: try Column.value(row[6]), suspended: row[7],
            section: row[8])
    }
}

extension Database {
    func enrollments(person: ID<Person>) throws -> [Enrollment] {
        try rows("\(Enrollment.selection) WHERE e.person = ? ORDER BY c.slug", [person.text], Enrollment.decoded)
    }

    func enrollment(person: Slug, cohort: Slug) throws -> Enrollment? {
        try row("\(Enrollment.selection) WHERE p.slug = ? AND c.slug = ?", [person.text, cohort.text], Enrollment.decoded)
    }

    func voidCodes(of enrollment: ID<Enrollment>, at instant: Timestamp) throws {
        try run(
            "UPDATE enrolmentCode SET voidedAt = ? WHERE enrollment = ? AND usedAt IS NULL AND voidedAt IS NULL",
            [instant.milliseconds, enrollment.text])
    }
}
