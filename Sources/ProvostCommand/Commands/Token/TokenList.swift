import ArgumentParser
import ProvostAPI
import ProvostCore

struct TokenList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List tokens: your own, or (administrators) everybody's.", examples: "provost token list")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [TokenInfo] = try await session.client.get(Route.path("tokens"))
        try output.renderer(session).list(rows, TokenCommand.columns, empty: "No tokens.")
    }
}
