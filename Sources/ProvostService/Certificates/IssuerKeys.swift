import Crypto
import Foundation
import ProvostCore
import ProvostCredentials
import ProvostStore

/// The private keys that organizations sign with: `keys/issuers/ORGANIZATION-NUMBER.p256`, mode 0600. Which of them are an organization's is
/// said by the store, so that a file alone makes nobody an issuer.
struct IssuerKeys: Sendable {
    struct Signing: Sendable {
        let number: Int
        let key: P256.Signing.PrivateKey
    }

    private let context: ServiceContext
    init(_ context: ServiceContext) { self.context = context }

    private func path(_ organization: Slug, _ number: Int) -> String {
        "\(context.directory.keys)/issuers/\(organization)-\(number).p256"
    }

    /// The newest, made if there is none yet. Throws `unavailable` when the file of a known key is missing or is another one's.
    func signing(_ organization: Slug, by actor: String) async throws(ProvostError) -> Signing {
        var newest = try await context.store.issuerKeys(of: organization).last
        if newest == nil {
            do { return try await make(organization, number: 1, by: actor) } catch {
                // Somebody who issues at the same instant made it.
                newest = try await context.store.issuerKeys(of: organization).last
                guard error.code == .conflict, newest != nil else { throw error }
            }
        }
        guard let known = newest else { throw ProvostError(.internalError, "There is no key of \(organization).") }
        let path = path(organization, known.number)
        guard let bytes = FileManager.default.contents(atPath: path),
            let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes),
            Self.hex(key.publicKey) == known.point
        else {
            throw ProvostError(
                .unavailable,
                "The key \(path) of \(organization) cannot be used; restore it from a backup, or make a new one: provost certificate key rotate \(organization)"
            )
        }
        return Signing(number: known.number, key: key)
    }

    /// Another one, which signs from now on; those that were signed before stay checkable.
    func rotate(_ organization: Slug, by actor: String) async throws(ProvostError) -> Signing {
        try await make(organization, number: context.store.issuerKeys(of: organization).count + 1, by: actor)
    }

    /// The file is durable before the row: a crash between them leaves a file that nobody knows, which the next try takes.
    private func make(_ organization: Slug, number: Int, by actor: String) async throws(ProvostError) -> Signing {
        let path = path(organization, number)
        let key: P256.Signing.PrivateKey
        do {
            if let left = FileManager.default.contents(atPath: path) {
                key = try P256.Signing.PrivateKey(rawRepresentation: left)
            } else {
                let fresh = P256.Signing.PrivateKey()
                do {
                    try KeyFile.write(Array(fresh.rawRepresentation), to: path)
                    key = fresh
                } catch {
                    guard let theirs = FileManager.default.contents(atPath: path) else { throw error }
                    key = try P256.Signing.PrivateKey(rawRepresentation: theirs)
                }
            }
        } catch { throw ProvostError(.unavailable, "The key \(path) cannot be made.", cause: error) }
        try await context.store.createIssuerKey(
            CertificateKey(organization: organization, number: number, point: Self.hex(key.publicKey), createdAt: context.now()),
            by: actor, at: context.now())
        return Signing(number: number, key: key)
    }

    static func hex(_ key: P256.Signing.PublicKey) -> String {
        key.rawRepresentation.map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
    }
}

extension CertificateKey {
    /// As it is published.
    var published: IssuerKey {
        let digits = Array(point.utf8).map { $0 <= 0x39 ? $0 - 0x30 : $0 - 0x57 }
        return IssuerKey(
            number: number, point: stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }
}
