import CLinux
import Glibc
import ProvostCore

/// A network namespace with nothing but `lo`, up, that rooms can share. Held by descriptor: it is gone when this object and
/// the last room in it are.
package final class NetworkNamespace: Sendable {
    private let handle: Descriptor
    var descriptor: Int32 { handle.number }

    private init(handle: consuming Descriptor) { self.handle = handle }

    /// The one that this process is in.
    static func host() throws(ProvostError) -> NetworkNamespace {
        let descriptor = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .linux("open this machine's network namespace", errno) }
        return NetworkNamespace(handle: Descriptor(descriptor))
    }

    /// One that the calling thread is in afterwards.
    static func entered() throws(ProvostError) -> NetworkNamespace {
        let descriptor = clinux_network_namespace()
        guard descriptor >= 0 else {
            throw .linux("make a network", descriptor, advice: "It needs root: run the daemon as root.")
        }
        return NetworkNamespace(handle: Descriptor(descriptor))
    }

    /// Throws `unavailable` without root.
    static func make() async throws(ProvostError) -> NetworkNamespace {
        let result: Int32 = await withCheckedContinuation { continuation in
            do throws(ProvostError) {
                // A thread that ends afterwards: it stays in the namespace it made.
                try onOwnThread { continuation.resume(returning: clinux_network_namespace()) }
            } catch { continuation.resume(returning: -EAGAIN) }
        }
        guard result >= 0 else {
            throw .linux("make a network for rooms to share", result, advice: "It needs root: run the daemon as root.")
        }
        return NetworkNamespace(handle: Descriptor(result))
    }
}
