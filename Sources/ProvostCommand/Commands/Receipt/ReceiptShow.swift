import ArgumentParser
import ProvostAPI
import ProvostCore

struct ReceiptShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show the receipt of a submission.", examples: "provost receipt show sub_7k2mq0r9x4w1c8tz")

    @Argument(help: "The submission.", transform: reading { try ID<Submission>(parsing: $0) })
    var submission: ID<Submission>
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let receipt = try await Self.receipt(of: submission, session)
        try output.renderer(session).item(
            receipt,
            [
                Column("submission", heading: session.heading(.submission)) { $0.submission.text },
                Column("assignment", heading: session.heading(.assignment)) { $0.assignmentName },
                Column("person", heading: session.heading(.person)) { $0.person.text },
                Column("received", heading: session.heading(.received)) { "\($0.receivedAt)" },
                Column("bytes", heading: session.heading(.size)) { "\($0.bytes.bytes)" },
                Column("digest", heading: session.heading(.digest)) { "sha256 \($0.digest)" },
                Column("key") { $0.key },
                Column("signature") { $0.signature },
            ])
    }

    /// The one kept here, or the server's.
    static func receipt(of submission: ID<Submission>, _ session: Session) async throws -> Receipt {
        let folder = ReceiptFolder(session.surroundings)
        if let kept = try? folder.receipt(at: folder.path(of: submission)) { return kept }
        do { return try await session.client.get(Route.path("submissions", submission.text, "receipt")) } catch let refusal
            as ServerRefusal where refusal.error.code == .notFound
        { throw session.surroundings.error(.notFound, .noSuchReceipt(submission: submission.text), cause: refusal) }
    }
}
