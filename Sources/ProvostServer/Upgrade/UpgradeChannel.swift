import FoundationEssentials
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix
import ProvostAPI
import ProvostCore

/// HTTP/1.1 whose first request may turn the connection into a session. The route decides: its answer 101 joins the connection with the
/// socket it offered, any other answer is sent as it is. All other requests go the way they go in Hummingbird's own channel.
struct UpgradeChannel<Router: HTTPResponder>: HTTPChannelHandler where Router.Context == ProvostRequestContext {
    let responder: Responder
    /// The same routes and middleware as for every request.
    let router: Router
    let gate: ConnectionGate
    let isLocal: Bool
    let logger: Logger

    typealias Messages = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    enum Outcome: Sendable {
        case http(Messages)
        /// Joined; the value keeps the offer for as long as the connection lives.
        case session(any Channel, SessionOffer)
    }
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let outcome: EventLoopFuture<Outcome>
    }

    /// One that is too many is told so and closed.
    struct TooMany: Error { var message: String }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let user = isLocal ? peerUser(channel) : channel.eventLoop.makeSucceededFuture(nil)
        return user.flatMap { user in
            guard let reason = gate.enter(user: user) else {
                channel.closeFuture.whenComplete { _ in gate.leave(user: user) }
                return pipeline(channel, logger: logger)
            }
            return channel.eventLoop.makeSucceededFuture(
                Value(channel: channel, outcome: channel.eventLoop.makeFailedFuture(TooMany(message: reason))))
        }
    }

    private func pipeline(_ channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let upgrader = SessionUpgrader(router: router, logger: self.logger)
            let configuration = NIOTypedHTTPServerUpgradeConfiguration<Outcome>(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
                        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: gate.limits.idle, logger: logger))
                        return .http(
                            try Messages(
                                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
                    }
                })
            let encoder = HTTPResponseEncoder()
            // The bounds of Hummingbird's own channel.
            var bounds = NIOHTTPDecoderLimitConfiguration()
            bounds.maxHeaderFieldSize = 80 * 1024
            bounds.maxHeaderListSize = 80 * 1024
            bounds.maxHeaderFieldCount = 1000
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: bounds))
            let first = UpgradeGate(patience: TimeAmount(gate.limits.idle))
            let handler = NIOTypedHTTPServerUpgradeHandler(
                httpEncoder: encoder, extraHTTPHandlers: [decoder, first], upgradeConfiguration: configuration)
            try channel.pipeline.syncOperations.addHandlers([encoder, decoder, first, handler])
            return Value(channel: channel, outcome: handler.upgradeResultFuture)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let outcome: Outcome
        do {
            outcome = try await withTaskCancellationHandler {
                try await value.outcome.get()
            } onCancel: {
                value.channel.close(promise: nil)
            }
        } catch let refused as TooMany {
            logger.debug("\(refused.message)")
            try? await tell(refused, value.channel)
            return
        } catch {
            logger.trace("The connection ended before it asked for anything: \(error)")
            try? await value.channel.close().get()
            return
        }
        switch outcome {
        case .http(let messages): await handleHTTP(asyncChannel: messages, logger: logger)
        case .session(let channel, let offer):
            await withTaskCancellationHandler {
                try? await channel.closeFuture.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            offer.end()
        }
    }
}

extension UpgradeChannel {
    /// Answers before anything was asked, because reading would take what there is too little of.
    private func tell(_ refused: TooMany, _ channel: any Channel) async throws {
        let body = try WireCoding.encoder().encode(ErrorBody(code: .unavailable, message: refused.message, requestId: "-"))
        var buffer = channel.allocator.buffer(capacity: 512)
        buffer.writeString(
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: \(body.count)\r\nconnection: close\r\n\r\n"
        )
        buffer.writeBytes(body)
        try await channel.writeAndFlush(buffer)
        try await channel.close()
    }
}

/// Asks the routes about a request that wants to become a session, and joins the two connections.
private struct SessionUpgrader<Router: HTTPResponder>: NIOTypedHTTPServerProtocolUpgrader
where Router.Context == ProvostRequestContext {
    typealias UpgradeResult = UpgradeChannel<Router>.Outcome
    struct Refused: Error {}

    let router: Router
    let logger: Logger
    let offer = SessionOffer()
    var supportedProtocol: String { SessionOffer.name }
    var requiredUpgradeHeaders: [String] { [] }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest head: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        let promise = channel.eventLoop.makePromise(of: HTTPHeaders.self)
        promise.completeWithTask {
            let request = Request(
                head: try HTTPRequest(head, secure: false, splitCookie: false), body: RequestBody(buffer: ByteBuffer()))
            var logger = logger
            logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
            var context = ProvostRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            context.offer = offer
            let response = try await router.respond(to: request, context: context)
            guard response.status == .switchingProtocols else {
                try await Self.send(response, on: channel)
                throw Refused()
            }
            var headers = initialResponseHeaders
            for field in response.headers { headers.replaceOrAdd(name: field.name.rawName, value: field.value) }
            return headers
        }
        return promise.futureResult
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<UpgradeResult> {
        guard let descriptor = offer.take() else { return channel.eventLoop.makeFailedFuture(Refused()) }
        let offer = offer
        // Nothing more is read until there is somewhere to put it.
        return channel.setOption(.autoRead, value: false).flatMap {
            ClientBootstrap(group: channel.eventLoop)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.autoRead, value: false)
                .withConnectedSocket(descriptor)
        }.flatMapThrowing { there in
            let (here, beyond) = SessionRelay.pair()
            // Pieces large enough for a flood of output, without a copy for each of them.
            let pieces = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65_536, maximum: 262_144)
            for end in [channel, there] { try end.syncOptions?.setOption(.recvAllocator, value: pieces) }
            try channel.pipeline.syncOperations.addHandler(here)
            try there.pipeline.syncOperations.addHandler(beyond)
            for end in [channel, there] { try end.syncOptions?.setOption(.autoRead, value: true) }
            return .session(channel, offer)
        }
    }

    /// The route's own answer, after which the connection is closed: its upgrade handler cannot take another request.
    private static func send(_ response: Response, on channel: any Channel) async throws {
        let body = BufferedWriter()
        try await response.body.write(body)
        let buffer = body.bytes
        var headers = HTTPHeaders()
        for field in response.headers { headers.add(name: field.name.rawName, value: field.value) }
        headers.replaceOrAdd(name: "content-length", value: "\(buffer.readableBytes)")
        headers.replaceOrAdd(name: "connection", value: "close")
        headers.replaceOrAdd(name: "server", value: "provostd")
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: response.status.code, reasonPhrase: response.status.reasonPhrase),
            headers: headers)
        try await channel.eventLoop.flatSubmit {
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
            return channel.writeAndFlush(HTTPServerResponsePart.end(nil)).flatMap { channel.close() }
        }.get()
    }
}

/// Takes an answer's body whole; the answers of refusals are short.
private final class BufferedWriter: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()
    func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        bytes.writeBuffer(&buffer)
    }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Lets an `Upgrade` header through only when it can be followed: NIO's handler loses the head of every other request with one (curl's
/// `--http2` sends `h2c`). Closes a connection that has asked for nothing yet, when the server stops and when it takes too long.
private final class UpgradeGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    private let patience: TimeAmount
    private var requests = 0
    private var end: Scheduled<Void>?

    /// - Parameter patience: for the head of the first request; then the connection is closed.
    init(patience: TimeAmount) { self.patience = patience }

    func channelActive(context: ChannelHandlerContext) {
        end = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, requests == 0 {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        requests += 1
        end?.cancel()
        if head.headers.contains(name: "upgrade"), !isSession(head) { head.headers.remove(name: "upgrade") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func isSession(_ head: HTTPRequestHead) -> Bool {
        let body = head.headers[canonicalForm: "content-length"].contains { $0 != "0" }
        return requests == 1 && head.method == .GET && head.version == .http1_1 && !body
            && !head.headers.contains(name: "transfer-encoding")
            && head.headers[canonicalForm: "upgrade"].map { $0.lowercased() } == [SessionOffer.name]
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }
}
