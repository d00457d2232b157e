import ArgumentParser
import ProvostAPI
import ProvostCore

struct ProgramCreate: AsyncParsableCommand {
    static let configuration = Help.command(
        "create", "Make a program.", examples: "provost program create data-101 --org acme --title “Data 101”")

    @Argument(help: "Its name, as it is typed.", transform: reading { try Slug($0) })
    var name: Slug
    @Option(
        name: [.customLong("org"), .customLong("organization")],
        help: ArgumentHelp("The organization it belongs to.", valueName: "name"), transform: reading { try Slug($0) })
    var organization: Slug
    @Option(help: ArgumentHelp("Its name, as it is written.", valueName: "text"))
    var title: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: Program = try await session.client.send(
            .post, Route.path("programs"), body: NewProgram(organization: organization, slug: name, title: title))
        try output.renderer(session).item(made, ProgramCommand.columns)
    }
}
