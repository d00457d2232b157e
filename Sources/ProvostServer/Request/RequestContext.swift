package import Hummingbird
import Logging
import NIOCore
import ProvostAPI
package import ProvostCore
package import ProvostService

/// What travels with one request: its id, who makes it, when its first byte arrived.
package struct ProvostRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Set by `PrincipalMiddleware`; nil for the routes that anyone may call.
    package var principal: Principal?
    /// When the head of the request was read.
    package var receivedAt = systemNow()
    /// Set when the connection can become a session.
    var offer: SessionOffer?
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Throws `unauthenticated` when nobody is known.
    func known() throws(ProvostError) -> Principal {
        guard let principal else { throw ProvostError(.unauthenticated, "You are not logged in; run: provost login CODE") }
        return principal
    }

    /// A path parameter, percent-decoded. Throws `notFound` when it is missing.
    func text(_ name: String) throws(ProvostError) -> String {
        guard let value = parameters.get(name).flatMap({ Route.percentDecoded($0) }), !value.isEmpty else {
            throw ProvostError(.notFound, "The address lacks the \(name).")
        }
        return value
    }
    func slug(_ name: String) throws(ProvostError) -> Slug { try Slug(text(name)) }
    func id<Entity>(_ name: String, of kind: Entity.Type) throws(ProvostError) -> ID<Entity> { try ID(parsing: text(name)) }
}
