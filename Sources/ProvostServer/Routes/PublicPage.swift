import ProvostCore
import ProvostCredentials
import ProvostService

/// The pages that people see without a login: HTML without a script, in two languages, readable on any screen.
struct PublicPage {
    enum Language: String { case english = "en", korean = "ko" }
    let language: Language
    let path: String

    func pick(_ english: String, _ korean: String) -> String { language == .korean ? korean : english }
    private func pick(_ text: LocalizedText) -> String { language == .korean ? text.korean ?? text.english : text.english }
    private func safe(_ text: String) -> String { CertificateDrawing.escaped(text) }

    /// The only style there is; the policy of the pages names its SHA-256, and a test holds the two together.
    static let style = """
        body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1c2733;background:#f4f6f8}\
        main{max-width:44rem;margin:2rem auto;padding:1.5rem;background:#fff;border:1px solid #d5dbe1}\
        h1{font-size:1.5rem;margin-top:0}\
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem}\
        dt{color:#5a6875}\
        dd{margin:0;overflow-wrap:anywhere}\
        .good{color:#0b6b2e}\
        .bad{color:#a3161f}\
        .open{color:#8a5a00}\
        .verdict{font-size:1.25rem;font-weight:bold}\
        table{border-collapse:collapse;width:100%}\
        td,th{text-align:left;border-bottom:1px solid #d5dbe1;padding:.3rem}\
        textarea{width:100%;box-sizing:border-box}\
        nav{text-align:right}
        """
    static let styleDigest = "3CQT0PGdzE99zQk76/cp+6SuAoZmWdaRKH5z8R1rMdI="

    private func whole(_ title: String, _ body: String) -> String {
        let other = language == .korean ? ("en", "English") : ("ko", "한국어")
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(safe(title))</title><style>\(Self.style)</style></head>
            <body><main><nav><a hreflang="\(other.0)" lang="\(other.0)" href="\(safe(path))?lang=\(other.0)">\(other.1)</a></nav>
            \(body)
            </main></body></html>

            """
    }

    // MARK: A certificate

    func certificate(_ content: CertificateContent, report: CredentialReport, now: Timestamp) -> String {
        let certificate = content.certificate
        var body = "<h1>\(safe(pick(certificate.title)))</h1>\n" + verdict(report, revocation: certificate.revocation)
        if certificate.renewedBy != nil {
            body +=
                "<p class=\"open\">\(pick("A newer certificate has taken the place of this one.", "이 수료증을 대신하는 새 수료증이 있습니다."))</p>"
        }
        body += list([
            (pick("Name", "이름"), content.learner), (pick("Issued by", "발급 기관"), content.organizationTitle),
            (pick("Program", "과정"), content.programTitle), (pick("Cohort", "기수"), content.cohortTitle),
            (pick("Valid from", "발급 시각"), certificate.validFrom.wholeSeconds),
            (pick("Valid until", "유효 기간"), certificate.validUntil?.wholeSeconds ?? pick("no end", "기한 없음")),
            (pick("Number", "번호"), certificate.id.text),
        ])
        body += "<p>\(safe(pick(content.summary)))</p>" + results(report) + rules(report)
        return whole(pick(certificate.title), body)
    }

    /// A file that was shown: what it says counts only where it is valid.
    func checked(_ report: CredentialReport, revocation: Certificate.Revocation?, successor: ID<Certificate>?) -> String {
        var body = "<h1>\(pick("Certificate check", "수료증 확인"))</h1>\n" + verdict(report, revocation: revocation)
        if let subject = report.subject {
            body += list([
                (pick("Certificate", "수료증"), subject.name),
                (pick("Issued by", "발급 기관"), subject.issuerTitle ?? subject.issuer),
                (pick("Valid from", "발급 시각"), subject.validFrom.wholeSeconds),
                (pick("Valid until", "유효 기간"), subject.validUntil?.wholeSeconds ?? pick("no end", "기한 없음")),
            ])
            body += results(report)
        }
        return whole(
            pick("Certificate check", "수료증 확인"),
            body + rules(report) + "<p><a href=\"/verify\">\(pick("Check another", "다른 수료증 확인"))</a></p>")
    }

    private func verdict(_ report: CredentialReport, revocation: Certificate.Revocation?) -> String {
        switch report.verdict {
        case .valid:
            return "<p class=\"verdict good\">✓ \(pick("This certificate is valid.", "유효한 수료증입니다."))</p>\n"
        case .unknown:
            return
                "<p class=\"verdict open\">? \(pick("Nothing is wrong, but not everything could be checked.", "잘못된 점은 없으나 모두 확인하지는 못했습니다."))</p>\n"
        case .invalid:
            let rule = report.failure?.rule
            let why =
                switch rule {
                case .status where revocation != nil: pick("It was revoked.", "취소되었습니다.")
                case .status: pick("It was revoked, or its status cannot be trusted.", "취소되었거나 상태를 믿을 수 없습니다.")
                case .dates: pick("It is not valid at this time: it expired, or has not begun.", "유효 기간이 아닙니다.")
                case .signature: pick("It was changed after it was signed.", "서명한 뒤에 내용이 바뀌었습니다.")
                case .issuer, .key: pick("It was not signed by the issuer that it names.", "적혀 있는 기관이 서명하지 않았습니다.")
                default: pick("It is not a certificate as it should be.", "올바른 수료증이 아닙니다.")
                }
            let when = revocation.map { " (\($0.at.wholeSeconds))" } ?? ""
            return
                "<p class=\"verdict bad\">✗ \(pick("This certificate is not valid.", "유효하지 않은 수료증입니다."))</p><p>\(why)\(when)</p>\n"
        }
    }

    private func list(_ rows: [(String, String)]) -> String {
        "<dl>" + rows.map { "<dt>\(safe($0.0))</dt><dd>\(safe($0.1))</dd>" }.joined() + "</dl>\n"
    }

    private func results(_ report: CredentialReport) -> String {
        guard let results = report.subject?.results, !results.isEmpty else { return "" }
        return "<h2>\(pick("Results", "성적"))</h2><table>"
            // The one name that we gave; the others are the assignments' own.
            + results.map { $0.name == "Total" ? (name: pick("Total", "전체"), value: $0.value) : (name: $0.name, value: $0.value) }
            .map { "<tr><td>\(safe($0.name))</td><td>\(safe($0.value)) %</td></tr>" }.joined() + "</table>\n"
    }

    private func rules(_ report: CredentialReport) -> String {
        "<h2>\(pick("What was checked", "확인한 것"))</h2><table>"
            + report.findings.map { finding in
                let mark = finding.verdict == .valid ? "✓" : finding.verdict == .invalid ? "✗" : "?"
                return "<tr><td>\(mark)</td><td>\(name(of: finding.rule))</td><td>\(safe(finding.reason ?? ""))</td></tr>"
            }.joined() + "</table>\n"
    }

    private func name(of rule: CredentialRule) -> String {
        switch rule {
        case .file: pick("File", "파일")
        case .form: pick("Form of the signed text", "서명문 형식")
        case .shape: pick("Open Badges 3.0", "Open Badges 3.0 규격")
        case .issuer: pick("Issuer", "발급 기관")
        case .key: pick("Key of the issuer", "기관의 열쇠")
        case .signature: pick("Signature", "서명")
        case .claims: pick("Claims agree", "내용 일치")
        case .dates: pick("Dates", "유효 기간")
        case .status: pick("Not revoked", "취소 여부")
        }
    }

    // MARK: Other pages

    func missing() -> String {
        let title = pick("There is no such certificate.", "그런 수료증은 없습니다.")
        return whole(
            title,
            "<h1 class=\"bad\">✗ \(title)</h1><p>\(pick("Nothing of this number was issued here. Check the number.", "이 번호로 발급한 수료증이 없습니다. 번호를 확인하세요."))</p>"
        )
    }

    func form(problem: String?) -> String {
        let title = pick("Check a certificate", "수료증 확인")
        let sentence =
            problem.map {
                "<p class=\"bad\">\(safe($0 == "413" ? pick("The file is larger than 1 MiB.", "파일이 1 MiB보다 큽니다.") : $0))</p>"
            } ?? ""
        return whole(
            title,
            """
            <h1>\(title)</h1>\(sentence)
            <form method="post" action="/verify" enctype="multipart/form-data">
            <p><label>\(pick("The certificate's file (.png, .svg, .jwt)", "수료증 파일 (.png, .svg, .jwt)"))<br><input type="file" name="file"></label></p>
            <p><label>\(pick("or its signed text", "또는 서명된 글"))<br><textarea name="text" rows="6" spellcheck="false"></textarea></label></p>
            <p><button type="submit">\(pick("Check", "확인"))</button></p></form>
            """)
    }

    func achievement(_ ground: CertificateGround, criteria: String) -> String {
        let title = pick(ground.certificate.title)
        return whole(
            title,
            "<h1>\(safe(title))</h1><p>\(safe(pick(ground.certificate.summary)))</p>"
                + list([
                    (pick("Issued by", "발급 기관"), ground.organizationTitle), (pick("Program", "과정"), ground.programTitle),
                    (pick("Cohort", "기수"), ground.cohortTitle), (pick("Requirements", "요건"), criteria),
                ]))
    }
}
