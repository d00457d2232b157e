import Foundation
import ProvostCommand
import ProvostCore
import Synchronization
import Testing

/// The built program in a terminal of its own.
struct TerminalTests {
    private struct Ended: Decodable {
        var screen: String
        var status: Int32
        var restored: Bool
    }

    private static let sessions =
        #"[{"attached":1,"command":["/bin/bash"],"number":7,"startedAt":"2026-11-20T00:00:00.000Z","terminal":true}]"#

    private static func drive(
        _ steps: [[any Sendable]], _ arguments: [String] = ["shell", "lab", "--new"],
        _ script: @escaping @Sendable (Int, String) -> FakeWorkspace.Reply,
        check: (Ended, FakeWorkspace) throws -> Void
    ) async throws {
        try await FakeWorkspace.with(script) { server in
            try await Scratchpad.with { folder in
                let text = String(decoding: try JSONSerialization.data(withJSONObject: steps), as: UTF8.self)
                let driver = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Terminal/drive.py"
                let (status, output) = try await Scratchpad.python(
                    [driver, text, Scratchpad.executable.path] + arguments,
                    environment: [
                        "HOME": folder.path, "PATH": "/usr/bin:/bin", "PROVOST_SERVER": server.address, "TERM": "xterm",
                    ])
                try #require(status == 0)
                try check(try JSONDecoder().decode(Ended.self, from: Data(output.utf8)), server)
            }
        }
    }

    @Test func keysWindowNoticesAndTheStatusGoThrough() async throws {
        let sizes = Mutex<[Int]>([])
        let typed = Mutex("")
        try await Self.drive([
            ["expect", "$ "], ["raw"], ["type", "ls\r"], ["expect", "files"], ["resize", 50, 120], ["expect", "resized"],
            ["expect", "15 minutes"],
        ]) { _, path in
            guard path.contains("/terminal") else { return .json(200, Self.sessions) }
            return .session { peer in
                try await peer.send(.output, "$ ")
                let keys = await peer.wait { $0.kind == .input && $0.payload.contains(0x0D) }
                typed.withLock { $0 = String(decoding: keys.flatMap(\.payload), as: UTF8.self) }
                try await peer.send(.output, "files")
                let size = await peer.wait { $0.kind == .resize }.last?.size
                sizes.withLock { $0 = [size?.rows ?? 0, size?.columns ?? 0] }
                try await peer.send(.output, "resized")
                try await peer.send(.notice, "It stops in 15 minutes.")
                try await peer.send(.exit(3))
            }
        } check: { ended, server in
            #expect(ended.status == 3 && ended.restored)
            #expect(typed.withLock { $0 } == "ls\r")
            #expect(sizes.withLock { $0 } == [50, 120])
            #expect(ended.screen.contains("resized\r\n\u{1B}[7mIt stops in 15 minutes.\u{1B}[0m\r\n"))
            #expect(server.asked.first == "/v1/workspaces/lab/terminal?rows=40&columns=100&term=xterm&mode=shell")
        }
    }

    @Test(arguments: [("SIGTERM", Int32(-15)), ("SIGHUP", -1), ("SIGINT", -2), ("SIGQUIT", -3), ("SIGSEGV", -11)])
    func signalsPutTheTerminalBack(signal: String, status: Int32) async throws {
        try await Self.drive([["expect", "$ "], ["raw"], ["kill", signal]]) { _, path in
            guard path.contains("/terminal") else { return .json(200, Self.sessions) }
            return .session { peer in
                try await peer.send(.output, "$ ")
                await peer.wait { _ in false }
            }
        } check: { ended, _ in
            #expect(ended.status == status && ended.restored)
        }
    }

    @Test func detachingLeavesInOrder() async throws {
        let detached = Mutex(false)
        try await Self.drive([["expect", "Ctrl-d"], ["expect", "$ "], ["type", "\u{1C}\u{04}"], ["expect", "Detached"]]) {
            _, path in
            guard path.contains("/terminal") else { return .json(200, Self.sessions) }
            return .session { peer in
                try await peer.send(.output, "$ ")
                let frames = await peer.wait { $0.kind == .detach }
                detached.withLock { $0 = frames.last?.kind == .detach }
                await peer.wait { _ in false }
            }
        } check: { ended, _ in
            #expect(ended.status == 0 && ended.restored)
            // The command line does not wait for the server to have read its last word.
            for _ in 0..<2400 where !detached.withLock({ $0 }) { usleep(50_000) }
            #expect(detached.withLock { $0 })
        }
    }

    @Test func aLostLinkIsTakenUpAgainWithoutQuestionsToTheTerminal() async throws {
        let again = Mutex(0)
        try await Self.drive([["expect", "$ "], ["expect", "link is lost"], ["expect", "old"], ["expect", "new"]]) { _, path in
            guard path.contains("/terminal") else { return .json(200, Self.sessions) }
            guard path.contains("mode=attach") else {
                return .session { peer in
                    try await peer.send(.output, "$ ")
                    // Long enough to be asked which session it is.
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
            return .session { peer in
                if again.withLock({ count in
                    count += 1
                    return count
                }) == 1 {
                    return
                }
                try await peer.send(.output, "old\u{1B}[6n")
                try await peer.send(SessionFrame(.live))
                try await peer.send(.output, "new")
                try await peer.send(.exit(0))
            }
        } check: { ended, server in
            #expect(ended.status == 0 && ended.restored)
            #expect(!ended.screen.contains("\u{1B}[6n"))
            #expect(server.asked.filter { $0.contains("mode=attach&session=7") }.count == 2)
        }
    }

    @Test func refusalsLeaveTheTerminalAlone() async throws {
        let body = #"{"error":{"code":"conflict","message":"It is stopped.","requestId":"req_1"}}"#
        try await Self.drive([["expect", "It is stopped."]]) { _, _ in
            .json(409, body)
        } check: { ended, _ in
            #expect(ended.status == 7 && ended.restored)
        }
    }
}
