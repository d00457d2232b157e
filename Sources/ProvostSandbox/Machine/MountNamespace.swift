import CLinux
package import ProvostCore

/// Mounts that only one process, or one thread, sees, and that are gone with it.
package enum MountNamespace {
    /// Gives the calling thread, and what it starts, a mount namespace from which nothing spreads to the machine's. A program calls it
    /// while it has one thread. Throws `unavailable` without root.
    package static func enter() throws(ProvostError) {
        let error = clinux_mount_namespace()
        guard error >= 0 else {
            throw .linux("make a private mount namespace", error, advice: "It needs root: run the daemon as root.")
        }
    }

    /// Runs `body` on a thread with a mount namespace of its own; everything it mounted is unmounted when it returns.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws(ProvostError) -> Value)
        async throws(ProvostError) -> Value
    {
        try await offPool { () throws(ProvostError) -> Value in
            try enter()
            return try body()
        }
    }
}
