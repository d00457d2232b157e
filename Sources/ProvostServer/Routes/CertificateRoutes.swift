import HTTPTypes
import Hummingbird
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostService

/// Certificates for those who are known; ``PublicRoutes`` is for everybody.
struct CertificateRoutes {
    let certificates: CertificateService
    let now: @Sendable () -> Timestamp

    func add(to router: RouterGroup<ProvostRequestContext>) {
        router.get("cohorts/{cohort}/certificates/eligible") { request, context in
            if let person = try request.slug("person") {
                return try await json(
                    [certificates.eligible(context.known(), cohort: context.slug("cohort"), person: person)])
            }
            return try await json(certificates.eligible(context.known(), cohort: context.slug("cohort")))
        }
        router.post("cohorts/{cohort}/certificates") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: IssueCertificates.self)
            let made = try await certificates.issue(principal, cohort: context.slug("cohort"), persons: body.persons)
            return try json(IssuedCertificates(issued: made.issued, certificates: made.certificates))
        }
        router.get("certificates") { request, context in
            try await json(certificates.list(context.known(), cohort: request.slug("cohort")))
        }
        router.get("certificates/{certificate}") { _, context in
            let content = try await certificates.content(context.known(), context.id("certificate", of: Certificate.self))
            return try json(
                CertificateInfo(
                    certificate: content.certificate, state: content.certificate.state(at: now()),
                    verifyAddress: certificates.verifyAddress(content.certificate.id), evidence: content.evidence))
        }
        router.get("certificates/{certificate}/evidence") { _, context in
            try await json(certificates.evidence(context.known(), context.id("certificate", of: Certificate.self)))
        }
        router.get("certificates/{certificate}/{form}") { _, context in
            let text = try context.text("form")
            guard let form = CertificateForm(rawValue: text) else {
                let forms = CertificateForm.allCases.map(\.rawValue).joined(separator: ", ")
                throw ProvostError(.notFound, "“\(text.prefix(20))” is no form of a certificate; there are: \(forms).")
            }
            let bytes = try await certificates.document(
                context.known(), context.id("certificate", of: Certificate.self), form: form)
            return Response(
                status: .ok, headers: [.contentType: form.contentType, .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        router.post("certificates/{certificate}/revoke") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: RevokeCertificate.self)
            return try await json(
                certificates.revoke(principal, context.id("certificate", of: Certificate.self), reason: body.reason))
        }
        router.post("certificates/{certificate}/renew") { _, context in
            try await json(
                certificates.renew(context.known(), context.id("certificate", of: Certificate.self)), status: .created)
        }
        router.post("certificates/{certificate}/regrade") { _, context in
            try await json(certificates.regrade(context.known(), context.id("certificate", of: Certificate.self)))
        }
        router.get("organizations/{organization}/keys") { _, context in
            try await json(certificates.keys(context.known(), organization: context.slug("organization")))
        }
        router.post("organizations/{organization}/keys") { _, context in
            try await json(
                certificates.rotateKey(context.known(), organization: context.slug("organization")), status: .created)
        }
    }
}
