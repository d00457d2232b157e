package import ProvostCore

// `Certificate`, `CertificateStanding`, `CertificateKey` and `EvidenceLink` go over the wire as ProvostCore has them.

/// `POST /v1/cohorts/{cohort}/certificates`.
package struct IssueCertificates: Codable, Sendable {
    /// Empty: everybody who meets the requirements.
    package var persons: [Slug]
    package init(persons: [Slug]) { self.persons = persons }
}

/// What issuing answers.
package struct IssuedCertificates: Codable, Sendable {
    /// How many are new.
    package var issued: Int
    /// All that were asked for, also those that were there.
    package var certificates: [Certificate]
    package init(issued: Int, certificates: [Certificate]) {
        self.issued = issued
        self.certificates = certificates
    }
}

/// `GET /v1/certificates/{certificate}`.
package struct CertificateInfo: Codable, Sendable {
    package var certificate: Certificate
    package var state: Certificate.State
    /// Where anybody can check it.
    package var verifyAddress: String
    package var evidence: [CertificateEvidence]
    package init(certificate: Certificate, state: Certificate.State, verifyAddress: String, evidence: [CertificateEvidence]) {
        self.certificate = certificate
        self.state = state
        self.verifyAddress = verifyAddress
        self.evidence = evidence
    }
}

/// `POST /v1/certificates/{certificate}/revoke`.
package struct RevokeCertificate: Codable, Sendable {
    package var reason: String
    package init(reason: String) { self.reason = reason }
}
