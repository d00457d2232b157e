import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeUndo: AsyncParsableCommand {
    static let configuration = Help.command(
        "undo", "Make a set that takes an applied one back; it is reviewed and applied like any other.",
        note: "What was graded or decided since is left alone.", examples: "provost regrade undo rgs_4n8d1k5v7q2z9xw3")

    @OptionGroup var set: RegradeSetArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: RegradeSet = try await session.client.send(.post, Route.path("regrade-sets", set.set.text, "undo"))
        let times = output.output == .json ? Times() : await session.times()
        try output.renderer(session).item(made, RegradeCommand.columns(times))
        Console.say("Nothing is taken back yet. Look at it with “provost regrade show \(made.id)”, then apply it.")
    }
}
