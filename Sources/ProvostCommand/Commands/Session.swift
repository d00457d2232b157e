import ProvostAPI
import ProvostCore

/// What a command works with: the surroundings, the stored login and a client for the right daemon.
struct Session: Sendable {
    let surroundings: Surroundings
    let login: StoredLogin?
    let client: Client

    /// The address: given, `PROVOST_SERVER`, the stored login's, `$PROVOST_STATE/provost.sock`, the system's. The token: `PROVOST_TOKEN`, or the
    /// stored one, which goes to no other server than the one that gave it.
    init(server: String?, surroundings: Surroundings) throws {
        self.surroundings = surroundings
        let environment = surroundings.environment
        let given = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        login = try StoredLogin.load(from: surroundings)
        let text =
            server ?? given("PROVOST_SERVER") ?? login?.server ?? given("PROVOST_STATE").map { "unix:\($0)/provost.sock" }
            ?? Self.systemSocket
        let address = try Self.address(text, surroundings)
        let stored = login.flatMap { (try? ServerAddress(parsing: $0.server)) == address ? $0.token : nil }
        client = Client(address: address, token: given("PROVOST_TOKEN") ?? stored, surroundings: surroundings)
    }

    static let systemSocket = "unix:/var/lib/provost/provost.sock"

    private static func address(_ text: String, _ surroundings: Surroundings) throws(ProvostError) -> ServerAddress {
        do { return try ServerAddress(parsing: text) } catch {
            throw surroundings.error(.invalid, error == .encrypted ? .encryptedAddress(text) : .addressMalformed(text))
        }
    }

    private init(_ other: Session, language: Language) {
        surroundings = Surroundings(environment: other.surroundings.environment, language: language)
        login = other.login
        client = other.client
    }

    /// For the cells of a listing: a CSV reads the same in every locale.
    func wording(for format: OutputFormat) -> Session { format == .csv ? Session(self, language: .english) : self }

    func text(_ message: Message) -> String { surroundings.text(message) }
    func say(_ message: Message) { Console.say(text(message)) }
    func heading(_ label: Message.Label) -> String { text(.label(label)) }
    func title(_ title: LocalizedText) -> String {
        surroundings.language == .korean ? title.korean ?? title.english : title.english
    }

    /// The zones of the caller's cohorts; without them times are shown in UTC.
    func times() async -> Times {
        let assignments: [AssignmentInfo] = (try? await client.get(Route.path("assignments"))) ?? []
        return Times(assignments)
    }

    /// The same for cohorts that may have no assignment yet.
    func cohortTimes() async -> Times {
        let cohorts: [Cohort] = (try? await client.get(Route.path("cohorts"))) ?? []
        return Times(cohorts: cohorts)
    }

    /// The cohort given, or the only one in which the caller has at least this role. Throws `invalid` when that is not plain.
    func cohort(_ given: String?, atLeast role: Role) async throws -> String {
        if let given { return given }
        let who: WhoAmI = try await client.get(Route.path("whoami"))
        let cohorts = Set(who.enrollments.filter { $0.role >= role && !$0.suspended }.map(\.cohort))
        if cohorts.count == 1, let only = cohorts.first { return only.text }
        let names = cohorts.sorted().map(\.text).joined(separator: ", ")
        throw ProvostError(.invalid, "Say which cohort with --cohort\(names.isEmpty ? "." : ": \(names).")")
    }
}
