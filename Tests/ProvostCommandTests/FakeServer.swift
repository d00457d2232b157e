import NIOCore
import NIOHTTP1
import NIOPosix
import ProvostCommand
import Synchronization

/// A daemon's outside, in this process: answers each request as a script says and keeps what it got.
final class FakeServer: Sendable {
    struct Received: Sendable {
        var method: String
        var path: String
        fileprivate var headers: HTTPHeaders
        var body: [UInt8]

        /// The value of a header, whatever the case of its name.
        func header(_ name: String) -> String? { headers.first(name: name) }
    }

    enum Reply: Sendable {
        case json(Int, String)
        /// An answer at once, while the body is still arriving.
        case early(Int, String)
        /// The link ends after the first bytes, without an answer.
        case drop
        /// Nothing, ever.
        case silence
        /// A stream of events that ends.
        case events([String])
    }

    private let channel: any Channel
    private let record: Record
    let address: ServerAddress

    private init(channel: any Channel, record: Record) throws {
        self.channel = channel
        self.record = record
        let path = channel.localAddress?.pathname
        address = try ServerAddress(
            parsing: path.map { "unix:\($0)" } ?? "http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
    }

    /// What came in, in order; dropped requests have no body.
    var received: [Received] { record.all.withLock { $0 } }

    /// Takes the connections that wait, where it was told to take none.
    func open() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    /// Serves on a free port while `body` runs; with `waiting`, on that Unix socket, whose queue holds one connection, none of which is taken before `open`.
    /// `script` gets the number of the request, from 0, and its path.
    @discardableResult
    static func with<Result>(
        waiting socket: String? = nil, _ script: @escaping @Sendable (Int, String) -> Reply,
        _ body: (FakeServer) async throws -> Result
    ) async throws -> Result {
        let record = Record()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script: script, record: record))
                }
            }
        let channel =
            if let socket {
                try await bootstrap.serverChannelOption(.backlog, value: 0).serverChannelOption(.autoRead, value: false)
                    .bind(unixDomainSocketPath: socket).get()
            } else { try await bootstrap.bind(host: "127.0.0.1", port: 0).get() }
        let server = try FakeServer(channel: channel, record: record)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    final class Record: Sendable {
        let all = Mutex<[Received]>([])
        let started = Mutex(0)
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let script: @Sendable (Int, String) -> FakeServer.Reply
    private let record: FakeServer.Record
    private var request = FakeServer.Received(method: "", path: "", headers: [:], body: [])
    private var reply = FakeServer.Reply.silence

    init(script: @escaping @Sendable (Int, String) -> FakeServer.Reply, record: FakeServer.Record) {
        self.script = script
        self.record = record
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = .init(method: head.method.rawValue, path: head.uri, headers: head.headers, body: [])
            let number = record.started.withLock { count in
                defer { count += 1 }
                return count
            }
            reply = script(number, head.uri)
            switch reply {
            case .drop:
                record.all.withLock { $0.append(request) }
                context.close(promise: nil)
            case .early(let status, let text): answer(context, status, "application/json", text, close: false)
            default: break
            }
        case .body(let buffer): request.body += buffer.readableBytesView
        case .end:
            if case .drop = reply { return }
            record.all.withLock { $0.append(request) }
            switch reply {
            case .json(let status, let text): answer(context, status, "application/json", text, close: true)
            case .events(let events):
                answer(context, 200, "text/event-stream", events.map { "data: \($0)\n\n" }.joined(), close: true)
            case .early: context.close(promise: nil)
            case .drop, .silence: break
            }
        }
    }

    private func answer(_ context: ChannelHandlerContext, _ status: Int, _ type: String, _ text: String, close: Bool) {
        let buffer = ByteBuffer(string: text)
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
        head.headers.add(name: "Content-Type", value: type)
        head.headers.add(name: "Content-Length", value: "\(buffer.readableBytes)")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        let channel = context.channel
        if close { done.whenComplete { _ in channel.close(promise: nil) } }
    }
}
