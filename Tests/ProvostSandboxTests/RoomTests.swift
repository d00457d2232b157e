import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct RoomTests {
        @Test(arguments: [
            (["/bin/sh", "-c", "exit 7"], RoomReport.Ending.exited(7)),
            (["/bin/sh", "-c", "kill -TERM $$"], .signaled(15)),
            (["/no/such/program"], .exited(127)),
            (["/etc/passwd"], .exited(126)),
            (["sh", "-c", "true"], .exited(0)),
        ])
        func endingsAreTold(command: [String], ending: RoomReport.Ending) async throws {
            try await withSandbox { sandbox, _ in
                let result = try await sandbox.run(RoomSpec(command: command, user: try sandbox.leaseUser(), limits: .patient))
                #expect(result.report.ending == ending)
            }
        }

        @Test func aRoomThatCannotBeMadeIsOurFault() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: ["/bin/true"], mounts: [.readOnly(host: "/no/such/folder", at: "/x")], user: try sandbox.leaseUser(),
                    limits: .patient)
                let report = try await sandbox.run(spec).report
                guard case .failed(let why) = report.ending else { return #expect(Bool(false), "\(report)") }
                #expect(why.contains("/no/such/folder"))
            }
        }

        @Test func inputReachesTheCommand() async throws {
            try await withSandbox { sandbox, _ in
                let user = try sandbox.leaseUser()
                let big = [UInt8](repeating: 65, count: 1_000_000)
                var spec = RoomSpec(command: ["/usr/bin/wc", "-c"], user: user, limits: .patient, input: .bytes(big))
                #expect(try await sandbox.run(spec).text == "1000000\n")
                spec.input = .stream
                let room = try await sandbox.start(spec)
                for _ in 0..<4 { #expect(await room.send(big)) }
                room.closeInput()
                #expect(await room.report().succeeded)
            }
        }

        /// The end of the input may be told while its last bytes are being written: it must not wait for the next deadline.
        @Test func theEndOfTheInputIsSeenWhenItComesWithTheBytes() async throws {
            try await withSandbox { sandbox, _ in
                let user = try sandbox.leaseUser()
                for _ in 0..<30 {
                    let spec = RoomSpec(
                        command: ["/bin/sh", "-c", "cat >/tmp/input && exec wc -c </tmp/input"], user: user,
                        limits: RoomLimits(wallTime: .seconds(120), cpuTime: .seconds(60)), input: .stream)
                    let room = try await sandbox.start(spec)
                    #expect(await room.send(Array("hello\n".utf8)))
                    room.closeInput()
                    let report = await room.report()
                    #expect(report.ending == .exited(0), "\(report)")
                }
            }
        }

        @Test func aReaderThatIsGoneRefusesInput() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(command: ["/bin/true"], user: try sandbox.leaseUser(), limits: .patient, input: .stream)
                let room = try await sandbox.start(spec)
                _ = await room.report()
                #expect(await room.send([1]) == false)
            }
        }

        @Test func aDaemonisedProcessIsGoneWithItsRoom() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: ["/bin/sh", "-c", "setsid sh -c 'trap \"\" TERM HUP; sleep 300' & echo started"],
                    user: try sandbox.leaseUser(), limits: .patient)
                let result = try await sandbox.run(spec)
                #expect(result.text == "started\n")
                #expect(result.report.wallTime < .seconds(60))
                let left = try await run("/usr/bin/pgrep", ["-u", "\(spec.user.uid)"])
                #expect(left.output == "")
            }
        }

        @Test func usersAreNeverLeasedTwice() async throws {
            try await withSandbox(users: 264_990..<264_993) { sandbox, _ in
                let users = [try sandbox.leaseUser(), try sandbox.leaseUser(), try sandbox.leaseUser()]
                #expect(Set(users).count == 3)
                #expect(throws: ProvostError.self) { try sandbox.leaseUser() }
                sandbox.returnUser(users[1])
                sandbox.returnUser(users[1])
                #expect(try sandbox.leaseUser() == users[1])
                #expect(throws: ProvostError.self) { try sandbox.leaseUser() }
            }
        }

        @Test func thirtyTwoRoomsRunAtOnce() async throws {
            try await withSandbox { sandbox, _ in
                let results = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                    // One processor that many share has them all at once as well, and is slow.
                    var limits = RoomLimits()
                    limits.wallTime = .seconds(120)
                    for number in 0..<32 {
                        let spec = RoomSpec(command: ["/bin/echo", "\(number)"], user: try sandbox.leaseUser(), limits: limits)
                        group.addTask { (number, try await sandbox.run(spec).text) }
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                for number in 0..<32 { #expect(results[number] == "\(number)\n") }
            }
        }

        @Test func roomsOnASharedNetworkReachEachOtherAndOthersDoNot() async throws {
            try await withSandbox { sandbox, _ in
                let network = try await sandbox.makeNetwork()
                let serve = """
                    use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 8080, ReuseAddr => 1) or die;
                    $| = 1; print "ready"; while (my $c = $s->accept) { print $c "hello"; close $c }
                    """
                let ask =
                    "use IO::Socket::INET; my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 8080) or exit 9; print <$c>"
                let ready = AsyncStream<Void>.makeStream()
                let server = try await sandbox.start(
                    RoomSpec(
                        command: ["/usr/bin/perl", "-e", serve], user: try sandbox.leaseUser(), network: .shared(network),
                        limits: .patient)
                ) { _ in ready.continuation.yield() }
                var iterator = ready.stream.makeAsyncIterator()
                await iterator.next()
                let user = try sandbox.leaseUser()
                let near = try await sandbox.run(
                    RoomSpec(command: ["/usr/bin/perl", "-e", ask], user: user, network: .shared(network), limits: .patient))
                #expect(near.text == "hello")
                let far = try await sandbox.run(
                    RoomSpec(command: ["/usr/bin/perl", "-e", ask], user: user, network: .loopback, limits: .patient))
                #expect(far.report.ending == .exited(9))
                server.stop()
                #expect(await server.report().cancelled)
            }
        }
    }
}
