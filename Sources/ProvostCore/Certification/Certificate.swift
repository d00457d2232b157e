/// A certificate as it was issued. It never changes; whether it was revoked or renewed is said by rows beside it.
package struct Certificate: Hashable, Sendable, Codable {
    package let id: ID<Certificate>
    package let person: Person
    package let cohort: Slug
    package let program: Slug
    /// The one that signed.
    package let organization: Slug
    package let title: LocalizedText
    package let validFrom: Timestamp
    /// nil: for ever.
    package let validUntil: Timestamp?
    package let issuedAt: Timestamp
    package let issuedBy: String
    /// Of the signed text.
    package let digest: ContentDigest
    /// The one whose place it takes.
    package let renews: ID<Certificate>?
    /// The one that took its place.
    package var renewedBy: ID<Certificate>?
    package var revocation: Revocation?

    package struct Revocation: Hashable, Sendable, Codable {
        package let reason: String
        package let by: String
        package let at: Timestamp
        package init(reason: String, by: String, at: Timestamp) {
            self.reason = reason
            self.by = by
            self.at = at
        }
    }

    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case valid, expired, renewed, revoked
    }
    package func state(at now: Timestamp) -> State {
        if revocation != nil { return .revoked }
        if renewedBy != nil { return .renewed }
        return validUntil.map { $0 <= now } == true ? .expired : .valid
    }

    package init(
        id: ID<Certificate>, person: Person, cohort: Slug, program: Slug, organization: Slug, title: LocalizedText,
        validFrom: Timestamp, validUntil: Timestamp?, issuedAt: Timestamp, issuedBy: String, digest: ContentDigest,
        renews: ID<Certificate>? = nil, renewedBy: ID<Certificate>? = nil, revocation: Revocation? = nil
    ) {
        self.id = id
        self.person = person
        self.cohort = cohort
        self.program = program
        self.organization = organization
        self.title = title
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.issuedAt = issuedAt
        self.issuedBy = issuedBy
        self.digest = digest
        self.renews = renews
        self.renewedBy = renewedBy
        self.revocation = revocation
    }
}

/// The record that one result of a certificate was earned by. Its digest, of ``text``, stands in the credential.
package struct CertificateEvidence: Hashable, Sendable, Codable {
    /// A row of the store.
    package struct Row: Hashable, Sendable, Codable {
        package let kind: String
        package let id: String
        /// Of the archive that was handed in.
        package let submission: ContentDigest?
        package let graderVersion: ContentDigest?
        package let labVersion: ContentDigest?
        package init(
            kind: String, id: String, submission: ContentDigest? = nil, graderVersion: ContentDigest? = nil,
            labVersion: ContentDigest? = nil
        ) {
            self.kind = kind
            self.id = id
            self.submission = submission
            self.graderVersion = graderVersion
            self.labVersion = labVersion
        }
    }
    package let assignment: Slug
    package let title: String
    /// nil: excused.
    package let result: Percentage?
    package let rows: [Row]
    package init(assignment: Slug, title: String, result: Percentage?, rows: [Row]) {
        self.assignment = assignment
        self.title = title
        self.result = result
        self.rows = rows
    }

    /// The one form of it: a line for each fact.
    package var text: String {
        var lines = ["assignment \(assignment)", "result \(result.map { "\($0.billionths)" } ?? "excused")"]
        for row in rows {
            let digests = [row.submission, row.graderVersion, row.labVersion].map { $0?.hex ?? "-" }
            lines.append("\(row.kind) \(row.id) \(digests.joined(separator: " "))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Certificates as a listing of who has a right to one.
package struct CertificateStanding: Hashable, Sendable, Codable {
    package let person: Person
    /// Whether the requirements are met.
    package let verdict: RequirementOutcome.Verdict
    /// The assignments that keep them from being met.
    package let missing: [Slug]
    /// Each rule that is not met, with how far it is.
    package let unmet: [String]
    package let certificate: ID<Certificate>?
    package init(
        person: Person, verdict: RequirementOutcome.Verdict, missing: [Slug], unmet: [String], certificate: ID<Certificate>?
    ) {
        self.person = person
        self.verdict = verdict
        self.missing = missing
        self.unmet = unmet
        self.certificate = certificate
    }
}

extension RequirementOutcome {
    /// The rules without parts that are not met, with how far each is: `attendance 80% (65.9%)`.
    package var unmet: [String] {
        guard verdict != .met else { return [] }
        guard parts.isEmpty else { return parts.flatMap(\.unmet) }
        let reached =
            range.map { $0.isSettled ? " (\($0.low))" : " (\($0.low)–\($0.high))" }
            ?? count.map { " (\($0.reached) of \($0.needed))" } ?? ""
        return [requirement.text + reached]
    }

    /// Everything that is missing, the parts' too.
    package var allMissing: [Slug] { Array(Set(missing + parts.flatMap(\.allMissing))).sorted() }
}

/// A key of an organization's, which its certificates are signed with. The newest signs.
package struct CertificateKey: Hashable, Sendable, Codable {
    package let organization: Slug
    package let number: Int
    /// The two coordinates of the public key, 64 bytes in hexadecimal.
    package let point: String
    package let createdAt: Timestamp
    package init(organization: Slug, number: Int, point: String, createdAt: Timestamp) {
        self.organization = organization
        self.number = number
        self.point = point
        self.createdAt = createdAt
    }
}
