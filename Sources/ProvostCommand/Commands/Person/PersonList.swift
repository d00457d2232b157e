import ArgumentParser
import ProvostAPI
import ProvostCore

struct PersonList: AsyncParsableCommand {
    static let configuration = Help.command("list", "List the persons.", examples: "provost person list -o csv")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [Person] = try await session.client.get(Route.path("persons"))
        try output.renderer(session).list(rows, PersonCommand.columns, empty: "No persons yet.")
    }
}
