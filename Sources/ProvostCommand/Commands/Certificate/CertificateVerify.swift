import ArgumentParser
import FoundationEssentials
import ProvostAPI
import ProvostCore
import ProvostCredentials
import Synchronization

struct CertificateVerify: AsyncParsableCommand {
    static let configuration = Help.command(
        "verify", "Check a certificate's file (.jwt, .svg, .png), and say which rule it breaks.",
        note: """
            No server is asked: --did is what the issuer publishes as did.json, --status the
            list that the certificate names (left out, it stays unknown whether it is revoked,
            and the status is 8). Without --did, their addresses are shown.
            """,
        examples: "provost certificate verify certificate.png --did did.json --status status.jwt")

    @Argument(help: "The certificate's file.", completion: .file())
    var file: String
    @Option(help: ArgumentHelp("The issuer's published did.json.", valueName: "file"), completion: .file())
    var did: String?
    @Option(help: ArgumentHelp("The published status list.", valueName: "file"), completion: .file())
    var status: String?
    @Option(help: ArgumentHelp("As if it were this instant, like 2026-11-21T01:02:03Z.", valueName: "instant"))
    var at: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let at, Timestamp(at) == nil { throw ValidationError("Write --at like 2026-11-21T01:02:03Z.") }
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let content = try read(file, surroundings)
        guard let did else {
            let sources = try CredentialCheck.sources(of: content)
            throw surroundings.error(
                .invalid,
                .record(.certificateSources([sources.issuer.documentAddress, sources.statusList].compactMap(\.self))))
        }
        let document = try IssuerDocument(reading: read(did, surroundings))
        let list = try status.map { String(decoding: try read($0, surroundings), as: UTF8.self) }
            .map { String($0.split(whereSeparator: \.isWhitespace).first ?? "") }
        let now = at.flatMap { Timestamp($0) } ?? Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let report = CredentialCheck.report(file: content, document: document, statusList: list, at: now)
        let renderer = Renderer(format: output.output, surroundings: surroundings)
        if output.output == .json {
            try renderer.json(report)
        } else {
            try renderer.list(
                report.findings,
                [
                    surroundings.column(.rule) { $0.rule.rawValue }, surroundings.column(.verdict) { $0.verdict.rawValue },
                    surroundings.column(.reason) { $0.reason ?? "" },
                ], empty: "")
        }
        let subject = report.subject.map { "“\($0.name)”, \($0.issuerTitle ?? $0.issuer)" } ?? file
        switch report.verdict {
        case .valid: Console.say(surroundings.text(.record(.certificateValid(subject: subject))))
        case .unknown:
            throw surroundings.error(.unavailable, .record(.certificateUnknown(subject: subject)))
        case .invalid:
            throw surroundings.error(
                .invalid,
                .record(
                    .certificateInvalid(rule: report.failure?.rule.rawValue ?? "", reason: report.failure?.reason ?? "")))
        }
    }

    private func read(_ path: String, _ surroundings: Surroundings) throws(ProvostError) -> [UInt8] {
        do { return try PrivateFile.read(path, limit: 8 << 20) } catch {
            throw surroundings.error(
                error.isMissing ? .notFound : .invalid, .fileNotRead(path: path, reason: error.description), cause: error)
        }
    }
}

/// What came over the wire, piece by piece.
final class Pieces: Sendable {
    private let held = Mutex<[UInt8]>([])
    func add(_ piece: [UInt8]) { held.withLock { $0 += piece } }
    var bytes: [UInt8] { held.withLock { $0 } }
}
