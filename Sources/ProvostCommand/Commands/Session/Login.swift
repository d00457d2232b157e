import ArgumentParser
import Glibc
import ProvostAPI
import ProvostCore

struct Login: AsyncParsableCommand {
    static let configuration = Help.command(
        "login", "Exchange an enrolment code for a login on this machine.",
        note: "The code works once. The token is kept for you alone in $XDG_CONFIG_HOME/provost/login.json.",
        examples: "provost login pvc_… --server http://lab.example:8080", "provost login - < code.txt")

    @Argument(help: "The enrolment code, or - to read it from standard input.")
    var code: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let surroundings = session.surroundings
        let typed = code == "-" ? try Self.standardInput() : code
        guard !typed.isEmpty else { throw surroundings.error(.invalid, .codeMissing) }
        let secret: Secret
        do { secret = try Secret(parsing: typed, as: .enrolmentCode) } catch {
            throw surroundings.error(.invalid, .codeMalformed, cause: error)
        }
        let address = session.client.address
        // An older token must not go along.
        let stranger = Client(address: address, token: nil, surroundings: surroundings)
        let answer: LoginResponse = try await stranger.send(
            .post, Route.path("login"), body: LoginRequest(code: secret.text, label: Self.hostName()))
        let client = Client(address: address, token: answer.token, surroundings: surroundings)
        var login = StoredLogin(
            server: "\(address)", token: answer.token, tokenId: nil, name: answer.who.name, expiresAt: answer.expiresAt)
        try login.save(in: surroundings)
        login.tokenId = await Self.newestToken(of: client)
        try login.save(in: surroundings)
        if output.output == .table {
            let until = Times.local(answer.expiresAt, in: .utc, withSeconds: false)
            session.say(.loggedIn(name: answer.who.person?.name ?? answer.who.name, address: "\(address)", until: until))
        } else {
            // Without the token: it belongs into the file alone.
            try output.renderer(session).item(answer.who, Whoami.columns(session.wording(for: output.output)))
        }
        if address.crossesNetwork { session.say(.linkNotEncrypted(address: "\(address)")) }
    }

    /// The token just made is the newest of one's own; `provost logout` revokes it by this name.
    private static func newestToken(of client: Client) async -> String? {
        let tokens: [TokenInfo]? = try? await client.get(Route.path("tokens"))
        return tokens?.filter { $0.revokedAt == nil }.max { $0.createdAt < $1.createdAt }?.id
    }

    private static func standardInput() throws -> String {
        let bytes = try PrivateFile.readAll(STDIN_FILENO, limit: 4096)
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    private static func hostName() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
