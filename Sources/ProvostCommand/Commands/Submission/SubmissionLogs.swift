import ArgumentParser
import ProvostAPI
import ProvostCore

struct SubmissionLogs: AsyncParsableCommand {
    static let configuration = Help.command(
        "logs", "Print what the grader itself wrote (instructors).",
        examples: "provost submission logs sub_7k2mq0r9x4w1c8tz")

    @Argument(help: "The submission.", transform: reading { try ID<Submission>(parsing: $0) })
    var submission: ID<Submission>
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let text = try await session.client.text(Route.path("submissions", submission.text, "log"))
        Console.out(Console.columns(of: 1) == nil ? text : Console.sanitized(text))
    }
}
