import ArgumentParser
import ProvostAPI
import ProvostCore

struct CertificateEvidenceShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "evidence", "Follow a certificate back to what it was earned by, and look at each link again.",
        note: """
            Certificate → results → scores → gradings → what was handed in and what graded it.
            Contents are hashed again, and each link is held against the audit. What
            matches holds; what differs or is missing fails. Kept no longer: its person
            was erased. Not recorded: an older version wrote it. Superseded: something
            newer counts. --regrade grades the submissions again as “provost regrade”
            does, and compares.
            """,
        examples: "provost certificate evidence crt_4n8d1k5v7q2z9xw3",
        "provost certificate evidence crt_4n8d1k5v7q2z9xw3 --regrade")

    @OptionGroup var certificate: CertificateArgument
    @Flag(help: "Grade the submissions again, and compare what comes out.")
    var regrade = false
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let id = certificate.certificate.text
        var links: [EvidenceLink] = try await session.client.get(
            Route.path("certificates", id, "evidence"), idle: .seconds(120))
        if regrade { links += try await regraded(session, id) }
        try output.renderer(session).list(
            links,
            [
                Column("link") { $0.link },
                Column("finding") { $0.finding.isBroken ? $0.finding.rawValue.uppercased() : $0.finding.rawValue },
                Column("detail") { $0.detail },
            ], empty: "")
        let broken = links.count { $0.finding.isBroken }
        guard broken == 0 else { throw ProvostError(.conflict, "\(broken) of \(links.count) links do not hold.") }
        let unknown = links.count { !$0.holds }
        Console.say(
            unknown == 0
                ? "All \(links.count) links hold."
                : "\(links.count - unknown) of \(links.count) links hold; of the others the finding says why they cannot be held against the record now."
        )
    }

    /// Before and after: the score that counts of each submission.
    private func regraded(_ session: Session, _ id: String) async throws -> [EvidenceLink] {
        let info: CertificateInfo = try await session.client.get(Route.path("certificates", id))
        var before: [String: SubmissionInfo] = [:]
        for row in info.evidence.flatMap(\.rows) where row.kind == "submission" {
            before[row.id] = try await session.client.get(Route.path("submissions", row.id))
        }
        let queued: [ID<Submission>] = try await session.client.send(.post, Route.path("certificates", id, "regrade"))
        var links: [EvidenceLink] = []
        for submission in queued {
            let after = try await session.client.follow(submission) { _ in }
            let old = before[submission.text]?.grading?.record
            let new = after.grading?.record
            let same = old?.score == new?.score && old?.max == new?.max && new != nil
            links.append(
                EvidenceLink(
                    "regrade \(submission)", same ? .matches : .differs,
                    "\(Self.words(old?.score, old?.max)) before, \(Self.words(new?.score, new?.max)) now."))
        }
        return links
    }
    private static func words(_ score: Points?, _ max: Points?) -> String {
        score.map { "\($0)/\(max.map { "\($0)" } ?? "?")" } ?? "not graded"
    }
}

struct CertificateKeyCommand: ParsableCommand {
    static let configuration = Help.command(
        "key", "Show an organization's keys, or make the one that signs from now on.",
        examples: "provost certificate key list acme", subcommands: [CertificateKeyList.self, CertificateKeyRotate.self])

    static let columns: [Column<CertificateKey>] = [
        Column("key") { "key-\($0.number)" }, Column("created") { "\($0.createdAt)" }, Column("point") { $0.point },
    ]
}

struct CertificateKeyList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List an organization's keys, oldest first; the newest signs.", examples: "provost certificate key list acme")

    @Argument(help: "The organization.", transform: reading { try Slug($0) })
    var organization: Slug
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let keys: [CertificateKey] = try await session.client.get(Route.path("organizations", organization.text, "keys"))
        try output.renderer(session).list(keys, CertificateKeyCommand.columns, empty: "It has signed nothing yet.")
    }
}

struct CertificateKeyRotate: AsyncParsableCommand {
    static let configuration = Help.command(
        "rotate", "Make a new key, which signs from now on; certificates that are out stay checkable.",
        examples: "provost certificate key rotate acme")

    @Argument(help: "The organization.", transform: reading { try Slug($0) })
    var organization: Slug
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let keys: [CertificateKey] = try await session.client.send(.post, Route.path("organizations", organization.text, "keys"))
        try output.renderer(session).list(keys, CertificateKeyCommand.columns, empty: "")
    }
}
