import CLinux
import Foundation
import Glibc
import Hummingbird
import Logging
import ProvostServer
import Testing

/// What bounds connections, on a real socket.
@Suite struct ConnectionTests {
    /// A server with two routes: one reads a body, one takes its time.
    private func serving(_ limits: ConnectionLimits, _ body: (String) async throws -> Void) async throws {
        let path = "/tmp/provost-connections-\(UUID().uuidString.prefix(8))"
        defer { unsafe unlink(path) }
        let router = Router(context: ProvostRequestContext.self)
        router.get("slow") { _, _ in
            try await Task.sleep(for: .milliseconds(1500))
            return "done"
        }
        router.post("body") { request, _ in
            var request = request
            return "\(try await request.collectBody(upTo: 100).readableBytes)"
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let responder = router.buildResponder()
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let application = Application(
            responder: responder,
            server: Server.builder(
                responder, gate: ConnectionGate(limits, ownUser: .max), isLocal: true, logger: logger),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in isReady.finish() }, logger: logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await application.run() }
            for await _ in ready {}
            let result: Result<Void, any Error>
            do { result = .success(try await body(path)) } catch { result = .failure(error) }
            group.cancelAll()
            try await group.waitForAll()
            try result.get()
        }
    }

    /// One end of a connection, closed with it.
    private final class Peer: Sendable {
        let descriptor: Int32
        init(_ path: String) throws {
            descriptor = unsafe clinux_connect(path)
            try #require(descriptor >= 0)
        }
        deinit { close(descriptor) }

        func say(_ text: String) {
            let bytes = Array(text.utf8)
            _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// All that is said to us up to the end, or up to `last`; nil when none comes within ten seconds.
        @concurrent func heard(upTo last: String? = nil) async -> String? {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            for _ in 0..<1000 {
                let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 {
                    bytes += buffer[..<count]
                    let text = String(decoding: bytes, as: UTF8.self)
                    if let last, text.hasSuffix(last) { return text }
                } else if count == 0 || errno == ECONNRESET {
                    return String(decoding: bytes, as: UTF8.self)
                } else {
                    try? await Task.sleep(for: .milliseconds(10))
                }
            }
            return nil
        }
    }

    @Test func whoSaysNothingIsClosed() async throws {
        try await serving(ConnectionLimits(total: 10, idle: .milliseconds(300))) { path in
            let silent = try Peer(path)
            let half = try Peer(path)
            half.say("POST /body HTTP/1.1\r\nHost: x\r\nContent-Le")
            let waits = try Peer(path)
            waits.say("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1")
            let kept = try Peer(path)
            kept.say("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n12")
            #expect(await silent.heard() == "")
            #expect(await half.heard() == "")
            #expect(await waits.heard()?.contains("200 OK") == false)
            let answer = try #require(await kept.heard(), "it was kept for another request")
            #expect(answer.contains("200 OK"))
        }
    }

    @Test func anAnswerMayTakeLonger() async throws {
        try await serving(ConnectionLimits(total: 10, idle: .milliseconds(200))) { path in
            let peer = try Peer(path)
            peer.say("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await peer.heard()?.hasSuffix("done") == true)
        }
    }

    @Test func moreThanThereIsPlaceForAreToldSoAndALeftPlaceIsTaken() async throws {
        try await serving(ConnectionLimits(total: 3)) { path in
            var peers: [Peer] = []
            for _ in 0..<3 {
                let peer = try Peer(path)
                // Connections are counted on several threads, in no order: this one has its place once it is answered.
                peer.say("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n12")
                _ = try #require(await peer.heard(upTo: "\r\n\r\n2"))
                peers.append(peer)
            }
            let refused = try #require(await Peer(path).heard())
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("as many connections as it takes"), "\(refused)")
            peers.removeLast()
            var answer: String?
            for _ in 0..<500 {
                let peer = try Peer(path)
                peer.say("POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n12")
                answer = await peer.heard()
                if answer?.contains("200 OK") == true { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(answer?.contains("200 OK") == true, "\(answer ?? "nothing")")
            withExtendedLifetime(peers) {}
        }
    }

    @Test func oneUserLeavesPlacesToOthers() {
        let gate = ConnectionGate(ConnectionLimits(total: 100, user: 2), ownUser: 7)
        #expect(gate.enter(user: 5) == nil)
        #expect(gate.enter(user: 5) == nil)
        #expect(gate.enter(user: 5)?.contains("2 connections at one time") == true)
        for user in [0, 7, 6, nil] as [UInt32?] { for _ in 0..<2 { #expect(gate.enter(user: user) == nil) } }
        gate.leave(user: 5)
        #expect(gate.enter(user: 5) == nil, "what was refused was not counted")
    }

    @Test func aFloodFromAnywhereLeavesPlacesToTheMachineAndToItsAdministrator() {
        let gate = ConnectionGate(ConnectionLimits(total: 80, user: 8), ownUser: 7)
        func flood(_ user: UInt32?) -> Int { (0..<200).prefix { _ in gate.enter(user: user) == nil }.count }
        #expect(flood(nil) == 60)
        #expect(gate.enter(user: nil)?.contains("as many connections as it takes (60)") == true)
        #expect((10..<20).map { flood($0) } == [8, 2, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(flood(7) == 10)
        #expect(gate.enter(user: 0)?.contains("(80)") == true)
        gate.leave(user: nil)
        #expect(gate.enter(user: nil) != nil)
        #expect(gate.enter(user: 0) == nil)
    }
}
