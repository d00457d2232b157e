package import Crypto
package import ProvostCore

/// Who signs, as a `did:web` (https://w3c-ccg.github.io/did-method-web/): its document lies at an address that follows from the name.
package struct IssuerName: Hashable, Sendable, CustomStringConvertible {
    /// `did:web:certs.example.kr` or `did:web:certs.example.kr:issuers:acme`.
    package let did: String

    /// From the address under which the daemon is known to the world, like `https://certs.example.kr`.
    /// - Parameter organization: nil: the one that the whole address stands for.
    package init(address: PublicAddress, organization: Slug?) {
        did = "did:web:" + address.authority.replacing(":", with: "%3A") + (organization.map { ":issuers:\($0)" } ?? "")
    }

    /// Throws `invalid` for another method, and for a name that no address follows from.
    package init(parsing text: String) throws(ProvostError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let plain = text.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || [UInt8](".-_:%".utf8).contains($0)
        }
        guard parts.count >= 3, parts[0] == "did", parts[1] == "web", plain, parts.allSatisfy({ !$0.isEmpty }),
            text.utf8.count <= 500
        else { throw ProvostError(.invalid, "“\(text.prefix(100))” is no did:web name.") }
        did = text
    }

    package var description: String { did }

    /// Where its document is published.
    package var documentAddress: String {
        let parts = did.split(separator: ":").dropFirst(2).map { $0.replacing("%3A", with: ":").replacing("%3a", with: ":") }
        let host = parts.first ?? ""
        let scheme = host.hasPrefix("127.0.0.1") || host.hasPrefix("localhost") ? "http" : "https"
        return parts.count == 1
            ? "\(scheme)://\(host)/.well-known/did.json" : "\(scheme)://\(parts.joined(separator: "/"))/did.json"
    }
}

/// The address under which the daemon is reached from outside: what is written into certificates, for ever.
package struct PublicAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    package let text: String
    /// Host, and port where there is one.
    package let authority: String

    /// `https://HOST[:PORT]`; `http` for this machine alone, for trials. Throws `invalid`.
    package init(parsing text: String) throws(ProvostError) {
        let mistake = ProvostError(
            .invalid,
            "public-url “\(text.prefix(100))” is not like https://certs.example.kr (a host and perhaps a port, no path).")
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        let rest: Substring
        let isLocal: Bool
        if trimmed.hasPrefix("https://") {
            (rest, isLocal) = (trimmed.dropFirst(8), false)
        } else if trimmed.hasPrefix("http://") {
            (rest, isLocal) = (trimmed.dropFirst(7), true)
        } else {
            throw mistake
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        let host = parts.first ?? ""
        let letters = host.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        guard letters, (1...253).contains(host.utf8.count), parts.count <= 2,
            parts.count == 1 || (1...65_535).contains(Int(parts[1]) ?? 0), !isLocal || host == "localhost" || host == "127.0.0.1"
        else { throw mistake }
        self.text = trimmed
        authority = String(rest)
    }

    package var description: String { text }
}

/// A public key of an issuer: a point of P-256, as its two coordinates.
package struct IssuerKey: Hashable, Sendable {
    /// 1, 2, 3 … of the issuer; the newest one signs, all of them verify.
    package let number: Int
    /// 64 bytes: x, then y.
    package let point: [UInt8]

    package init(number: Int, point: [UInt8]) {
        self.number = number
        self.point = point
    }
    package init(number: Int, _ key: P256.Signing.PublicKey) {
        self.init(number: number, point: Array(key.rawRepresentation))
    }

    /// The part of its address after the issuer's name.
    package var fragment: String { "key-\(number)" }
    package var x: String { Base64URL.encode(point.prefix(32)) }
    package var y: String { Base64URL.encode(point.suffix(32)) }

    /// A JSON Web Key (RFC 7517).
    package var jwk: JSONText { ["kty": "EC", "crv": "P-256", "x": .text(x), "y": .text(y)] }
}

/// What an issuer publishes: which keys are its own.
package struct IssuerDocument: Sendable {
    package let issuer: IssuerName
    /// By the whole address of each: `did:web:…#key-1`. Only those that the document allows for assertions.
    package let keys: [String: P256.Signing.PublicKey]

    /// `did.json` of an issuer with these keys.
    package static func text(_ issuer: IssuerName, keys: [IssuerKey]) -> [UInt8] {
        let names = keys.map { JSONText.text("\(issuer)#\($0.fragment)") }
        let methods = keys.map { key -> JSONText in
            [
                "id": .text("\(issuer)#\(key.fragment)"), "type": "JsonWebKey", "controller": .text(issuer.did),
                "publicKeyJwk": key.jwk,
            ]
        }
        let document: JSONText = [
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"], "id": .text(issuer.did),
            "verificationMethod": .list(methods), "assertionMethod": .list(names),
        ]
        return document.bytes
    }

    /// Reads a published one. Throws `invalid` with what is wrong.
    package init(reading bytes: [UInt8]) throws(ProvostError) {
        do {
            let document = try StrictJSON.read(bytes)
            guard let id = document.member("id"), let methods = document.member("verificationMethod"),
                let assertion = document.member("assertionMethod")
            else { throw ProvostError(.invalid, "The issuer's document lacks id, verificationMethod or assertionMethod.") }
            issuer = try IssuerName(parsing: id.string())
            var allowed: Set<String> = []
            for name in try assertion.elements() where name.isString { allowed.insert(try name.string()) }
            var keys: [String: P256.Signing.PublicKey] = [:]
            for method in try methods.elements() {
                guard let name = try method.member("id")?.string(), allowed.contains(name),
                    let jwk = method.member("publicKeyJwk"),
                    try jwk.member("crv")?.string() == "P-256", let x = try jwk.member("x")?.string(),
                    let y = try jwk.member("y")?.string(), let first = Base64URL.decode(x), let second = Base64URL.decode(y),
                    let key = try? P256.Signing.PublicKey(rawRepresentation: first + second)
                else { continue }
                keys[name] = key
            }
            self.keys = keys
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.invalid, "The issuer's document is not what it should be: \(error)", cause: error)
        }
    }
}
