import ArgumentParser
import ProvostAPI
import ProvostCore

struct TokenRevoke: AsyncParsableCommand {
    static let configuration = Help.command(
        "revoke", "Revoke a token at once.", note: "The person needs a fresh enrolment code to log in again.",
        examples: "provost token revoke tok_7k2mq0r9x4w1c8tz")

    @Argument(help: "The token, as “provost token list” names it.")
    var token: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let revoked: TokenInfo = try await session.client.send(.delete, Route.path("tokens", token))
        try output.renderer(session).item(revoked, TokenCommand.columns)
    }
}
