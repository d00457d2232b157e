package import Crypto
package import ProvostCore

/// Which certificates of one list are revoked: a bit each (https://www.w3.org/TR/vc-bitstring-status-list/). Who looks one up cannot be told from who looks
/// up another.
package struct StatusList: Sendable {
    /// The least that the standard allows, so that one among so many stays unknown.
    package static let count = 131_072

    private var bits: [UInt8]

    /// With these revoked. Indices beyond the list are left out.
    package init(revoked: some Sequence<Int> = []) {
        bits = [UInt8](repeating: 0, count: Self.count / 8)
        for index in revoked where (0..<Self.count).contains(index) { bits[index / 8] |= 0x80 >> UInt8(index % 8) }
    }

    /// nil for an index beyond the list.
    package func isRevoked(_ index: Int) -> Bool? {
        guard index >= 0, index / 8 < bits.count else { return nil }
        return bits[index / 8] & 0x80 >> UInt8(index % 8) != 0
    }

    /// `u` for base64url, then gzip.
    package var encoded: String { "u" + Base64URL.encode(Gzip.stored(bits)) }

    /// Throws `invalid`.
    package init(encoded: String) throws(ProvostError) {
        guard encoded.hasPrefix("u"), let packed = Base64URL.decode(encoded.dropFirst()),
            let bits = Gzip.unpacked(packed, most: 16 << 20), bits.count >= Self.count / 8
        else { throw ProvostError(.invalid, "The status list is damaged, or shorter than the standard allows.") }
        self.bits = bits
    }

    /// The list as a signed credential.
    package func token(
        address: String, issuer: IssuerName, validFrom: Timestamp, key: P256.Signing.PrivateKey, kid: String
    ) throws -> String {
        let payload: JSONText = [
            "@context": ["https://www.w3.org/ns/credentials/v2"], "id": .text(address),
            "type": ["VerifiableCredential", "BitstringStatusListCredential"], "issuer": .text(issuer.did),
            "validFrom": .text(validFrom.wholeSeconds),
            "credentialSubject": [
                "id": .text(address + "#list"), "type": "BitstringStatusList", "statusPurpose": "revocation",
                "encodedList": .text(encoded),
            ],
            "iss": .text(issuer.did), "jti": .text(address), "sub": .text(address + "#list"), "nbf": .number(validFrom.seconds),
        ]
        return try SignedToken.sign(payload, by: key, kid: kid)
    }
}
