import Dispatch
import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Synchronization
import Testing

/// Every suite that needs real rooms lies in here.
@Suite(.enabled(if: Capability.rooms.shouldRun, Comment(rawValue: Capability.rooms.reason)))
enum RealRooms {}

/// Programs that were built beside the test bundle.
func builtProgram(_ name: String) -> String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
    // `swift test` runs the bundle by a helper of the toolchain; the bundle's own path is among the arguments.
    for argument in [beside + "/x"] + CommandLine.arguments {
        guard let slash = argument.lastIndex(of: "/") else { continue }
        let folder = argument[..<slash]
        for candidate in ["\(folder)/\(name)", "\(folder)/../../../\(name)", "\(folder)/../../\(name)"]
        where FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    return name
}

private let nextUsers = Atomic<UInt32>(210_000)

/// Tests run at the same time, each with a sandbox of its own; their users must differ.
private func ownUsers() -> Range<UInt32> {
    let first = nextUsers.add(100, ordering: .relaxed).oldValue
    return first..<first + 100
}

/// A sandbox of its own for one test, shut down and removed afterwards.
@discardableResult func withSandbox<Result>(
    warmRooms: Int = 1, users: Range<UInt32>? = nil, _ body: (Sandbox, String) async throws -> Result
) async throws -> Result {
    let folder = "/tmp/provost-sandbox-test-\(getpid())-\(UInt32.random(in: 0 ..< .max))"
    let sandbox = try Sandbox(
        .init(
            directory: folder, launcher: builtProgram("provost-launch"), userRange: users ?? ownUsers(), warmRooms: warmRooms,
            cgroupName: "provost-test"))
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(sandbox, folder)) } catch { result = .failure(error) }
    await sandbox.shutdown()
    try? await removeTree(folder)
    return try result.get()
}

func removeTree(_ path: String) async throws {
    _ = try await run("/bin/rm", ["-rf", "--one-file-system", path])
}

/// Runs a host program and waits for it off the cooperative pool. Returns its exit status and what it wrote.
@discardableResult func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    return try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            do {
                try process.run()
                let output = pipe.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, String(decoding: output, as: UTF8.self)))
            } catch { continuation.resume(throwing: error) }
        }
    }
}

extension RoomLimits {
    /// For programs that end by themselves: on a busy machine a room may wait for a minute before its program gets a processor.
    static let patient = RoomLimits(wallTime: .seconds(120))
}

extension RoomResult {
    var text: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: error, as: UTF8.self) }
}
