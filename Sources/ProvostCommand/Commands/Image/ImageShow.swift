import ArgumentParser
import ProvostAPI
import ProvostCore

struct ImageShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show one image, or the log of its build.", examples: "provost image show 3f9a1c",
        "provost image show --log 3f9a1c")

    @Argument(help: "The image's digest, or the beginning of it.")
    var image: String
    @Flag(help: "Print what its build wrote, also of one that failed.")
    var log = false
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        if log {
            let text = try await session.client.text(Route.path("images", image, "log"))
            return Console.out(Console.columns(of: 1) == nil ? text : Console.sanitized(text))
        }
        let info: ImageInfo = try await session.client.get(Route.path("images", image))
        try output.renderer(session).list([info], ImageCommand.columns, empty: "")
    }
}
