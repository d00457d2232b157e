import GRDB
package import ProvostCore

extension Store {
    /// Throws `conflict` if the name is taken.
    package func createPerson(_ person: Person, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in
            try db.requireFree(person.slug, in: "person")
            try db.insertPerson(person, by: actor, at: instant)
        }
    }

    /// All, by name.
    package func persons() async throws(ProvostError) -> [Person] {
        try await read { db in
            try db.rows("SELECT id, slug, name, email FROM person ORDER BY slug") { $0.person(0) }
        }
    }

    /// Throws `notFound`.
    package func person(_ slug: Slug) async throws(ProvostError) -> Person {
        try await read { db in try db.person(slug) }
    }

    /// Throws `notFound`.
    package func person(id: ID<Person>) async throws(ProvostError) -> Person {
        try await read { db in try db.person(id: id) }
    }
}

extension Database {
    func insertPerson(_ person: Person, by actor: String, at instant: Timestamp) throws {
        try run(
            "INSERT INTO person (id, slug, name, email) VALUES (?, ?, ?, ?)",
            [person.id.text, person.slug.text, person.name, person.email])
        try appendAudit(
            actor: actor, action: "person.create", subject: person.slug.text,
            // No name and no address: an entry cannot be taken out of the chain when the person asks to be erased.
            details: ["id": person.id.text], at: instant)
    }

    func person(_ slug: Slug) throws -> Person {
        guard let person = try personIfAny(slug) else { throw Missing.named("person", slug) }
        return person
    }

    func personIfAny(_ slug: Slug) throws -> Person? {
        try row("SELECT id, slug, name, email FROM person WHERE slug = ?", [slug.text]) { $0.person(0) }
    }

    func person(id: ID<Person>) throws -> Person {
        guard let person = try row("SELECT id, slug, name, email FROM person WHERE id = ?", [id.text], { $0.person(0) }) else {
            throw Missing.identified("person", id)
        }
        return person
    }
}
