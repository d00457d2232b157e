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

    /// `early` came in one piece with the server's answer.
    fileprivate init(_ iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, early: ByteBufferView) {
        self.iterator = iterator
        parser.add(early)
    }

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
        let request = SessionHandshake.request(request(.get, path), host: address.hostHeader)
        let channel = try await SessionHandshake.connect(to: address)
        let limit = idle
        return try await channel.executeThenClose { inbound, outbound in
            var pieces = inbound.makeAsyncIterator()
            let answer = try await SessionHandshake.perform(request, &pieces, outbound, channel.channel, within: limit)
            guard answer.status == 101 else {
                throw refusal(status: answer.status, requestId: answer.headers[Route.requestIdHeader.lowercased()], answer.body)
            }
            var receiver = SessionReceiver(pieces, early: answer.rest.readableBytesView)
            return try await body(&receiver, SessionSender(outbound: outbound))
        }
    }
}

/// The request for an upgrade, and the server's answer to it.
///
/// Read here and not by NIO's upgrade handlers: these lose what follows when an answer, a short session and its end arrive at once.
private enum SessionHandshake {
    typealias Pieces = NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator

    struct Answer {
        var status: Int
        /// By lower-case name.
        var headers: [String: String]
        /// Of a refusal.
        var body: [UInt8]
        /// What came behind the head of a 101.
        var rest: ByteBuffer
    }
    private final class Alarm: Sendable { let rang = Atomic(false) }
    private static let longestHead = 64 << 10
    private static let longestBody = 1 << 20

    static func request(_ request: HTTPRequest, host: String) -> ByteBuffer {
        var headers = request.headers
        headers.replaceOrAdd(name: "Host", value: host)
        headers.replaceOrAdd(name: "Connection", value: "Upgrade")
        headers.replaceOrAdd(name: "Upgrade", value: Client.sessionProtocol)
        // A line break in a value, from a token in the environment say, must not become a header of its own.
        let lines = headers.map { "\($0.name): \($0.value.filter { !$0.isNewline && $0 != "\0" })\r\n" }
        return ByteBuffer(string: "GET \(request.path) HTTP/1.1\r\n\(lines.joined())\r\n")
    }

    /// Throws `LinkFailure`.
    static func perform(
        _ request: ByteBuffer, _ pieces: inout Pieces, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ channel: any Channel, within limit: TimeSpan
    ) async throws -> Answer {
        let alarm = Alarm()
        let timer = channel.eventLoop.scheduleTask(in: .milliseconds(limit.milliseconds)) {
            alarm.rang.store(true, ordering: .relaxed)
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        do {
            try await outbound.write(request)
            return try await answer(&pieces)
        } catch {
            try Task.checkCancellation()
            if alarm.rang.load(ordering: .relaxed) { throw LinkFailure.silent(seconds: Int(limit.milliseconds / 1000)) }
            throw LinkFailure.dropped(error)
        }
    }

    private static func answer(_ pieces: inout Pieces) async throws -> Answer {
        var buffer = ByteBuffer()
        var end: Int?
        while end == nil {
            guard buffer.readableBytes <= longestHead, var piece = try await pieces.next(isolation: #isolation) else {
                throw LinkFailure.dropped(nil)
            }
            buffer.writeBuffer(&piece)
            end = headLength(buffer.readableBytesView)
        }
        let lines = (buffer.readString(length: end ?? 0) ?? "").split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { throw LinkFailure.dropped(nil) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        guard status != 101 else { return Answer(status: status, headers: headers, body: [], rest: buffer) }
        // Every refusal of ours says its length; without one it ends with the link.
        let length = min(headers["content-length"].flatMap { Int($0) } ?? longestBody, longestBody)
        while buffer.readableBytes < length, var piece = try await pieces.next(isolation: #isolation) {
            buffer.writeBuffer(&piece)
        }
        return Answer(
            status: status, headers: headers, body: Array(buffer.readableBytesView.prefix(length)), rest: ByteBuffer())
    }

    /// With the empty line; nil while it has not come.
    private static func headLength(_ bytes: ByteBufferView) -> Int? {
        var newlines = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A {
                newlines += 1
                if newlines == 2 { return index + 1 }
            } else if byte != 0x0D {
                newlines = 0
            }
        }
        return nil
    }

    /// Throws `LinkFailure`.
    static func connect(to address: ServerAddress) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let prepare: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
        }
        func bootstrap() -> ClientBootstrap {
            ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(HTTPExchange.connectTimeout)
                .channelOption(
                    .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16 << 10, maximum: 256 << 10))
        }
        do {
            switch address {
            case .socket(let path):
                return try await HTTPExchange.queueing {
                    try await bootstrap().connect(unixDomainSocketPath: path, channelInitializer: prepare)
                }
            case .tcp(let host, let port):
                // A keystroke is sent at once, and a link that died without a word is found within half a minute.
                return
                    try await bootstrap()
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
