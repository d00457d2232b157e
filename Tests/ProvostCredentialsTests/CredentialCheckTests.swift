import Crypto
import ProvostCore
import ProvostCredentials
import Testing

@Suite struct CredentialCheckTests {
    @Test func aGoodOneIsValidAndSaysWhatItSays() throws {
        let sample = try Sample()
        let report = try sample.report(sample.token(sample.credential()), status: sample.status(revoked: [6, 8]))
        #expect(report.verdict == .valid, "\(report)")
        #expect(report.findings.map(\.rule) == CredentialRule.allCases)
        #expect(report.subject?.name == "Linux 기초" && report.subject?.issuerTitle == "국가 IT 인재 양성 사업")
        #expect(report.subject?.results == [CredentialReport.Subject.Result(name: "Final", value: "92.5")])
    }

    @Test func withoutAListItIsUnknownAndNotInvalid() throws {
        let sample = try Sample()
        let report = try sample.report(sample.token(sample.credential()), status: nil)
        #expect(report.verdict == .unknown && report.failure == nil)
    }

    /// Every bit of the token, one at a time.
    @Test func noFlippedBitPasses() throws {
        let sample = try Sample()
        let token = Array(try sample.token(sample.credential()).utf8)
        let status = try sample.status()
        let document = try sample.document()
        for place in stride(from: 0, to: token.count, by: 3) {
            for bit in 0..<7 {
                var changed = token
                changed[place] ^= 1 << UInt8(bit)
                let report = CredentialCheck.report(file: changed, document: document, statusList: status, at: Sample.now)
                #expect(report.verdict == .invalid, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func eachRuleIsNamed() throws {
        let sample = try Sample()
        let good = try sample.token(sample.credential())
        let status = try sample.status()
        let stranger = try Sample()
        #expect(try sample.report(good, status: sample.status(revoked: [7])).failure?.rule == .status)
        #expect(try sample.report(good, status: sample.status(address: sample.list + "x")).failure?.rule == .status)
        #expect(try sample.report(good, status: stranger.status()).failure?.rule == .status)
        #expect(try sample.report(good, status: status, document: stranger.document()).failure?.rule == .signature)
        let other = IssuerName(address: try PublicAddress(parsing: "https://other.example"), organization: nil)
        #expect(try sample.report(good, status: status, document: sample.document(of: other)).failure?.rule == .issuer)
        #expect(try sample.report(sample.token(sample.credential(), key: 2), status: status).failure?.rule == .key)
        let later = try sample.credential(from: Sample.now + .seconds(5))
        #expect(try sample.report(sample.token(later), status: status).failure?.rule == .dates)
        let over = try sample.credential(until: Sample.now)
        #expect(try sample.report(sample.token(over), status: status).failure?.rule == .dates)
        #expect(try sample.report("no token", status: status).failure?.rule == .form)
        #expect(
            CredentialCheck.report(
                file: [0xff, 0xfe], document: try sample.document(), statusList: status, at: Sample.now
            ).failure?.rule == .file)
    }

    /// Signed by the right key, and yet wrong: what a careless issuer could send.
    @Test func aSignedContradictionIsFound() throws {
        let sample = try Sample()
        guard case .object(let members) = try sample.credential(until: Sample.now + .seconds(9)).payload else { return }
        for claim in ["iss", "jti", "sub", "nbf", "exp"] {
            let changed = members.map { ($0.name, $0.name == claim ? JSONText.text("x") : $0.value) }
            let token = try SignedToken.sign(.object(changed), by: sample.key, kid: "\(sample.issuer)#key-1")
            #expect(try sample.report(token, status: nil).verdict == .invalid, "\(claim)")
        }
        for part in ["@context", "id", "type", "issuer", "validFrom", "credentialSubject"] {
            let token = try SignedToken.sign(
                .object(members.filter { $0.name != part }), by: sample.key, kid: "\(sample.issuer)#key-1")
            #expect(try sample.report(token, status: nil).failure?.rule == .shape, "\(part)")
        }
    }

    @Test func oldKeysStillVerify() throws {
        let sample = try Sample()
        let newer = P256.Signing.PrivateKey()
        let document = try sample.document(sample.keys + [IssuerKey(number: 2, newer.publicKey)])
        let old = try sample.report(sample.token(sample.credential()), status: sample.status(), document: document)
        #expect(old.verdict == .valid)
        // A new list that the new key signed.
        let list = try StatusList().token(
            address: sample.list, issuer: sample.issuer, validFrom: Sample.now, key: newer, kid: "\(sample.issuer)#key-2")
        #expect(try sample.report(sample.token(sample.credential()), status: list, document: document).verdict == .valid)
    }

    @Test func noOtherAlgorithmIsTaken() throws {
        let sample = try Sample()
        let parts = try sample.token(sample.credential()).split(separator: ".")
        for header in [
            #"{"alg":"none"}"#, #"{"alg":"HS256","kid":"\#(sample.issuer)#key-1","typ":"JWT"}"#,
            #"{"alg":"ES256","kid":"\#(sample.issuer)#key-1","typ":"vc+jwt"}"#,
            #"{"alg":"ES256","kid":"\#(sample.issuer)#key-1","jwk":{}}"#, #"{"alg":"ES256"}"#,
        ] {
            let token = Base64URL.encode(Array(header.utf8)) + "." + parts[1] + "." + parts[2]
            #expect(try sample.report(token, status: nil).failure?.rule == .form, "\(header)")
        }
    }

    /// RFC 7515, appendix A.3.
    @Test func theStandardsOwnSignatureVerifies() throws {
        let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
        let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        let point = try #require(Base64URL.decode(x)) + #require(Base64URL.decode(y))
        let key = try P256.Signing.PublicKey(rawRepresentation: point)
        let signed =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature = try #require(
            Base64URL.decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"))
        #expect(key.isValidSignature(try P256.Signing.ECDSASignature(rawRepresentation: signature), for: Array(signed.utf8)))
        // Without a kid it is none of ours.
        #expect(throws: SignedToken.Mistake.header) { try SignedToken(reading: signed + "." + Base64URL.encode(signature)) }
    }
}
