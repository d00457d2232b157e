import ArgumentParser
import ProvostAPI
import ProvostCore

struct LabPublish: AsyncParsableCommand {
    static let configuration = Help.command(
        "publish", "Publish a lab's folder as a new version.",
        note: "Assignments stay with the version they have until “assignment change --newest-lab-version”.",
        examples: "provost lab publish labs/web-service")

    @Argument(help: "The folder with lab.yaml.", completion: .directory)
    var folder: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let answer = try await Publishing.publish(folder, to: Route.path("labs"), as: LabVersion.self, session)
        guard output.output != .json else { return try output.renderer(session).json(answer) }
        try output.renderer(session).list([answer.version], LabCommand.columns, empty: "")
        Publishing.tell("lab", answer.version.name, answer.version.number, new: answer.new)
    }
}
