import Crypto
import Foundation
import ProvostCore
import ProvostCredentials
import ProvostTestSupport
import Testing

@Suite struct PartTests {
    /// RFC 4648 §10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func base64(plain: String, encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg==", "Zh", "Z", "Zm9v\n", "Zm+v", "Zm/v", "Zm9vY"]) func base64IsStrict(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func base64OfEveryByteComesBack() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test func theFirstIndexIsTheLeftmostBit() throws {
        let list = StatusList(revoked: [0, 9, 131_071])
        let back = try StatusList(encoded: list.encoded)
        for index in [0, 9, 131_071] { #expect(back.isRevoked(index) == true) }
        for index in [1, 7, 8, 10, 131_070] { #expect(back.isRevoked(index) == false) }
        #expect(back.isRevoked(131_072) == nil && back.isRevoked(-1) == nil)
    }

    /// A list that another program packed with compression: Python's gzip, of 16 KiB with bit 7 set.
    @Test(arguments: [1, 6, 9]) func compressedListsAreRead(level: Int) async throws {
        let script = """
            import base64, gzip
            bits = bytearray(16384); bits[0] = 1; bits[900] = 0x80
            for i in range(4000, 4600): bits[i] = (i * 37) & 255
            print("u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), \(level))).decode().rstrip("="))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let encoded = text.trimmingCharacters(in: .newlines)
        let list = try StatusList(encoded: encoded)
        #expect(list.isRevoked(7) == true && list.isRevoked(6) == false && list.isRevoked(7200) == true)
        for index in 32_000..<36_800 {
            #expect(list.isRevoked(index) == (UInt8(truncatingIfNeeded: (index / 8) * 37) & (0x80 >> UInt8(index % 8)) != 0))
        }
        // Damaged anywhere, it is refused and never crashes.
        let letters = Array(encoded.utf8)
        for place in 1..<min(letters.count, 300) {
            var changed = letters
            changed[place] = changed[place] == 0x41 ? 0x42 : 0x41
            _ = try? StatusList(encoded: String(decoding: changed, as: UTF8.self))
            #expect(throws: ProvostError.self) {
                try StatusList(encoded: String(decoding: letters.prefix(letters.count - place), as: UTF8.self))
            }
        }
    }

    @Test func namesFollowFromAddresses() throws {
        let plain = try PublicAddress(parsing: "https://certs.example.kr/")
        #expect(IssuerName(address: plain, organization: nil).did == "did:web:certs.example.kr")
        let port = try PublicAddress(parsing: "http://127.0.0.1:8080")
        let acme = IssuerName(address: port, organization: try Slug("acme"))
        #expect(acme.did == "did:web:127.0.0.1%3A8080:issuers:acme")
        #expect(acme.documentAddress == "http://127.0.0.1:8080/issuers/acme/did.json")
        #expect(IssuerName(address: plain, organization: nil).documentAddress == "https://certs.example.kr/.well-known/did.json")
        for text in [
            "certs.example.kr", "http://certs.example.kr", "https://a/b", "https://", "https://a:0", "https://A b", "ftp://a",
        ] {
            #expect(throws: ProvostError.self, "\(text)") { try PublicAddress(parsing: text) }
        }
    }

    @Test func picturesCarryATokenOnce() throws {
        let sample = try Sample()
        let token = try sample.token(sample.credential())
        let svg = try #require(CredentialFile.baked(svg: "<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"><g/></svg>", token: token))
        #expect(try CredentialFile.token(in: Array(svg.utf8)) == token)
        let twice = try #require(CredentialFile.baked(svg: svg, token: token))
        #expect(throws: ProvostError.self) { try CredentialFile.token(in: Array(twice.utf8)) }
        #expect(throws: ProvostError.self) { try CredentialFile.token(in: Array("<svg ></svg>".utf8)) }
        #expect(CredentialFile.baked(svg: "<html></html>", token: token) == nil)

        let png = try #require(Data(base64Encoded: Self.pixel)).map { $0 }
        let baked = try #require(CredentialFile.baked(png: png, token: token))
        #expect(try CredentialFile.token(in: baked) == token)
        #expect(throws: ProvostError.self) { try CredentialFile.token(in: png) }
        let again = try #require(CredentialFile.baked(png: baked, token: token))
        #expect(throws: ProvostError.self) { try CredentialFile.token(in: again) }
        for place in stride(from: 33, to: baked.count, by: 7) {
            var changed = baked
            changed[place] ^= 0x10
            let read = try? CredentialFile.token(in: changed)
            #expect(read == nil, "byte \(place)")
            _ = try? CredentialFile.token(in: Array(baked.prefix(place)))
        }
    }
    private static let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

    @Test func aDrawingHoldsNothingThatIsNotText() throws {
        let drawing = CertificateDrawing(
            learner: "<script>\u{7}&\"홍길동'", title: LocalizedText(english: "Linux {{QR}}", korean: "리눅스"),
            summary: LocalizedText(english: "s"), organization: "A & B", program: "p", cohort: "c",
            issuedOn: try CivilDate(parsing: "2026-11-26"), validUntil: nil, results: [], number: "crt_1",
            verifyAddress: "https://certs.example.kr/verify/crt_1")
        let svg = drawing.svg
        #expect(svg.contains("&lt;script&gt; &amp;&quot;홍길동&#39;") && !svg.contains("<script>") && svg.contains("A &amp; B"))
        // What a person wrote is no field of the template.
        #expect(svg.contains("Linux {{QR}}") && svg.components(separatedBy: "<path ").count == 2)
    }

    @Test func longTextsHaveNoCode() {
        #expect(QRCode([UInt8](repeating: 65, count: 213)) != nil)
        #expect(QRCode([UInt8](repeating: 65, count: 214)) == nil)
    }
}
