import CLinux
import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

/// A small client: connects, sends raw bytes, reads to the end.
private struct Client {
    let number: Int32
    init(_ path: String) { number = unsafe clinux_connect(path) }
    func send(_ bytes: [UInt8]) { _ = unsafe clinux_send(number, bytes, bytes.count) }
    func frame(_ kind: Character, _ payload: [UInt8]) {
        let size = UInt32(payload.count)
        send([kind.asciiValue!] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * UInt32($0))) } + payload)
    }
    /// The next bytes that the server sends, read off the cooperative pool.
    func next(_ count: Int) async -> [UInt8] {
        let number = number
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Array(FileHandle(fileDescriptor: number).readData(ofLength: count)))
            }
        }
    }
    /// Everything the server sends until it closes, read off the cooperative pool.
    func rest() async -> [UInt8] {
        let number = number
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Array(FileHandle(fileDescriptor: number).readDataToEndOfFile()))
            }
        }
    }
    func hangUp() { close(number) }
}

@Suite struct ChannelTests {
    private func withChannel(
        _ onCall: @escaping @Sendable (ChannelCall) async -> UInt8, _ body: (String) async throws -> Void
    ) async throws {
        let folder = "/tmp/provost-channel-\(UInt32.random(in: 0 ..< .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let owner = RoomUser(uid: getuid())
        let channel = try ResultChannel(path: folder + "/socket", owner: owner, onCall: onCall)
        try await body(folder + "/socket")
        await channel.close()
        try await removeTree(folder)
    }

    @Test func aCallCarriesArgumentsInputOutputAndStatus() async throws {
        try await withChannel { call in
            call.requestInput(path: "in.txt")
            var input: [UInt8] = []
            for await piece in call.input { input += piece }
            call.write(output: Array((call.program + call.arguments.joined()).utf8) + input)
            call.write(error: [33])
            #expect(call.writeFile("out", [1]))
            return 9
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0run\0".utf8))
            client.frame("D", Array("data".utf8))
            client.frame("D", [])
            let bytes = await client.rest()
            client.hangUp()
            let expected: [UInt8] =
                [73, 0, 0, 0, 6] + Array("in.txt".utf8) + [79, 0, 0, 0, 14] + Array("learnerrundata".utf8) + [69, 0, 0, 0, 1, 33]
                + [87, 0, 0, 0, 5] + Array("out\0".utf8) + [1] + [88, 0, 0, 0, 1, 9]
            #expect(bytes == expected)
        }
    }

    @Test func filesAreAskedForOneAfterTheOther() async throws {
        try await withChannel { call in
            var seen: [[UInt8]] = []
            for path in ["a", "b"] {
                let file = await call.requestFile(path: path)
                #expect(file?.mode == 0o755 && file?.size == 3)
                var bytes: [UInt8] = []
                for await piece in call.input { bytes += piece }
                seen.append(bytes)
            }
            #expect(seen == [[1, 2, 3], []])
            return 0
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            #expect(await client.next(6) == [70, 0, 0, 0, 1, 97])
            let mode: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 0xed, 0, 0, 0, 0, 0, 0, 0, 3]
            client.frame("M", mode)
            client.frame("D", [1, 2, 3])
            client.frame("D", [])
            #expect(await client.next(6) == [70, 0, 0, 0, 1, 98])
            client.frame("M", mode)
            client.frame("D", [])
            #expect(await client.rest() == [88, 0, 0, 0, 1, 0])
            client.hangUp()
        }
    }

    @Test(arguments: [[], [UInt8](repeating: 0, count: 15), [UInt8](repeating: 0, count: 17)])
    func aFileWithoutItsModeEndsTheCall(mode: [UInt8]) async throws {
        let seen = AsyncStream<SentFile?>.makeStream()
        try await withChannel { call in
            seen.continuation.yield(await call.requestFile(path: "a"))
            #expect(call.isHungUp)
            return 0
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            #expect(await client.next(6) == [70, 0, 0, 0, 1, 97])
            client.frame("M", mode)
            var iterator = seen.stream.makeAsyncIterator()
            #expect(await iterator.next() == .some(nil))
            client.hangUp()
        }
    }

    @Test func aLargeFileWaitsForItsReader() async throws {
        let size = 40 << 20
        try await withChannel { call in
            #expect(call.writeFile("out", []))
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            // More than may ever wait: without waiting, the call would be ended.
            for _ in 0..<(size >> 20) { #expect(await call.appendFile("out", piece)) }
            return 0
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            try await Task.sleep(for: .milliseconds(200))
            let bytes = await client.rest()
            #expect(bytes.count(where: { $0 == 7 }) >= size)
            #expect(bytes.suffix(6) == [88, 0, 0, 0, 1, 0])
            client.hangUp()
        }
    }

    @Test func aReaderThatLeavesEndsTheWaiting() async throws {
        let ended = AsyncStream<Bool>.makeStream()
        try await withChannel { call in
            _ = call.writeFile("out", [])
            var taken = true
            for _ in 0..<100 where taken { taken = await call.appendFile("out", [UInt8](repeating: 7, count: 1 << 20)) }
            ended.continuation.yield(taken)
            return 0
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            try await Task.sleep(for: .milliseconds(100))
            client.hangUp()
            var iterator = ended.stream.makeAsyncIterator()
            #expect(await iterator.next() == false)
        }
    }

    @Test(
        arguments: [
            [0x41, 0xff, 0xff, 0xff, 0xff], [0x5a, 0, 0, 0, 0], [0x44, 0, 0, 0, 0], [0x41, 0, 0, 0, 1, 0x78],
        ] as [[UInt8]])
    func aMalformedFrameEndsThatConnectionOnly(bytes: [UInt8]) async throws {
        try await withChannel { _ in
            0
        } _: { path in
            let bad = Client(path)
            bad.send(bytes)
            #expect(await bad.rest() == [])
            bad.hangUp()
            let good = Client(path)
            good.frame("A", Array("report\0".utf8))
            #expect(await good.rest() == [88, 0, 0, 0, 1, 0])
            good.hangUp()
        }
    }

    @Test func aClientThatGoesIsNoticed() async throws {
        let gone = AsyncStream<Void>.makeStream()
        try await withChannel { call in
            let ended = AsyncStream<Void>.makeStream()
            call.onHangUp {
                gone.continuation.yield()
                ended.continuation.finish()
            }
            for await _ in ended.stream {}
            return 1
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            try await Task.sleep(for: .milliseconds(50))
            client.hangUp()
            var iterator = gone.stream.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        }
    }

    @Test func aClientThatNeverReadsEndsItsCall() async throws {
        let ended = AsyncStream<Void>.makeStream()
        try await withChannel { call in
            call.onHangUp { ended.continuation.yield() }
            for _ in 0..<40 { call.write(output: [UInt8](repeating: 0, count: 1 << 20)) }
            return 0
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            var iterator = ended.stream.makeAsyncIterator()
            #expect(await iterator.next() != nil)
            client.hangUp()
        }
    }

    @Test func closingEndsOpenCalls() async throws {
        try await withChannel { call in
            call.requestInput(path: nil)
            for await _ in call.input {}
            return 0
        } _: { path in
            let client = Client(path)
            client.frame("A", Array("learner\0".utf8))
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
