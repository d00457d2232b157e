import ArgumentParser
import ProvostAPI

struct Logout: AsyncParsableCommand {
    static let configuration = Help.command(
        "logout", "Revoke this machine's token and forget it.", examples: "provost logout")

    func run() async throws {
        let session = try Session(server: nil, surroundings: .current())
        guard let login = session.login else { return session.say(.notLoggedIn) }
        let there = try Session(server: login.server, surroundings: session.surroundings)
        var revoked = false
        if let id = login.tokenId {
            revoked = (try? await there.client.send(.delete, Route.path("tokens", id), as: TokenInfo.self)) != nil
        }
        try StoredLogin.forget(in: session.surroundings)
        session.say(revoked ? .loggedOut(address: login.server) : .loggedOutHereOnly)
    }
}
