import CLinux
import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct KeeperTests {
        @Test func aShellHasJobControlSizeInterruptAndKorean() async throws {
            try await withWorkspace { bench, workspace in
                let shell = try await bench.shell(workspace)
                shell.type("stty size; pwd; id -u; echo 한국어-$((40+2))\n")
                try await shell.until(output: "한국어-42")
                #expect(shell.output.contains("24 80\r\n/home/learner\r\n1000\r\n"))
                // The terminal has its name in the room, and is the learner's alone.
                shell.type("stat -c 'terminal-%n:%u:%a' $(tty); echo through >$(tty)\n")
                try await shell.until(output: "through\r\n")
                #expect(shell.output.contains(/terminal-\/dev\/pts\/[0-9]+:1000:600\r\n/), "\(shell.output)")
                shell.send(.resize((rows: 40, columns: 100)))
                shell.type("stty size\n")
                try await shell.until(output: "40 100")
                shell.type("sleep 500\n")
                try await Task.sleep(for: .milliseconds(300))
                try await shell.insist(on: "\u{3}echo after=$?\n", until: "after=130")
                shell.type("sleep 400 & jobs; fg\n")
                try await shell.until(output: "Running")
                try await Task.sleep(for: .milliseconds(200))
                try await shell.insist(on: "\u{1a}jobs\n", until: "Stopped")
                // The second time it ends whether the job is gone yet or not.
                shell.type("kill -KILL %1; sleep 0.3; jobs; exit 7; exit 7\n")
                try await shell.until { $0.status != nil }
                #expect(shell.status == 7)
                #expect(try await workspace.sessions().isEmpty)
            }
        }

        @Test func whoAttachesGetsTheScrollBackAndWatchersCannotType() async throws {
            try await withWorkspace { bench, workspace in
                let first = try await bench.shell(workspace)
                first.type("echo early-$((1+1))\n")
                try await first.until(output: "early-2")
                first.send(SessionFrame(.detach))
                var sessions = try await workspace.sessions()
                for _ in 0..<1200 where sessions.first?.attached != 0 {
                    try await Task.sleep(for: .milliseconds(50))
                    sessions = try await workspace.sessions()
                }
                #expect(sessions.count == 1 && sessions[0].attached == 0 && sessions[0].terminal)
                let number = try #require(sessions.first).number
                let second = SessionClient(try await workspace.open(.attach(number)))
                try await second.until { $0.isLive }
                #expect(second.output.contains("early-2"))
                let watcher = SessionClient(try await workspace.open(.watch(number)))
                try await watcher.until { $0.isLive }
                watcher.type("echo in\"\"truder\n")
                second.type("echo both-$((2+3))\n")
                try await second.until(output: "both-5")
                try await watcher.until(output: "both-5")
                #expect(!second.output.contains("intruder"))
                // A broken client ends itself and nobody else.
                let broken = SessionClient(try await workspace.open(.attach(number)))
                broken.send([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0])
                try await broken.until { $0.refusal != nil }
                second.type("echo still-$((3+3))\n")
                try await second.until(output: "still-6")
            }
        }

        @Test func aCommandHasItsStreamsApartAndItsStatus() async throws {
            try await withWorkspace { bench, workspace in
                let client = try await bench.command(workspace, "echo out; echo err >&2; exit 3")
                #expect(client.output == "out\n" && client.errors == "err\n" && client.status == 3)
                let cat = SessionClient(try await workspace.open(.command(["/bin/cat"], size: nil, environment: [:])))
                let text = String(repeating: "가나다 0123456789\n", count: 20_000)
                let bytes = Array(text.utf8)
                let pieces = SessionFrame.pieces(.input, bytes)
                for piece in pieces {
                    cat.send(piece)
                    while try cat.take() {}
                }
                cat.send(SessionFrame(.inputEnd))
                try await cat.until { $0.status != nil }
                #expect(cat.bytes == bytes.count && cat.status == 0)
                let missing = SessionClient(try await workspace.open(.command(["no-such-program"], size: nil, environment: [:])))
                try await missing.until { $0.status != nil }
                #expect(missing.status == 127 && missing.errors.contains("no-such-program"))
                #expect(try await bench.command(workspace, "kill -9 $$").status == 137)
            }
        }

        @Test func aConnectionReachesAServerInsideAndNoneOutside() async throws {
            try await withWorkspace { bench, workspace in
                let shell = try await bench.shell(workspace)
                shell.type(
                    "python3 -c 'import socket;s=socket.create_server((\"127.0.0.1\",8080));print(\"re\"+\"ady\",flush=True);c=s.accept()[0];c.sendall(c.recv(99).upper());c.close()'\n"
                )
                try await shell.until(output: "ready")
                let client = SessionClient(try await workspace.open(.connect(port: 8080)))
                client.type("hello")
                try await client.until(output: "HELLO")
                // One outside, on the machine's own loopback.
                let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(listener) }
                #expect(listen(listener, 1) == 0)
                var address = sockaddr_in()
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(listener, $0, &size) }
                }
                let outside = SessionClient(try await workspace.open(.connect(port: Int(UInt16(bigEndian: address.sin_port)))))
                try await outside.until { $0.refusal != nil }
            }
        }

        @Test func lackOfMemoryEndsOneProcessAndIsTold() async throws {
            try await withWorkspace { bench, workspace in
                let shell = try await bench.shell(workspace)
                shell.type("python3 -c 'x=bytearray(400<<20)'; echo status-$?\n")
                try await shell.until(output: "status-137")
                try await shell.until { $0.notices.contains("Limit 128 MiB, peak") }
                shell.type("echo goes-$((1+1))\n")
                try await shell.until(output: "goes-2")
                #expect(try await workspace.usage().outOfMemoryKills >= 1)
                shell.type("for i in $(seq 60); do sleep 500 & done\n")
                try await shell.until { $0.output.contains("fork") }
                #expect(try await workspace.usage().refusedForks > 0)
            }
        }

        @Test func limitsAndFreezeReachARunningRoom() async throws {
            try await withWorkspace { bench, workspace in
                var limits = WorkspaceLimits(
                    cpuMillis: 500, memory: .mebibytes(512), processes: 64, disk: .mebibytes(16), files: 256
                ).room
                try await workspace.setLimits(limits)
                let shell = try await bench.shell(workspace)
                shell.type("python3 -c 'import time;x=bytearray(96<<20);print(\"ho\"+\"lds\",flush=True);time.sleep(60)'\n")
                try await shell.until(output: "holds")
                limits.memory = .mebibytes(64)
                do {
                    try await workspace.setLimits(limits)
                    Issue.record("memory was limited below what is used")
                } catch { #expect((error as? ProvostError)?.code == .limitReached) }
                shell.type("\u{3}")
                shell.type("while :; do echo tick; sleep 0.05; done\n")
                try await shell.until(output: "tick")
                try await workspace.freeze()
                try await shell.drain()
                let before = shell.output.count
                try await Task.sleep(for: .milliseconds(300))
                while try shell.take() {}
                #expect(shell.output.count == before)
                try await workspace.thaw()
                try await shell.until { $0.output.count > before }
            }
        }

        @Test func aNewDaemonFindsItAgain() async throws {
            try await withKeepers { bench in
                let workspace = try await bench.keepers.start(try await bench.order("kept"))
                let shell = try await bench.shell(workspace)
                shell.type("echo before-$((5+5))\n")
                try await shell.until(output: "before-10")
                let next = try bench.again()
                let found = await next.found()
                #expect(found.map(\.id) == ["kept"] && found.map(\.user) == [workspace.user])
                let number = try #require(try await found[0].sessions().first).number
                let client = SessionClient(try await found[0].open(.attach(number)))
                try await client.until { $0.isLive }
                #expect(client.output.contains("before-10"))
                let again = await found[0].stop(grace: .seconds(5), reason: "stopped by the test")
                #expect(again.asked && again.reason == "stopped by the test")
                await next.shutdown()
                _ = await workspace.ended()
            }
        }

        @Test func aKeeperThatEndsAtOnceIsNotWaitedFor() async throws {
            try await withKeepers(before: "exit 3") { bench in
                let order = try await bench.order("never")
                let began = ContinuousClock.now
                let error = await #expect(throws: ProvostError.self) { _ = try await bench.keepers.start(order) }
                #expect(error?.code == .unavailable, "\(String(describing: error))")
                #expect(ContinuousClock.now - began < .seconds(50))
                bench.keepers.returnUser(order.user)
            }
        }

        @Test func aKilledKeeperLeavesNothing() async throws {
            try await withKeepers { bench in
                for frozen in [false, true] {
                    let workspace = try await bench.keepers.start(try await bench.order("killed"))
                    let shell = try await bench.shell(workspace)
                    shell.type("sleep 1234 & sleep 1234\n")
                    try await Task.sleep(for: .milliseconds(200))
                    if frozen { try await workspace.freeze() }
                    let keeper = try await run("/usr/bin/pgrep", ["-u", "\(workspace.user.uid)"])
                    #expect(keeper.status == 0)
                    kill(workspace.pid, SIGKILL)
                    let ending = await workspace.ended()
                    #expect(!ending.asked)
                    // What has ended is still listed until its foster parent has taken note.
                    let alive = "ps -o stat=,args= -u \(workspace.user.uid) | grep -v '^Z'"
                    #expect(try await run("/bin/sh", ["-c", alive]).output == "")
                    let groups = try await run("/usr/bin/find", ["/sys/fs/cgroup", "-type", "d", "-name", workspace.slot])
                    #expect(!groups.output.contains(workspace.slot))
                    #expect(!(try await run("/sbin/losetup", ["-a"]).output.contains(bench.folder)))
                    #expect(!(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).contains(bench.folder)))
                    #expect(!FileManager.default.fileExists(atPath: bench.folder + "/run/killed"))
                }
            }
        }

        /// A machine that mounts no cgroup2 beside version 1's hierarchies.
        @Test(
            .enabled(
                if: FileManager.default.fileExists(atPath: "/sys/fs/cgroup/freezer/cgroup.procs"),
                "needs the freezer controller of cgroup version 1"))
        func theFreezerControllerHoldsStillWithoutCgroup2() async throws {
            let hide = "mount -t tmpfs none /sys/fs/cgroup/unified && exec \"$@\""
            try await withKeepers(before: hide) { bench in
                let workspace = try await bench.keepers.start(try await bench.order("still"))
                let state = "/sys/fs/cgroup/freezer/provost-test"
                let shell = try await bench.shell(workspace)
                shell.type("while :; do echo tick; sleep 0.05; done\n")
                try await shell.until(output: "tick")
                try await workspace.freeze()
                try await shell.drain()
                let before = shell.output.count
                try await Task.sleep(for: .milliseconds(300))
                while try shell.take() {}
                #expect(shell.output.count == before)
                let frozen = try await run("/bin/sh", ["-c", "cat \(state)/*/\(workspace.slot)/freezer.state"])
                #expect(frozen.output == "FROZEN\n")
                try await workspace.thaw()
                try await shell.until { $0.output.count > before }
                // What is frozen by it does not die until it goes on; nothing may be left all the same.
                try await workspace.freeze()
                kill(workspace.pid, SIGKILL)
                #expect(!(await workspace.ended()).asked)
                let alive = "ps -o stat=,args= -u \(workspace.user.uid) | grep -v '^Z'"
                #expect(try await run("/bin/sh", ["-c", alive]).output == "")
                let groups = try await run("/usr/bin/find", ["/sys/fs/cgroup", "-type", "d", "-name", workspace.slot])
                #expect(!groups.output.contains(workspace.slot))
                #expect(!(try await run("/sbin/losetup", ["-a"]).output.contains(bench.folder)))
                let next = try await bench.keepers.start(try await bench.order("still"))
                try await next.freeze()
                #expect((await next.stop(grace: .seconds(1), reason: "over")).asked)
            }
        }

        @Test func stopTellsFirstAndThenEnds() async throws {
            try await withKeepers { bench in
                let workspace = try await bench.keepers.start(try await bench.order("stopped"))
                let client = SessionClient(
                    try await workspace.open(
                        .command(
                            [
                                "/bin/bash", "-c",
                                "trap 'echo saved >saved; exit 0' TERM; echo armed; while :; do sleep 0.1; done",
                            ], size: nil, environment: [:])))
                try await client.until(output: "armed")
                let ending = await workspace.stop(grace: .seconds(10), reason: "The study window has ended.")
                #expect(ending.asked && ending.reason == "The study window has ended.")
                #expect(ending.usage.cpuTime != nil)
                try await client.until { $0.notices.contains("The study window has ended.") }
                let again = try await bench.keepers.start(try await bench.order("stopped"))
                #expect(try await bench.command(again, "cat saved").output == "saved\n")
                await #expect(throws: ProvostError.self) {
                    _ = try await bench.keepers.start(
                        try await bench.order("stopped-2-missing-mount", mounts: [.readOnly(host: "/no/such", at: "/x")]))
                }
                _ = await again.stop(grace: .seconds(0), reason: "over")
            }
        }

        @Test func aFullAndAClosedHomeStillStart() async throws {
            try await withKeepers { bench in
                var workspace = try await bench.keepers.start(try await bench.order("full", starter: "/usr/share/base-files"))
                #expect(
                    try await bench.command(workspace, "ls; rm -rf ./* ; dd if=/dev/zero of=big bs=64k; chmod 000 ~").output
                        .contains("motd"))
                _ = await workspace.stop(grace: .seconds(1), reason: "again")
                workspace = try await bench.keepers.start(try await bench.order("full", starter: "/usr/share/base-files"))
                let usage = try await workspace.usage()
                #expect((usage.diskUsed?.bytes ?? 0) > 8 << 20 && (usage.diskSize?.bytes ?? 0) <= 16 << 20)
                let rescue = SessionClient(try await workspace.open(.rescue(size: WindowSize())))
                try await rescue.until(output: "$ ")
                rescue.type("chmod 755 /home/learner && rm /home/learner/big && echo mend\"\"ed\n")
                try await rescue.until(output: "mended")
                #expect(try await bench.command(workspace, "echo new >file && cat file").output == "new\n")
            }
        }

        @Test func aFloodDoesNotDelayAnother() async throws {
            try await withWorkspace { bench, workspace in
                let flood = try await bench.shell(workspace)
                flood.type("yes\n")
                try await flood.until(output: "y\r\ny")
                // It reads no more: its program waits, and nothing else does.
                let quiet = try await bench.shell(workspace)
                let clock = ContinuousClock.now
                quiet.type("echo here-$((4+4))\n")
                try await quiet.until(output: "here-8")
                #expect(ContinuousClock.now - clock < .seconds(60))
                flood.type("\u{3}")
                flood.type("echo ended-$((9+9))\n")
                try await flood.until(output: "ended-18")
            }
        }

        @Test func anIdleWorkspaceTakesLittleMemory() async throws {
            try await withWorkspace { bench, workspace in
                let script = "ls /proc | grep -E '^[0-9]+$' | while read p; do (cat /proc/$p/environ >/dev/null 2>&1); done; true"
                #expect(try await bench.command(workspace, script).status == 0)
                let measure = """
                    total=0; for p in $(pgrep -f '^\(builtProgram("provost-keeper"))$' ) $(pgrep -u \(workspace.user.uid)); do
                      k=$(awk '/^Private_/{s+=$2} END{print s+0}' /proc/$p/smaps_rollup 2>/dev/null); echo "$(cat /proc/$p/comm) ${k:-0}"
                    done
                    """
                print("private memory in KiB:", try await run("/bin/sh", ["-c", measure]).output)
            }
        }
    }
}
