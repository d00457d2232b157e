import ArgumentParser
import Glibc
import ProvostCore

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve one state directory until SIGTERM.",
        discussion: """
            Every option can also stand in the configuration file (YAML, the option's name as the key) or in the environment
            (PROVOST_STATE, PROVOST_WORKERS, …). The command line wins over the environment, the environment over the file.

            Example: provostd serve --state /var/lib/provost

            Exit status: 0 stopped on request, 1 could not start or failed (the sentence says why and what to do), 64 usage.
            """)

    @Option(help: "The directory that everything lies in; made if it is not there.") var state: String?
    @Option(help: "A configuration file in YAML (default: STATE/provostd.yaml if it exists).") var config: String?
    @Option(help: "The Unix socket (default: STATE/provost.sock).") var socket: String?
    @Option(help: "Listen on TCP too, as HOST:PORT. Plain HTTP: another host than loopback needs --behind-proxy.") var listen:
        String?
    @Flag(help: "A reverse proxy that speaks TLS stands before the TCP address.") var behindProxy = false
    @Option(help: "Gradings at one time (default: one for each processor).") var workers: Int?
    @Option(help: "Rooms kept ready (default: 3 for each worker).") var warmRooms: Int?
    @Option(help: "The host users of rooms, as FIRST-LAST (default: 200000-264999).") var roomUsers: String?
    @Flag(help: "Grade although some limit cannot be enforced on this machine.") var allowDegraded = false
    @Flag(help: "Setup scripts of images get this machine's network, with all that it reaches.") var imageNetwork = false
    @Option(help: "Where the Debian packages of images come from, as a URL (default: Debian's own).") var imageMirror: String?
    @Option(help: "The host users of workspaces, as FIRST-LAST, apart from --room-users (default: 270000-334999).")
    var workspaceUsers: String?
    @Option(help: "Memory of all running workspaces together, like 12GiB (default: 70 % of the machine's).")
    var workspaceMemory: String?
    @Option(help: "Disk that no workspace is given, like 20GiB (default: 5 % of the disk).") var workspaceReserve: String?
    @Flag(help: "Labs may give their workspaces a way out to the network, by their own allow-list.") var workspaceEgress = false
    @Option(help: "Keepers that wait for a workspace to start (default: 1).") var warmWorkspaces: Int?
    @Option(help: "Stop workspaces that nobody used for this long, like 90m; never (default: 60m).") var idleAfter: String?
    @Option(
        name: .customLong("public-url"),
        help:
            "The address under which the world reaches this daemon, like https://certs.example.kr: certificates name it for ever."
    )
    var publicURL: String?
    @Option(help: "The organization that issues as the whole address (default: each has a path of its own).")
    var rootIssuer: String?
    @Option(help: "trace, debug, info, notice, warning or error (default: info).") var logLevel: String?
    @Option(help: "Seconds that running gradings may go on after SIGTERM before they are queued again (default: 10).") var grace:
        Int?

    func run() async throws {
        do {
            let settings = try await Settings(flags: self)
            try await Daemon(settings).run()
        } catch let error as ProvostError { throw StartFailure(error) } catch { throw StartFailure(error) }
    }
}

/// Why the daemon did not start or did not go on.
struct StartFailure: Error {
    let message: String
    let status: Int32 = 1

    init(_ error: any Error) {
        if let error = error as? ProvostError {
            message = error.cause.map { "\(error.message) (\($0))" } ?? error.message
        } else {
            message = "\(error)"
        }
    }

    func report() {
        let bytes = Array("provostd: \(message)\n".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    }
}
