import GRDB
package import ProvostCore

// Organizations, programs and cohorts.
extension Store {
    /// Throws `conflict` if the name is taken.
    package func createOrganization(
        _ organization: Organization, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            try db.requireFree(organization.slug, in: "organization")
            try db.run(
                "INSERT INTO organization (id, slug, title) VALUES (?, ?, ?)",
                [organization.id.text, organization.slug.text, organization.title])
            try db.appendAudit(
                actor: actor, action: "organization.create", subject: organization.slug.text,
                details: ["id": organization.id.text, "title": organization.title], at: instant)
        }
    }

    /// All, by name.
    package func organizations() async throws(ProvostError) -> [Organization] {
        try await read { db in
            try db.rows("SELECT id, slug, title FROM organization ORDER BY slug") { row in
                Organization(id: row.id(0), slug: row.slug(1), title: row[2])
            }
        }
    }

    /// Throws `conflict` if the name is taken, `notFound` if the organization does not exist.
    package func createProgram(_ program: Program, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in
            try db.requireFree(program.slug, in: "program")
            let organization = try db.key(of: program.organization, in: "organization")
            try db.run(
                "INSERT INTO program (id, organization, slug, title) VALUES (?, ?, ?, ?)",
                [program.id.text, organization, program.slug.text, program.title])
            try db.appendAudit(
                actor: actor, action: "program.create", subject: program.slug.text,
                details: ["id": program.id.text, "organization": program.organization.text, "title": program.title], at: instant)
        }
    }

    /// All, by name.
    package func programs() async throws(ProvostError) -> [Program] {
        try await read { db in
            try db.rows(
                """
                SELECT p.id, o.slug, p.slug, p.title FROM program p JOIN organization o ON o.id = p.organization
                ORDER BY p.slug
                """
            ) { row in Program(id: row.id(0), organization: row.slug(1), slug: row.slug(2), title: row[3]) }
        }
    }

    /// Throws `conflict` if the name is taken, `notFound` if the program does not exist, `invalid` if it ends before it begins.
    package func createCohort(_ cohort: Cohort, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        guard cohort.firstDay <= cohort.lastDay else {
            throw ProvostError(.invalid, "The cohort's last day is before its first; give the earlier day first.")
        }
        try await write { db in try db.insertCohort(cohort, by: actor, at: instant) }
    }

    static let cohortSelection = """
        SELECT c.id, p.slug, c.slug, c.title, c.firstDay, c.lastDay, c.timezone, o.slug
        FROM cohort c JOIN program p ON p.id = c.program LEFT JOIN organization o ON o.id = c.organization
        """

    static func cohort(_ row: Row) throws -> Cohort {
        Cohort(
            id: row.id(0), program: row.slug(1), slug: row.slug(2), title: row[3], firstDay: try CivilDate(parsing: row[4]),
            lastDay: try CivilDate(parsing: row[5]), timezone: row[6],
            organization: (row[7] as String?).map { Slug(trusted: $0) })
    }

    /// All, by name.
    package func cohorts() async throws(ProvostError) -> [Cohort] {
        try await read { db in try db.rows("\(Self.cohortSelection) ORDER BY c.slug", StatementArguments(), Self.cohort) }
    }

    /// Throws `notFound`.
    package func cohort(_ slug: Slug) async throws(ProvostError) -> Cohort {
        try await read { db in try db.cohort(slug) }
    }
}

extension Database {
    /// Throws `notFound`.
    func cohort(_ slug: Slug) throws -> Cohort {
        guard let cohort = try row("\(Store.cohortSelection) WHERE c.slug = ?", [slug.text], Store.cohort) else {
            throw Missing.named("cohort", slug)
        }
        return cohort
    }

    /// As `createCohort` says.
    func insertCohort(_ cohort: Cohort, by actor: String, at instant: Timestamp) throws {
        try requireFree(cohort.slug, in: "cohort")
        let program = try key(of: cohort.program, in: "program")
        try run(
            """
            INSERT INTO cohort (id, program, slug, title, firstDay, lastDay, timezone, organization)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                cohort.id.text, program, cohort.slug.text, cohort.title, cohort.firstDay.description,
                cohort.lastDay.description, cohort.timezone,
                try cohort.organization.map { try key(of: $0, in: "organization") },
            ])
        try appendAudit(actor: actor, action: "cohort.create", subject: cohort.slug.text, details: cohort, at: instant)
    }
}

/// The sentences for what is not there.
enum Missing {
    static func named(_ noun: String, _ slug: Slug) -> ProvostError {
        ProvostError(.notFound, "There is no \(noun) “\(slug)”; check the spelling or list them.")
    }
    static func identified<Entity>(_ noun: String, _ id: ID<Entity>) -> ProvostError {
        ProvostError(.notFound, "There is no \(noun) \(id); copy the identifier from a listing.")
    }
    static func digest(_ noun: String, _ digest: ContentDigest) -> ProvostError {
        ProvostError(.notFound, "There is no \(noun) \(digest.short); publish it first.")
    }
}

extension Database {
    /// The identifier of the named row. Throws `notFound` with a sentence. `table` is one of our own names, never input.
    func key(of slug: Slug, in table: String) throws -> String {
        guard let key = try row("SELECT id FROM \(table) WHERE slug = ?", [slug.text], { $0[0] as String }) else {
            throw Missing.named(table, slug)
        }
        return key
    }

    /// Throws `conflict` when the name is taken.
    func requireFree(_ slug: Slug, in table: String) throws {
        guard try row("SELECT 1 FROM \(table) WHERE slug = ?", [slug.text], { _ in true }) == nil else {
            let article = table.first.map { "aeiou".contains($0) } == true ? "an" : "a"
            throw ProvostError(.conflict, "There is already \(article) \(table) “\(slug)”; choose another name.")
        }
    }
}
