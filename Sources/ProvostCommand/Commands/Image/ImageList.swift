import ArgumentParser
import ProvostAPI
import ProvostCore

struct ImageList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the built images, the newest first.", examples: "provost image list -o csv")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [ImageInfo] = try await session.client.get(Route.path("images"))
        try output.renderer(session).list(
            rows, ImageCommand.columns, empty: "No images yet; a grader or a lab with “image” in its manifest makes one.")
    }
}
