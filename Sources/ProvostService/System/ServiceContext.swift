package import Logging
package import ProvostCore
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
    package let logger: Logger

    package init(
        store: Store, blobs: BlobStore, sandbox: Sandbox, directory: StateDirectory, identifiers: IdentifierGenerator = .system,
        now: @escaping @Sendable () -> Timestamp = systemNow, zones: ZoneDatabase = ZoneDatabase(), logger: Logger
    ) {
        self.store = store
        self.blobs = blobs
        self.sandbox = sandbox
        self.directory = directory
        self.identifiers = identifiers
        self.now = now
        self.zones = zones
        self.logger = logger
    }
}
