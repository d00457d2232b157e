package import Crypto
package import ProvostCore

/// A compact JSON Web Signature (RFC 7515) of the one form that Open Badges 3.0 shares with all its verifiers: ES256, a `kid` that is an address of the
/// issuer's key, and no other header.
package struct SignedToken: Sendable {
    package let text: String
    /// `did:web:…#key-1`.
    package let kid: String
    package let payload: StrictJSON.Value
    private let signed: [UInt8]
    private let signature: P256.Signing.ECDSASignature

    /// Why a text is no such token.
    package enum Mistake: Error, Hashable {
        /// Not three parts of base64url with JSON in the first two.
        case form
        /// Another algorithm, or a header that Open Badges forbids.
        case header
    }

    /// The longest token that is read: a status list of 131,072 entries in stored form takes 30 KB.
    package static let mostBytes = 1 << 20

    package static func sign(_ payload: JSONText, by key: P256.Signing.PrivateKey, kid: String) throws -> String {
        let header: JSONText = ["alg": "ES256", "kid": .text(kid), "typ": "JWT"]
        let signed = Base64URL.encode(header.bytes) + "." + Base64URL.encode(payload.bytes)
        let signature = try key.signature(for: Array(signed.utf8))
        return signed + "." + Base64URL.encode(signature.rawRepresentation)
    }

    package init(reading text: String) throws(Mistake) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.mostBytes, parts.count == 3, let head = Base64URL.decode(parts[0]),
            let body = Base64URL.decode(parts[1]), let bytes = Base64URL.decode(parts[2]),
            let header = try? StrictJSON.read(head),
            let payload = try? StrictJSON.read(body), let signature = try? P256.Signing.ECDSASignature(rawRepresentation: bytes)
        else { throw .form }
        var kid: String?
        do {
            for (name, value) in try header.members() {
                switch (name, try value.string()) {
                case ("alg", "ES256"), ("typ", "JWT"): break
                case ("kid", let text): kid = text
                default: throw Mistake.header
                }
            }
        } catch { throw .header }
        guard let kid, header.member("alg") != nil else { throw .header }
        self.text = text
        self.kid = kid
        self.payload = payload
        self.signature = signature
        signed = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    package func isSigned(by key: P256.Signing.PublicKey) -> Bool { key.isValidSignature(signature, for: signed) }
}
