import Foundation
import ProvostCore
import Synchronization
import Testing

@Suite struct IdentityTests {
    /// Predictable, and another one at each call.
    private static func generator(seed: UInt64) -> IdentifierGenerator {
        let source = GeneratorBox(seed)
        return IdentifierGenerator { count in source.bytes(count) }
    }

    /// Those of one batch lie side by side, no two are the same, and two batches do not.
    @Test func gatheredIdentifiersLieSideBySide() throws {
        let batches = (0..<50).map { _ in
            let source = IdentifierGenerator.system.gathered()
            return (0..<2000).map { _ in source.next("per", as: ID<Person>.self).text }
        }
        #expect(Set(batches.joined()).count == 100_000)
        for batch in batches {
            #expect(Set(batch.map { $0.prefix(8) }).count == 1)
            #expect(batch.allSatisfy { $0.utf8.count == 20 })
            #expect(Set(batch.map { $0.dropFirst(9) }).count == 2000)
        }
        #expect(Set(batches.map { $0[0].prefix(8) }).count > 45)
        #expect(IdentifierGenerator.system.gathered().randomBytes(2).count == 2)
    }

    @Test func anIdentifierIsPrefixAndEightyBits() throws {
        let id: ID<Submission> = Self.generator(seed: 1).next("sub")
        #expect(id.text.hasPrefix("sub_"))
        #expect(id.text.utf8.count == 4 + 16)
        #expect(try ID<Submission>(parsing: id.text) == id)
    }

    @Test func theSystemsIdentifiersDiffer() {
        let all = Set((0..<1000).map { _ in IdentifierGenerator.system.next("per", as: ID<Person>.self) })
        #expect(all.count == 1000)
    }

    @Test(arguments: ["", "Sub_1", "a b", "a/b", "../x", "é", "a\0", String(repeating: "a", count: 65), "٣"])
    func otherTextsAreNoIdentifiers(text: String) {
        #expect(throws: ProvostError.self) { try ID<Person>(parsing: text) }
    }

    @Test(arguments: ["a", "web-service", "0", "a--b", String(repeating: "z", count: 64)])
    func slugsThatAreGood(text: String) throws {
        #expect(try Slug(text).text == text)
        #expect(try JSONDecoder().decode([Slug].self, from: JSONEncoder().encode([Slug(text)])) == [Slug(text)])
    }

    // Empty, case, edges, separators, other scripts (also those whose digits are digits), too long.
    @Test(arguments: [
        "", "A", "-a", "a-", "a_b", "a b", "a/b", ".", "..", "é", "웹", "١", "a\n", String(repeating: "a", count: 65),
    ])
    func slugsThatAreNot(text: String) throws {
        #expect(!Slug.isValid(text))
        #expect(throws: ProvostError.self) { try Slug(text) }
        let json = try JSONEncoder().encode([text])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Slug].self, from: json) }
    }

    @Test(arguments: Secret.Kind.allCases)
    func aSecretSurvivesBeingTyped(kind: Secret.Kind) throws {
        for seed in UInt64(0)..<50 {
            let secret = Secret(kind, from: Self.generator(seed: seed))
            #expect(secret.text.utf8.count == 3 + 1 + 32 + 6)
            let typed = [
                secret.text, secret.text.uppercased(), " \(secret.text)\n",
                String(secret.text.prefix(12)) + "-" + secret.text.dropFirst(12),
                String(secret.text.prefix(4))
                    + secret.text.dropFirst(4).map { $0 == "0" ? "O" : $0 == "1" ? "l" : String($0) }.joined(),
            ]
            for text in typed { #expect(try Secret(parsing: text, as: kind) == secret) }
        }
    }

    @Test func everyWrongCharacterIsNoticed() throws {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        for seed in UInt64(0)..<3 {
            let secret = Secret(.token, from: Self.generator(seed: seed))
            let characters = Array(secret.text)
            for position in 4..<characters.count {
                for wrong in alphabet where wrong != characters[position] {
                    var text = characters
                    text[position] = wrong
                    #expect(throws: ProvostError.self, "\(String(text))") { try Secret(parsing: String(text), as: .token) }
                }
            }
            // Two neighbours in the wrong order.
            for position in 4..<characters.count - 1 where characters[position] != characters[position + 1] {
                var text = characters
                text.swapAt(position, position + 1)
                #expect(throws: ProvostError.self, "\(String(text))") { try Secret(parsing: String(text), as: .token) }
            }
        }
    }

    @Test func otherKindsAndCutSecretsAreRefused() {
        let token = Secret(.token, from: Self.generator(seed: 3)).text
        let code = Secret(.enrolmentCode, from: Self.generator(seed: 3)).text
        for text in [
            "", "pvt_", String(token.dropLast()), token + "0", code, "pvt_" + code.dropFirst(4), String(token.dropFirst(4)),
        ] {
            #expect(throws: ProvostError.self, "\(text)") { try Secret(parsing: text, as: .token) }
        }
    }

    // RFC 4648's bits in Crockford's letters.
    @Test(
        arguments: [([], ""), ([0], "00"), ([255], "zw"), ([0x66, 0x6f, 0x6f], "csqpy"), ([0, 1, 2, 3, 4], "000g40r4")]
            as [([UInt8], String)])
    func base32IsCrockfords(bytes: [UInt8], text: String) { #expect(Base32.encode(bytes) == text) }

    @Test func aDigestIsSixtyFourLowerCaseDigits() throws {
        let digest = ContentDigest(bytes: (0..<32).map { UInt8($0 * 8) })
        #expect(digest.hex == "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8")
        #expect(digest.short == "000810182028")
        #expect(try ContentDigest(parsing: digest.hex) == digest)
        #expect(try JSONDecoder().decode([ContentDigest].self, from: JSONEncoder().encode([digest])) == [digest])
        for text in [
            "", digest.hex.uppercased(), String(digest.hex.dropLast()), digest.hex + "0", "g" + digest.hex.dropFirst(),
            "../" + digest.hex.dropFirst(3),
        ] {
            #expect(throws: ProvostError.self) { try ContentDigest(parsing: text) }
        }
    }

    /// Other languages rebuild this text to check a receipt: it never changes for version 1.
    @Test func theSignedTextOfAReceipt() {
        let submission = Submission(
            id: ID(trusted: "sub_1"), assignment: ID(trusted: "asg_1"), person: ID(trusted: "per_1"), attempt: 3,
            digest: ContentDigest(bytes: [UInt8](repeating: 0xAB, count: 32)), bytes: ByteCount(2048), fileName: "한글.zip",
            receivedAt: Timestamp(milliseconds: 1_795_222_923_456), late: true)
        let receipt = Receipt(
            submission: submission, assignmentName: "spring/web-service", key: "0123456789abcdef", signature: "c2ln")
        #expect(
            receipt.signedText == """
                provost receipt 1
                submission sub_1
                assignment asg_1 spring/web-service
                person per_1
                sha256 \(String(repeating: "ab", count: 32))
                bytes 2048
                received 2026-11-21T01:02:03.456Z
                key 0123456789abcdef

                """)
    }

    @Test func anUnknownErrorCodeIsKept() throws {
        let code = try JSONDecoder().decode([ErrorCode].self, from: Data(#"["from-the-future"]"#.utf8))
        #expect(code == [ErrorCode(rawValue: "from-the-future")])
        #expect("\(ProvostError(.denied, "No.", cause: ProvostError(.invalid, "why")))" == "denied: No. [cause: invalid: why]")
    }
}

/// A seeded source behind a lock, for the generator's closure.
private final class GeneratorBox: Sendable {
    private let source: Mutex<Seeded>
    init(_ seed: UInt64) { source = Mutex(Seeded(seed)) }
    func bytes(_ count: Int) -> [UInt8] {
        source.withLock { source in (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) } }
    }
}
