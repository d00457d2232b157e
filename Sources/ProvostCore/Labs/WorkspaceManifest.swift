/// What `workspace` in `lab.yaml` says: the environment in which learners work on the lab. Every key may be missing.
package struct WorkspaceManifest: Hashable, Sendable, Codable {
    package enum Network: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not even a loopback.
        case none
        /// Only the workspace's own loopback: services run there and can be forwarded to the learner.
        case loopback
        /// Loopback, and through a userspace translator the addresses of `allow`; the operator must have switched it on.
        case egress
    }

    package var network: Network
    /// With `egress`: IPv4 networks that can be reached, like `203.0.113.0/24`, and host names, looked up at each start. Empty: nothing.
    package var allow: [String]
    /// nil, here and below: as much as the learner's limits give.
    package var cpuMillis: Int?
    package var memory: ByteCount?
    package var processes: Int?
    package var disk: ByteCount?
    package var files: Int?
    /// The system that the workspace sees; nil: what the lab's graded programs see.
    package var image: ImageManifest?
    /// The program of a terminal: a path in the room.
    package var shell: String

    /// Defaults: loopback, the learner's limits, the lab's image, `/bin/bash`.
    package init(
        network: Network = .loopback, allow: [String] = [], cpuMillis: Int? = nil, memory: ByteCount? = nil,
        processes: Int? = nil,
        disk: ByteCount? = nil, files: Int? = nil, image: ImageManifest? = nil, shell: String = "/bin/bash"
    ) {
        self.network = network
        self.allow = allow
        self.cpuMillis = cpuMillis
        self.memory = memory
        self.processes = processes
        self.disk = disk
        self.files = files
        self.image = image
        self.shell = shell
    }
}
