package import Logging
package import ProvostCore
package import ProvostCredentials
package import ProvostSandbox
package import ProvostStore

/// What every use case stands on, made once by the composition root.
package struct ServiceContext: Sendable {
    package let store: Store
    package let blobs: BlobStore
    package let sandbox: Sandbox
    package let directory: StateDirectory
    package let identifiers: IdentifierGenerator
    /// The server's clock; a test may turn it.
    package let now: @Sendable () -> Timestamp
    package let zones: ZoneDatabase
    /// Under which the world reaches the daemon, and whose certificates it signs as a whole; nil: it issues none.
    package let world: CertificateWorld?
    package let logger: Logger

    package init(
        store: Store, blobs: BlobStore, sandbox: Sandbox, directory: StateDirectory, identifiers: IdentifierGenerator = .system,
        now: @escaping @Sendable () -> Timestamp = systemNow, zones: ZoneDatabase = ZoneDatabase(),
        world: CertificateWorld? = nil, logger: Logger
    ) {
        self.store = store
        self.blobs = blobs
        self.sandbox = sandbox
        self.directory = directory
        self.identifiers = identifiers
        self.now = now
        self.zones = zones
        self.world = world
        self.logger = logger
    }
}

/// What certificates say about where they are published. It cannot change without making those that are out uncheckable.
package struct CertificateWorld: Sendable {
    package let address: PublicAddress
    /// The organization whose issuer is the address itself (`did:web:HOST`); all others have a path of their own.
    package let root: Slug?
    package init(address: PublicAddress, root: Slug? = nil) {
        self.address = address
        self.root = root
    }

    package func issuer(of organization: Slug) -> IssuerName {
        IssuerName(address: address, organization: organization == root ? nil : organization)
    }
    package func statusList(of organization: Slug, _ number: Int) -> String {
        "\(address)/issuers/\(organization)/status/\(number)"
    }
}
