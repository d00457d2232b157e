import FoundationEssentials
import HTTPTypes
package import Hummingbird
import HummingbirdCore
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
    /// - Parameter onReady: called once for each address when it takes connections.
    package static func applications(
        _ provost: Provost, addresses: [ListeningAddress], version: String, ownUser: UInt32, logger: Logger,
        onReady: @escaping @Sendable (ListeningAddress, Int?) async -> Void
    ) -> [any Service] {
        addresses.map { address in
            let configuration: ApplicationConfiguration =
                switch address {
                case .unixSocket(let path):
                    ApplicationConfiguration(address: .unixDomainSocket(path: path), serverName: "provostd")
                case .tcp(let host, let port):
                    ApplicationConfiguration(address: .hostname(host, port: port), serverName: "provostd")
                }
            return Application(
                router: router(provost, version: version, ownUser: ownUser), server: builder(), configuration: configuration,
                onServerRunning: { channel in await onReady(address, channel.localAddress?.port) }, logger: logger)
        }
    }

    package static func router(_ provost: Provost, version: String, ownUser: UInt32) -> Router<ProvostRequestContext> {
        let router = Router(context: ProvostRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: PrincipalMiddleware(people: provost.people, ownUser: ownUser))
        let group = router.group(RouterPath(Route.prefix))
        PeopleRoutes(provost: provost).add(to: group)
        LabRoutes(provost: provost).add(to: group)
        ImageRoutes(images: provost.images).add(to: group)
        SubmissionRoutes(provost: provost).add(to: group)
        RegradeRoutes(provost: provost).add(to: group)
        LimitRoutes(limits: provost.limits).add(to: group)
        BudgetRoutes(budgets: provost.budgets).add(to: group)
        SystemRoutes(provost: provost, version: version).add(to: group)
        return router
    }

    /// HTTP/1.1 that answers `Expect: 100-continue`: without it curl waits a second before every large upload.
    private static func builder() -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            HTTP1Channel(responder: { request, writer, channel in
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                try await responder(request, writer, channel)
            })
        }
    }
}
