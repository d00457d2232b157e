import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import ProvostAPI
package import ProvostCore
import Synchronization

/// What arrives on an upgraded connection, frame by frame.
package struct SessionReceiver {
    fileprivate var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var parser = SessionFrameParser()

    fileprivate init(_ iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.iterator = iterator }

    /// nil once the link has ended, however it did. Throws `invalid` for bytes that are no frames, and `CancellationError`.
    package mutating func next() async throws -> SessionFrame? {
        while true {
            if let frame = try parser.next() { return frame }
            let piece: ByteBuffer?
            do { piece = try await iterator.next(isolation: #isolation) } catch { piece = nil }
            try Task.checkCancellation()
            guard let piece else { return nil }
            parser.add(piece.readableBytesView)
        }
    }
}

/// The way to the other end of an upgraded connection. Safe to use from several tasks: a frame is never torn.
package struct SessionSender: Sendable {
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Waits while the link takes no more. A link that has ended swallows it: the receiver tells.
    package func send(_ frame: SessionFrame) async { try? await outbound.write(ByteBuffer(bytes: frame.bytes)) }

    /// Any number of bytes, as frames of one kind.
    package func send(_ kind: SessionFrame.Kind, _ bytes: [UInt8]) async {
        for frame in SessionFrame.pieces(kind, bytes) { await send(frame) }
    }
}

extension Client {
    /// GET with an upgrade to `provost-session`; `body` has the connection, which is closed when it returns.
    ///
    /// Throws `ServerRefusal` when the server says no, and `ProvostError` (`unavailable`) when nobody answers. That the link ends later
    /// is no error here: the receiver says it.
    package func session<Result: Sendable>(
        _ path: String, _ body: @Sendable (inout SessionReceiver, SessionSender) async throws -> Result
    ) async throws -> Result {
        try await explained { try await upgraded(path, body) }
    }

    /// The same, with the failures of the link as they are.
    func upgraded<Result: Sendable>(
        _ path: String, _ body: @Sendable (inout SessionReceiver, SessionSender) async throws -> Result
    ) async throws -> Result {
        let request = request(.get, path)
        switch try await SessionUpgrade.perform(request, to: address, within: .milliseconds(idle.milliseconds)) {
        case .upgraded(let channel):
            // A link that breaks while it is being closed has nothing more to say.
            return try await channel.executeThenClose { inbound, outbound in
                var receiver = SessionReceiver(inbound.makeAsyncIterator())
                return try await body(&receiver, SessionSender(outbound: outbound))
            }
        case .answered(let channel):
            let seconds = Int(idle.milliseconds / 1000)
            throw try await channel.executeThenClose { inbound, _ in
                var answer = ResponseBody(inbound, idleSeconds: seconds)
                let head = try await answer.head()
                // An old server, or one in between, that does not know the upgrade.
                return try await refusal(head, &answer)
            }
        }
    }
}

/// The request for an upgrade, and what the server made of it.
private enum SessionUpgrade {
    enum Outcome: Sendable {
        case upgraded(NIOAsyncChannel<ByteBuffer, ByteBuffer>)
        case answered(NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>)
    }

    private struct Upgrader: NIOTypedHTTPClientProtocolUpgrader {
        let supportedProtocol = Client.sessionProtocol
        let requiredUpgradeHeaders: [String] = []
        func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {}
        func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool { true }
        func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Outcome> {
            channel.eventLoop.makeCompletedFuture { .upgraded(try NIOAsyncChannel(wrappingChannelSynchronously: channel)) }
        }
    }

    /// Throws `LinkFailure`.
    static func perform(_ request: HTTPRequest, to address: ServerAddress, within limit: TimeAmount) async throws -> Outcome {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: request.path, headers: request.headers)
        head.headers.replaceOrAdd(name: "Host", value: address.hostHeader)
        let wanted = head
        let channel = try await connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                let configuration = NIOTypedHTTPClientUpgradeConfiguration<Outcome>(
                    upgradeRequestHead: wanted, upgraders: [Upgrader()],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            .answered(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                        }
                    })
                let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                    configuration: NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration))
                return (channel, outcome)
            }
        }
        let alarm = Alarm()
        let timer = channel.0.eventLoop.scheduleTask(in: limit) {
            alarm.rang.store(true, ordering: .relaxed)
            channel.0.close(promise: nil)
        }
        defer { timer.cancel() }
        do { return try await channel.1.get() } catch {
            channel.0.close(promise: nil)
            try Task.checkCancellation()
            if alarm.rang.load(ordering: .relaxed) { throw LinkFailure.silent(seconds: Int(limit.nanoseconds / 1_000_000_000)) }
            throw LinkFailure.dropped(error)
        }
    }

    private final class Alarm: Sendable { let rang = Atomic(false) }

    private static func connect<Output: Sendable>(
        to address: ServerAddress, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws -> Output {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(HTTPExchange.connectTimeout)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16 << 10, maximum: 256 << 10))
        do {
            switch address {
            case .socket(let path): return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: prepare)
            case .tcp(let host, let port):
                // A keystroke is sent at once, and a link that died without a word is found within half a minute.
                return
                    try await bootstrap
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .channelOption(.socketOption(.so_keepalive), value: 1)
                    .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 10)
                    .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 5)
                    .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 3)
                    .channelOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: 30_000)
                    .connect(host: host, port: port, channelInitializer: prepare)
            }
        } catch is CancellationError { throw CancellationError() } catch { throw LinkFailure.unreachable(error) }
    }
}
