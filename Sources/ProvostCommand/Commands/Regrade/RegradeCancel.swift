import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeCancel: AsyncParsableCommand {
    static let configuration = Help.command(
        "cancel", "Drop a set that is not applied; nothing of it ever counts.",
        examples: "provost regrade cancel rgs_4n8d1k5v7q2z9xw3")

    @OptionGroup var set: RegradeSetArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cancelled: RegradeSet = try await session.client.send(.post, Route.path("regrade-sets", set.set.text, "cancel"))
        let times = output.output == .json ? Times() : await session.times()
        try output.renderer(session).item(cancelled, RegradeCommand.columns(times))
    }
}
