import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostCredentials
import ProvostService

/// What anybody may read without a login: documents for programs, and pages for people. No page runs a script or loads anything.
struct PublicRoutes {
    let certificates: CertificateService
    let now: @Sendable () -> Timestamp
    /// The largest file that is taken for a check.
    private static let mostBytes = 1 << 20
    /// Strangers' files are taken apart a few at a time.
    private let checks = Places(2, longestQueue: 50)

    func add(to router: RouterGroup<ProvostRequestContext>) {
        router.get(".well-known/did.json") { _, _ in
            try await answer(certificates.issuerDocument(nil), "application/did+json")
        }
        router.get("issuers/{organization}/did.json") { _, context in
            try await answer(certificates.issuerDocument(context.slug("organization")), "application/did+json")
        }
        router.get("issuers/{organization}/status/{number}") { _, context in
            guard let number = Int(try context.text("number")), (1...1_000_000).contains(number) else {
                throw ProvostError(.notFound, "No such status list.")
            }
            // For a minute: a revocation is to be seen soon.
            return try await answer(
                Array(certificates.statusList(context.slug("organization"), number).utf8), "application/vc+jwt", seconds: 60)
        }
        router.get("achievements/{cohort}") { request, context in
            let (ground, criteria) = try await certificates.achievement(context.slug("cohort"))
            let page = PublicPage(language: language(request), path: request.uri.path)
            return html(page.achievement(ground, criteria: criteria), seconds: 300)
        }
        router.get("verify") { request, _ in
            html(PublicPage(language: language(request), path: "/verify").form(problem: nil), seconds: 300)
        }
        router.post("verify") { request, _ in
            var request = request
            let page = PublicPage(language: language(request), path: "/verify")
            let body: ByteBuffer
            do { body = try await request.collectBody(upTo: Self.mostBytes) } catch {
                return html(page.form(problem: "413"), seconds: 0, status: .contentTooLarge)
            }
            let type = request.headers[.contentType] ?? ""
            do {
                let report = try await checks.run { () throws(ProvostError) -> CredentialReport in
                    guard let file = UploadedFile.content(Array(body.readableBytesView), type: type) else {
                        throw ProvostError(
                            .invalid, page.pick("Choose a file, or paste the text.", "파일을 고르거나 글을 붙여 넣으세요."))
                    }
                    return try await certificates.check(file)
                }
                return html(page.checked(report, revocation: nil, successor: nil), seconds: 0)
            } catch let error as ProvostError where error.code == .invalid {
                return html(page.form(problem: error.message), seconds: 0, status: .badRequest)
            }
        }
        router.get("verify/{certificate}") { request, context in
            let id = try context.id("certificate", of: Certificate.self)
            let page = PublicPage(language: language(request), path: "/verify/\(id)")
            do {
                let (content, report) = try await certificates.verified(id)
                return html(page.certificate(content, report: report, now: now()), seconds: 60)
            } catch let error as ProvostError where error.code == .notFound {
                return html(page.missing(), seconds: 0, status: .notFound)
            }
        }
    }

    /// `?lang=` wins over the browser's wish.
    private func language(_ request: Request) -> PublicPage.Language {
        if let asked = request.text("lang") { return asked == "ko" ? .korean : .english }
        var best = (language: PublicPage.Language.english, weight: -1.0)
        for part in (request.headers[.acceptLanguage] ?? "").split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let tag = pieces.first?.lowercased().prefix(2), tag == "ko" || tag == "en" else { continue }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best.weight { best = (tag == "ko" ? .korean : .english, weight) }
        }
        return best.language
    }

    private func answer(_ bytes: [UInt8], _ type: String, seconds: Int = 300) -> Response {
        var headers: HTTPFields = [.contentType: type, .cacheControl: "public, max-age=\(seconds)"]
        headers[.accessControlAllowOrigin] = "*"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func html(_ text: String, seconds: Int, status: HTTPResponse.Status = .ok) -> Response {
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .vary: "Accept-Language",
            .cacheControl: seconds > 0 ? "public, max-age=\(seconds)" : "no-store",
        ]
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'sha256-\(PublicPage.styleDigest)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// What a browser's form sends: one file, or a text that was pasted.
enum UploadedFile {
    /// nil when there is neither, or it is broken.
    static func content(_ body: [UInt8], type: String) -> [UInt8]? {
        guard let mark = type.firstRange(of: "boundary=") else { return body.isEmpty ? nil : body }
        let boundary = type[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        guard (1...70).contains(boundary.utf8.count) else { return nil }
        let divider = Array("--\(boundary)".utf8)
        var found: [UInt8]?
        var rest = body[...]
        while let start = rest.firstRange(of: divider) {
            rest = rest[start.upperBound...]
            let end = rest.firstRange(of: Array("\r\n".utf8) + divider)?.lowerBound ?? rest.endIndex
            let part = rest[..<end]
            if let blank = part.firstRange(of: Array("\r\n\r\n".utf8)) {
                let content = Array(part[blank.upperBound...])
                // The file wins over an empty text, and the text over an empty file.
                if content.contains(where: { $0 > 0x20 }) { found = content }
            }
            rest = rest[end...]
        }
        return found
    }
}
