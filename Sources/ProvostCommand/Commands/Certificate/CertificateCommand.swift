import ArgumentParser
import ProvostAPI
import ProvostCore

struct CertificateCommand: ParsableCommand {
    static let configuration = Help.command(
        "certificate", "Issue, show and check certificates: Open Badges 3.0 that any verifier reads.",
        examples: "provost certificate eligible --cohort autumn", "provost certificate issue --cohort autumn",
        "provost certificate verify certificate.png --did did.json --status status.jwt",
        subcommands: [
            CertificateEligible.self, CertificateIssue.self, CertificateList.self, CertificateShow.self, CertificateVerify.self,
            CertificateRevoke.self, CertificateRenew.self, CertificateEvidenceShow.self, CertificateKeyCommand.self,
        ])

    static func columns(_ session: Session) -> [Column<Certificate>] {
        [
            session.column(.certificate) { $0.id.text }, session.column(.person) { $0.person.slug.text },
            session.column(.name) { $0.person.name }, session.column(.cohort) { $0.cohort.text },
            session.column(.validFrom) { "\($0.validFrom)" },
            session.column(.validUntil) { $0.validUntil.map { "\($0)" } ?? "" },
            session.column(.issuedBy) { $0.issuedBy },
            session.column(.ended) { certificate in
                if let revocation = certificate.revocation {
                    return session.text(.record(.revoked(reason: revocation.reason)))
                }
                return certificate.renewedBy.map { session.text(.record(.renewed(by: $0.text))) } ?? ""
            },
        ]
    }
}

/// The certificate that a command is about.
struct CertificateArgument: ParsableArguments {
    @Argument(
        help: "The certificate, as “provost certificate list” names it.", transform: reading { try ID<Certificate>(parsing: $0) })
    var certificate: ID<Certificate>
}

struct CertificateEligible: AsyncParsableCommand {
    static let configuration = Help.command(
        "eligible", "Show who of a cohort meets the requirements, and what the others lack.",
        examples: "provost certificate eligible --cohort autumn -o csv", "provost certificate eligible minji --cohort autumn")

    @Argument(help: "A person; everybody when left out.", transform: reading { try Slug($0) })
    var person: Slug?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let words = session.wording(for: output.output)
        let rows: [CertificateStanding] = try await session.client.get(
            Route.path("cohorts", name, "certificates", "eligible", query: [("person", person?.text)]), idle: .seconds(120))
        try output.renderer(session).list(
            rows,
            [
                words.column(.person) { $0.person.slug.text }, words.column(.name) { $0.person.name },
                words.column(.requirements) { words.text(.record(.requirements($0.verdict))) },
                words.column(.missing) { $0.unmet.joined(separator: "; ") },
                words.column(.certificate) { $0.certificate?.text ?? "" },
            ], empty: session.text(.record(.noLearners)))
    }
}

struct CertificateIssue: AsyncParsableCommand {
    static let configuration = Help.command(
        "issue", "Issue certificates to those who meet the requirements: to all of a cohort, or to the persons named.",
        note: """
            Who has one keeps it: doing it again is the same as once. Whose certificate was revoked gets
            another only when they are named.
            """,
        examples: "provost certificate issue --cohort autumn", "provost certificate issue minji --cohort autumn")

    @Argument(help: "Persons; all who meet the requirements when left out.", transform: reading { try Slug($0) })
    var persons: [Slug] = []
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await session.cohort(cohort.cohort, atLeast: .admin)
        let made: IssuedCertificates = try await session.client.send(
            .post, Route.path("cohorts", name, "certificates"), body: IssueCertificates(persons: persons), idle: .seconds(300))
        if output.output == .json { return try output.renderer(session).json(made) }
        try output.renderer(session).list(
            made.certificates, CertificateCommand.columns(session.wording(for: output.output)),
            empty: session.text(.record(.nobodyMeets)))
        session.say(.record(.certificatesIssued(new: made.issued, there: made.certificates.count - made.issued)))
    }
}

struct CertificateList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List certificates: your own, or a cohort's.", examples: "provost certificate list --cohort autumn")

    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [Certificate] = try await session.client.get(Route.path("certificates", query: [("cohort", cohort.cohort)]))
        try output.renderer(session).list(
            rows, CertificateCommand.columns(session.wording(for: output.output)), empty: session.text(.record(.noCertificates)))
    }
}

struct CertificateShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show a certificate, or save it as a file.",
        note: """
            The end of the file's name says in which form: .jwt is the signed text, .svg and
            .png are pictures that carry it, .pdf is for printing, with a code that leads to
            the page where anybody can check it.
            """,
        examples: "provost certificate show crt_4n8d1k5v7q2z9xw3",
        "provost certificate show crt_4n8d1k5v7q2z9xw3 --to certificate.pdf")

    @OptionGroup var certificate: CertificateArgument
    @Option(help: ArgumentHelp("The file to make: NAME.jwt, .svg, .png or .pdf.", valueName: "file"), completion: .file())
    var to: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    private static let forms = ["jwt", "svg", "png", "pdf"]
    private var form: String? { to.flatMap { name in Self.forms.first { name.hasSuffix("." + $0) } } }

    func validate() throws {
        if to != nil, form == nil { throw ValidationError("End the file's name with .jwt, .svg, .png or .pdf.") }
    }

    func run() async throws {
        let session = try connection.session()
        let id = certificate.certificate.text
        if let to, let form {
            let pieces = Pieces()
            try await session.client.download(Route.path("certificates", id, form)) { pieces.add($0) }
            do { try PrivateFile.write(pieces.bytes, to: to) } catch {
                throw session.surroundings.error(.invalid, .fileNotWritten(path: to, reason: "\(error)"), cause: error)
            }
            return session.say(.record(.certificateSaved(path: to)))
        }
        let info: CertificateInfo = try await session.client.get(Route.path("certificates", id))
        if output.output == .json { return try output.renderer(session).json(info) }
        let words = session.wording(for: output.output)
        try output.renderer(session).item(
            info,
            [
                words.column(.certificate) { $0.certificate.id.text },
                words.column(.state) { words.text(.record(.certificate($0.state))) },
                words.column(.title) { words.title($0.certificate.title) },
                words.column(.name) { $0.certificate.person.name },
                words.column(.person) { $0.certificate.person.slug.text },
                words.column(.cohort) { $0.certificate.cohort.text },
                words.column(.issuedBy) { "\($0.certificate.organization) (\($0.certificate.issuedBy))" },
                words.column(.validFrom) { "\($0.certificate.validFrom)" },
                words.column(.validUntil) { $0.certificate.validUntil.map { "\($0)" } ?? "" },
                words.column(.revoked) { info in
                    info.certificate.revocation.map { "\($0.at), \($0.by): \($0.reason)" } ?? ""
                },
                words.column(.verify) { $0.verifyAddress },
            ])
    }
}

struct CertificateRevoke: AsyncParsableCommand {
    static let configuration = Help.command(
        "revoke", "Revoke a certificate, for ever; whoever checks it sees it within a minute.",
        note: "Those that it took the place of are revoked with it.",
        examples: "provost certificate revoke crt_4n8d1k5v7q2z9xw3 --reason \"issued to the wrong person\"")

    @OptionGroup var certificate: CertificateArgument
    @Option(help: ArgumentHelp("Why; it stays on record, and is not published.", valueName: "text"))
    var reason: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let revoked: Certificate = try await session.client.send(
            .post, Route.path("certificates", certificate.certificate.text, "revoke"), body: RevokeCertificate(reason: reason))
        try output.renderer(session).item(revoked, CertificateCommand.columns(session.wording(for: output.output)))
    }
}

struct CertificateRenew: AsyncParsableCommand {
    static let configuration = Help.command(
        "renew", "Issue another certificate in the place of one that expires, or that bears an old name.",
        note: "The requirements are looked at again. The old one stays checkable and says that a newer one is there.",
        examples: "provost certificate renew crt_4n8d1k5v7q2z9xw3")

    @OptionGroup var certificate: CertificateArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: Certificate = try await session.client.send(
            .post, Route.path("certificates", certificate.certificate.text, "renew"))
        try output.renderer(session).item(made, CertificateCommand.columns(session.wording(for: output.output)))
    }
}
