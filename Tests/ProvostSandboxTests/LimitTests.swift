import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct LimitTests {
        @Test func doctorProvesEveryLimit() async throws {
            try await withSandbox { sandbox, _ in
                #expect(sandbox.degradations == [])
                // On a busy machine an endless loop may get too little to be held back: for that there are five attempts.
                for attempt in 1...5 {
                    let checks = await sandbox.doctor()
                    #expect(checks.count >= 15)
                    let open = checks.filter { $0.state != .proved }
                    if attempt < 5, !open.isEmpty, open.allSatisfy({ $0.subject == "CPU share" }) { continue }
                    #expect(open.isEmpty, "\(open)")
                    break
                }
            }
        }

        @Test func aMemoryBombStopsTheWholeRoomWithItsPeak() async throws {
            try await withSandbox { sandbox, _ in
                // The parent would live on if only the process that asked too much were ended.
                let spec = RoomSpec(
                    command: ["/bin/sh", "-c", "perl -e '$x = \"a\" x (200 << 20)'; sleep 60; echo survived; sleep 60"],
                    user: try sandbox.leaseUser(), limits: RoomLimits(wallTime: .seconds(120), memory: .mebibytes(32)))
                let result = try await sandbox.run(spec)
                #expect(result.report.stoppedBy == .memory)
                #expect(result.report.ending == .stopped)
                #expect(result.report.peakMemory.map { $0 >= .mebibytes(24) && $0 <= .mebibytes(32) } == true)
                #expect(!result.text.contains("survived"))
            }
        }

        @Test func theProcessLimitCountsOnlyTheRoomsOwn() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: [
                        "/usr/bin/perl", "-e",
                        "my $n = 1; while (defined(my $p = fork)) { $p or do { sleep 600; exit }; $n++ } print $n",
                    ],
                    user: try sandbox.leaseUser(), limits: RoomLimits(wallTime: .seconds(120), processes: 7))
                let result = try await sandbox.run(spec)
                #expect(result.text == "7")
                #expect(result.report.peakProcesses == 7)
                #expect(result.report.limitsHit == [.processes])
            }
        }

        @Test func outputBeyondTheCapIsCountedExactly() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: ["/bin/sh", "-c", "head -c 3000000 /dev/zero; head -c 1234 /dev/zero >&2"],
                    user: try sandbox.leaseUser(),
                    limits: RoomLimits(wallTime: .seconds(120), output: ByteCount(1000)))
                let result = try await sandbox.run(spec)
                #expect(result.output.count == 1000)
                #expect(result.report.droppedOutput == 2_999_000)
                #expect(result.report.droppedError == 234)
                #expect(result.report.limitsHit == [.output])
                #expect(result.report.ending == .exited(0))
            }
        }

        @Test func aSleepEndsAtTheWallTime() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: ["/bin/sleep", "600"], user: try sandbox.leaseUser(),
                    limits: RoomLimits(wallTime: TimeSpan(milliseconds: 200)))
                let report = try await sandbox.run(spec).report
                #expect(report.stoppedBy == .wallTime)
                #expect(report.wallTime >= TimeSpan(milliseconds: 200))
            }
        }

        @Test func cancellingStopsTheRoomAndStillReports() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: ["/bin/sleep", "600"], user: try sandbox.leaseUser(), limits: RoomLimits(wallTime: .seconds(600)))
                let task = Task { try await sandbox.run(spec).report }
                try await Task.sleep(for: .milliseconds(100))
                task.cancel()
                let report = try await task.value
                #expect(report.cancelled)
                #expect(report.ending == .stopped)
                #expect(report.stoppedBy == nil)
            }
        }

        @Test func aSmallFolderIsFullAndTheReportSaysSo() async throws {
            try await withSandbox { sandbox, _ in
                let user = try sandbox.leaseUser()
                let scratch = try await sandbox.makeScratch("full", size: .mebibytes(1), inodes: 50)
                let folder = try scratch.folder("work", owner: user, mode: 0o700)
                let spec = RoomSpec(
                    command: ["/bin/sh", "-c", "head -c 3000000 /dev/zero > /folder/x"],
                    mounts: [.writable(host: folder, at: "/folder")], user: user, limits: .patient)
                let result = try await sandbox.run(spec)
                #expect(result.report.ending == .exited(1))
                #expect(result.report.limitsHit == [.disk])
                await scratch.remove()
            }
        }
    }
}
