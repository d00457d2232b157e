import Crypto
import ProvostCore
import ProvostCredentials

/// A credential like those that are issued, with its issuer.
struct Sample {
    let key = P256.Signing.PrivateKey()
    let issuer: IssuerName
    let list = "https://certs.example.kr/issuers/acme/status/1"
    static let now = Timestamp(milliseconds: 1_793_000_000_000)

    init() throws {
        issuer = IssuerName(address: try PublicAddress(parsing: "https://certs.example.kr"), organization: try Slug("acme"))
    }

    func credential(index: Int = 7, from: Timestamp = now, until: Timestamp? = nil) throws -> Credential {
        Credential(
            id: "urn:uuid:7a1e6c52-7c5e-4f0a-9d5a-0d9c8f1f2a11", issuer: issuer, issuerTitle: "국가 IT 인재 양성 사업",
            issuerAddress: "https://certs.example.kr", name: "Linux 기초 과정 수료", learnerName: "홍길동",
            subject: "urn:uuid:11111111-2222-4333-8444-555555555555",
            email: Credential.HashedEmail(
                hash: ContentDigest(bytes: SHA256.hash(data: Array("a@example.krsalt".utf8))), salt: "salt"),
            achievement: Credential.Achievement(
                id: "https://certs.example.kr/achievements/linux", name: "Linux 기초", summary: "\"Basics\" \\ of Linux\n",
                criteria: "80% or more"),
            results: [
                Credential.Result(description: "urn:uuid:0d9c8f1f-0000-4000-8000-000000000001", name: "Final", value: "92.5")
            ],
            evidence: [
                Credential.Evidence(
                    name: "Web service", digest: ContentDigest(bytes: SHA256.hash(data: [1, 2, 3])), narrative: "Handed in.")
            ],
            status: Credential.Status(list: list, index: index), validFrom: from, validUntil: until)
    }

    func token(_ credential: Credential, key: Int = 1) throws -> String {
        try SignedToken.sign(credential.payload, by: self.key, kid: "\(issuer)#key-\(key)")
    }
    func status(revoked: [Int] = [], address: String? = nil) throws -> String {
        try StatusList(revoked: revoked).token(
            address: address ?? list, issuer: issuer, validFrom: Self.now, key: key, kid: "\(issuer)#key-1")
    }
    var keys: [IssuerKey] { [IssuerKey(number: 1, key.publicKey)] }
    func document(_ keys: [IssuerKey]? = nil, of name: IssuerName? = nil) throws -> IssuerDocument {
        try IssuerDocument(reading: IssuerDocument.text(name ?? issuer, keys: keys ?? self.keys))
    }
    func report(_ token: String, status: String?, document: IssuerDocument? = nil, at now: Timestamp = Sample.now) throws
        -> CredentialReport
    {
        CredentialCheck.report(
            file: Array(token.utf8), document: try document ?? self.document(), statusList: status, at: now)
    }
}
