import NIOCore
import NIOPosix
import ProvostCommand
import ProvostCore
import Synchronization

/// A daemon's outside that upgrades: each request gets an answer, or a session that a script plays.
final class FakeWorkspace: Sendable {
    enum Reply: Sendable {
        case json(Int, String)
        /// 101, and then this, until it returns: then the link ends.
        case session(@Sendable (Peer) async throws -> Void)
    }

    /// The server's end of one session.
    final class Peer: Sendable {
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        fileprivate let frames: AsyncStream<SessionFrame>

        fileprivate init(outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, frames: AsyncStream<SessionFrame>) {
            self.outbound = outbound
            self.frames = frames
        }

        func send(_ frame: SessionFrame) async throws { try await outbound.write(ByteBuffer(bytes: frame.bytes)) }
        func send(_ kind: SessionFrame.Kind, _ text: String) async throws { try await send(.text(kind, text)) }

        /// Takes frames until one fits, and answers with all of them.
        @discardableResult
        func wait(_ fits: (SessionFrame) -> Bool) async -> [SessionFrame] {
            var seen: [SessionFrame] = []
            for await frame in frames {
                seen.append(frame)
                if fits(frame) { break }
            }
            return seen
        }
    }

    let address: String
    private let paths = Mutex<[String]>([])

    private init(address: String) { self.address = address }

    /// The paths asked for, in order.
    var asked: [String] { paths.withLock { $0 } }

    private typealias Link = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Serves on a free port of the loopback while `body` runs.
    @discardableResult
    static func with<Result: Sendable>(
        _ script: @escaping @Sendable (_ number: Int, _ path: String) -> Reply, _ body: (FakeWorkspace) async throws -> Result
    ) async throws -> Result {
        let channel: NIOAsyncChannel<Link, Never> = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Link(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        let server = FakeWorkspace(address: "http://127.0.0.1:\(channel.channel.localAddress?.port ?? 0)")
        let serving = Task {
            try await channel.executeThenClose { links in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await link in links { group.addTask { try? await server.serve(link, script) } }
                }
            }
        }
        defer { serving.cancel() }
        return try await body(server)
    }

    private func serve(_ link: Link, _ script: @escaping @Sendable (Int, String) -> Reply) async throws {
        try await link.executeThenClose { inbound, outbound in
            var pieces = inbound.makeAsyncIterator()
            var head = ""
            while !head.contains("\r\n\r\n") {
                guard let piece = try await pieces.next() else { return }
                head += String(decoding: piece.readableBytesView, as: UTF8.self)
            }
            let path = String(head.split(separator: " ")[1])
            let number = paths.withLock { paths in
                paths.append(path)
                return paths.count - 1
            }
            switch script(number, path) {
            case .json(let status, let body):
                let text =
                    "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                try await outbound.write(ByteBuffer(string: text))
            case .session(let play):
                let asked = head.lowercased()
                guard asked.contains("upgrade: provost-session"), asked.contains("connection: upgrade") else { return }
                let text = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: provost-session\r\n\r\n"
                try await outbound.write(ByteBuffer(string: text))
                let (frames, feed) = AsyncStream.makeStream(of: SessionFrame.self)
                let peer = Peer(outbound: outbound, frames: frames)
                // The link ends with the play; what the client still sends is read, or the kernel would throw away what it has not read yet.
                async let playing: Void = {
                    try? await play(peer)
                    outbound.finish()
                }()
                var parser = SessionFrameParser()
                while let piece = try? await pieces.next() {
                    parser.add(piece.readableBytesView)
                    while let frame = try parser.next() { feed.yield(frame) }
                }
                feed.finish()
                await playing
            }
        }
    }
}
