import GRDB
package import ProvostCore

/// What somebody holds as an admin of organizations.
package struct OrganizationRights: Sendable, Hashable {
    package var organizations: Set<Slug> = []
    /// Every cohort that is of one of them.
    package var cohorts: Set<Slug> = []
    package init() {}
}

/// Whom somebody may make a code for, and whose name they may set: both make them that person, so they must be in charge of all that the person is.
package struct Authority: Sendable, Hashable {
    package let cohorts: Set<Slug>
    package let organizations: Set<Slug>
    package init(cohorts: Set<Slug>, organizations: Set<Slug> = []) {
        self.cohorts = cohorts
        self.organizations = organizations
    }
}

extension Store {
    /// Doing it twice is the same as once. Throws `notFound`.
    package func addOrganizationAdmin(
        _ person: Slug, of organization: Slug, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> OrganizationAdmin {
        try await write { db in
            let key = try db.key(of: organization, in: "organization")
            let member = try db.person(person)
            let added = try db.run(
                "INSERT INTO organizationAdmin (organization, person, at, actor) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [key, member.id.text, instant.milliseconds, actor])
            if added > 0 {
                try db.appendAudit(
                    actor: actor, action: "organization.admin", subject: "\(organization)/\(person)", at: instant)
            }
            return OrganizationAdmin(organization: organization, person: member)
        }
    }

    /// Throws `notFound` when they are none.
    package func removeOrganizationAdmin(
        _ person: Slug, of organization: Slug, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> OrganizationAdmin {
        try await write { db in
            let key = try db.key(of: organization, in: "organization")
            let member = try db.person(person)
            guard
                try db.run("DELETE FROM organizationAdmin WHERE organization = ? AND person = ?", [key, member.id.text]) > 0
            else {
                throw ProvostError(.notFound, "“\(person)” is no admin of “\(organization)”; list its admins.")
            }
            try db.appendAudit(
                actor: actor, action: "organization.admin-removed", subject: "\(organization)/\(person)", at: instant)
            return OrganizationAdmin(organization: organization, person: member)
        }
    }

    /// By organization and name; of one organization or of all. Throws `notFound`.
    package func organizationAdmins(of organization: Slug?) async throws(ProvostError) -> [OrganizationAdmin] {
        try await read { db in
            let key = try organization.map { try db.key(of: $0, in: "organization") }
            return try db.rows(
                """
                SELECT o.slug, p.id, p.slug, p.name, p.email FROM organizationAdmin a
                  JOIN organization o ON o.id = a.organization JOIN person p ON p.id = a.person
                WHERE ?1 IS NULL OR a.organization = ?1 ORDER BY o.slug, p.slug
                """, [key]
            ) { OrganizationAdmin(organization: $0.slug(0), person: $0.person(1)) }
        }
    }

    /// What a person holds through organizations; empty for almost everybody.
    package func organizationRights(person: ID<Person>) async throws(ProvostError) -> OrganizationRights {
        try await read { db in try db.organizationRights(person: person) }
    }
}

extension Database {
    /// Whether all that the person is in, and all that they are in charge of themselves, is the authority's.
    func isWithin(_ authority: Authority, person: String) throws -> Bool {
        let cohorts = try rows(
            "SELECT c.slug FROM enrollment e JOIN cohort c ON c.id = e.cohort WHERE e.person = ?", [person]
        ) { $0.slug(0) }
        let organizations = try rows(
            "SELECT o.slug FROM organizationAdmin a JOIN organization o ON o.id = a.organization WHERE a.person = ?", [person]
        ) { $0.slug(0) }
        return authority.cohorts.isSuperset(of: cohorts) && authority.organizations.isSuperset(of: organizations)
    }

    func organizationRights(person: ID<Person>) throws -> OrganizationRights {
        var rights = OrganizationRights()
        rights.organizations = Set(
            try rows(
                "SELECT o.slug FROM organizationAdmin a JOIN organization o ON o.id = a.organization WHERE a.person = ?",
                [person.text]
            ) { $0.slug(0) })
        guard !rights.organizations.isEmpty else { return rights }
        rights.cohorts = Set(
            try rows(
                """
                SELECT c.slug FROM cohort c JOIN program g ON g.id = c.program
                WHERE coalesce(c.organization, g.organization) IN (SELECT organization FROM organizationAdmin WHERE person = ?)
                """, [person.text]
            ) { $0.slug(0) })
        return rights
    }
}
