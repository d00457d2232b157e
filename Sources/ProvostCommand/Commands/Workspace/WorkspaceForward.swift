import ArgumentParser
import Glibc
import NIOCore
import NIOPosix
import ProvostAPI
import ProvostCore

struct WorkspaceForward: AsyncParsableCommand {
    static let configuration = Help.command(
        "forward", "Reach a port of your workspace from this machine, like the web page that you serve in it.",
        note: "Only this machine can reach it (127.0.0.1). Ctrl-C ends it.",
        examples: "provost forward 8000", "provost forward web-service 8080:8000")

    @Argument(
        help: ArgumentHelp("The workspace (may be left out), and the port in it, or LOCAL:PORT.", valueName: "name-and-port"))
    var words: [String] = []
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...2).contains(words.count) else {
            throw ValidationError("Write the port, like: provost forward 8000, or provost forward NAME 8080:8000")
        }
        _ = try Self.ports(words[words.count - 1])
    }

    /// `PORT` or `LOCAL:PORT`; 0 for LOCAL: any free one.
    static func ports(_ text: String) throws -> (local: Int?, remote: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let remote = parts.last ?? nil, (1...65_535).contains(remote),
            parts.count == 1 || parts[0].map({ (0...65_535).contains($0) }) == true
        else { throw ValidationError("“\(text)” is no port; write PORT or LOCAL:PORT, from 1 to 65535.") }
        return (parts.count == 2 ? parts[0] : nil, remote)
    }

    func run() async throws {
        let session = try connection.session()
        let (local, remote) = try Self.ports(words[words.count - 1])
        let name = try await WorkspaceChoice.find(words.count == 2 ? words[0] : nil, session)
        // Told now, rather than at the first connection.
        let info: WorkspaceInfo = try await session.client.get(Route.path("workspaces", name))
        guard [.running, .frozen].contains(info.workspace.state) else {
            throw session.surroundings.error(
                .conflict, .workspace(.stoppedState(name: info.workspace.assignment.text)))
        }
        let server = try await Self.listen(local, preferring: remote, session)
        let port = server.channel.localAddress?.port ?? 0
        let url = "http://127.0.0.1:\(port)/"
        session.say(.workspace(.forwarding(port: remote, url: url)))
        Console.out(url + "\n")
        let path = Route.path("workspaces", info.workspace.id.text, "port", "\(remote)")
        try await server.executeThenClose { clients in
            await withDiscardingTaskGroup { group in
                do {
                    for try await client in clients { group.addTask { await Self.serve(client, path, session) } }
                } catch { Console.say("\(error)") }
            }
        }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private static func listen(
        _ local: Int?, preferring remote: Int, _ session: Session
    ) async throws -> NIOAsyncChannel<Connection, Never> {
        let bind = { (port: Int) in
            try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .bind(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Connection(
                            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                    }
                }
        }
        do { return try await bind(local ?? remote) } catch let error as IOError {
            guard local == nil, error.errnoCode == EADDRINUSE || error.errnoCode == EACCES else {
                throw ProvostError(
                    .conflict,
                    "Port \(local ?? remote) of this machine cannot be used: \(error). Name another one, or 0 for any free one.")
            }
            let server = try await bind(0)
            session.say(.workspace(.portTaken(remote, instead: server.channel.localAddress?.port ?? 0)))
            return server
        }
    }

    /// One connection: its bytes both ways, and the end of each way by itself.
    private static func serve(_ client: Connection, _ path: String, _ session: Session) async {
        do {
            try await client.executeThenClose { inbound, outbound in
                try await session.client.session(path) { receiver, sender in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask {
                            do {
                                for try await piece in inbound { await sender.send(.input, Array(piece.readableBytesView)) }
                            } catch {}
                            await sender.send(SessionFrame(.inputEnd))
                        }
                        await answer(&receiver, to: outbound, session)
                        group.cancelAll()
                    }
                }
            }
        } catch let refusal as ServerRefusal { session.say(refusal) } catch let error as ProvostError {
            Console.say("provost: \(error.message)")
        } catch {}
    }

    private static func answer(
        _ receiver: inout SessionReceiver, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ session: Session
    ) async {
        do {
            while let frame = try await receiver.next() {
                switch frame.kind {
                case .output: try await outbound.write(ByteBuffer(bytes: frame.payload))
                case .outputEnd: outbound.finish()
                case .notice: Console.say(frame.text)
                case .refusal: return Console.say("provost: \(frame.text)")
                case .exit: return
                default: continue
                }
            }
        } catch {}
    }
}

extension Session {
    /// A refusal that does not end the command.
    fileprivate func say(_ refusal: ServerRefusal) { Console.say("provost: \(refusal.error.message)") }
}
