import ArgumentParser
import ProvostAPI
import ProvostCore

struct Status: AsyncParsableCommand {
    static let configuration = Help.command(
        "status", "Show what the daemon is doing, or what became of one submission.",
        examples: "provost status", "provost status sub_7k2mq0r9x4w1c8tz")

    @Argument(help: "The submission; your unfinished ones when left out.", transform: reading { try ID<Submission>(parsing: $0) })
    var submission: ID<Submission>?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let renderer = output.renderer(session)
        let words = session.wording(for: output.output)
        if let submission {
            let info: SubmissionInfo = try await session.client.get(Route.path("submissions", submission.text))
            guard output.output == .table else { return try renderer.item(info, SubmissionList.columns(words, Times())) }
            return Console.out(OutcomeReport(session: session, info: info).text())
        }
        let report: StatusReport = try await session.client.get(Route.path("status"))
        let mine = SubmissionList.columns(words, Times())
        switch output.output {
        case .json: try renderer.json(report)
        case .csv: try renderer.list(report.mine, mine, empty: "")
        case .table:
            let line = Message.serverStatus(
                version: report.version, queued: report.queued, running: report.running, workers: report.workers)
            Console.out(session.text(line) + "\n")
            if report.degraded { session.say(.serverDegraded) }
            // Times stay in UTC here: asking for the zones would cost a second request.
            try renderer.list(report.mine, mine, empty: session.text(.nothingUnfinished))
        }
    }
}
