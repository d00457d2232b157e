import ArgumentParser
import ProvostAPI
import ProvostCore

struct LabShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show every version of one lab, newest first.", examples: "provost lab show web-service")

    @Argument(help: "The lab's name.", transform: reading { try Slug($0) })
    var lab: Slug
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [LabVersion] = try await session.client.get(Route.path("labs", lab.text))
        try output.renderer(session).list(rows, LabCommand.columns, empty: "No versions.")
    }
}
