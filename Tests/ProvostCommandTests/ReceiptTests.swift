import Crypto
import FoundationEssentials
import Glibc
import ProvostAPI
import ProvostCommand
import ProvostCore
import Testing

struct ReceiptTests {
    private let signer = Curve25519.Signing.PrivateKey()

    private var key: ReceiptKey {
        let bytes = signer.publicKey.rawRepresentation
        let name = String(ContentDigest(bytes: SHA256.hash(data: bytes)).hex.prefix(16))
        return ReceiptKey(id: name, algorithm: "Ed25519", publicKey: bytes.base64EncodedString())
    }

    private func receipt(named key: String? = nil) throws -> Receipt {
        let unsigned = Receipt(
            submission: Samples.submission(), assignmentName: "autumn/web-service", key: key ?? self.key.id, signature: "")
        let signature = try signer.signature(for: Data(unsigned.signedText.utf8)).base64EncodedString()
        return Receipt(
            submission: Samples.submission(), assignmentName: "autumn/web-service", key: key ?? self.key.id, signature: signature)
    }

    @Test func genuineReceiptsAreRecognized() throws { #expect(ReceiptVerdict(try receipt(), key: key) == .genuine) }

    @Test func oneFlippedBitInTheSignatureIsForgery() throws {
        let good = try receipt()
        var signature = try #require(Data(base64Encoded: good.signature))
        signature[20] ^= 1
        let bad = Receipt(
            submission: Samples.submission(), assignmentName: "autumn/web-service", key: key.id,
            signature: signature.base64EncodedString())
        #expect(ReceiptVerdict(bad, key: key) == .forged)
    }

    @Test func oneChangedByteInTheContentIsForgery() throws {
        let good = try receipt()
        let bad = Receipt(
            submission: Samples.submission(bytes: 13), assignmentName: "autumn/web-service", key: key.id,
            signature: good.signature)
        #expect(ReceiptVerdict(bad, key: key) == .forged)
    }

    @Test func receiptsOfAnotherKeyAreNotAccepted() throws {
        let other = ReceiptTests()
        #expect(ReceiptVerdict(try receipt(), key: other.key) == .otherKey)
        // A key that claims this one's name is found out by its fingerprint.
        let impostor = ReceiptKey(id: key.id, algorithm: "Ed25519", publicKey: other.key.publicKey)
        #expect(ReceiptVerdict(try receipt(), key: impostor) == .otherKey)
    }

    @Test(arguments: ["", "AAAA", "not base64 at all"])
    func unusableKeysAreSaidToBeUnusable(text: String) throws {
        let bad = ReceiptKey(id: key.id, algorithm: "Ed25519", publicKey: text)
        #expect(ReceiptVerdict(try receipt(), key: bad) == .unusableKey)
    }

    @Test func verifyEndsWithZeroOrOneAndNeedsNoServer() async throws {
        try await Scratchpad.with { folder in
            let store = ReceiptFolder(Surroundings(environment: ["HOME": folder.path]))
            try store.write(try receipt(), to: folder.path + "/good.json")
            try store.write(key, to: folder.path + "/key.json")
            try store.write(ReceiptTests().key, to: folder.path + "/wrong.json")
            let text = String(decoding: try PrivateFile.read(folder.path + "/good.json"), as: UTF8.self)
            let flipped = text.replacing(#""bytes" : 12"#, with: #""bytes" : 13"#)
            #expect(flipped != text)
            try PrivateFile.write(Array(flipped.utf8), to: folder.path + "/flipped.json")
            let nowhere = ["--server", "unix:/nowhere.sock"]
            let good = try await folder.run(["receipt", "verify", "good.json", "--key", "key.json"] + nowhere)
            #expect(good.status == 0 && good.output.contains("sub_1"))
            let bad = try await folder.run(["receipt", "verify", "flipped.json", "--key", "key.json"] + nowhere)
            #expect(bad.status == 1 && bad.output.isEmpty && bad.errors.contains("NOT genuine"))
            let wrong = try await folder.run(["receipt", "verify", "good.json", "--key", "wrong.json"] + nowhere)
            #expect(wrong.status == 1)
            let nothing = try await folder.run(["receipt", "verify", "key.json", "--key", "key.json"] + nowhere)
            #expect(nothing.status == 1)
            let missing = try await folder.run(["receipt", "verify", "missing.json", "--key", "key.json"] + nowhere)
            #expect(missing.status == 3)
        }
    }

    @Test func receiptsAndKeysAreKeptBelowTheStateFolder() async throws {
        try await Scratchpad.with { folder in
            let store = ReceiptFolder(Surroundings(environment: ["XDG_STATE_HOME": folder.path]))
            let path = try store.save(try receipt())
            #expect(path == folder.path + "/provost/receipts/sub_1.json")
            #expect(try store.receipt(at: path) == receipt().withSignature(of: try store.receipt(at: path)))
            try store.save(key)
            #expect(store.key(named: key.id)?.publicKey == key.publicKey)
            #expect(store.key(named: "../../secret") == nil)
        }
    }
}

extension Receipt {
    /// Ed25519 in swift-crypto signs with fresh randomness; the rest must be equal.
    fileprivate func withSignature(of other: Receipt) -> Receipt {
        Receipt(submission: Samples.submission(), assignmentName: assignmentName, key: key, signature: other.signature)
    }
}
