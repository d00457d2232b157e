import ArgumentParser
import ProvostAPI
import ProvostCore

struct OrganizationList: AsyncParsableCommand {
    static let configuration = Help.command("list", "List the organizations.", examples: "provost org list")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [Organization] = try await session.client.get(Route.path("organizations"))
        try output.renderer(session).list(rows, OrganizationCommand.columns, empty: "No organizations yet.")
    }
}
