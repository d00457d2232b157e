import Configuration
import FoundationEssentials
import Logging
import ProvostCore
import ProvostCredentials
import ProvostServer
import ProvostService
import SystemPackage

/// What the operator asked for: flags over environment over file over defaults.
///
/// | key | environment | value | default |
/// |---|---|---|---|
/// | state | PROVOST_STATE | folder | required |
/// | socket | PROVOST_SOCKET | path | STATE/provost.sock |
/// | listen | PROVOST_LISTEN | HOST:PORT | none |
/// | behind-proxy | PROVOST_BEHIND_PROXY | true/false | false |
/// | workers | PROVOST_WORKERS | 1 to 256 | one for each processor |
/// | warm-rooms | PROVOST_WARM_ROOMS | 0 to 1024 | 3 for each worker |
/// | room-users | PROVOST_ROOM_USERS | FIRST-LAST | 200000-264999 |
/// | allow-degraded | PROVOST_ALLOW_DEGRADED | true/false | false |
/// | image-network | PROVOST_IMAGE_NETWORK | true/false | false |
/// | image-mirror | PROVOST_IMAGE_MIRROR | URL | Debian's |
/// | workspace-users | PROVOST_WORKSPACE_USERS | FIRST-LAST, apart from room-users | 270000-334999 |
/// | workspace-memory | PROVOST_WORKSPACE_MEMORY | size, like 12GiB | 70 % of the memory |
/// | workspace-reserve | PROVOST_WORKSPACE_RESERVE | size of the disk that is never given away | 5 % of the disk |
/// | workspace-egress | PROVOST_WORKSPACE_EGRESS | true/false | false |
/// | warm-workspaces | PROVOST_WARM_WORKSPACES | 0 to 64 | 1 |
/// | idle-after | PROVOST_IDLE_AFTER | length of time, like 90m, or never | 60m |
/// | public-url | PROVOST_PUBLIC_URL | https://HOST, which certificates name for ever | none: no certificates |
/// | root-issuer | PROVOST_ROOT_ISSUER | the organization that the whole address stands for | none |
/// | log-level | PROVOST_LOG_LEVEL | swift-log's | info |
/// | grace | PROVOST_GRACE | seconds | 10 |
struct Settings: Sendable {
    let state: String
    let socket: String
    let listen: ListeningAddress?
    let workers: Int
    let warmRooms: Int
    let roomUsers: Range<UInt32>
    let allowDegraded: Bool
    let imageNetwork: Bool
    let imageMirror: String?
    let workspaces: WorkspaceSettings
    let world: CertificateWorld?
    let logLevel: Logger.Level
    let grace: Duration

    private static let keys = [
        "state", "socket", "listen", "behind-proxy", "workers", "warm-rooms", "room-users", "allow-degraded", "log-level",
        "grace", "image-network", "image-mirror", "workspace-users", "workspace-memory", "workspace-reserve", "workspace-egress",
        "warm-workspaces", "idle-after", "public-url", "root-issuer",
    ]

    init(flags: Serve) async throws {
        let environment = EnvironmentVariablesProvider().prefixKeys(with: "provost")
        let given = InMemoryProvider(name: "flags", values: Self.values(flags))
        var providers: [any ConfigProvider] = [given, environment]

        let early = ConfigReader(providers: providers)
        let folder = try await early.fetchString(forKey: "state")
        if let path = flags.config ?? folder.map({ $0 + "/provostd.yaml" }),
            flags.config != nil || FileManager.default.fileExists(atPath: path)
        {
            try Self.checkKeys(path)
            do { providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))) } catch {
                throw ProvostError(.invalid, "The configuration file \(path) cannot be read: \(error)")
            }
        }
        let reader = ConfigReader(providers: providers)
        func text(_ key: String) async throws -> String? {
            try await Self.fetch(key) { try await reader.fetchString(forKey: ConfigKey(key)) }
        }
        func number(_ key: String, in range: ClosedRange<Int>) async throws -> Int? {
            guard let value = try await Self.fetch(key, { try await reader.fetchInt(forKey: ConfigKey(key)) }) else { return nil }
            guard range.contains(value) else {
                throw ProvostError(.invalid, "\(key) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
            }
            return value
        }
        func flag(_ key: String) async throws -> Bool {
            try await Self.fetch(key) { try await reader.fetchBool(forKey: ConfigKey(key)) } ?? false
        }

        guard let state = try await text("state") else {
            throw ProvostError(.invalid, "Say where everything lies: provostd serve --state DIR (or PROVOST_STATE).")
        }
        self.state = state
        socket = try await text("socket") ?? state + "/provost.sock"
        listen = try Self.address(try await text("listen"), behindProxy: try await flag("behind-proxy"))
        workers = try await number("workers", in: 1...256) ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
        warmRooms = try await number("warm-rooms", in: 0...1024) ?? workers * 3
        roomUsers = try Self.users("room-users", try await text("room-users") ?? "200000-264999")
        var workspaces = WorkspaceSettings(
            users: try Self.users("workspace-users", try await text("workspace-users") ?? "270000-334999"),
            warm: try await number("warm-workspaces", in: 0...64) ?? 1, egress: try await flag("workspace-egress"))
        guard !workspaces.users.overlaps(roomUsers) else {
            throw ProvostError(
                .invalid, "workspace-users and room-users overlap; a workspace must never have the user of a grading room.")
        }
        workspaces.memory = try await text("workspace-memory").map { text throws(ProvostError) in try ByteCount(parsing: text) }
        workspaces.reserve = try await text("workspace-reserve").map { text throws(ProvostError) in try ByteCount(parsing: text) }
        switch try await text("idle-after") {
        case nil: break
        case "never": workspaces.idleAfter = nil
        case let time?: workspaces.idleAfter = try TimeSpan(parsing: time)
        }
        self.workspaces = workspaces
        allowDegraded = try await flag("allow-degraded")
        imageNetwork = try await flag("image-network")
        imageMirror = try Self.mirror(try await text("image-mirror"))
        let root = try await text("root-issuer").map { text throws(ProvostError) in try Slug(text) }
        world = try await text("public-url").map { text throws(ProvostError) in
            CertificateWorld(address: try PublicAddress(parsing: text), root: root)
        }
        let level = try await text("log-level") ?? "info"
        guard let known = Logger.Level(rawValue: level) else {
            throw ProvostError(
                .invalid, "log-level “\(level)” is not one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        logLevel = known
        grace = .seconds(try await number("grace", in: 0...3600) ?? 10)
    }

    private static func values(_ flags: Serve) -> [AbsoluteConfigKey: ConfigValue] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        func set(_ key: String, _ content: ConfigContent?) {
            if let content { values[[key]] = ConfigValue(content, isSecret: false) }
        }
        for (key, text) in [
            ("state", flags.state), ("socket", flags.socket), ("listen", flags.listen), ("room-users", flags.roomUsers),
            ("log-level", flags.logLevel), ("image-mirror", flags.imageMirror), ("workspace-users", flags.workspaceUsers),
            ("workspace-memory", flags.workspaceMemory), ("workspace-reserve", flags.workspaceReserve),
            ("idle-after", flags.idleAfter), ("public-url", flags.publicURL), ("root-issuer", flags.rootIssuer),
        ] {
            set(key, text.map { .string($0) })
        }
        for (key, number) in [
            ("workers", flags.workers), ("warm-rooms", flags.warmRooms), ("grace", flags.grace),
            ("warm-workspaces", flags.warmWorkspaces),
        ] {
            set(key, number.map { .int($0) })
        }
        set("behind-proxy", flags.behindProxy ? .bool(true) : nil)
        set("workspace-egress", flags.workspaceEgress ? .bool(true) : nil)
        set("image-network", flags.imageNetwork ? .bool(true) : nil)
        set("allow-degraded", flags.allowDegraded ? .bool(true) : nil)
        return values
    }

    private static func fetch<Value>(_ key: String, _ read: () async throws -> Value?) async throws -> Value? {
        do { return try await read() } catch {
            throw ProvostError(.invalid, "The setting \(key) has a value that cannot be read: \(error)")
        }
    }

    /// A misspelt key would be a setting that silently does nothing.
    private static func checkKeys(_ path: String) throws(ProvostError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ProvostError(.invalid, "The configuration file \(path) cannot be read.")
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first, first != "#", !first.isWhitespace, let colon = line.firstIndex(of: ":") else {
                continue
            }
            let key = String(line[..<colon])
            guard keys.contains(key) else {
                throw ProvostError(
                    .invalid, "\(path):\(index + 1):1: “\(key)” is not a setting; known are \(keys.joined(separator: ", ")).")
            }
        }
    }

    private static func address(_ text: String?, behindProxy: Bool) throws(ProvostError) -> ListeningAddress? {
        guard let text else { return nil }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw ProvostError(.invalid, "listen “\(text)” is not HOST:PORT, like 127.0.0.1:8080.")
        }
        let host = String(text[..<colon].trimmingPrefix("[").replacing("]", with: ""))
        guard behindProxy || host == "localhost" || host == "::1" || host.hasPrefix("127.") else {
            throw ProvostError(
                .invalid,
                "Tokens would travel unencrypted from \(host). Listen on 127.0.0.1 behind a reverse proxy with TLS, or say --behind-proxy."
            )
        }
        return .tcp(host: host, port: port)
    }

    /// mmdebstrap would take a file, a whole line for sources.list or an option as well.
    private static func mirror(_ text: String?) throws(ProvostError) -> String? {
        guard let text else { return nil }
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), !text.contains(where: \.isWhitespace) else {
            throw ProvostError(.invalid, "image-mirror “\(text)” is not a URL like https://deb.debian.org/debian.")
        }
        return text
    }

    private static func users(_ key: String, _ text: String) throws(ProvostError) -> Range<UInt32> {
        let parts = text.split(separator: "-").compactMap { UInt32($0) }
        guard parts.count == 2, parts[0] >= 1000, parts[1] > parts[0], parts[1] - parts[0] >= 15 else {
            throw ProvostError(
                .invalid, "\(key) “\(text)” is not FIRST-LAST with at least 16 users from 1000 on, like 200000-264999.")
        }
        return parts[0]..<parts[1] + 1
    }
}
