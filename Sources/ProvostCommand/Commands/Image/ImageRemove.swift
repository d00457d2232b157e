import ArgumentParser
import ProvostAPI
import ProvostCore

struct ImageRemove: AsyncParsableCommand {
    static let configuration = Help.command(
        "remove", "Remove a built image to free its disk space.",
        note: "One that a published grader or lab still needs is built again at the next grading, which waits for it.",
        examples: "provost image remove 3f9a1c")

    @Argument(help: "The image's digest, or the beginning of it.")
    var image: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let _: [String: String] = try await session.client.send(.delete, Route.path("images", image), idle: .seconds(600))
        Console.say("Removed image \(image).")
    }
}
