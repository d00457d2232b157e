package import ProvostCore

/// Everything that an Open Badges 3.0 credential of ours says. A text that a verifier reads is made from it and from nothing else.
package struct Credential: Sendable {
    /// What was done for it.
    package struct Achievement: Hashable, Sendable {
        /// `https://…/achievements/…`.
        package let id: String
        package let name: String
        package let summary: String
        /// The requirements, in words.
        package let criteria: String
        package init(id: String, name: String, summary: String, criteria: String) {
            self.id = id
            self.name = name
            self.summary = summary
            self.criteria = criteria
        }
    }

    /// One number of the learner's.
    package struct Result: Hashable, Sendable {
        /// `urn:uuid:…`, of the description.
        package let description: String
        package let name: String
        /// Percent, as `92.5`.
        package let value: String
        package init(description: String, name: String, value: String) {
            self.description = description
            self.name = name
            self.value = value
        }
    }

    /// The digest of the record that one result was earned by.
    package struct Evidence: Hashable, Sendable {
        package let name: String
        package let digest: ContentDigest
        package let narrative: String
        package init(name: String, digest: ContentDigest, narrative: String) {
            self.name = name
            self.digest = digest
            self.narrative = narrative
        }
        /// RFC 6920: an address that is the digest itself.
        package var id: String { "ni:///sha-256;" + Base64URL.encode(digest.bytes) }
    }

    /// A person's e-mail address as somebody who knows it can recognise it, and nobody else read it.
    package struct HashedEmail: Hashable, Sendable {
        package let hash: ContentDigest
        package let salt: String
        package init(hash: ContentDigest, salt: String) {
            self.hash = hash
            self.salt = salt
        }
    }

    package struct Status: Hashable, Sendable {
        /// Where the list is published.
        package let list: String
        package let index: Int
        package init(list: String, index: Int) {
            self.list = list
            self.index = index
        }
    }

    /// `urn:uuid:…`.
    package let id: String
    package let issuer: IssuerName
    package let issuerTitle: String
    package let issuerAddress: String
    package let name: String
    /// As it is printed.
    package let learnerName: String
    /// `urn:uuid:…`, the same for all certificates of one person and organization, and nothing else.
    package let subject: String
    package let email: HashedEmail?
    package let achievement: Achievement
    package let results: [Result]
    package let evidence: [Evidence]
    package let status: Status
    package let validFrom: Timestamp
    /// nil: for ever.
    package let validUntil: Timestamp?

    package init(
        id: String, issuer: IssuerName, issuerTitle: String, issuerAddress: String, name: String, learnerName: String,
        subject: String, email: HashedEmail?, achievement: Achievement, results: [Result], evidence: [Evidence], status: Status,
        validFrom: Timestamp, validUntil: Timestamp?
    ) {
        self.id = id
        self.issuer = issuer
        self.issuerTitle = issuerTitle
        self.issuerAddress = issuerAddress
        self.name = name
        self.learnerName = learnerName
        self.subject = subject
        self.email = email
        self.achievement = achievement
        self.results = results
        self.evidence = evidence
        self.status = status
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    package static let contexts = [
        "https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]

    /// What is signed: the credential, and beside it the registered claims of a JWT that say the same (Open Badges 3.0 §8.2.4).
    package var payload: JSONText {
        let identifier = email.map { email -> JSONText in
            [
                [
                    "type": "IdentityObject", "hashed": .yes(true), "identityHash": .text("sha256$\(email.hash)"),
                    "identityType": "emailAddress", "salt": .text(email.salt),
                ]
            ]
        }
        let described: JSONText = [
            "id": .text(achievement.id), "type": ["Achievement"], "achievementType": "Certificate",
            "name": .text(achievement.name),
            "description": .text(achievement.summary), "criteria": ["narrative": .text(achievement.criteria)],
        ]
        let learner: JSONText = ["id": .text(subject), "type": ["AchievementSubject"]]
        let whole: JSONText = [
            "@context": .list(Self.contexts.map { .text($0) }), "id": .text(id),
            "type": ["VerifiableCredential", "OpenBadgeCredential"], "name": .text(name),
            "issuer": [
                "id": .text(issuer.did), "type": ["Profile"], "name": .text(issuerTitle), "url": .text(issuerAddress),
            ],
            "validFrom": .text(validFrom.wholeSeconds),
        ]
        return whole.adding(
            ("validUntil", validUntil.map { .text($0.wholeSeconds) }),
            (
                "credentialSubject",
                learner.adding(
                    ("identifier", identifier),
                    (
                        "achievement",
                        described.adding(
                            (
                                "resultDescription",
                                .list(
                                    results.map {
                                        [
                                            "id": .text($0.description), "type": ["ResultDescription"], "name": .text($0.name),
                                            "resultType": "Percent",
                                        ]
                                    })
                            ))
                    ),
                    (
                        "result",
                        .list(
                            results.map {
                                ["type": ["Result"], "resultDescription": .text($0.description), "value": .text($0.value)]
                            })
                    ))
            ),
            (
                "evidence",
                .list(
                    evidence.map {
                        ["id": .text($0.id), "type": ["Evidence"], "name": .text($0.name), "narrative": .text($0.narrative)]
                    })
            ),
            (
                "credentialStatus",
                [
                    "id": .text("\(status.list)#\(status.index)"), "type": "BitstringStatusListEntry",
                    "statusPurpose": "revocation",
                    "statusListIndex": .text("\(status.index)"), "statusListCredential": .text(status.list),
                ]
            ),
            ("iss", .text(issuer.did)), ("jti", .text(id)), ("sub", .text(subject)), ("nbf", .number(validFrom.seconds)),
            ("exp", validUntil.map { .number($0.seconds) }))
    }
}

extension Timestamp {
    /// Since 1970, cut.
    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000 }
    /// `2026-11-01T00:00:00Z`: JWT claims have no fractions, and both must say the same.
    package var wholeSeconds: String { "\(CivilTime(secondsIfUTC: seconds).text(withSeconds: true))Z" }
}

extension ContentDigest {
    /// The 32 bytes.
    package var bytes: [UInt8] {
        let digits = Array(hex.utf8).map { $0 <= 0x39 ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
