package import ProvostCore

/// The certificate that a person hangs on a wall: A4, drawn from ``template``.
package struct CertificateDrawing: Sendable {
    package let learner: String
    package let title: LocalizedText
    package let summary: LocalizedText
    package let organization: String
    package let program: String
    package let cohort: String
    package let issuedOn: CivilDate
    package let validUntil: CivilDate?
    package let results: [Credential.Result]
    /// The certificate's own name, as the verify page knows it.
    package let number: String
    package let verifyAddress: String

    package init(
        learner: String, title: LocalizedText, summary: LocalizedText, organization: String, program: String, cohort: String,
        issuedOn: CivilDate, validUntil: CivilDate?, results: [Credential.Result], number: String, verifyAddress: String
    ) {
        self.learner = learner
        self.title = title
        self.summary = summary
        self.organization = organization
        self.program = program
        self.cohort = cohort
        self.issuedOn = issuedOn
        self.validUntil = validUntil
        self.results = results
        self.number = number
        self.verifyAddress = verifyAddress
    }

    /// An SVG of 210 × 297 mm.
    package var svg: String {
        let fields = [
            "LEARNER": Self.escaped(learner), "LEARNER_SIZE": "\(Self.size(of: learner, most: 14, width: 165))",
            "TITLE": Self.escaped(title.korean ?? title.english),
            "TITLE_SIZE": "\(Self.size(of: title.korean ?? title.english, most: 9, width: 165))",
            "SECOND_TITLE": Self.escaped(title.korean == nil ? "" : title.english),
            "ORGANIZATION": Self.escaped(organization), "PROGRAM": Self.escaped(program),
            "SUMMARY": Self.lines(summary.english, width: 150, size: 4.2, x: 105, anchor: "middle"),
            "SUMMARY_KO": Self.lines(summary.korean ?? "", width: 150, size: 4.2, x: 105, anchor: "middle"),
            "RESULTS": resultLines, "ISSUED": "\(issuedOn)",
            "UNTIL": validUntil.map { "유효 기간 · Valid until \($0)" } ?? "", "NUMBER": Self.escaped(number),
            "VERIFY": Self.escaped(verifyAddress), "QR": code,
        ]
        return Self.template.split(separator: "{{", omittingEmptySubsequences: false).enumerated().map { index, piece in
            guard index > 0, let end = piece.firstRange(of: "}}") else { return String(piece) }
            return (fields[String(piece[..<end.lowerBound])] ?? "") + piece[end.upperBound...]
        }.joined()
    }

    private var code: String {
        guard let code = QRCode(Array(verifyAddress.utf8)) else { return "" }
        // Four modules of quiet around it.
        let whole = code.size + 8
        return """
            <svg x="152" y="228" width="38" height="38" viewBox="-4 -4 \(whole) \(whole)" shape-rendering="crispEdges">\
            <rect x="-4" y="-4" width="\(whole)" height="\(whole)" fill="#fff"/><path d="\(code.path)" fill="#000"/></svg>
            """
    }

    private var resultLines: String {
        results.prefix(8).enumerated().map { index, result in
            let y = 186 + Double(index) * 5.4
            return """
                <text x="45" y="\(y)" font-size="3.8">\(Self.escaped(String(result.name.prefix(60))))</text>\
                <text x="165" y="\(y)" font-size="3.8" text-anchor="end">\(Self.escaped(result.value)) %</text>
                """
        }.joined()
    }

    /// Hangul and Han take a whole square, other letters about half of one.
    private static func width(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 1 : 0.56) }
    }

    /// The size at which a line fits.
    private static func size(of text: String, most: Double, width: Double) -> Double {
        let needed = self.width(text)
        guard needed > 0 else { return most }
        return (min(most, width / needed) * 100).rounded() / 100
    }

    private static func lines(_ text: String, width: Double, size: Double, x: Int, anchor: String) -> String {
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, self.width(last + " " + word) * size <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.prefix(4).enumerated().map { index, line in
            "<tspan x=\"\(x)\" dy=\"\(index == 0 ? 0 : size * 1.5)\">\(escaped(line))</tspan>"
        }.joined()
    }

    /// For XML and HTML. Control characters, which XML cannot hold, go.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default:
                switch scalar.value {
                case 0..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069, 0xfffe, 0xffff: result += " "
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// `{{NAME}}` is where each field goes. Fonts are named from the ones that Debian's fonts-nanum and fonts-noto-cjk bring.
    static let template = """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" \
        font-family="NanumGothic, 'Noto Sans CJK KR', 'Noto Sans KR', sans-serif" fill="#1c2733">
        <rect width="210" height="297" fill="#fff"/>
        <rect x="10" y="10" width="190" height="277" fill="none" stroke="#1f4e79" stroke-width="1.2"/>
        <rect x="12.5" y="12.5" width="185" height="272" fill="none" stroke="#c8a951" stroke-width="0.4"/>
        <g text-anchor="middle">
        <text x="105" y="40" font-size="7" fill="#1f4e79">{{ORGANIZATION}}</text>
        <text x="105" y="66" font-size="15" letter-spacing="6">수료증</text>
        <text x="105" y="76" font-size="4.6" letter-spacing="1.4" fill="#5a6875">CERTIFICATE</text>
        <text x="105" y="104" font-size="{{LEARNER_SIZE}}" font-weight="bold">{{LEARNER}}</text>
        <line x1="50" y1="109" x2="160" y2="109" stroke="#c8a951" stroke-width="0.5"/>
        <text x="105" y="126" font-size="{{TITLE_SIZE}}" fill="#1f4e79">{{TITLE}}</text>
        <text x="105" y="134" font-size="4.6" fill="#1f4e79">{{SECOND_TITLE}}</text>
        <text x="105" y="143" font-size="4">{{PROGRAM}}</text>
        <text y="154" font-size="4.2">{{SUMMARY_KO}}</text>
        <text y="167" font-size="4.2" fill="#5a6875">{{SUMMARY}}</text>
        </g>
        <g>{{RESULTS}}</g>
        <text x="20" y="240" font-size="4.2">발급일 · Issued {{ISSUED}}</text>
        <text x="20" y="247" font-size="4.2">{{UNTIL}}</text>
        <text x="20" y="256" font-size="3.2" fill="#5a6875">{{NUMBER}}</text>
        <text x="20" y="262" font-size="3.2" fill="#5a6875">{{VERIFY}}</text>
        <text x="171" y="270" font-size="3" text-anchor="middle" fill="#5a6875">진위 확인 · Verify</text>
        {{QR}}
        </svg>
        """
}
