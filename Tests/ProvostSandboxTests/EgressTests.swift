import CLinux
import Foundation
import Glibc
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

/// The real translator, in network namespaces of the test's own: the machine's network is not touched.
@Suite(.enabled(if: Capability.egress.shouldRun, Comment(rawValue: Capability.egress.reason)))
struct EgressTests {
    @Test(arguments: [
        ("203.0.113.0/24", NetworkDestination.network(0xCB00_7100, prefix: 24)),
        ("203.0.113.7", .network(0xCB00_7107, prefix: 32)),
        ("PyPI.org", .host("pypi.org")),
    ])
    func destinationsAreRead(text: String, expected: NetworkDestination) throws {
        #expect(try NetworkDestination(parsing: text) == expected)
    }

    @Test(arguments: [
        "", "0.0.0.0/0", "10.0.0.0/7", "127.0.0.1", "126.0.0.0/8/8", "203.0.113.1/24", "169.254.1.1", "224.0.0.1", "localhost",
        "a.localhost", "256.1.1.1", "1.2.3", "01.2.3.4", "-a.org", "a_b.org", "2001:db8::1", "0.0.0.0", "a b",
    ])
    func whatNobodyMayNameIsRefused(text: String) {
        let error = #expect(throws: ProvostError.self) { _ = try NetworkDestination(parsing: text) }
        #expect(error?.code == .invalid)
    }

    @Test func onlyWhatTheListNamesIsReached() async throws {
        let seen = try await MountNamespace.run { () throws(ProvostError) -> [String: Bool] in
            // The room's network, and then the “machine's”, in which this thread stays: without any interface but lo.
            let room = clinux_network_namespace()
            let machine = clinux_network_namespace()
            defer {
                close(room)
                close(machine)
            }
            var seen: [String: Bool] = [:]
            let own: UInt32 = 0xC633_6401
            let allowed: UInt32 = 0xC633_6402
            let other: UInt32 = 0xCB00_7102
            let loopback: UInt32 = 0x7F00_0001
            let gateway: UInt32 = 0xA9FE_4D02
            let nameServer: UInt32 = 0xA9FE_4D03
            #expect(unsafe clinux_interface_up("lo:1", own, 32) == 0)
            let server = listening()
            defer { close(server) }
            let egress = try Egress.open(network: room, allow: ["198.51.100.0/24"])
            // From here on this thread is in the room. The addresses of “another machine” come to the machine only now, so that they are not
            // taken for its own.
            #expect(clinux_join_network(machine) == 0)
            #expect(unsafe clinux_interface_up("lo:2", allowed, 32) == 0)
            #expect(unsafe clinux_interface_up("lo:3", other, 32) == 0)
            for (name, address) in [("own", own), ("allowed", allowed), ("other", other), ("loopback", loopback)] {
                seen["machine-" + name] = connects(to: address, within: 30)
            }
            #expect(clinux_join_network(room) == 0)
            for (name, address) in [
                ("own", own), ("allowed", allowed), ("other", other), ("loopback", loopback), ("gateway", gateway),
                ("name-server", nameServer),
            ] { seen["room-" + name] = connects(to: address, within: name == "allowed" ? 30 : 2) }
            egress.stop()
            seen["stopped-allowed"] = connects(to: allowed, within: 2)
            return seen
        }
        let reached = seen.filter(\.value).keys.sorted()
        #expect(reached == ["machine-allowed", "machine-loopback", "machine-other", "machine-own", "room-allowed"])
        #expect(seen.count == 11)
    }

    @Test(.enabled(if: Capability.rooms.shouldRun, Comment(rawValue: Capability.rooms.reason)))
    func aWorkspaceReachesOnlyWhatItsLabNames() async throws {
        let (own, allowed, named): (UInt32, UInt32, UInt32) = (0xC633_6401, 0xC633_6402, 0xCB00_7109)
        let other: UInt32 = 0xCB00_7102
        // The “machine's” network, in which keepers are started.
        let (machine, server) = try await MountNamespace.run { () throws(ProvostError) -> (Int32, Int32) in
            let machine = clinux_network_namespace()
            #expect(unsafe clinux_interface_up("lo:1", own, 32) == 0)
            return (machine, listening())
        }
        defer {
            close(machine)
            close(server)
        }
        let names = "/tmp/provost-egress-test-\(getpid())-hosts"
        try "127.0.0.1 localhost\n203.0.113.9 files.example.test\n".write(toFile: names, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: names) }
        let enter = "mount --bind \(names) /etc/hosts && exec nsenter --net=/proc/\(getpid())/fd/\(machine) \"$@\""
        try await withKeepers(before: enter) { bench in
            for isKilled in [false, true] {
                let network = WorkspaceNetwork.egress(allow: ["198.51.100.0/24", "files.example.test"])
                let workspace = try await bench.keepers.start(try await bench.order("reaches", network: network))
                // “Another machine's” addresses come only now, so that they are not taken for this one's own.
                let reachable = try await MountNamespace.run { () throws(ProvostError) -> [Bool] in
                    #expect(clinux_join_network(machine) == 0)
                    for (name, address) in [("lo:2", allowed), ("lo:3", other), ("lo:4", named)] {
                        #expect(unsafe clinux_interface_up(name, address, 32) == 0)
                    }
                    return [own, allowed, other, named].map { connects(to: $0, within: 30) }
                }
                #expect(reachable == [true, true, true, true])
                let script = """
                    for a in 198.51.100.1 198.51.100.2 203.0.113.2 203.0.113.9 files.example.test 127.0.0.1 169.254.77.2 169.254.77.3; do
                    case $a in 198.51.100.2 | 203.0.113.9 | files.*) t=30;; *) t=3;; esac
                    timeout $t bash -c "exec 3<>/dev/tcp/$a/8000" 2>/dev/null && echo $a; done; true
                    """
                #expect(
                    try await bench.command(workspace, script).output == "198.51.100.2\n203.0.113.9\nfiles.example.test\n")
                // Loopback is the workspace's own, and works.
                #expect(try await bench.command(workspace, "grep -c : /proc/net/dev").output == "2\n")
                let translator = ["-f", "slirp4netns.*/proc/\(workspace.pid)/fd/"]
                #expect(try await run("/usr/bin/pgrep", translator).status == 0)
                if isKilled { kill(workspace.pid, SIGKILL) }
                _ = await workspace.stop(grace: .seconds(0), reason: "over")
                for _ in 0..<1200 where try await run("/usr/bin/pgrep", translator).status == 0 {
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(try await run("/usr/bin/pgrep", translator).status == 1)
                // As before, for the next round.
                _ = try await MountNamespace.run { () throws(ProvostError) -> Bool in
                    #expect(clinux_join_network(machine) == 0)
                    for (name, address) in [("lo:2", 0x0A4D_0002), ("lo:3", 0x0A4D_0003), ("lo:4", 0x0A4D_0004)]
                        as [(String, UInt32)]
                    {
                        #expect(unsafe clinux_interface_up(name, address, 32) == 0)
                    }
                    return true
                }
            }
            let refused = await #expect(throws: ProvostError.self) {
                _ = try await bench.keepers.start(try await bench.order("lost", network: .egress(allow: ["no.such.name.test"])))
            }
            #expect(refused?.code == .unavailable && refused?.message.contains("no.such.name.test") == true)
        }
    }
}

private let port: in_port_t = 8000

private func internet(_ address: UInt32) -> sockaddr_in {
    sockaddr_in(
        sin_family: sa_family_t(AF_INET), sin_port: port.bigEndian, sin_addr: in_addr(s_addr: address.bigEndian),
        sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
}

private func listening() -> Int32 {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var any = internet(0)
    let error = unsafe withUnsafePointer(to: &any) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    #expect(error == 0 && listen(server, 16) == 0)
    return server
}

/// Whether somebody answers there within so many seconds: few where nobody is to. slirp4netns takes a connection itself only
/// when its own to there succeeded.
private func connects(to address: UInt32, within seconds: Int32) -> Bool {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    defer { close(client) }
    var target = internet(address)
    let error = unsafe withUnsafePointer(to: &target) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    if error == 0 { return true }
    guard errno == EINPROGRESS else { return false }
    var watched = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
    guard unsafe poll(&watched, 1, seconds * 1000) == 1 else { return false }
    var failure: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(client, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0
}
