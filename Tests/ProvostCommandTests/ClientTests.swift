import Glibc
import ProvostAPI
import ProvostCommand
import ProvostCore
import Synchronization
import Testing

/// The client against a server that misbehaves on purpose.
struct ClientTests {
    private let surroundings = Surroundings(environment: [:])
    private let quick = RetryPolicy(delays: [10, 10, 10].map(TimeSpan.init(milliseconds:)))

    private func client(_ server: FakeServer, idle: TimeSpan = .seconds(120)) -> Client {
        Client(address: server.address, token: "pvt_secret", surroundings: surroundings, idle: idle)
    }

    @Test func answersAreDecodedAndTheTokenIsSent() async throws {
        try await FakeServer.with({ _, _ in .json(200, #"{"queued":3}"#) }) { server in
            let answer: RegradeAnswer = try await client(server).send(.post, Route.path("x"))
            #expect(answer.queued == 3)
            let request = try #require(server.received.first)
            #expect(request.header("Authorization") == "Bearer pvt_secret")
            #expect(request.method == "POST" && request.path == "/v1/x")
        }
    }

    @Test func errorBodiesKeepTheirCodeMessageAndRequestId() async throws {
        let body = #"{"error":{"code":"outside-window","message":"Closed since Friday.","requestId":"req_7"}}"#
        try await FakeServer.with({ _, _ in .json(422, body) }) { server in
            let refusal = try await #require(throws: ServerRefusal.self) {
                let _: WhoAmI = try await client(server).get(Route.path("whoami"))
            }
            #expect(refusal.error.code == .outsideWindow)
            #expect(refusal.error.message == "Closed since Friday.")
            #expect(refusal.requestId == "req_7")
        }
    }

    @Test func answersWithoutExplanationAreStillErrors() async throws {
        try await FakeServer.with({ _, _ in .json(502, "<html>") }) { server in
            let refusal = try await #require(throws: ServerRefusal.self) {
                let _: WhoAmI = try await client(server).get(Route.path("whoami"))
            }
            #expect(refusal.error.code == .unavailable)
        }
    }

    @Test func nobodyListeningNamesTheAddress() async throws {
        let address = try ServerAddress(parsing: "unix:/nowhere/at/all.sock")
        let error = try await #require(throws: ProvostError.self) {
            let _: WhoAmI = try await Client(address: address, token: nil, surroundings: surroundings).get(Route.path("whoami"))
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("unix:/nowhere/at/all.sock"))
    }

    /// That so many wait at a daemon's socket that its queue is full is no daemon that is missing.
    @Test func aFullQueueIsWaitedFor() async throws {
        let path = "/tmp/provost-queue-\(UInt64.random(in: 0 ... .max))"
        defer { unsafe unlink(path) }
        try await FakeServer.with(waiting: path, { _, _ in .json(200, #"{"queued":3}"#) }) { server in
            var others: [Int32] = []
            defer { for other in others { close(other) } }
            repeat {
                let other = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                others.append(other)
                var address = sockaddr_un()
                address.sun_family = sa_family_t(AF_UNIX)
                unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
                let connected = unsafe withUnsafePointer(to: &address) {
                    unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe connect(other, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                    }
                }
                if connected != 0 {
                    try #require(errno == EAGAIN)
                    break
                }
            } while others.count < 10
            try #require(others.count < 10, "the queue was never full")
            let client = client(server)
            async let answer: RegradeAnswer = client.send(.post, Route.path("x"))
            try await Task.sleep(for: .milliseconds(200))
            #expect(server.received.isEmpty)
            try await server.open()
            #expect(try await answer.queued == 3)
        }
    }

    @Test func silentServersAreGivenUpOn() async throws {
        try await FakeServer.with({ _, _ in .silence }) { server in
            let error = try await #require(throws: ProvostError.self) {
                let _: WhoAmI = try await client(server, idle: TimeSpan(milliseconds: 200)).get(Route.path("whoami"))
            }
            #expect(error.code == .unavailable)
        }
    }

    @Test func droppedUploadsAreResentWithTheSameKeyAndBytes() async throws {
        let file = try SomeFile(bytes: 3 << 20)
        try await FakeServer.with({ number, _ in number < 2 ? .drop : .json(200, #"{"queued":1}"#) }) { server in
            let retries = Mutex(0)
            let sent = Mutex<Int64>(0)
            let answer: RegradeAnswer = try await client(server).upload(
                Route.path("x"), headers: [(Route.idempotencyHeader, "key-1")], descriptor: file.descriptor, length: 3 << 20,
                retry: quick, progress: { bytes in sent.withLock { $0 = bytes } },
                onRetry: { _, _ in retries.withLock { $0 += 1 } })
            #expect(answer.queued == 1)
            #expect(retries.withLock { $0 } == 2)
            #expect(sent.withLock { $0 } == 3 << 20)
            let requests = server.received
            #expect(requests.map { $0.header(Route.idempotencyHeader) } == ["key-1", "key-1", "key-1"])
            #expect(requests.last?.body == file.content)
        }
    }

    @Test func linksThatKeepDroppingEndAsUnavailable() async throws {
        let file = try SomeFile(bytes: 100)
        try await FakeServer.with({ _, _ in .drop }) { server in
            let error = try await #require(throws: ProvostError.self) {
                let _: RegradeAnswer = try await client(server).upload(
                    Route.path("x"), headers: [], descriptor: file.descriptor, length: 100, retry: quick, progress: { _ in },
                    onRetry: { _, _ in })
            }
            #expect(error.code == .unavailable)
            #expect(server.received.count == 4)
        }
    }

    @Test func refusalsInTheMiddleOfAnUploadAreHeardAndNotRepeated() async throws {
        let file = try SomeFile(bytes: 8 << 20)
        let body = #"{"error":{"code":"limit-reached","message":"At most 1 MiB.","requestId":"req_9"}}"#
        try await FakeServer.with({ _, _ in .early(429, body) }) { server in
            let refusal = try await #require(throws: ServerRefusal.self) {
                let _: RegradeAnswer = try await client(server).upload(
                    Route.path("x"), headers: [], descriptor: file.descriptor, length: 8 << 20, retry: quick, progress: { _ in },
                    onRetry: { _, _ in Issue.record("a refusal is no dropped link") })
            }
            #expect(refusal.error.code == .limitReached)
        }
    }

    @Test func filesThatShrinkWhileSentAreNotResent() async throws {
        let file = try SomeFile(bytes: 100)
        try await FakeServer.with({ _, _ in .silence }) { server in
            let error = try await #require(throws: ProvostError.self) {
                let _: RegradeAnswer = try await client(server).upload(
                    Route.path("x"), headers: [], descriptor: file.descriptor, length: 200, retry: quick, progress: { _ in },
                    onRetry: { _, _ in Issue.record("sending again cannot help") })
            }
            #expect(error.code == .conflict)
        }
    }

    @Test func eventStreamsAreTakenUpAgainUntilFinished() async throws {
        let queued = try Samples.json(SubmissionEvent(kind: .queued, position: 2))
        let test = try Samples.json(SubmissionEvent(kind: .test, test: Samples.tests[0]))
        let end = try Samples.json(SubmissionEvent(kind: .finished, info: Samples.info(Samples.graded(Points(whole: 20)))))
        let script: @Sendable (Int, String) -> FakeServer.Reply = { number, _ in
            switch number {
            case 0: .events([queued, test])
            case 1: .drop
            default: .events([test, end])
            }
        }
        try await FakeServer.with(script) { server in
            let heard = Mutex<[String]>([])
            let info = try await client(server).follow(ID(trusted: "sub_1"), retry: quick) { thing in
                heard.withLock { list in
                    switch thing {
                    case .event(let event): list.append(event.kind.rawValue)
                    case .linkLost: list.append("lost")
                    case .linkBack: list.append("back")
                    }
                }
            }
            #expect(info.grading?.record?.passed == true)
            #expect(heard.withLock { $0 } == ["queued", "test", "lost", "back", "test", "finished"])
        }
    }

    @Test func watchersStopWhenTheServerSaysNo() async throws {
        let body = #"{"error":{"code":"not-found","message":"No such submission.","requestId":"req_1"}}"#
        try await FakeServer.with({ _, _ in .json(404, body) }) { server in
            await #expect(throws: ServerRefusal.self) {
                _ = try await client(server).follow(ID(trusted: "sub_1"), retry: quick) { _ in }
            }
        }
    }

    @Test func deadlinesEndAWait() async throws {
        try await FakeServer.with({ _, _ in .silence }) { server in
            let client = client(server)
            await #expect(throws: DeadlinePassed.self) {
                try await withDeadline(after: TimeSpan(milliseconds: 200)) {
                    try await client.follow(ID(trusted: "sub_1")) { _ in }
                }
            }
        }
    }

    @Test(arguments: [
        ("data: a\n\n", ["a"]), ("data: a\r\n\r\ndata: b\n\n", ["a", "b"]), (": hello\n\ndata: a\n\n", ["a"]),
        ("data: a\ndata: b\n\n", ["a\nb"]), ("event: x\nid: 1\ndata:c\n\n", ["c"]), ("data: unfinished\n", []),
    ])
    func eventStreamsAreReadHoweverTheyAreCut(text: String, events: [String]) {
        for size in [1, 3, 1000] {
            var parser = EventStreamParser()
            var found: [String] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                found += parser.feed(rest.prefix(size)).map { String(decoding: $0, as: UTF8.self) }
                rest = rest.dropFirst(size)
            }
            #expect(found == events)
        }
    }

    @Test(arguments: [
        ("unix:/run/p.sock", "unix:/run/p.sock"), ("/run/p.sock", "unix:/run/p.sock"), ("http://a", "http://a:80"),
        ("http://a:8080/", "http://a:8080"), ("http://[::1]:81", "http://[::1]:81"),
    ])
    func addressesAreRead(text: String, address: String) throws {
        #expect("\(try ServerAddress(parsing: text))" == address)
    }

    @Test(arguments: [
        "", "unix:relative", "http://", "http://a:0", "http://a:x", "http://a/b", "https://a", "ftp://a", "http://u@a",
    ])
    func otherTextsAreNoAddresses(text: String) {
        #expect(throws: ServerAddress.Mistake.self) { try ServerAddress(parsing: text) }
    }
}

/// A file of known content that is gone when it is closed.
final class SomeFile: Sendable {
    let descriptor: Int32
    let content: [UInt8]

    init(bytes: Int) throws {
        content = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let path = "/tmp/provost-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try PrivateFile.write(content, to: path)
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        unsafe unlink(path)
    }
    deinit { close(descriptor) }
}
