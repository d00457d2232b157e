import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct LeftoverTests {
        @Test func aKilledDaemonLeavesNothingRunningAndTheNextSweepsTheRest() async throws {
            let folder = "/tmp/provost-killed-\(ProcessInfo.processInfo.processIdentifier)"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: builtProgram("room-benchmark"))
            process.arguments = ["hold"]
            // With ours beside it: where Swift's libraries are not in their usual place, it says where.
            process.environment = ProcessInfo.processInfo.environment.merging(["PROVOST_BENCHMARK_FOLDER": folder]) { $1 }
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let reader = pipe.fileHandleForReading
            let line: String = await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(returning: String(decoding: reader.availableData, as: UTF8.self))
                }
            }
            #expect(line == "holding\n")
            // A scratch folder as a daemon would have it mounted at that instant.
            try FileManager.default.createDirectory(atPath: folder + "/rooms/left", withIntermediateDirectories: true)
            #expect(try await run("/bin/mount", ["-t", "tmpfs", "left", folder + "/rooms/left"]).status == 0)
            kill(process.processIdentifier, SIGKILL)
            var running = "?"
            for _ in 0..<1200 where running != "" {
                try await Task.sleep(for: .milliseconds(50))
                running = try await run("/usr/bin/pgrep", ["-u", "200000", "-f", "sleep 1000"]).output
            }
            #expect(running == "")
            let sandbox = try Sandbox(.init(directory: folder, launcher: builtProgram("provost-launch"), warmRooms: 1))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/rooms") == [])
            let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
            #expect(!mounts.contains(folder + "/rooms/left"))
            #expect(
                try await sandbox.run(RoomSpec(command: ["/bin/true"], user: try sandbox.leaseUser(), limits: .patient)).report
                    .succeeded)
            await sandbox.shutdown()
            try await removeTree(folder)
        }

        @Test func twoSandboxesNeverShareAFolder() async throws {
            try await withSandbox { _, folder in
                #expect(throws: ProvostError.self) {
                    _ = try Sandbox(.init(directory: folder, launcher: builtProgram("provost-launch")))
                }
            }
        }

        @Test(.enabled(if: Capability.userModeLinux.shouldRun, Comment(rawValue: Capability.userModeLinux.reason)))
        func everyLimitIsProvedUnderCgroupVersionTwo() async throws {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "../../deploy/test-cgroup-v2")
            let programs = URL(fileURLWithPath: builtProgram("room-benchmark")).deletingLastPathComponent().path
            let result = try await run(script.standardizedFileURL.path, [programs])
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.contains("cgroup v2 memory controller"))
        }
    }
}
