import FoundationEssentials
import HTTPTypes
package import Hummingbird
package import HummingbirdCore
package import Logging
import NIOCore
import ProvostAPI
package import ProvostService
package import ServiceLifecycle

/// Where the daemon listens.
package enum ListeningAddress: Sendable, CustomStringConvertible {
    case unixSocket(path: String)
    case tcp(host: String, port: Int)

    package var description: String {
        switch self {
        case .unixSocket(let path): "unix:\(path)"
        case .tcp(let host, let port): "http://\(host):\(port)"
        }
    }
}

/// Builds the HTTP servers: one application for each address, one router for all.
package enum Server {
    /// How many may wait to be taken; the kernel cuts it to net.core.somaxconn. Without room in it a client hears that nobody is there.
    private static let backlog = 4096

    /// - Parameters:
    ///   - connections: of all addresses together.
    ///   - onReady: called once for each address when it takes connections.
    package static func applications(
        _ provost: Provost, addresses: [ListeningAddress], connections: ConnectionLimits, version: String, ownUser: UInt32,
        logger: Logger,
        onReady: @escaping @Sendable (ListeningAddress, Int?) async -> Void
    ) -> [any Service] {
        let gate = ConnectionGate(connections, ownUser: ownUser)
        return addresses.map { address in
            let configuration: ApplicationConfiguration =
                switch address {
                case .unixSocket(let path):
                    ApplicationConfiguration(address: .unixDomainSocket(path: path), serverName: "provostd", backlog: backlog)
                case .tcp(let host, let port):
                    ApplicationConfiguration(address: .hostname(host, port: port), serverName: "provostd", backlog: backlog)
                }
            let isLocal = if case .unixSocket = address { true } else { false }
            let responder = router(provost, version: version, ownUser: ownUser).buildResponder()
            return Application(
                responder: responder, server: builder(responder, gate: gate, isLocal: isLocal, logger: logger),
                configuration: configuration,
                onServerRunning: { channel in await onReady(address, channel.localAddress?.port) }, logger: logger)
        }
    }

    package static func router(_ provost: Provost, version: String, ownUser: UInt32) -> Router<ProvostRequestContext> {
        let router = Router(context: ProvostRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: PrincipalMiddleware(provost, ownUser: ownUser))
        let group = router.group(RouterPath(Route.prefix))
        PeopleRoutes(provost: provost).add(to: group)
        ProgramRoutes(programs: provost.programs).add(to: group)
        RosterRoutes(provost: provost).add(to: group)
        LabRoutes(provost: provost).add(to: group)
        ImageRoutes(images: provost.images).add(to: group)
        SubmissionRoutes(provost: provost).add(to: group)
        RegradeRoutes(provost: provost).add(to: group)
        LimitRoutes(limits: provost.limits).add(to: group)
        BudgetRoutes(budgets: provost.budgets).add(to: group)
        MarkRoutes(provost: provost).add(to: group)
        SlotRoutes(slots: provost.slots).add(to: group)
        WorkspaceRoutes(workspaces: provost.workspaces).add(to: group)
        SystemRoutes(provost: provost, version: version).add(to: group)
        CertificateRoutes(certificates: provost.certificates, now: provost.context.now).add(to: group)
        PublicRoutes(certificates: provost.certificates, now: provost.context.now).add(to: router.group())
        return router
    }

    /// HTTP/1.1 that answers `Expect: 100-continue`, without which curl waits a second before every large upload, and whose connections can
    /// become sessions.
    /// - Parameter isLocal: the address is a Unix socket, whose users are told apart.
    package static func builder<Router: HTTPResponder & Sendable>(
        _ router: Router, gate: ConnectionGate, isLocal: Bool, logger: Logger
    ) -> HTTPServerBuilder where Router.Context == ProvostRequestContext {
        HTTPServerBuilder { responder in
            UpgradeChannel(
                responder: { request, writer, channel in
                    if request.headers[.expect]?.lowercased() == "100-continue" {
                        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                    }
                    try await responder(request, writer, channel)
                }, router: router, gate: gate, isLocal: isLocal, logger: logger)
        }
    }
}
