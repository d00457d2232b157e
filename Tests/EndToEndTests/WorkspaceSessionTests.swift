import Foundation
import Glibc
import ProvostTestSupport
import Testing

/// Connections that become sessions, on the daemon's real socket.
@Suite(.rooms) struct WorkspaceSessionTests {
    private static let upgrade = ["Connection: Upgrade", "Upgrade: provost-session"]

    /// A learner with a running workspace.
    private static func with(
        options: [String] = [],
        _ body: @Sendable (Daemon, _ learner: Member, _ headers: [String], _ base: String) async throws -> Void
    ) async throws {
        try await Daemon.with(options: options) { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work", files: ["lab/starter/hello.txt": "hello\n"])
            let learner = try await room.member("kim")
            try await daemon.must(["start", "work"], as: learner)
            do { try await body(daemon, learner, ["Authorization: Bearer \(try token(learner))"], "/v1/workspaces/work") } catch {
                _ = try? await daemon.cli(["stop", "work"], as: learner)
                throw error
            }
            try await daemon.must(["stop", "work"], as: learner)
        }
    }

    private static func token(_ member: Member) throws -> String {
        let files = FileManager.default.enumerator(atPath: member.home)
        while let name = files?.nextObject() as? String {
            guard let text = try? String(contentsOfFile: member.home + "/" + name, encoding: .utf8) else { continue }
            if let match = text.firstMatch(of: /pvt_[a-z0-9]+/) { return String(match.output) }
        }
        throw DaemonFailure(description: "no token in \(member.home)")
    }

    @Test func refusalsAreOrdinaryAnswersAndOtherRequestsAreAsBefore() async throws {
        try await Self.with { daemon, _, headers, base in
            try await Self.offPool {
                let path = base + "/command?argument=true"
                // Nobody, a stranger's word, no such workspace: before any upgrade.
                let nobody = try RawSession(daemon.state + "/door/provost.sock")
                #expect(nobody.get(path, headers: Self.upgrade).hasPrefix("HTTP/1.1 401 "))
                #expect(String(decoding: nobody.rest(), as: UTF8.self).contains(#""code":"unauthenticated""#))
                let missing = try RawSession(daemon.socket)
                let head = missing.get("/v1/workspaces/nothing/terminal", headers: headers + Self.upgrade)
                #expect(head.hasPrefix("HTTP/1.1 404 "))
                #expect(head.lowercased().contains("provost-request-id: "))
                #expect(String(decoding: missing.rest(), as: UTF8.self).contains(#""code":"not-found""#))
                // Without an upgrade, and with one that nobody takes.
                for more in [[], ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"]] {
                    let plain = try RawSession(daemon.socket)
                    #expect(plain.get(path, headers: headers + more).hasPrefix("HTTP/1.1 400 "))
                    plain.endSending()
                    #expect(String(decoding: plain.rest(), as: UTF8.self).contains("Upgrade: provost-session"))
                }
                // The upgrade on another route is that route's answer.
                let other = try RawSession(daemon.socket)
                #expect(other.get("/v1/health", headers: Self.upgrade).hasPrefix("HTTP/1.1 200 "))
                #expect(String(decoding: other.rest(), as: UTF8.self).contains(#""status":"ok""#))
                // The same connection again and again.
                let kept = try RawSession(daemon.socket)
                for _ in 0..<3 {
                    let head = kept.get("/v1/health", headers: ["Connection: keep-alive"])
                    #expect(head.hasPrefix("HTTP/1.1 200 "))
                    let length = try #require(head.lowercased().firstMatch(of: /content-length: ([0-9]+)/))
                    #expect(kept.receive(atMost: Int(length.1) ?? 0) != nil)
                }
            }
        }
    }

    @Test func bytesGoBothWaysAndEachWayEndsByItself() async throws {
        try await Self.with { daemon, _, headers, base in
            try await Self.offPool {
                let session = try RawSession(daemon.socket)
                let head = session.get(base + "/command?argument=cat", headers: headers + Self.upgrade)
                #expect(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
                #expect(head.lowercased().contains("upgrade: provost-session"))
                var times: [Double] = []
                for number in 0..<200 {
                    let began = Date()
                    session.send(frame: 0x01, Array("\(number)\n".utf8))
                    var echo = session.frame()
                    if echo?.kind == 0x17 { echo = session.frame() }
                    // A pipe's reader may find the line in two pieces.
                    while let more = echo, more.payload.last != 10, let next = session.frame() {
                        echo = (more.kind, more.payload + next.payload)
                    }
                    times.append(Date().timeIntervalSince(began))
                    #expect(echo.map { $0.kind == 0x11 && $0.payload == Array("\(number)\n".utf8) } ?? false)
                }
                // Half of them: a busy machine holds up some, a wait on the way holds up all.
                let usual = times.sorted()[100]
                #expect(usual < 0.5, "an echo usually takes \(usual * 1000) ms")
                session.send(frame: 0x02)
                var kinds: [UInt8] = []
                while let frame = session.frame() { kinds.append(frame.kind) }
                #expect(kinds.last == 0x14)
            }
        }
    }

    @Test func aFloodPassesWhole() async throws {
        try await Self.with { daemon, _, headers, base in
            try await Self.offPool {
                let session = try RawSession(daemon.socket)
                let total = 200 << 20
                let path = base + "/command?argument=head&argument=-c&argument=\(total)&argument=%2Fdev%2Fzero"
                #expect(session.get(path, headers: headers + Self.upgrade).hasPrefix("HTTP/1.1 101 "))
                let began = Date()
                var count = 0
                var status: [UInt8]?
                while let frame = session.frame() {
                    if frame.kind == 0x11 { count += frame.payload.count }
                    if frame.kind == 0x14 { status = frame.payload }
                }
                let seconds = Date().timeIntervalSince(began)
                #expect(count == total)
                #expect(status == [0, 0, 0, 0])
                print("200 MiB through a session in \(seconds) s")
                #expect(seconds < 240)
            }
        }
    }

    @Test func aStopOfTheDaemonLeavesTheSessionToBeAttachedAgain() async throws {
        // A stop that waited for a session would take the whole grace, which is longer than this test lets it.
        try await Self.with(options: ["--grace", "600"]) { daemon, learner, headers, base in
            let sessions = try [RawSession(daemon.socket), RawSession(daemon.socket)]
            try await Self.offPool {
                let session = sessions[0]
                #expect(session.get(base + "/terminal?term=dumb", headers: headers + Self.upgrade).hasPrefix("HTTP/1.1 101 "))
                session.send(frame: 0x01, Array("echo kept-$((6 * 7))\n".utf8))
                var seen = ""
                while !seen.contains("kept-42"), let frame = session.frame() {
                    seen += String(decoding: frame.payload, as: UTF8.self)
                }
                #expect(seen.contains("kept-42"))
                // The other one has asked for nothing, and must not hold the daemon up either.
            }
            #expect(await daemon.stop() == 0)
            try await Self.offPool { for session in sessions { #expect(session.rest().count < 65_536) } }
            try await daemon.start()
            #expect(daemon.log.contains("found=1"), "\(daemon.log)")
            try await Self.offPool {
                let again = try RawSession(daemon.socket)
                let head = again.get(base + "/terminal?mode=attach&session=1", headers: headers + Self.upgrade)
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                var seen = ""
                while let frame = again.frame(), frame.kind != 0x17 { seen += String(decoding: frame.payload, as: UTF8.self) }
                #expect(seen.contains("kept-42"))
            }
            let inside = try await daemon.cli(["exec", "work", "--", "provost", "whoami", "-o", "json"], as: learner)
            #expect(inside.status == 0, "\(inside.text)")
            #expect(inside.json["workspace"].text?.hasPrefix("wsp_") == true, "\(inside.text)")
        }
    }

    /// Blocking work. In the test's own task, or what it finds out would be nobody's.
    @concurrent private static func offPool(_ work: @Sendable () throws -> Void) async throws { try work() }
}
