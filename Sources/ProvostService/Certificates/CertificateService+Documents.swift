package import ProvostCore
import ProvostCredentials
import ProvostSandbox
import ProvostStore

/// The forms in which a certificate is handed out.
package enum CertificateForm: String, Sendable, CaseIterable {
    case jwt, svg, png, pdf
    package var contentType: String {
        switch self {
        case .jwt: "text/plain; charset=utf-8"
        case .svg: "image/svg+xml"
        case .png: "image/png"
        case .pdf: "application/pdf"
        }
    }
}

extension CertificateService {
    /// The certificate in one form; pictures carry the credential baked in. Throws `unavailable` when rsvg-convert is missing.
    package func document(
        _ principal: Principal, _ id: ID<Certificate>, form: CertificateForm
    ) async throws(ProvostError) -> [UInt8] {
        let content = try await content(principal, id)
        guard form != .jwt else { return Array(content.token.utf8) }
        let drawing = try drawing(content).svg
        switch form {
        case .jwt, .svg:
            guard let baked = CredentialFile.baked(svg: drawing, token: content.token) else { break }
            return Array(baked.utf8)
        case .png:
            let png = try await converted(drawing, ["--format=png", "--dpi-x=150", "--dpi-y=150"])
            guard let baked = CredentialFile.baked(png: png, token: content.token) else { break }
            return baked
        case .pdf: return try await converted(drawing, ["--format=pdf"])
        }
        throw ProvostError(.internalError, "The certificate could not be drawn.")
    }

    func drawing(_ content: CertificateContent) throws(ProvostError) -> CertificateDrawing {
        let certificate = content.certificate
        let zone = try context.zones.zone(content.timezone)
        let results = content.evidence.compactMap { item in
            item.result.map {
                Credential.Result(description: "", name: item.title, value: CertificateMaker.number($0))
            }
        }
        return CertificateDrawing(
            learner: content.learner, title: certificate.title, summary: content.summary, organization: content.organizationTitle,
            program: content.programTitle, cohort: content.cohortTitle, issuedOn: zone.civil(at: certificate.validFrom).date,
            // The last day on which it is valid.
            validUntil: certificate.validUntil.map { zone.civil(at: $0 + .seconds(-1)).date }, results: results,
            number: certificate.id.text, verifyAddress: verifyAddress(certificate.id))
    }

    /// In a room: names that strangers wrote are drawn by a library that reads fonts. The host's fonts are in its /usr; how they are found is said
    /// by /etc/fonts, which rooms do not have.
    private func converted(_ svg: String, _ options: [String]) async throws(ProvostError) -> [UInt8] {
        // A few at a time: gradings go on beside them.
        try await drawings.take()
        defer { drawings.give() }
        let sandbox = context.sandbox
        let user = try sandbox.leaseUser()
        defer { sandbox.returnUser(user) }
        let spec = RoomSpec(
            command: ["rsvg-convert"] + options,
            environment: ["FONTCONFIG_PATH": "/fonts", "XDG_CACHE_HOME": "/tmp", "LANG": "C.UTF-8"],
            mounts: [.readOnly(host: "/etc/fonts", at: "/fonts")], user: user,
            limits: RoomLimits(
                wallTime: .seconds(60), cpuTime: .seconds(30), memory: .mebibytes(512), processes: 16, output: .mebibytes(16)),
            input: .bytes(Array(svg.utf8)))
        let result: RoomResult
        do { result = try await sandbox.run(spec) } catch {
            throw ProvostError(
                .unavailable, "Certificates cannot be drawn here: install Debian's librsvg2-bin and fonts-nanum.", cause: error)
        }
        guard result.report.succeeded, !result.output.isEmpty else {
            let said = String(decoding: result.error.suffix(300), as: UTF8.self)
            throw ProvostError(
                .unavailable,
                "Certificates cannot be drawn here: install Debian's librsvg2-bin and fonts-nanum. (\(result.report.summary(limits: spec.limits)) \(said))"
            )
        }
        return result.output
    }
}
