package import ProvostCore
package import ProvostCredentials
package import ProvostStore

/// What anybody may read: nothing here says more about a learner than the certificate that they showed.
extension CertificateService {
    /// `did.json`. nil organization: the one that the whole address stands for. Throws `notFound` while it has signed nothing.
    package func issuerDocument(_ organization: Slug?) async throws(ProvostError) -> [UInt8] {
        let none = ProvostError(.notFound, "No such issuer.")
        guard let world = context.world, let organization = organization ?? world.root else { throw none }
        let keys: [CertificateKey]
        do { keys = try await context.store.issuerKeys(of: organization) } catch { throw error.code == .notFound ? none : error }
        guard !keys.isEmpty else { throw none }
        return IssuerDocument.text(world.issuer(of: organization), keys: keys.map(\.published))
    }

    /// The signed list. Throws `notFound`.
    package func statusList(_ organization: Slug, _ number: Int) async throws(ProvostError) -> String {
        let none = ProvostError(.notFound, "No such status list.")
        guard let world = context.world else { throw none }
        let known: [CertificateKey]
        do { known = try await context.store.issuerKeys(of: organization) } catch { throw error.code == .notFound ? none : error }
        guard let first = known.first,
            let places = try await context.store.revokedPlaces(organization: organization, list: number)
        else { throw none }
        let signing = try await keys.signing(organization, by: "provost")
        let issuer = world.issuer(of: organization)
        do {
            return try StatusList(revoked: places).token(
                address: world.statusList(of: organization, number), issuer: issuer, validFrom: first.createdAt, key: signing.key,
                kid: "\(issuer)#key-\(signing.number)")
        } catch { throw ProvostError(.internalError, "The status list could not be signed.", cause: error) }
    }

    /// What a certificate of this cohort is for. Throws `notFound`.
    package func achievement(_ cohort: Slug) async throws(ProvostError) -> (ground: CertificateGround, criteria: String) {
        do {
            let ground = try await context.store.certificateGround(cohort: cohort)
            return (ground, ground.certificate.requirements.sentence)
        } catch { throw error.code == .internalError ? error : ProvostError(.notFound, "No such achievement.") }
    }

    /// A certificate as whoever holds its address sees it, with a fresh check of its signature. Throws `notFound`.
    package func verified(_ id: ID<Certificate>) async throws(ProvostError) -> (
        content: CertificateContent, report: CredentialReport
    ) {
        let content: CertificateContent
        do { content = try await context.store.certificate(id) } catch {
            throw error.code == .notFound ? ProvostError(.notFound, "There is no such certificate.") : error
        }
        return (content, try await check(Array(content.token.utf8)))
    }

    /// Checks a file that somebody shows. Only credentials that were issued here can be checked here. Throws `invalid` for others.
    package func check(_ file: [UInt8]) async throws(ProvostError) -> CredentialReport {
        let world = try world()
        let (issuer, list) = try CredentialCheck.sources(of: file)
        let root = world.root.map { world.issuer(of: $0) }
        let organization: Slug
        if issuer == root, let slug = world.root {
            organization = slug
        } else {
            guard let last = issuer.did.split(separator: ":").last, let slug = try? Slug(String(last)),
                issuer == world.issuer(of: slug)
            else {
                throw ProvostError(.invalid, "It was issued by \(issuer), not here; check it at \(issuer.documentAddress).")
            }
            organization = slug
        }
        let document: IssuerDocument
        do { document = try IssuerDocument(reading: try await issuerDocument(organization)) } catch {
            throw ProvostError(.invalid, "No issuer of the name \(issuer) has signed anything here.")
        }
        let prefix = world.statusList(of: organization, 0).dropLast()
        var status: String?
        if let list, list.hasPrefix(prefix), let number = Int(list.dropFirst(prefix.count)) {
            status = try? await statusList(organization, number)
        }
        return CredentialCheck.report(file: file, document: document, statusList: status, at: context.now())
    }

    /// Where a certificate is looked at.
    package func verifyAddress(_ id: ID<Certificate>) -> String { "\(context.world?.address.text ?? "")/verify/\(id)" }
}
