import Glibc
import ProvostCore
import ProvostSandbox

/// Measures and checks rooms on this machine: `room-benchmark rooms`, `room-benchmark doctor`.
@main
enum RoomBenchmark {
    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let folder = "/tmp/provost-room-benchmark-\(getpid())"
        let launcher = ownFolder() + "/provost-launch"
        let command = arguments.isEmpty ? "" : arguments.removeFirst()
        do {
            let sandbox = try Sandbox(.init(directory: folder, launcher: launcher))
            var failed = false
            switch command {
            case "try":
                let result = try await sandbox.run(
                    RoomSpec(
                        command: arguments, user: try sandbox.leaseUser(), network: .loopback, limits: RoomLimits(processes: 64)))
                print(String(decoding: result.output, as: UTF8.self), terminator: "")
                print(String(decoding: result.error, as: UTF8.self), terminator: "")
                print(result.report)
            default:
                print("usage: room-benchmark rooms | doctor | hold")
                failed = true
            }
            await sandbox.shutdown()
            _ = unsafe rmdir(folder)
            exit(failed ? 1 : 0)
        } catch {
            print(error)
            exit(1)
        }
    }

    /// Where this program lies; provost-launch is built beside it.
    static func ownFolder() -> String {
        var path = [UInt8](repeating: 0, count: 4096)
        let count = unsafe path.withUnsafeMutableBytes { unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let text = String(decoding: path[..<max(0, count)], as: UTF8.self)
        return text.lastIndex(of: "/").map { String(text[..<$0]) } ?? "."
    }
}
