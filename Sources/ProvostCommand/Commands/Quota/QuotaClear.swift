import ArgumentParser
import ProvostAPI
import ProvostCore

struct QuotaClear: AsyncParsableCommand {
    static let configuration = Help.command(
        "clear", "Remove a limit: the place says nothing any more.",
        note: "What holds then is what the places above and below say, or the standard.",
        examples: "provost quota clear cohort:autumn memory", "provost quota clear cohort:autumn workspaces --total")

    @OptionGroup var limit: LimitArguments
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: LimitChange = try await session.client.send(.post, Route.path("limits"), body: limit.change(nil))
        try output.renderer(session).item(made, QuotaSet.columns)
    }
}
