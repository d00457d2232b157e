import Foundation
import Glibc
import ProvostAPI
import ProvostCommand
import ProvostCore
import ProvostTestSupport
import Synchronization
import Testing

/// The built program against a daemon's outside that upgrades.
struct WorkspaceTests {
    static func info(_ state: Workspace.State, place: WorkspacePlace? = nil) throws -> String {
        let workspace = Workspace(
            id: ID(trusted: "wsp_1"), person: try Slug("minji"), cohort: try Slug("autumn"), assignment: try Slug("web-service"),
            lab: try Slug("web-service"), labVersion: ContentDigest(bytes: [UInt8](repeating: 7, count: 32)), state: state,
            start: 1,
            limits: WorkspaceLimits(
                cpuMillis: 1000, memory: .mebibytes(512), processes: 100, disk: .mebibytes(64), files: 10_000),
            network: .loopback, createdAt: Samples.now)
        return try Samples.json(WorkspaceInfo(workspace: workspace, place: place))
    }

    private static func run(
        _ arguments: [String], input: String = "", interruptAfter sentence: String? = nil,
        _ script: @escaping @Sendable (Int, String) -> FakeWorkspace.Reply,
        check: (Scratchpad.Ended, FakeWorkspace, Scratchpad) throws -> Void
    ) async throws {
        try await FakeWorkspace.with(script) { server in
            try await Scratchpad.with { folder in
                let ended = try await folder.run(
                    arguments + (arguments.contains("--") ? [] : ["--server", server.address]),
                    environment: ["PROVOST_SERVER": server.address], input: input, interruptAfter: sentence)
                try check(ended, server, folder)
            }
        }
    }

    @Test func execPassesInputBothOutputsAndTheStatus() async throws {
        let got = Mutex<[UInt8]>([])
        try await Self.run(["exec", "lab", "--", "wc", "-c", "a b"], input: "12345\n") { _, _ in
            .session { peer in
                let frames = await peer.wait { $0.kind == .inputEnd }
                got.withLock { $0 = frames.filter { $0.kind == .input }.flatMap(\.payload) }
                try await peer.send(SessionFrame(.output, [0, 255, 10]))
                try await peer.send(.error, "oops\n")
                try await peer.send(.notice, "Memory: at most 512 MiB.")
                try await peer.send(SessionFrame(.outputEnd))
                try await peer.send(.exit(64))
            }
        } check: { ended, server, _ in
            #expect(got.withLock { String(decoding: $0, as: UTF8.self) } == "12345\n")
            // 64 is a usage error of the argument parser; here it is the command's own.
            #expect(ended.status == 64)
            #expect(ended.errors == "oops\nMemory: at most 512 MiB.\n")
            #expect(Array(ended.output.utf8).first == 0)
            #expect(server.asked == ["/v1/workspaces/lab/command?argument=wc&argument=-c&argument=a%20b"])
        }
    }

    @Test func aRefusedUpgradeIsExplainedAsEveryOtherError() async throws {
        let body = #"{"error":{"code":"outside-window","message":"It ended on Friday.","requestId":"req_7"}}"#
        try await Self.run(["exec", "lab", "--", "true"]) { _, _ in
            .json(422, body)
        } check: { ended, _, _ in
            #expect(ended.status == 6)
            #expect(ended.errors.hasPrefix("provost: It ended on Friday."))
            #expect(ended.errors.contains("req_7"))
        }
    }

    @Test func refusalsInTheSessionAndLostLinksOfCommandsAreErrors() async throws {
        try await Self.run(["exec", "lab", "--", "x"]) { _, _ in
            .session { try await $0.send(.refusal, "“x” is not there.") }
        } check: {
            ended, _, _ in
            #expect(ended.status == 7)
            #expect(ended.errors.contains("“x” is not there."))
        }
        try await Self.run(["exec", "lab", "--", "x"]) { _, _ in
            .session { try await $0.send(.output, "half") }
        } check: {
            ended, _, _ in
            #expect(ended.status == 8)
            #expect(ended.output == "half")
            #expect(ended.errors.contains("link"))
        }
    }

    @Test func theOnlyRunningWorkspaceIsMeantWhenNoneIsNamed() async throws {
        let running = try Self.info(.running)
        let stopped = try Self.info(.stopped)
        let exits: FakeWorkspace.Reply = .session { try await $0.send(.exit(0)) }
        try await Self.run(["exec", "--", "true"]) { _, path in
            path.hasSuffix("/workspaces") ? .json(200, "[\(running)]") : exits
        } check: {
            ended, server, _ in
            #expect(ended.status == 0)
            #expect(server.asked.last?.hasPrefix("/v1/workspaces/wsp_1/command") == true)
        }
        try await Self.run(["shell"]) { _, _ in
            .json(200, "[\(stopped)]")
        } check: { ended, _, _ in
            #expect(ended.status == 3)
            #expect(ended.errors.contains("provost start web-service"))
        }
    }

    @Test func startTellsThePlaceUntilItRuns() async throws {
        let waiting = try Self.info(.waiting, place: WorkspacePlace(position: 3, of: 9, estimate: .seconds(90)))
        let running = try Self.info(.running)
        try await Self.run(["start", "web-service"]) { number, _ in
            .json(200, number == 0 ? waiting : running)
        } check: { ended, _, _ in
            #expect(ended.status == 0)
            #expect(ended.errors.contains("number 3 of 9"))
            #expect(ended.errors.contains("provost shell web-service"))
        }
        try await Self.run(["start", "web-service"], interruptAfter: "number 3") { _, _ in
            .json(200, waiting)
        } check: { ended, _, _ in
            #expect(ended.status == 130)
            #expect(ended.errors.contains("Your place is kept"))
        }
    }

    @Test func pulledFoldersAreUnpackedWithDistrust() async throws {
        let info = try Self.info(.running)
        let tar = { (name: String) in
            [UInt8](Data("folder\n".utf8)) + TarSample.file(name, "hello")
        }
        for (name, status, file) in [("./in/a.txt", Int32(0), "work/in/a.txt"), ("../a.txt", 1, "work/a.txt")] {
            let bytes = tar(name)
            try await Self.run(["pull", "work", "--workspace", "lab"]) { _, path in
                guard path.contains("/files?path=work") else { return .json(200, info) }
                return .session { peer in
                    for frame in SessionFrame.pieces(.output, bytes) { try await peer.send(frame) }
                    try await peer.send(.exit(0))
                }
            } check: { ended, _, folder in
                #expect(ended.status == status, "\(ended.errors)")
                #expect(FileManager.default.fileExists(atPath: folder.path + "/" + file) == (status == 0))
                #expect(!FileManager.default.fileExists(atPath: folder.path + "/a.txt"))
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(left == (status == 0 ? ["work"] : []))
            }
        }
    }

    @Test func forwardCarriesTwoConnectionsAndTheirEnds() async throws {
        let info = try Self.info(.running)
        try await FakeWorkspace.with({ _, path in
            guard path.contains("/port/8000") else { return .json(200, info) }
            return .session { peer in
                let frames = await peer.wait { $0.kind == .inputEnd }
                // The answer comes after the other side ended its own way.
                try await peer.send(SessionFrame(.output, [0x3E] + frames.flatMap(\.payload)))
                try await peer.send(SessionFrame(.outputEnd))
            }
        }) { server in
            try await Scratchpad.with { folder in
                let script = """
                    import socket, sys
                    port = int(sys.argv[1])
                    both = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
                    for number, one in enumerate(both): one.sendall(b"hello %d" % number)
                    for one in both: one.shutdown(socket.SHUT_WR)
                    for one in reversed(both): print(one.makefile("rb").read().decode())
                    """
                try PrivateFile.write(Array(script.utf8), to: folder.path + "/ask.py")
                let forward = Process()
                forward.executableURL = Scratchpad.executable
                forward.arguments = ["forward", "lab", "0:8000"]
                forward.environment = ["HOME": folder.path, "PROVOST_SERVER": server.address]
                let pipe = Pipe()
                forward.standardOutput = pipe
                forward.standardError = FileHandle.nullDevice
                try forward.run()
                let url = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
                let port = try #require(url.split(separator: ":").last?.prefix { $0.isNumber })
                let (status, output) = try await Scratchpad.python([folder.path + "/ask.py", String(port)])
                #expect(status == 0)
                #expect(output == ">hello 1\n>hello 0\n")
                forward.interrupt()
                forward.waitUntilExit()
            }
        }
    }

    @Test(arguments: [
        ("a\u{1C}\u{04}b", "a", true), ("a\u{1C}\u{1C}b", "a\u{1C}b", false), ("\u{1C}x", "\u{1C}x", false),
        ("\u{04}", "\u{04}", false),
    ])
    func detachKeysAreFoundHoweverTheyAreCut(typed: String, passed: String, detaches: Bool) {
        for size in [1, 100] {
            var keys = DetachKeys()
            var bytes: [UInt8] = []
            var found = false
            var rest = Array(typed.utf8)[...]
            while !rest.isEmpty, !found {
                let answer = keys.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
                bytes += answer.bytes
                found = answer.detaches
            }
            #expect(bytes == Array(passed.utf8) && found == detaches)
        }
    }

    @Test(arguments: [
        ("a\u{1B}[31mred\u{1B}[0m", "a\u{1B}[31mred\u{1B}[0m"), ("x\u{1B}[c\u{1B}[>0cy", "xy"), ("\u{1B}[6n$ ", "$ "),
        ("\u{1B}]11;?\u{07}z", "z"), ("\u{1B}]0;title\u{07}z", "\u{1B}]0;title\u{07}z"), ("\u{1B}[?2026$pz", "z"),
    ])
    func questionsAreTakenOutOfReplays(output: String, shown: String) {
        for size in [1, 100] {
            var filter = ReplayFilter()
            var bytes: [UInt8] = []
            var rest = Array(output.utf8)[...]
            while !rest.isEmpty {
                bytes += filter.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(String(decoding: bytes + filter.end(), as: UTF8.self) == shown)
        }
    }
}

/// An archive with one file, as any `tar` writes it: also with names that no honest one has.
enum TarSample {
    static func file(_ name: String, _ content: String) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        let put = { (at: Int, text: String) in for (index, byte) in text.utf8.enumerated() { header[at + index] = byte } }
        put(0, name)
        put(100, "0000644\0")
        put(108, "0001750\0")
        put(116, "0001750\0")
        let size = String(content.utf8.count, radix: 8)
        put(124, String(repeating: "0", count: 11 - size.count) + size + "\0")
        put(136, "00000000000\0")
        put(148, "        ")
        put(156, "0")
        put(257, "ustar\0" + "00")
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(148, String(repeating: "0", count: 6 - sum.count) + sum + "\0 ")
        let body = Array(content.utf8)
        return header + body + [UInt8](repeating: 0, count: (512 - body.count % 512) % 512 + 1024)
    }
}
