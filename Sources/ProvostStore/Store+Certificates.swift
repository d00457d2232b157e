import GRDB
package import ProvostCore

/// A certificate that was made and is to be kept.
package struct NewCertificate: Sendable {
    package let id: ID<Certificate>
    package let enrollment: ID<Enrollment>
    package let organization: Slug
    package let learner: String
    package let title: LocalizedText
    package let summary: LocalizedText
    package let validFrom: Timestamp
    package let validUntil: Timestamp?
    package let keyNumber: Int
    package let statusList: Int
    package let statusIndex: Int
    package let token: String
    package let digest: ContentDigest
    package let evidence: [CertificateEvidence]
    package let renews: ID<Certificate>?
    /// The one that it takes the place of was revoked, and may have been.
    package let isAfterRevocation: Bool
    package init(
        id: ID<Certificate>, enrollment: ID<Enrollment>, organization: Slug, learner: String, title: LocalizedText,
        summary: LocalizedText, validFrom: Timestamp, validUntil: Timestamp?, keyNumber: Int, statusList: Int, statusIndex: Int,
        token: String, digest: ContentDigest, evidence: [CertificateEvidence], renews: ID<Certificate>?,
        isAfterRevocation: Bool = false
    ) {
        self.id = id
        self.enrollment = enrollment
        self.organization = organization
        self.learner = learner
        self.title = title
        self.summary = summary
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.keyNumber = keyNumber
        self.statusList = statusList
        self.statusIndex = statusIndex
        self.token = token
        self.digest = digest
        self.evidence = evidence
        self.renews = renews
        self.isAfterRevocation = isAfterRevocation
    }
}

// MARK: - Issuers

extension Store {
    /// Keeps the next public key of an organization. Throws `conflict` when another one has taken the number meanwhile.
    package func createIssuerKey(
        _ key: CertificateKey, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            let organization = try db.key(of: key.organization, in: "organization")
            let newest = try db.row("SELECT max(number) FROM issuerKey WHERE organization = ?", [organization]) { $0[0] as Int? }
            guard key.number == ((newest ?? nil) ?? 0) + 1 else {
                throw ProvostError(
                    .conflict,
                    "Another key of \(key.organization) was made at the same time; look with: provost certificate key list")
            }
            try db.run(
                "INSERT INTO issuerKey (organization, number, point, createdAt) VALUES (?, ?, ?, ?)",
                [organization, key.number, key.point, instant.milliseconds])
            try db.appendAudit(
                actor: actor, action: "issuer-key.create", subject: key.organization.text,
                details: ["number": "\(key.number)", "point": key.point], at: instant)
        }
    }

    /// Oldest first; empty: it has signed nothing yet. Throws `notFound` for an organization that is not there.
    package func issuerKeys(of organization: Slug) async throws(ProvostError) -> [CertificateKey] {
        try await read { db in
            let key = try db.key(of: organization, in: "organization")
            return try db.rows("SELECT number, point, createdAt FROM issuerKey WHERE organization = ? ORDER BY number", [key]) {
                CertificateKey(organization: organization, number: $0[0], point: $0[1], createdAt: $0.instant(2))
            }
        }
    }

    package func organizationTitle(_ slug: Slug) async throws(ProvostError) -> String {
        try await read { db in
            guard let title = try db.row("SELECT title FROM organization WHERE slug = ?", [slug.text], { $0[0] as String }) else {
                throw Missing.named("organization", slug)
            }
            return title
        }
    }

    /// The opaque name of each person at an organization; a proposal is taken where there is none yet.
    package func certificateSubjects(
        _ proposals: [ID<Person>: String], organization: Slug
    ) async throws(ProvostError) -> [ID<Person>: String] {
        try await write { db in
            let key = try db.key(of: organization, in: "organization")
            var subjects: [ID<Person>: String] = [:]
            for (person, proposal) in proposals {
                try db.run(
                    "INSERT INTO certificateSubject (person, organization, subject) VALUES (?, ?, ?) ON CONFLICT (person, organization) DO NOTHING",
                    [person.text, key, proposal])
                subjects[person] = try db.row(
                    "SELECT subject FROM certificateSubject WHERE person = ? AND organization = ?", [person.text, key]
                ) { $0[0] as String }
            }
            return subjects
        }
    }

    /// Where the next certificates are listed: a list that is at most half full, and which of its places are taken.
    package func statusPlaces(organization: Slug) async throws(ProvostError) -> (list: Int, taken: Set<Int>) {
        let answer = try await read { db -> StatusPlaces in
            let key = try db.key(of: organization, in: "organization")
            let newest = try db.row("SELECT max(statusList) FROM certificate WHERE organization = ?", [key]) { $0[0] as Int? }
            let list = (newest ?? nil) ?? 1
            let taken = try db.rows(
                "SELECT statusIndex FROM certificate WHERE organization = ? AND statusList = ?", [key, list]
            ) { $0[0] as Int }
            return taken.count < 65_536 ? StatusPlaces(list: list, taken: Set(taken)) : StatusPlaces(list: list + 1, taken: [])
        }
        return (answer.list, answer.taken)
    }

    /// The revoked places of one list; nil: no certificate is on a list of that number, and it is not the first.
    package func revokedPlaces(organization: Slug, list: Int) async throws(ProvostError) -> [Int]? {
        try await read { db in
            let key = try db.key(of: organization, in: "organization")
            let exists = try db.row(
                "SELECT 1 FROM certificate WHERE organization = ? AND statusList = ? LIMIT 1", [key, list]
            ) { _ in true }
            guard list == 1 || exists != nil else { return nil }
            return try db.rows(
                """
                SELECT k.statusIndex FROM certificate k JOIN certificateRevocation v ON v.certificate = k.id
                WHERE k.organization = ? AND k.statusList = ?
                """, [key, list]
            ) { $0[0] as Int }
        }
    }
}

private struct IssueOutcome: Sendable {
    let kept: Int
    let displaced: Set<ID<Enrollment>>
}

private struct StatusPlaces: Sendable {
    let list: Int
    let taken: Set<Int>
}

// MARK: - Certificates

extension Store {
    /// Throws `notFound`, and `conflict` when the cohort leads to no certificate.
    package func certificateGround(cohort: Slug) async throws(ProvostError) -> CertificateGround {
        try await read { db in
            _ = try db.key(of: cohort, in: "cohort")
            let found = try db.row(
                """
                SELECT o.slug, o.title, p.slug, p.title, c.title, c.timezone,
                  (SELECT plan FROM cohortPlan WHERE cohort = c.id ORDER BY sequence DESC LIMIT 1)
                FROM cohort c JOIN program p ON p.id = c.program JOIN organization o ON o.id = coalesce(c.organization, p.organization)
                WHERE c.slug = ?
                """, [cohort.text]
            ) { row -> CertificateGround? in
                guard let plan = try (row[6] as String?).map({ try Column.decoded($0, as: CohortPlan.self) }),
                    let certificate = plan.certificate
                else { return nil }
                return CertificateGround(
                    organization: row.slug(0), organizationTitle: row[1], program: row.slug(2), programTitle: row[3],
                    cohort: cohort, cohortTitle: row[4], timezone: row[5], certificate: certificate)
            }
            guard let ground = found ?? nil else {
                throw ProvostError(
                    .conflict, "The cohort \(cohort) leads to no certificate: its program's file has no “certificate” section.")
            }
            return ground
        }
    }

    /// Keeps those that nobody has yet, in one transaction. One that the learner has already stays as it is, and who was suspended, or whose work
    /// was called into doubt, since their requirements were looked at gets none. Throws `conflict`, and keeps none, when one takes the place of a
    /// certificate that was renewed or revoked meanwhile.
    ///
    /// - Parameter evaluated: when the requirements were looked at.
    /// - Returns: how many were kept, and whose place on the status list somebody else has taken: those are to be made once more.
    package func issueCertificates(
        _ certificates: [NewCertificate], evaluated: Timestamp, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> (kept: Int, displaced: Set<ID<Enrollment>>) {
        let outcome = try await write { db -> IssueOutcome in
            var kept = 0
            var displaced: Set<ID<Enrollment>> = []
            for new in certificates {
                let organization = try db.key(of: new.organization, in: "organization")
                if let renews = new.renews {
                    if try db.row("SELECT 1 FROM certificate WHERE renews = ?", [renews.text], { _ in true }) != nil {
                        throw ProvostError(.conflict, "The certificate \(renews) was renewed already.")
                    }
                    let revoked = try db.row(
                        "SELECT 1 FROM certificateRevocation WHERE certificate = ?", [renews.text]
                    ) { _ in true }
                    guard revoked == nil || new.isAfterRevocation else {
                        throw ProvostError(.conflict, "The certificate \(renews) was revoked; only one that stands is renewed.")
                    }
                } else {
                    let has = try db.row("SELECT 1 FROM certificate WHERE enrollment = ?", [new.enrollment.text]) { _ in true }
                    guard has == nil else { continue }
                }
                let mayHave = try db.row(
                    """
                    SELECT 1 FROM enrollment e WHERE e.id = ? AND e.suspended = 0
                      AND NOT EXISTS (SELECT 1 FROM integrityCase WHERE enrollment = e.id AND at >= ?)
                    """, [new.enrollment.text, evaluated.milliseconds]
                ) { _ in true }
                guard mayHave != nil else { continue }
                let isTaken = try db.row(
                    "SELECT 1 FROM certificate WHERE organization = ? AND statusList = ? AND statusIndex = ?",
                    [organization, new.statusList, new.statusIndex]
                ) { _ in true }
                guard isTaken == nil else {
                    displaced.insert(new.enrollment)
                    continue
                }
                try db.run(
                    """
                    INSERT INTO certificate (id, enrollment, organization, learner, title, summary, validFrom, validUntil, keyNumber,
                      statusList, statusIndex, token, digest, evidence, renews, issuedBy, issuedAt)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        new.id.text, new.enrollment.text, organization, new.learner, try Column.json(new.title),
                        try Column.json(new.summary), new.validFrom.milliseconds, new.validUntil?.milliseconds, new.keyNumber,
                        new.statusList, new.statusIndex, new.token, new.digest.hex, try Column.json(new.evidence),
                        new.renews?.text, actor, instant.milliseconds,
                    ])
                var details = ["digest": new.digest.hex, "enrollment": new.enrollment.text]
                if let renews = new.renews { details["renews"] = renews.text }
                try db.appendAudit(
                    actor: actor, action: new.renews == nil ? "certificate.issue" : "certificate.renew", subject: new.id.text,
                    details: details, at: instant)
                kept += 1
            }
            return IssueOutcome(kept: kept, displaced: displaced)
        }
        return (outcome.kept, outcome.displaced)
    }

    /// For ever, and with it those that it took the place of: what was earned is the same. Throws `notFound`, and `conflict` when it is revoked
    /// already.
    package func revokeCertificate(
        _ id: ID<Certificate>, reason: String, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            guard let content = try db.certificates("k.id = ?", [id.text]).first else {
                throw Missing.identified("certificate", id)
            }
            guard content.certificate.revocation == nil else {
                throw ProvostError(.conflict, "The certificate \(id) is revoked already.")
            }
            let standing = try db.rows(
                """
                WITH RECURSIVE older(id) AS (
                  SELECT ? UNION SELECT k.renews FROM certificate k JOIN older o ON k.id = o.id WHERE k.renews IS NOT NULL)
                SELECT o.id FROM older o LEFT JOIN certificateRevocation v ON v.certificate = o.id WHERE v.certificate IS NULL
                """, [id.text]
            ) { $0[0] as String }
            for certificate in standing {
                try db.run(
                    "INSERT INTO certificateRevocation (certificate, reason, actor, at) VALUES (?, ?, ?, ?)",
                    [certificate, reason, actor, instant.milliseconds])
                try db.appendAudit(
                    actor: actor, action: "certificate.revoke", subject: certificate,
                    details: certificate == id.text ? ["reason": reason] : ["reason": reason, "with": id.text], at: instant)
            }
        }
    }

    /// Throws `notFound`.
    package func certificate(_ id: ID<Certificate>) async throws(ProvostError) -> CertificateContent {
        try await read { db in
            guard let content = try db.certificates("k.id = ?", [id.text]).first else {
                throw Missing.identified("certificate", id)
            }
            return content
        }
    }

    /// By person, the older first.
    package func certificates(cohort: Slug) async throws(ProvostError) -> [CertificateContent] {
        try await read { db in
            try db.certificates("e.cohort = ?", [try db.key(of: cohort, in: "cohort")])
        }
    }

    package func certificates(person: ID<Person>) async throws(ProvostError) -> [CertificateContent] {
        try await read { db in try db.certificates("e.person = ?", [person.text]) }
    }
}

extension Database {
    fileprivate func certificates(_ clause: String, _ arguments: StatementArguments) throws -> [CertificateContent] {
        try rows(
            """
            SELECT k.id, p.id, p.slug, p.name, p.email, c.slug, g.slug, o.slug, k.title, k.validFrom, k.validUntil, k.issuedAt,
              k.issuedBy, k.digest, k.renews, n.id, v.reason, v.actor, v.at, k.enrollment, k.learner, k.summary, o.title, g.title,
              c.title, c.timezone, k.token, k.statusList, k.statusIndex, k.evidence
            FROM certificate k JOIN enrollment e ON e.id = k.enrollment JOIN person p ON p.id = e.person
              JOIN cohort c ON c.id = e.cohort JOIN program g ON g.id = c.program JOIN organization o ON o.id = k.organization
              LEFT JOIN certificate n ON n.renews = k.id LEFT JOIN certificateRevocation v ON v.certificate = k.id
            WHERE \(clause) ORDER BY p.slug, k.issuedAt, k.id
            """, arguments
        ) { row in
            let revocation = (row[16] as String?).map {
                Certificate.Revocation(reason: $0, by: row[17], at: row.instant(18))
            }
            let certificate = Certificate(
                id: row.id(0), person: row.person(1), cohort: row.slug(5), program: row.slug(6), organization: row.slug(7),
                title: try Column.decoded(row[8]), validFrom: row.instant(9), validUntil: row.optionalInstant(10),
                issuedAt: row.instant(11), issuedBy: row[12], digest: try row.digest(13),
                renews: (row[14] as String?).map { ID(trusted: $0) }, renewedBy: (row[15] as String?).map { ID(trusted: $0) },
                revocation: revocation)
            return CertificateContent(
                certificate: certificate, enrollment: row.id(19), learner: row[20], summary: try Column.decoded(row[21]),
                organizationTitle: row[22], programTitle: row[23], cohortTitle: row[24], timezone: row[25], token: row[26],
                statusList: row[27], statusIndex: row[28], evidence: try Column.decoded(row[29]))
        }
    }
}
