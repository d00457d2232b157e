import ProvostAPI
import ProvostCore

/// Values of certificates for the wire.
enum CertificateSamples {
    private static let instant = Timestamp(milliseconds: 1_795_222_923_000)
    private static func digest(_ byte: UInt8) -> ContentDigest { ContentDigest(bytes: [UInt8](repeating: byte, count: 32)) }
    static let bare = Certificate(
        id: ID(trusted: "crt_1"), person: Samples.nobody, cohort: Slug(trusted: "spring"), program: Slug(trusted: "backend"),
        organization: Slug(trusted: "acme"), title: LocalizedText(english: "Backend"), validFrom: instant, validUntil: nil,
        issuedAt: instant, issuedBy: "local:0", digest: digest(1))
    static let whole = Certificate(
        id: ID(trusted: "crt_2"), person: Samples.person, cohort: Slug(trusted: "spring"), program: Slug(trusted: "backend"),
        organization: Slug(trusted: "acme"), title: LocalizedText(english: "Backend", korean: "백엔드"), validFrom: instant,
        validUntil: instant + .seconds(60), issuedAt: instant, issuedBy: "hana", digest: digest(2), renews: ID(trusted: "crt_1"),
        renewedBy: ID(trusted: "crt_3"), revocation: Certificate.Revocation(reason: "Why.", by: "hana", at: instant))
    static let evidence = [
        CertificateEvidence(
            assignment: Slug(trusted: "web"), title: "Web", result: Percentage(billionths: 925_000_000),
            rows: [
                CertificateEvidence.Row(
                    kind: "grading", id: "grd_1", submission: digest(3), graderVersion: digest(4), labVersion: digest(5)),
                CertificateEvidence.Row(kind: "mark", id: "mrk_1"),
            ]),
        CertificateEvidence(assignment: Slug(trusted: "talk"), title: "Talk", result: nil, rows: []),
    ]
    static let info = CertificateInfo(
        certificate: whole, state: .revoked, verifyAddress: "https://certs.example.kr/verify/crt_2", evidence: evidence)
    static let standing = CertificateStanding(
        person: Samples.person, verdict: .missed, missing: [Slug(trusted: "web")], unmet: ["attendance 80% (65.9%)"],
        certificate: ID(trusted: "crt_1"))
    static let standingBare = CertificateStanding(person: Samples.nobody, verdict: .met, missing: [], unmet: [], certificate: nil)
    static let key = CertificateKey(
        organization: Slug(trusted: "acme"), number: 1, point: digest(6).hex + digest(7).hex, createdAt: instant)
}
