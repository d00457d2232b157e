import ArgumentParser
import ProvostAPI
import ProvostCore

struct GraderPublish: AsyncParsableCommand {
    static let configuration = Help.command(
        "publish", "Publish a grader's folder as a new version.",
        note: "A lab is graded by the version that was newest when the lab was published; publish the lab again to move it.",
        examples: "provost grader publish graders/web-service")

    @Argument(help: "The folder with grader.yaml.", completion: .directory)
    var folder: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let answer = try await Publishing.publish(folder, to: Route.path("graders"), as: GraderVersion.self, session)
        guard output.output != .json else { return try output.renderer(session).json(answer) }
        try output.renderer(session).list([answer.version], GraderCommand.columns, empty: "")
        Publishing.tell("grader", answer.version.name, answer.version.number, new: answer.new)
        Publishing.tell(answer.changes)
    }
}
