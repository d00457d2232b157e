import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Synchronization
import Testing

extension RealRooms {
    @Suite struct TerminalTests {
        private func spec(_ script: String, _ sandbox: Sandbox, input: RoomInput = .none) throws -> RoomSpec {
            RoomSpec(
                command: ["/bin/bash", "-c", script], user: try sandbox.leaseUser(),
                limits: RoomLimits(wallTime: .seconds(120), cpuTime: .seconds(20)), input: input, terminal: TerminalSize())
        }

        @Test func theStreamsAreAControllingTerminalOfTheRoomsUser() async throws {
            try await withSandbox { sandbox, _ in
                let script = """
                    [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all; stty size; (: </dev/tty) && echo own; stat -c %u:%a /dev/stdin -L
                    echo by-name >"$(tty)"; echo error >&2; [ "$(ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat)" -eq $$ ] && echo leader
                    """
                let result = try await sandbox.run(try spec(script, sandbox))
                #expect(result.text == "all\r\n24 80\r\nown\r\n1000:600\r\nby-name\r\nerror\r\nleader\r\n")
                #expect(result.errorText == "")
                #expect(result.report.ending == .exited(0))
            }
        }

        @Test(arguments: [
            (["/bin/bash", "-c", "exit 7"], RoomReport.Ending.exited(7)), (["/bin/bash", "-c", "kill -SEGV $$"], .signaled(11)),
            (["/no/such/program"], .exited(127)), (["/etc/passwd"], .exited(126)), (["true"], .exited(0)),
        ])
        func endingsAreToldAsWithoutOne(command: [String], ending: RoomReport.Ending) async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(command: command, user: try sandbox.leaseUser(), limits: .patient, terminal: TerminalSize())
                #expect(try await sandbox.run(spec).report.ending == ending)
            }
        }

        @Test func aRoomThatCannotBeMadeIsStillOurFault() async throws {
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(
                    command: ["/bin/true"], mounts: [.readOnly(host: "/no/such/folder", at: "/x")], user: try sandbox.leaseUser(),
                    limits: .patient,
                    terminal: TerminalSize())
                guard case .failed(let why) = try await sandbox.run(spec).report.ending else {
                    return #expect(Bool(false), "it ran")
                }
                #expect(why.contains("/no/such/folder"))
            }
        }

        /// Whole lines, a line that is not ended, and nothing at all: a program that reads to the end always gets there.
        @Test(arguments: ["one\ntwo\n", "one\ntwo", "", "\n"])
        func theEndOfTheInputIsSeen(text: String) async throws {
            try await withSandbox { sandbox, _ in
                for input in [RoomInput.bytes(Array(text.utf8)), .stream] {
                    let spec = try spec("stty -echo; cat >/tmp/got; od -An -c /tmp/got | tr -d ' \\n'", sandbox, input: input)
                    let room: Room
                    let output = Mutex("")
                    room = try await sandbox.start(spec) { piece in
                        if case .output(let bytes) = piece { output.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
                    }
                    if case .stream = input {
                        if !text.isEmpty { #expect(await room.send(Array(text.utf8))) }
                        room.closeInput()
                    }
                    let report = await room.report()
                    #expect(report.ending == .exited(0), "\(report)")
                    let expected = text.replacing("\n", with: "\\n")
                    #expect(output.withLock { $0 }.hasSuffix(expected))
                }
            }
        }

        @Test func anInterruptReachesTheProgramAndNotTheRoom() async throws {
            try await withSandbox { sandbox, _ in
                let spec = try spec(
                    "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done", sandbox, input: .stream)
                let ready = AsyncStream<Void>.makeStream()
                let output = Mutex("")
                let room = try await sandbox.start(spec) { piece in
                    if case .output(let bytes) = piece { output.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
                    ready.continuation.yield()
                }
                var iterator = ready.stream.makeAsyncIterator()
                await iterator.next()
                #expect(await room.send([3]))
                let report = await room.report()
                #expect(report.ending == .exited(5), "\(report)")
                #expect(output.withLock { $0 }.contains("caught"))
            }
        }

        @Test func resizingIsSeen() async throws {
            try await withSandbox { sandbox, _ in
                let spec = try spec("trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done", sandbox)
                let ready = AsyncStream<Void>.makeStream()
                let output = Mutex("")
                let room = try await sandbox.start(spec) { piece in
                    if case .output(let bytes) = piece { output.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
                    ready.continuation.yield()
                }
                var iterator = ready.stream.makeAsyncIterator()
                await iterator.next()
                room.resize(rows: 50, columns: 132)
                #expect(await room.report().ending == .exited(0))
                #expect(output.withLock { $0 } == "ready\r\n50 132\r\n")
            }
        }

        @Test func allOutputArrivesAndTheRestIsCounted() async throws {
            try await withSandbox { sandbox, _ in
                var spec = try spec("stty -opost; head -c 300000 /dev/zero", sandbox)
                var result = try await sandbox.run(spec)
                #expect(result.output.count == 300_000)
                spec.limits.output = ByteCount(1000)
                result = try await sandbox.run(spec)
                #expect(result.output.count == 1000)
                #expect(result.report.droppedOutput == 299_000)
            }
        }

        @Test func aProgramThatHoldsTheTerminalIsGoneWithItsRoom() async throws {
            try await withSandbox { sandbox, _ in
                let result = try await sandbox.run(try spec("setsid sleep 300 & trap '' HUP; sleep 300 & echo started", sandbox))
                #expect(result.text.contains("started"))
                #expect(result.report.wallTime < .seconds(60))
            }
        }

        /// What a program types into its own terminal would be read by whoever reads there after it. 32 and 64 bits of request.
        @Test(
            .enabled(if: Capability.toolchains.shouldRun, Comment(rawValue: Capability.toolchains.reason)),
            arguments: ["0x5412", "0x541c", "0x5423", "0x100005412"])
        func nothingCanBeTypedIntoATerminal(request: String) async throws {
            try await withSandbox { sandbox, _ in
                let script = """
                    python3 -c '
                    import ctypes, os
                    libc = ctypes.CDLL(None, use_errno=True)
                    for fd in (0, os.open("/dev/tty", os.O_RDWR)):
                        byte = ctypes.create_string_buffer(b"x\\x00\\x00\\x00")
                        # By number: the wrapper of the C library would cut the high bits off.
                        assert libc.syscall(ctypes.c_long(16), ctypes.c_long(fd), ctypes.c_long(\(request)), byte) == -1
                        print(os.strerror(ctypes.get_errno()))
                    '
                    """
                let result = try await sandbox.run(try spec(script, sandbox))
                #expect(result.text == "Operation not permitted\r\nOperation not permitted\r\n")
            }
        }

        @Test func aDescriptorCannotBeItsInput() async throws {
            try await withSandbox { sandbox, _ in
                var spec = try spec("true", sandbox)
                spec.input = .descriptor(0)
                let error = await #expect(throws: ProvostError.self) { _ = try await sandbox.run(spec) }
                #expect(error?.code == .invalid)
            }
        }
    }
}
