import FoundationEssentials
import Glibc
import Logging
import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostServer
import ProvostService
import ProvostStore
import ServiceLifecycle
import UnixSignals

/// The composition root: builds every part in order, then runs them in one group with bounds on how long stopping may take.
struct Daemon {
    private let settings: Settings
    init(_ settings: Settings) { self.settings = settings }

    func run() async throws {
        var logger = Logger(label: "provostd") { LineLog(label: $0) }
        logger.logLevel = settings.logLevel
        umask(0o077)

        let directory = try StateDirectory(path: settings.state)
        let programs = try Self.programs()
        try Tools.install(from: programs, into: directory.tools)
        let store = try Store(path: directory.database)
        let blobs = try BlobStore(directory: directory.blobs)
        let sandbox = try Sandbox(
            Sandbox.Configuration(
                directory: directory.path, launcher: programs + "/provost-launch", userRange: settings.roomUsers,
                warmRooms: settings.warmRooms))
        let context = ServiceContext(
            store: store, blobs: blobs, sandbox: sandbox, directory: directory, world: settings.world, logger: logger)
        var workspaces = settings.workspaces
        // The keeper lies beside this program, as the launcher does; without it there are no workspaces.
        if unsafe access(programs + "/provost-keeper", X_OK) == 0 { workspaces.programs = programs }
        let provost: Provost
        do {
            provost = try Provost(
                context, workers: settings.workers, allowDegraded: settings.allowDegraded, imageNetwork: settings.imageNetwork,
                imageMirror: settings.imageMirror, workspaces: workspaces, grace: settings.grace)
            if let care = provost.workspaces.care {
                let found = try await care.recover()
                logger.notice("Workspaces that went on meanwhile", metadata: ["found": "\(found)"])
            } else {
                logger.warning("No workspaces: provost-keeper is missing beside provostd", metadata: ["folder": "\(programs)"])
            }
        } catch {
            await sandbox.shutdown()
            throw error
        }
        for degradation in sandbox.degradations { logger.warning("Not enforced here: \(degradation)") }

        let socket = settings.socket
        try Self.removeStaleSocket(socket)
        try Self.removeStaleSocket(directory.door)
        let addresses =
            [ListeningAddress.unixSocket(path: socket), .unixSocket(path: directory.door)] + (settings.listen.map { [$0] } ?? [])
        let readiness = Readiness(expected: addresses.count, logger: logger)
        let servers = Server.applications(
            provost, addresses: addresses, connections: ConnectionLimits(total: Self.openFiles() / 4), version: provostVersion,
            ownUser: geteuid(), logger: logger,
            onReady: { address, port in
                // Everybody may connect; who is an administrator is decided by the peer's user.
                if case .unixSocket(let path) = address { unsafe chmod(path, 0o666) }
                await readiness.listening(on: address, port: port)
            })

        logger.notice(
            "Starting",
            metadata: ["version": "\(provostVersion)", "state": "\(directory.path)", "workers": "\(settings.workers)"])
        let care: [any Service] = provost.workspaces.care.map { [$0] } ?? []
        var configuration = ServiceGroupConfiguration(
            services: [SandboxLifetime(sandbox: sandbox), provost.queue] + care + servers + [readiness],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // The queue's own grace ends first; then open connections are cut, and a part that does not stop is ended with the process.
        configuration.maximumGracefulShutdownDuration = settings.grace + .seconds(5)
        configuration.maximumCancellationDuration = .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("Stopped")
        withExtendedLifetime(directory) {}
    }

    /// Raises the limit of open files as far as it goes. A quarter of it is for connections: a session has a second descriptor, and what is recorded and graded needs
    /// the rest.
    private static func openFiles() -> Int {
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var files = rlimit()
        guard unsafe getrlimit(kind, &files) == 0 else { return 1024 }
        files.rlim_cur = files.rlim_max
        if unsafe setrlimit(kind, &files) != 0 { _ = unsafe getrlimit(kind, &files) }
        return Int(clamping: min(files.rlim_cur, 1 << 20))
    }

    /// The folder of this program: its companions lie beside it.
    private static func programs() throws(ProvostError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw ProvostError(.unavailable, "/proc is not mounted; provostd needs it.") }
        let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// The lock on the state directory says that no daemon runs on it, so a socket that is still there is a leftover.
    private static func removeStaleSocket(_ path: String) throws(ProvostError) {
        guard path.utf8.count <= 107 else {
            throw ProvostError(
                .invalid,
                "The socket's path \(path) is longer than 107 bytes, which Unix sockets cannot have; give --socket a shorter one."
            )
        }
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ProvostError(.conflict, "\(path) exists and is no socket; give --socket another path.")
        }
        unsafe unlink(path)
    }
}

/// Ends every room when the group stops: it is first in the group, so it stops last.
private struct SandboxLifetime: Service {
    let sandbox: Sandbox
    func run() async throws {
        try? await gracefulShutdown()
        await sandbox.shutdown()
    }
}
