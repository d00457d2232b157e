import FoundationEssentials
import Glibc
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import ProvostAPI
import ProvostCore
package import ProvostService

/// Answers every failure with `ErrorBody`, puts the request id into the answer and into every line of the log.
package struct ErrorMiddleware: RouterMiddleware {
    package init() {}

    @concurrent package func handle(
        _ request: Request, context: ProvostRequestContext,
        next: @concurrent (Request, ProvostRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do { response = try await next(request, context) } catch {
            response = Self.answer(error, request: request, context: context)
        }
        if let name = HTTPField.Name(Route.requestIdHeader) { response.headers[name] = context.id }
        return response
    }

    private static func answer(_ error: any Error, request: Request, context: ProvostRequestContext) -> Response {
        let known: ProvostError =
            switch error {
            case let error as ProvostError: error
            case let error as HTTPError where error.status == .notFound:
                ProvostError(.notFound, "There is nothing at \(request.uri.path).")
            case let error as HTTPError where error.status.code < 500:
                ProvostError(.invalid, error.body ?? error.status.reasonPhrase)
            case is CancellationError: ProvostError(.unavailable, "The server is stopping; try again.")
            default:
                ProvostError(
                    .internalError, "Something failed on our side; tell your administrator the request id.", cause: error)
            }
        let status = ErrorTable.status(for: known.code)
        let metadata: Logger.Metadata = ["code": "\(known.code)", "method": "\(request.method)", "path": "\(request.uri.path)"]
        if status >= 500 {
            context.logger.error("\(known)", metadata: metadata)
        } else {
            context.logger.info("\(known.message)", metadata: metadata)
        }
        let body = ErrorBody(code: known.code, message: known.message, requestId: context.id)
        return (try? json(body, status: .init(code: status))) ?? Response(status: .internalServerError)
    }
}

/// Finds out who asks: a token, or the user at the other end of the Unix socket (root and the daemon's own user are administrators). On the
/// door, the socket that running workspaces have, only the user at the other end counts: the learner whose workspace it is, or nobody.
package struct PrincipalMiddleware: RouterMiddleware {
    private let provost: Provost
    private let ownUser: UInt32
    package init(_ provost: Provost, ownUser: UInt32) {
        self.provost = provost
        self.ownUser = ownUser
    }

    @concurrent package func handle(
        _ request: Request, context: ProvostRequestContext,
        next: @concurrent (Request, ProvostRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if context.channel.localAddress?.pathname == provost.context.directory.door {
            if let uid = try await Self.peerUser(context.channel) {
                context.principal = try await provost.workspaces.principal(ofUser: uid)
            }
        } else if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else {
                throw ProvostError(.unauthenticated, "The Authorization header must be “Bearer TOKEN”; run: provost login CODE")
            }
            context.principal = try await provost.people.authenticate(token: String(parts[1]))
        } else if let uid = try await Self.peerUser(context.channel), uid == 0 || uid == ownUser {
            context.principal = .local(uid: uid)
        }
        if let principal = context.principal { context.logger[metadataKey: "actor"] = "\(principal.name)" }
        return try await next(request, context)
    }

    private static func peerUser(_ channel: any Channel) async throws -> UInt32? {
        guard channel.remoteAddress?.protocol == .unix || channel.localAddress?.protocol == .unix else { return nil }
        return try await ProvostServer.peerUser(channel).get()
    }
}

/// An answer in JSON, through the one coder.
func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let bytes = try WireCoding.encoder().encode(value)
    return Response(
        status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
}

/// A request body in JSON. Throws `invalid` that says which field.
func decoded<Value: Decodable>(_ request: Request, as type: Value.Type) async throws -> Value {
    var request = request
    let body = try await request.collectBody(upTo: 1 << 20)
    do { return try WireCoding.decoder().decode(Value.self, from: Data(body.readableBytesView)) } catch let error as DecodingError
    {
        throw ProvostError(.invalid, "The request is not what this route takes: \(sentence(error))", cause: error)
    }
}

private func sentence(_ error: DecodingError) -> String {
    let path = { (context: DecodingError.Context) in context.codingPath.map(\.stringValue).joined(separator: ".") }
    switch error {
    case .keyNotFound(let key, _): return "“\(key.stringValue)” is missing."
    case .valueNotFound(_, let context): return "“\(path(context))” has no value."
    case .typeMismatch(_, let context), .dataCorrupted(let context):
        let field = path(context)
        return field.isEmpty ? "\(context.debugDescription)" : "“\(field)”: \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
}
