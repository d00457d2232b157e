/// What a cohort's certificates are made from, besides results.
package struct CertificateGround: Sendable {
    package let organization: Slug
    package let organizationTitle: String
    package let program: Slug
    package let programTitle: String
    package let cohort: Slug
    package let cohortTitle: String
    package let timezone: String
    package let certificate: ProgramDescription.Certificate
    package init(
        organization: Slug, organizationTitle: String, program: Slug, programTitle: String, cohort: Slug, cohortTitle: String,
        timezone: String, certificate: ProgramDescription.Certificate
    ) {
        self.organization = organization
        self.organizationTitle = organizationTitle
        self.program = program
        self.programTitle = programTitle
        self.cohort = cohort
        self.cohortTitle = cohortTitle
        self.timezone = timezone
        self.certificate = certificate
    }
}

/// A certificate with all that its documents are made from.
package struct CertificateContent: Sendable {
    package let certificate: Certificate
    package let enrollment: ID<Enrollment>
    package let learner: String
    package let summary: LocalizedText
    package let organizationTitle: String
    package let programTitle: String
    package let cohortTitle: String
    package let timezone: String
    package let token: String
    package let statusList: Int
    package let statusIndex: Int
    package let evidence: [CertificateEvidence]
    package init(
        certificate: Certificate, enrollment: ID<Enrollment>, learner: String, summary: LocalizedText, organizationTitle: String,
        programTitle: String, cohortTitle: String, timezone: String, token: String, statusList: Int, statusIndex: Int,
        evidence: [CertificateEvidence]
    ) {
        self.certificate = certificate
        self.enrollment = enrollment
        self.learner = learner
        self.summary = summary
        self.organizationTitle = organizationTitle
        self.programTitle = programTitle
        self.cohortTitle = cohortTitle
        self.timezone = timezone
        self.token = token
        self.statusList = statusList
        self.statusIndex = statusIndex
        self.evidence = evidence
    }
}
