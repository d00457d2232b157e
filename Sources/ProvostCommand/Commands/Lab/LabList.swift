import ArgumentParser
import ProvostAPI
import ProvostCore

struct LabList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the labs, each with its newest version.", examples: "provost lab list -o csv")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [LabVersion] = try await session.client.get(Route.path("labs"))
        try output.renderer(session).list(
            rows, LabCommand.columns, empty: "No labs yet; publish one with “provost lab publish DIR”.")
    }
}
