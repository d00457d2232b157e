import Foundation
import Glibc
import ProvostTestSupport
import Testing

/// What a bored learner, a full disk, a lost file and a second request do to a workspace; all through the real command line.
@Suite(.rooms) struct WorkspaceFaultTests {
    private static func with(
        quotas: [(String, String)] = [], _ body: @Sendable (Daemon, Classroom, _ learner: Member) async throws -> Void
    ) async throws {
        try await Daemon.with { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work", files: ["lab/starter/hello.txt": "hello\n"])
            for (dimension, value) in quotas {
                try await daemon.must(["quota", "set", "cohort:\(room.cohort)", dimension, value])
            }
            let learner = try await room.member("kim")
            try await daemon.must(["start", "work"], as: learner)
            do { try await body(daemon, room, learner) } catch {
                _ = try? await daemon.cli(["stop", "work"], as: learner)
                throw error
            }
            _ = try await daemon.cli(["stop", "work"], as: learner)
        }
    }

    /// The same five attacks in each language: prints one line that says what became of it.
    static let attacks: [(language: String, program: [String: String])] = [
        (
            "bash",
            [
                "disk": "head -c 200M /dev/zero >~/big; echo status $?; rm -f ~/big",
                "files":
                    "mkdir -p ~/many; i=0; while : >~/many/$i; do i=$((i+1)); [ $i -lt 9000 ] || break; done; echo made $i; rm -rf ~/many",
                "memory": "x=$(head -c 400M /dev/zero | tr '\\0' x); echo survived ${#x}",
                "processes": "for i in $(seq 200); do sleep 3 & done; wait; echo started",
            ]
        ),
        (
            "python",
            [
                "disk":
                    "import os\nf = open(os.path.expanduser('~/big'), 'wb')\ntry:\n  for _ in range(200): f.write(bytes(1 << 20)); f.flush()\nexcept OSError as e: print('stopped:', e.strerror)\nos.unlink(f.name)",
                "files":
                    "import os, shutil\nd = os.path.expanduser('~/many'); os.makedirs(d); n = 0\ntry:\n  for n in range(9000): open(d + '/' + str(n), 'w').close()\nexcept OSError as e: print('stopped:', e.strerror)\nprint('made', n)\nshutil.rmtree(d)",
                "memory": "x = bytearray(400 << 20)\nprint('survived', len(x))",
                "processes":
                    "import subprocess\np = []\ntry:\n  for _ in range(200): p.append(subprocess.Popen(['sleep', '3']))\nexcept OSError as e: print('stopped:', e.strerror)\nprint('started', len(p))\n[q.kill() for q in p]",
            ]
        ),
        (
            "c",
            [
                "disk":
                    #"char b[1 << 20]; int main() { chdir(getenv("HOME")); int f = open("big", O_CREAT | O_WRONLY, 0600), n = 0; while (n < 200 && write(f, b, sizeof b) == sizeof b) n++; if (n < 200) printf("stopped: %s\n", strerror(errno ? errno : ENOSPC)); unlink("big"); }"#,
                "files":
                    #"int main() { char p[64]; chdir(getenv("HOME")); mkdir("many", 0700); int n = 0; for (; n < 9000; n++) { sprintf(p, "many/%d", n); int f = open(p, O_CREAT | O_WRONLY, 0600); if (f < 0) break; close(f); } printf("made %d: %s\n", n, n < 9000 ? strerror(errno) : ""); for (int i = 0; i < n; i++) { sprintf(p, "many/%d", i); unlink(p); } rmdir("many"); }"#,
                "memory": #"int main() { for (int i = 0; i < 400; i++) memset(malloc(1 << 20), 1, 1 << 20); puts("survived"); }"#,
                "processes":
                    #"int main() { int n = 0; while (n < 200) { int p = fork(); if (p < 0) break; if (!p) { sleep(3); _exit(0); } n++; } printf("started %d: %s\n", n, n < 200 ? strerror(errno) : ""); kill(0, SIGKILL); }"#,
            ]
        ),
    ]

    @Test(.enabled(if: Capability.toolchains.shouldRun, "\(Capability.toolchains.reason)"), arguments: attacks.map(\.language))
    func eachLimitStopsAndSaysWhichAndTheNeighbourIsUnmoved(language: String) async throws {
        let quotas = [("disk", "48MiB"), ("files", "4000"), ("memory", "128MiB"), ("processes", "40"), ("cpus", "0.5")]
        try await Self.with(quotas: quotas) { daemon, room, learner in
            let neighbour = try await room.member("lee")
            try await daemon.must(["start", "work"], as: neighbour)
            let programs = try #require(Self.attacks.first { $0.language == language }).program
            for (dimension, source) in programs.sorted(by: { $0.key < $1.key }) {
                let command: [String]
                switch language {
                case "bash": command = ["bash", "-c", source]
                case "python": command = ["python3", "-c", source]
                default:
                    let headers = ["errno", "fcntl", "signal", "stdio", "stdlib", "string", "sys/stat", "unistd"]
                    let text =
                        "#include \"x.h\"\n".replacing(
                            "#include \"x.h\"\n", with: headers.map { "#include <\($0).h>\n" }.joined()) + source
                    let made = try await daemon.cli(
                        ["exec", "work", "--", "sh", "-c", "cat >/tmp/a.c && gcc -w -o /tmp/a /tmp/a.c"], as: learner, input: text
                    )
                    try #require(made.status == 0, "\(made.text)")
                    command = ["/tmp/a"]
                }
                async let attack = daemon.cli(["exec", "work", "--"] + command, as: learner)
                let began = ContinuousClock.now
                let beside = try await daemon.cli(["exec", "work", "--", "cat", "hello.txt"], as: neighbour)
                let waited = ContinuousClock.now - began
                let ended = try await attack
                let text = ended.text
                #expect(beside.output == "hello\n", "\(beside.text)")
                #expect(waited < .seconds(120), "the neighbour waited \(waited)")
                switch dimension {
                case "disk": #expect(text.contains("No space left"), "\(text)")
                case "files":
                    #expect(text.contains("No space left"), "\(text)")
                    #expect(!text.contains("made 9000"), "\(text)")
                case "memory":
                    #expect(!text.contains("survived"), "\(text)")
                    #expect(text.contains("128 MiB"), "it was not told: \(text)")
                default:
                    #expect(
                        text.contains("Resource temporarily unavailable") || text.contains("fork") || ended.status == 137,
                        "\(text)")
                }
                // It goes on: only what went too far was stopped.
                var alive = try await daemon.cli(["exec", "work", "--", "echo", "alive"], as: learner)
                for _ in 0..<120 where alive.status != 0 {
                    try await Task.sleep(for: .milliseconds(500))
                    alive = try await daemon.cli(["exec", "work", "--", "echo", "alive"], as: learner)
                }
                #expect(alive.output == "alive\n", "after \(dimension): \(alive.text)")
            }
            let why = try await daemon.must(["why", "work"], as: learner)
            #expect(why.output.contains("128 MiB") && why.output.contains("memory"), "\(why.output)")
            #expect(why.output.contains("40"), "\(why.output)")
            try await daemon.must(["stop", "work"], as: neighbour)
        }
    }

    @Test func theProcessorLimitHolds() async throws {
        try await Self.with(quotas: [("cpus", "0.2")]) { daemon, _, learner in
            let spin =
                "end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; done"
            let began = ContinuousClock.now
            try await daemon.must(["exec", "work", "--", "sh", "-c", spin], as: learner)
            let wall = (ContinuousClock.now - began) / .seconds(1)
            let shown = try await daemon.must(["workspace", "show", "work", "-o", "json"], as: learner)
            let used = try #require(shown.json["usage"]["cpuTime"].number, "\(shown.output)")
            #expect(used > 0.1 && used < wall * 0.2 + 0.5, "\(used) s of CPU time in \(wall) s")
        }
    }

    @Test func aFullHomeStopsStartsAndIsRescued() async throws {
        try await Self.with(quotas: [("disk", "32MiB")]) { daemon, _, learner in
            _ = try await daemon.cli(["exec", "work", "--", "sh", "-c", "cat /dev/zero >~/big; chmod 000 ~"], as: learner)
            try await daemon.must(["restart", "work"], as: learner)
            let rescued = try await daemon.cli(
                ["shell", "work", "--rescue"], as: learner,
                input: "chmod 755 /home/learner; rm /home/learner/big; echo mended; exit\n")
            #expect(rescued.text.contains("mended"), "\(rescued.text)")
            let after = try await daemon.cli(["exec", "work", "--", "sh", "-c", "echo new >~/new && cat hello.txt"], as: learner)
            #expect(after.output == "hello\n", "\(after.text)")
        }
    }

    /// A damaged volume is never quietly replaced by an empty one; a snapshot brings it back.
    @Test(arguments: ["truncated", "deleted"])
    func aVolumeThatIsLostIsToldAndRestored(how: String) async throws {
        try await Self.with { daemon, _, learner in
            try await daemon.must(["exec", "work", "--", "sh", "-c", "echo precious >과제.txt"], as: learner)
            try await daemon.must(["workspace", "snapshot", "work"], as: learner)
            let listed = try await daemon.must(["workspace", "snapshots", "work", "-o", "json"], as: learner)
            let id = try #require(listed.json[0]["id"].text, "\(listed.output)")
            try await daemon.must(["stop", "work"], as: learner)
            let folder = daemon.state + "/volumes"
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder).first {
                    $0.hasPrefix("wsp_") && $0.hasSuffix(".ext4")
                })
            if how == "truncated" {
                try #require(unsafe truncate(folder + "/" + name, 1 << 20) == 0)
            } else {
                try FileManager.default.removeItem(atPath: folder + "/" + name)
            }
            let refused = try await daemon.cli(["start", "work"], as: learner)
            #expect(refused.status != 0)
            #expect(refused.errors.contains("restore"), "\(refused.text)")
            try await daemon.must(["workspace", "restore", id, "work"], as: learner)
            try await daemon.must(["start", "work"], as: learner)
            let inside = try await daemon.cli(["exec", "work", "--", "cat", "과제.txt"], as: learner)
            #expect(inside.output == "precious\n", "\(inside.text)")
        }
    }

    @Test func twoCommandLinesAtTheSameInstantStartOneWorkspace() async throws {
        try await Self.with { daemon, _, learner in
            try await daemon.must(["stop", "work"], as: learner)
            async let one = daemon.cli(["start", "work"], as: learner)
            async let other = daemon.cli(["start", "work"], as: learner)
            let both = try await [one, other]
            #expect(both.map(\.status) == [0, 0], "\(both.map(\.text))")
            let runs = try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/run").filter { $0.hasPrefix("wsp_") }
            #expect(runs.count == 1)
        }
    }

    /// A terminal, a command and a connection through a forwarded port: each ends, those that can say so with the reason.
    @Test(.enabled(if: Capability.toolchains.shouldRun, "\(Capability.toolchains.reason)"))
    func aLearnerWhoIsRemovedWhileInsideIsToldAndKeepsTheFiles() async throws {
        try await Self.with { daemon, room, learner in
            let serve =
                "import socket\ns = socket.create_server(('127.0.0.1', 8000))\nprint('listening', flush=True)\nwhile True: c, _ = s.accept(); c.send(b'hello'); c.recv(1)"
            let inside = try daemon.running(["exec", "work", "--", "python3", "-c", serve], as: learner)
            defer { inside.send(signal: SIGKILL) }
            for _ in 0..<1200 where !inside.output.contains("listening") { try await Task.sleep(for: .milliseconds(50)) }
            let shell = try await daemon.shell("work", as: learner)
            let forward = try daemon.running(["forward", "work", "0:8000"], as: learner)
            defer { forward.send(signal: SIGKILL) }
            for _ in 0..<1200 where !forward.output.contains("http://") { try await Task.sleep(for: .milliseconds(50)) }
            let port = try #require(forward.output.firstMatch(of: /127\.0\.0\.1:([0-9]+)/), "\(forward.errors)").1
            let visit =
                "import socket, sys\ns = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\nprint(s.recv(5), flush=True)\nprint(s.recv(5), flush=True)"
            let page = try RunningProgram(
                "/usr/bin/python3", ["-c", visit, String(port)], environment: ["PATH": "/usr/bin"], folder: learner.home,
                outputs: learner.home + "/page")
            for _ in 0..<1200 where !page.output.contains("hello") { try await Task.sleep(for: .milliseconds(50)) }
            #expect(page.isRunning && page.output.contains("hello"), "\(page.output)\(page.errors)\(forward.errors)")

            try await daemon.must(["enrollment", "suspend", learner.name, "--cohort", room.cohort])
            let ended = await inside.ended(within: .seconds(120))
            #expect(ended != 0 && ended != 128 + SIGKILL)
            #expect(inside.errors.contains("suspended") && inside.errors.contains("kept"), "\(inside.output)\(inside.errors)")
            #expect(await shell.ended(within: .seconds(120)) != 128 + SIGKILL, "the terminal stayed: \(shell.output)")
            #expect(shell.output.contains("suspended") && shell.output.contains("kept"), "\(shell.output)")
            #expect(await page.ended(within: .seconds(120)) != 128 + SIGKILL, "the connection stayed: \(page.output)")
            // The next one through the same port is refused.
            let late = try RunningProgram(
                "/usr/bin/python3", ["-c", visit, String(port)], environment: ["PATH": "/usr/bin"], folder: learner.home,
                outputs: learner.home + "/late")
            #expect(await late.ended(within: .seconds(120)) != 128 + SIGKILL, "\(late.output)")
            #expect(!late.output.contains("hello"))

            let again = try await daemon.cli(["start", "work"], as: learner)
            #expect(again.status == 4 || again.status == 3, "\(again.text)")
            let listed = try await daemon.must(["workspace", "list", "-o", "json"])
            let workspace = listed.json[0]["workspace"]
            #expect(workspace["state"].text == "stopped" && workspace["stopReason"].text == "suspended", "\(listed.output)")
            let volumes = try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/volumes")
            #expect(volumes.contains { $0.hasPrefix("wsp_") })
        }
    }
}
