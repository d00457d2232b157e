import GRDB
package import ProvostCore

/// A token to be stored. Only the hash of the secret reaches the store: SHA-256, 64 lower-case hexadecimal characters.
package struct NewToken: Sendable {
    package let id: String
    package let hash: String
    /// What the person calls it, like the machine's name.
    package let label: String?
    package let expiresAt: Timestamp
    package init(id: String, hash: String, label: String?, expiresAt: Timestamp) {
        self.id = id
        self.hash = hash
        self.label = label
        self.expiresAt = expiresAt
    }
}

/// Whom a token stands for.
package struct Authenticated: Sendable, Hashable {
    package let person: Person
    /// Without the suspended ones.
    package let enrollments: [Enrollment]
    package let tokenId: String
    /// What they hold as an admin of organizations.
    package let rights: OrganizationRights
    package init(
        person: Person, enrollments: [Enrollment], tokenId: String, rights: OrganizationRights = OrganizationRights()
    ) {
        self.person = person
        self.enrollments = enrollments
        self.tokenId = tokenId
        self.rights = rights
    }
}

extension Store {
    /// Exchanges an enrolment code for a token. Of several who try at once, one gets it.
    /// Throws `unauthenticated`, with a sentence of its own for an unknown, a used, a replaced and an expired code.
    package func redeemCode(hash: String, token: NewToken, at instant: Timestamp) async throws(ProvostError) -> Person {
        try await write { db in
            let found = try db.row(
                """
                SELECT p.id, p.slug, p.name, p.email, k.usedAt, k.voidedAt, k.expiresAt
                FROM enrolmentCode k JOIN enrollment e ON e.id = k.enrollment JOIN person p ON p.id = e.person
                WHERE k.hash = ?
                """, [hash]
            ) { ($0.person(0), $0.optionalInstant(4), $0.optionalInstant(5), $0.instant(6)) }
            guard let (person, usedAt, voidedAt, expiresAt) = found else {
                throw ProvostError(.unauthenticated, "This enrolment code is not known here; check the server and copy it again.")
            }
            if usedAt != nil {
                throw ProvostError(.unauthenticated, "This enrolment code was used already; ask your instructor for a new one.")
            }
            if voidedAt != nil {
                throw ProvostError(
                    .unauthenticated, "This enrolment code was replaced or withdrawn; use the newest one or ask your instructor.")
            }
            guard instant < expiresAt else {
                throw ProvostError(
                    .unauthenticated, "This enrolment code expired at \(expiresAt); ask your instructor for a new one.")
            }
            try db.run("UPDATE enrolmentCode SET usedAt = ? WHERE hash = ?", [instant.milliseconds, hash])
            try db.run(
                "INSERT INTO token (id, hash, person, label, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    token.id, token.hash, person.id.text, token.label, instant.milliseconds, token.expiresAt.milliseconds,
                ])
            try db.appendAudit(
                actor: person.slug.text, action: "token.create", subject: token.id,
                details: ["expires": token.expiresAt.description], at: instant)
            return person
        }
    }

    /// Whom a token stands for. Throws `unauthenticated`, with a sentence of its own for an unknown, a revoked and an expired one.
    package func authenticate(tokenHash: String, at instant: Timestamp) async throws(ProvostError) -> Authenticated {
        try await read { db in
            let found = try db.row("\(TokenRow.selection) WHERE t.hash = ?", [tokenHash], TokenRow.decoded)
            guard let token = found else {
                throw ProvostError(.unauthenticated, "This token is not known here; log in again with a new enrolment code.")
            }
            if let revokedAt = token.revokedAt {
                throw ProvostError(
                    .unauthenticated, "This token was revoked at \(revokedAt); ask your instructor for a new enrolment code.")
            }
            guard instant < token.expiresAt else {
                throw ProvostError(
                    .unauthenticated, "This token expired at \(token.expiresAt); ask your instructor for a new enrolment code.")
            }
            let enrollments = try db.enrollments(person: token.person.id).filter { !$0.suspended }
            return Authenticated(
                person: token.person, enrollments: enrollments, tokenId: token.id,
                rights: try db.organizationRights(person: token.person.id))
        }
    }

    /// A person's tokens, or everybody's, newest first; expired and revoked ones too.
    package func tokens(person: ID<Person>?) async throws(ProvostError) -> [TokenRow] {
        try await read { db in
            let order = "ORDER BY t.createdAt DESC, t.id"
            guard let person else {
                return try db.rows("\(TokenRow.selection) \(order)", StatementArguments(), TokenRow.decoded)
            }
            return try db.rows("\(TokenRow.selection) WHERE t.person = ? \(order)", [person.text], TokenRow.decoded)
        }
    }

    /// Throws `notFound`.
    package func token(id: String) async throws(ProvostError) -> TokenRow {
        try await read { db in try db.token(id: id) }
    }

    /// Ends a token at once. Revoking it again changes nothing. Throws `notFound`.
    package func revokeToken(id: String, by actor: String, at instant: Timestamp) async throws(ProvostError) -> TokenRow {
        try await write { db in
            let token = try db.token(id: id)
            guard token.revokedAt == nil else { return token }
            try db.run("UPDATE token SET revokedAt = ? WHERE id = ?", [instant.milliseconds, id])
            try db.appendAudit(
                actor: actor, action: "token.revoke", subject: id, details: ["person": token.person.slug.text], at: instant)
            return try db.token(id: id)
        }
    }
}

extension TokenRow {
    fileprivate static let selection = """
        SELECT t.id, p.id, p.slug, p.name, p.email, t.label, t.createdAt, t.expiresAt, t.revokedAt
        FROM token t JOIN person p ON p.id = t.person
        """

    fileprivate static func decoded(_ row: Row) throws -> TokenRow {
        TokenRow(
            id: row[0], person: row.person(1), label: row[5], createdAt: row.instant(6), expiresAt: row.instant(7),
            revokedAt: row.optionalInstant(8))
    }
}

extension Database {
    fileprivate func token(id: String) throws -> TokenRow {
        guard let token = try row("\(TokenRow.selection) WHERE t.id = ?", [id], TokenRow.decoded) else {
            throw ProvostError(.notFound, "There is no token “\(id.prefix(64))”; list the tokens and copy its identifier.")
        }
        return token
    }
}
