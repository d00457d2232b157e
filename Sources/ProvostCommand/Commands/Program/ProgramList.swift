import ArgumentParser
import ProvostAPI
import ProvostCore

struct ProgramList: AsyncParsableCommand {
    static let configuration = Help.command("list", "List the programs.", examples: "provost program list")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [Program] = try await session.client.get(Route.path("programs"))
        try output.renderer(session).list(rows, ProgramCommand.columns, empty: "No programs yet.")
    }
}
