import Glibc
import ProvostCore
import ProvostSandbox

/// Measures and checks rooms on this machine: `room-benchmark rooms [ROUNDS]`, `room-benchmark doctor`; `answer`, `bare` and `results` are
/// for deploy/benchmarks.
@main
enum RoomBenchmark {
    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let folder = value("PROVOST_BENCHMARK_FOLDER") ?? "/tmp/provost-room-benchmark-\(getpid())"
        let launcher = ownFolder() + "/provost-launch"
        let command = arguments.isEmpty ? "" : arguments.removeFirst()
        do {
            // Users of its own, so that a daemon may run beside it.
            let sandbox = try Sandbox(.init(directory: folder, launcher: launcher, userRange: 320_000..<320_100))
            var failed = false
            switch command {
            case "rooms": try await Measurement(sandbox: sandbox).print(rounds: arguments.first.flatMap(Int.init) ?? 100)
            case "answer": try await Measurement(sandbox: sandbox).answer()
            case "bare" where arguments.count > 1:
                try printBare(sandbox, folder: arguments[0], command: Array(arguments.dropFirst()))
            case "results" where arguments.count == 1: try ResultsReading(file: arguments[0]).answer()
            case "doctor": failed = await printDoctor(sandbox)
            case "hold":
                // For the test that kills this program: a room that never ends, and a word when it runs.
                let room = try await sandbox.start(
                    RoomSpec(
                        command: ["/bin/sleep", "1000"], user: try sandbox.leaseUser(),
                        limits: RoomLimits(wallTime: .seconds(1000))))
                say("holding")
                _ = await room.report()
            default:
                print("usage: room-benchmark rooms [ROUNDS] | answer | bare FOLDER COMMAND… | results FILE | doctor | hold")
                failed = true
            }
            await sandbox.shutdown()
            removeFolder(folder)
            exit(failed ? 1 : 0)
        } catch {
            print(error)
            exit(1)
        }
    }

    /// The table of `provost doctor`. True when a limit is not proved.
    static func printDoctor(_ sandbox: Sandbox) async -> Bool {
        let checks = await sandbox.doctor()
        for check in checks {
            let mark = check.state == .notEnforced ? "NOT ENFORCED" : check.state.rawValue
            say("\(mark)  \(check.subject)  [\(check.mechanism)]  \(check.evidence)")
        }
        return checks.contains { $0.state == .notEnforced }
    }

    /// The command of bubblewrap alone, one word a line, that runs a program in FOLDER as a learner's room does: with the same options, and
    /// the folder as read-only `/submission`.
    static func printBare(_ sandbox: Sandbox, folder: String, command: [String]) throws {
        let spec = RoomSpec(
            command: command, environment: ["HOME": "/submission", "TMPDIR": "/tmp"], workingDirectory: "/submission",
            mounts: [.readOnly(host: folder, at: "/submission")], user: try sandbox.leaseUser())
        for word in sandbox.bareBubblewrap(for: spec) { say(word) }
    }

    /// A line that is out at once, also in a pipe.
    static func say(_ line: String) {
        var text = line + "\n"
        _ = text.withUTF8 { unsafe write(1, $0.baseAddress, $0.count) }
    }

    private static func value(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    private static func removeFolder(_ folder: String) {
        for name in ["tools/probe", "rooms", "tools/tmp"] { _ = unsafe remove(folder + "/" + name) }
    }

    /// Where this program lies; provost-launch is built beside it.
    static func ownFolder() -> String {
        var path = [UInt8](repeating: 0, count: 4096)
        let count = unsafe path.withUnsafeMutableBytes { unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let text = String(decoding: path[..<max(0, count)], as: UTF8.self)
        return text.lastIndex(of: "/").map { String(text[..<$0]) } ?? "."
    }
}
