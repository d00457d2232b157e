import Crypto
import FoundationEssentials
package import ProvostAPI
package import ProvostCore

/// Receipts and receipt keys that this machine keeps, below the state folder.
package struct ReceiptFolder: Sendable {
    private let surroundings: Surroundings
    /// Of one person.
    package init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// Where the receipt of a submission is kept.
    package func path(of submission: ID<Submission>) -> String { "\(surroundings.stateFolder)/receipts/\(submission).json" }

    /// Answers with the file's path. Throws `invalid` when it cannot be written.
    package func save(_ receipt: Receipt) throws(ProvostError) -> String {
        let path = path(of: receipt.submission)
        try write(receipt, to: path)
        return path
    }

    /// Keeps a published key, so that later checks need no server.
    package func save(_ key: ReceiptKey) throws(ProvostError) { try write(key, to: keyPath(key.id)) }

    /// Throws `notFound` or `invalid` when the file is no receipt.
    package func receipt(at path: String) throws(ProvostError) -> Receipt {
        try read(path, orElse: .receiptUnreadable(path: path))
    }

    /// Throws `notFound` or `invalid` when the file is no key.
    package func key(at path: String) throws(ProvostError) -> ReceiptKey { try read(path, orElse: .keyUnreadable(path: path)) }

    /// A key kept before.
    package func key(named id: String) -> ReceiptKey? {
        guard id.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return try? key(at: keyPath(id))
    }

    private func keyPath(_ id: String) -> String { "\(surroundings.stateFolder)/keys/\(id).json" }

    /// Writes a receipt or a key to any place. Throws `invalid` when it cannot be written.
    package func write(_ value: some Encodable, to path: String) throws(ProvostError) {
        do {
            let text = try WireCoding.encoder(pretty: true).encode(value)
            try PrivateFile.write(Array(text) + [0x0A], to: path)
        } catch { throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: "\(error)"), cause: error) }
    }

    private func read<Value: Decodable>(_ path: String, orElse mistake: Message) throws(ProvostError) -> Value {
        let bytes: [UInt8]
        do { bytes = try PrivateFile.read(path) } catch {
            throw surroundings.error(
                error.isMissing ? .notFound : .invalid, .fileNotRead(path: path, reason: error.description), cause: error)
        }
        do { return try WireCoding.decoder().decode(Value.self, from: Data(bytes)) } catch {
            throw surroundings.error(.invalid, mistake, cause: error)
        }
    }
}

/// What checking a receipt comes to.
package enum ReceiptVerdict: Equatable, Sendable {
    case genuine
    /// The signature does not fit the content.
    case forged
    /// Signed with another key than the one given, or the key does not bear its own name.
    case otherKey
    /// The key is not an Ed25519 key of 32 bytes.
    case unusableKey

    /// Checks offline, with nothing but the two.
    package init(_ receipt: Receipt, key: ReceiptKey) {
        guard key.algorithm == "Ed25519", let bytes = Data(base64Encoded: key.publicKey),
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else {
            self = .unusableKey
            return
        }
        // The name is part of the signed text; it must be this key's own.
        let name = String(ContentDigest(bytes: SHA256.hash(data: bytes)).hex.prefix(16))
        guard receipt.key == key.id, key.id == name else {
            self = .otherKey
            return
        }
        let signature = Data(base64Encoded: receipt.signature) ?? Data()
        self = publicKey.isValidSignature(signature, for: Array(receipt.signedText.utf8)) ? .genuine : .forged
    }
}
