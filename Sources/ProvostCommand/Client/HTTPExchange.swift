import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import ProvostCore
import Synchronization

/// What is sent with a request.
enum RequestBody: Sendable {
    case none
    case bytes([UInt8])
    /// The first `length` bytes of an open file, read as the link takes them; `progress` hears how many are gone, in order.
    case file(descriptor: Int32, length: Int64, progress: @Sendable (Int64) -> Void)
}

struct HTTPRequest: Sendable {
    var method: HTTPMethod
    var path: String
    var headers: HTTPHeaders
    var body: RequestBody
}

/// Why there was no answer. None of these says whether the server acted on the request.
enum LinkFailure: Error {
    /// Nobody listens there.
    case unreachable(any Error)
    /// The link ended before the answer did.
    case dropped((any Error)?)
    /// Neither side moved a byte for this many seconds.
    case silent(seconds: Int)
}

/// The bytes of one answer, as they arrive.
struct ResponseBody {
    private var iterator: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let idleSeconds: Int

    init(_ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, idleSeconds: Int) {
        iterator = inbound.makeAsyncIterator()
        self.idleSeconds = idleSeconds
    }

    /// The beginning of the answer; asked for once, before its bytes. NIO's decoder drops 1xx answers, so the first one is the real one.
    mutating func head() async throws -> HTTPResponseHead {
        guard case .head(let head)? = try await part() else { throw LinkFailure.dropped(nil) }
        return head
    }

    /// nil at the end of the answer. Throws `LinkFailure` when the link ends first.
    mutating func next() async throws -> ByteBuffer? {
        switch try await part() {
        case .body(let buffer): return buffer
        case .end: return nil
        case .head, nil: throw LinkFailure.dropped(nil)
        }
    }

    /// Everything, up to a limit in bytes; beyond it the rest is cut off.
    mutating func collect(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, let buffer = try await next() { bytes += buffer.readableBytesView.prefix(limit - bytes.count) }
        return bytes
    }

    private mutating func part() async throws -> HTTPClientResponsePart? {
        do {
            let part = try await iterator.next(isolation: #isolation)
            if part == nil { try Task.checkCancellation() }
            return part
        } catch is CancellationError { throw CancellationError() } catch is SilenceError {
            throw LinkFailure.silent(seconds: idleSeconds)
        } catch { throw LinkFailure.dropped(error) }
    }
}

/// One request and its answer over a connection of its own.
///
/// The answer is read while the body is still being written, so a refusal in the middle of an upload is heard. The body is written
/// only as fast as the link takes it. `idle` bounds every silence of the link, also before the first byte of the answer.
enum HTTPExchange {
    static let connectTimeout = TimeAmount.seconds(10)

    /// Hands the answer to `consume`. Throws `LinkFailure`, or what `consume` throws.
    static func perform<Result: Sendable>(
        _ request: HTTPRequest, to address: ServerAddress, idle: TimeAmount,
        consume: @Sendable (HTTPResponseHead, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect(to: address, idle: idle)
        let seconds = Int(idle.nanoseconds / 1_000_000_000)
        return try await channel.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let localFailure = Mutex<ProvostError?>(nil)
                // A link that breaks while writing is reported by the reader, which may first find the server's refusal.
                // A file that cannot be read is our own failure and ends the exchange.
                group.addTask {
                    do { try await write(request, host: address.hostHeader, to: outbound) } catch let error as ProvostError {
                        localFailure.withLock { $0 = error }
                        channel.channel.close(promise: nil)
                    } catch {}
                }
                defer { group.cancelAll() }
                var body = ResponseBody(inbound, idleSeconds: seconds)
                do {
                    return try await consume(try await body.head(), &body)
                } catch let error as LinkFailure { throw localFailure.withLock { $0 } ?? error }
            }
        }
    }

    private static func connect(
        to address: ServerAddress, idle: TimeAmount
    ) async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        let prepare: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>> =
            {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: idle))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(SilenceHandler())
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        do {
            return try await queueing {
                let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(connectTimeout)
                return switch address {
                case .socket(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: prepare)
                case .tcp(let host, let port): try await bootstrap.connect(host: host, port: port, channelInitializer: prepare)
                }
            }
        } catch is CancellationError { throw CancellationError() } catch { throw LinkFailure.unreachable(error) }
    }

    /// Where so many want in at one moment that the socket's queue is full, connect(2) on a Unix socket says EAGAIN at once: that is no daemon that is missing, so
    /// it is tried again, for half a minute.
    static func queueing<Result>(_ connect: () async throws -> Result) async throws -> Result {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do { return try await connect() } catch let error as IOError
                where error.errnoCode == EAGAIN && ContinuousClock.now < end
            {
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...100)))
            }
        }
    }

    private static func write(
        _ request: HTTPRequest, host: String, to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        var head = HTTPRequestHead(version: .http1_1, method: request.method, uri: request.path, headers: request.headers)
        head.headers.replaceOrAdd(name: "Host", value: host)
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        switch request.body {
        case .none:
            if request.method != .GET { head.headers.replaceOrAdd(name: "Content-Length", value: "0") }
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
        case .bytes(let bytes):
            head.headers.replaceOrAdd(name: "Content-Length", value: "\(bytes.count)")
            try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(ByteBuffer(bytes: bytes))), .end(nil)])
        case .file(let descriptor, let length, let progress):
            head.headers.replaceOrAdd(name: "Content-Length", value: "\(length)")
            try await outbound.write(.head(head))
            var sent: Int64 = 0
            while sent < length {
                let buffer = try FileReading.chunk(of: descriptor, at: sent, atMost: length - sent)
                try await outbound.write(.body(.byteBuffer(buffer)))
                sent += Int64(buffer.readableBytes)
                progress(sent)
            }
            try await outbound.write(.end(nil))
        }
    }
}

/// Reads an open file piece by piece.
enum FileReading {
    private static let chunkSize = 256 << 10

    /// 1 to 256 KiB from an offset. Throws `conflict` when the file ends too early, `unavailable` when it cannot be read.
    static func chunk(of descriptor: Int32, at offset: Int64, atMost most: Int64) throws(ProvostError) -> ByteBuffer {
        let size = Int(min(Int64(chunkSize), most))
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        let count = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            unsafe max(0, pread(descriptor, space.baseAddress, size, off_t(offset)))
        }
        guard count > 0 else {
            throw ProvostError(.conflict, "The file changed or could not be read while it was being sent; send it again.")
        }
        return buffer
    }
}

/// The link was idle for too long.
private struct SilenceError: Error {}

/// Ends a link that is idle for too long, so that no wait is endless.
private final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        context.fireErrorCaught(SilenceError())
        context.close(promise: nil)
    }
}
