/// A secret that a person carries: an enrolment code or a token.
///
/// Text form: `prefix_` + 32 base-32 characters (160 random bits) + 6 check characters. The prefix lets secret scanners find a
/// leaked one; the check tells a typing mistake from a revoked token without asking the store. Only a hash is ever stored.
package struct Secret: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Exchanged once, by `provost login`, for a token.
        case enrolmentCode = "pvc"
        /// Sent with each request.
        case token = "pvt"
    }

    package let kind: Kind
    /// The whole text, as it is typed or stored under the person's configuration folder.
    package let text: String

    /// A new secret from the generator's random source.
    package init(_ kind: Kind, from generator: IdentifierGenerator) {
        let body = Base32.encode(generator.randomBytes(20))
        self.kind = kind
        self.text = "\(kind.rawValue)_\(body)\(Self.check(kind.rawValue + body))"
    }

    /// Reads what a person typed: case, spaces, hyphens and look-alike letters are forgiven.
    /// Throws `invalid` when it is another kind of text or mistyped.
    package init(parsing typed: String, as kind: Kind) throws(ProvostError) {
        let what = kind == .token ? "token" : "enrolment code"
        let squeezed = typed.filter { !$0.isWhitespace && $0 != "-" }.lowercased()
        guard squeezed.hasPrefix(kind.rawValue + "_") else {
            throw ProvostError(
                .invalid, "That is not \(what == "token" ? "a" : "an") \(what): it starts with “\(kind.rawValue)_”.")
        }
        let rest = Base32.normalized(String(squeezed.dropFirst(kind.rawValue.count + 1)))
        guard rest.utf8.count == 38, String(rest.suffix(6)) == Self.check(kind.rawValue + rest.dropLast(6)) else {
            throw ProvostError(.invalid, "The \(what) is mistyped or cut off; copy it again as a whole.")
        }
        self.kind = kind
        self.text = "\(kind.rawValue)_\(rest)"
    }

    /// CRC-30/CDMA over the text: every wrong character and every two that changed places are noticed for certain. Against typing
    /// mistakes only, it is no protection.
    /// Source: 3GPP2 C.S0002, polynomial 0x2030b9c7; “123456789” gives 0x04c34abf.
    private static func check(_ text: some StringProtocol) -> String {
        var remainder: UInt32 = 0x3fff_ffff
        for byte in text.utf8 {
            remainder ^= UInt32(byte) << 22
            for _ in 0..<8 {
                let carries = remainder & 0x2000_0000 != 0
                remainder = remainder << 1 & 0x3fff_ffff ^ (carries ? 0x2030_b9c7 : 0)
            }
        }
        let aligned = (remainder ^ 0x3fff_ffff) << 2
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: aligned >> (24 - 8 * UInt32($0))) }
        return String(Base32.encode(bytes).prefix(6))
    }
}
