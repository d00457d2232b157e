import ArgumentParser
import ProvostAPI
import ProvostCore

struct SubmissionShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show everything you may know about one submission.",
        note: "Instructors are also shown the evidence and the hidden tests.",
        examples: "provost submission show sub_7k2mq0r9x4w1c8tz")

    @Argument(help: "The submission, as a listing or a receipt names it.", transform: reading { try ID<Submission>(parsing: $0) })
    var submission: ID<Submission>
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let info: SubmissionInfo = try await session.client.get(Route.path("submissions", submission.text))
        let renderer = output.renderer(session)
        let times = output.output == .json ? Times() : await session.times()
        try renderer.item(info, Self.columns(session.wording(for: output.output), times))
        guard output.output == .table else { return }
        Console.out("\n" + OutcomeReport(session: session, info: info, withNotes: true).text())
    }

    private static func columns(_ session: Session, _ times: Times) -> [Column<SubmissionInfo>] {
        [
            Column("submission", heading: session.heading(.submission)) { $0.submission.id.text },
            Column("assignment", heading: session.heading(.assignment)) { $0.assignmentName },
            Column("person", heading: session.heading(.person)) { $0.person.text },
            Column("attempt", heading: session.heading(.attempt)) { "\($0.submission.attempt)" },
            Column("file", heading: session.heading(.file)) { $0.submission.fileName },
            Column("bytes", heading: session.heading(.size)) { "\($0.submission.bytes.bytes) (\($0.submission.bytes))" },
            Column("digest", heading: session.heading(.digest)) { "sha256 \($0.submission.digest)" },
            Column("received", heading: session.heading(.received)) { times.full($0.submission.receivedAt, cohort: $0.cohort) },
            Column("late", heading: session.heading(.late)) { session.text($0.submission.late ? .yes : .no) },
            Column("stage", heading: session.heading(.stage)) { $0.grading.map { session.text(.stage($0.stage)) } ?? "" },
            Column("position", heading: session.heading(.position)) { $0.position.map { "\($0)" } ?? "" },
            Column("grading", heading: session.heading(.grading)) { $0.grading?.id.text ?? "" },
            Column("gradings", heading: session.heading(.gradings)) { "\($0.gradings)" },
            Column("started", heading: session.heading(.started)) { times.full($0.grading?.startedAt, cohort: $0.cohort) },
            Column("finished", heading: session.heading(.finished)) { times.full($0.grading?.finishedAt, cohort: $0.cohort) },
            Column("isolation", heading: session.heading(.isolation)) { $0.grading?.record?.isolation.rawValue ?? "" },
            Column("unpacked", heading: session.heading(.unpacked)) { info in
                guard let unpack = info.grading?.unpack, unpack.refusal == nil else { return "" }
                return session.text(.packedContent(format: unpack.format ?? "?", files: unpack.files, size: "\(unpack.bytes)"))
            },
            Column("evidence", heading: session.heading(.evidence)) { $0.grading?.record?.evidence ?? "" },
        ]
    }
}
