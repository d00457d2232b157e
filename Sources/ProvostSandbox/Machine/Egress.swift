import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// A way out of a room's network namespace to what an allow-list names, and to nothing else: Debian's slirp4netns translates, and routes
/// are the list. There is no default route, and nobody in a room has a capability over its network to add one.
///
/// Never reachable, whatever is allowed: the loopback of this machine, and the addresses that it has when the egress starts. There is no
/// name server inside, because the translator would open every port of the machine's own; names are looked up at the start, and `hosts`
/// has them for the room's `/etc/hosts`. It ends with the process that started it, however that ends.
package final class Egress: Sendable {
    /// Lines for `/etc/hosts`: each name of the list with its addresses.
    package let hosts: String
    private let pid: Int64
    /// The translator ends when this is closed.
    private let socket: Mutex<Int32>

    /// slirp4netns's own network, 10.0.2.0/24, moved to 169.254.77.0/24 (link-local), which no list can name.
    private static let cidr = "169.254.77.0/24"
    private static let address: UInt32 = 0xA9FE_4D64
    private static let gateway: UInt32 = 0xA9FE_4D02
    private static let interface = "egress0"

    private init(hosts: String, pid: Int64, socket: Int32) {
        self.hosts = hosts
        self.pid = pid
        self.socket = Mutex(socket)
    }

    deinit { end() }

    /// Opens the way from this process's network. `network` is a descriptor of the room's network namespace, which stays the caller's;
    /// `allow` as in `lab.yaml`.
    ///
    /// Throws `invalid` for a list that is none, `unavailable` when a name has no address now, without root, without /dev/net/tun, or when
    /// slirp4netns is not installed. Nothing runs then.
    package static func start(network: Int32, allow: [String]) async throws(ProvostError) -> Egress {
        try await offPool { () throws(ProvostError) -> Egress in try open(network: network, allow: allow) }
    }

    /// The same, from the network of the calling thread, which waits, is in `network` afterwards, and must end soon.
    package static func open(network: Int32, allow: [String]) throws(ProvostError) -> Egress {
        var destinations: [NetworkDestination] = []
        for text in allow { destinations.append(try NetworkDestination(parsing: text)) }
        guard let program = HostProgram.find("slirp4netns") else {
            throw ProvostError(.unavailable, "slirp4netns is missing on the server: install Debian's package of that name.")
        }
        guard unsafe access("/dev/net/tun", R_OK | W_OK) == 0 else {
            throw .linux("use /dev/net/tun", errno, advice: "Load the kernel module “tun”, and run the daemon as root.")
        }
        let (networks, hosts) = try lookUp(destinations)
        let own = ownAddresses()
        let egress = try launch(program, network: network, hosts: hosts)
        // The object's end takes the translator with it when this throws.
        try configure(network: network, networks: networks, refused: own)
        return egress
    }

    /// Closes the way at once.
    package func stop() { end() }

    private func end() {
        let open = socket.withLock { socket in
            defer { socket = -1 }
            return socket
        }
        guard open >= 0 else { return }
        close(open)
        kill(pid_t(pid), SIGKILL)
        var status: Int32 = 0
        _ = unsafe clinux_wait(pid, &status, 0)
    }

    private static func lookUp(_ list: [NetworkDestination]) throws(ProvostError) -> ([(UInt32, Int)], String) {
        var networks: [(UInt32, Int)] = []
        var hosts = ""
        for destination in list {
            switch destination {
            case .network(let address, let prefix): networks.append((address, prefix))
            case .host(let name):
                var found = [UInt32](repeating: 0, count: 32)
                let count = unsafe clinux_look_up(name, &found, 32)
                let usable = count > 0 ? found[..<Int(count)].filter(NetworkDestination.isReachable) : []
                guard !usable.isEmpty else {
                    throw ProvostError(
                        .unavailable,
                        "The server cannot find an address of \(name), which the lab allows; try again, or tell your instructor.")
                }
                networks += usable.map { ($0, 32) }
                hosts += usable.map { "\(NetworkDestination.text($0)) \(name)\n" }.joined()
            }
        }
        return (networks, hosts)
    }

    private static func ownAddresses() -> [UInt32] {
        var found = [UInt32](repeating: 0, count: 1024)
        let count = unsafe clinux_own_addresses(&found, 1024)
        return count > 0 ? Array(found[..<Int(count)]) : []
    }

    private static func launch(_ program: String, network: Int32, hosts: String) throws(ProvostError) -> Egress {
        var pair: [Int32] = [-1, -1]
        let error = unsafe clinux_socketpair(&pair)
        guard error >= 0 else { throw .linux("make a socket", error, advice: "Raise the daemon's open-file limit.") }
        let arguments = [
            program, "--exit-fd=0", "--cidr=\(cidr)", "--mtu=65520", "--disable-host-loopback", "--disable-dns",
            "--enable-sandbox",
            "--enable-seccomp", "--netns-type=path", "/proc/\(getpid())/fd/\(network)", interface,
        ]
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        let pid = unsafe clinux_spawn(program, pointers, pair[1], 0)
        close(pair[1])
        guard pid > 0 else {
            close(pair[0])
            throw .linux("start \(program)", Int32(pid))
        }
        return Egress(hosts: hosts, pid: pid, socket: pair[0])
    }

    /// On the calling thread, which stays in the namespace and so must end afterwards. The refusals come first: there is no instant at
    /// which a machine's own address can be reached.
    private static func configure(network: Int32, networks: [(UInt32, Int)], refused: [UInt32]) throws(ProvostError) {
        let joined = clinux_join_network(network)
        guard joined >= 0 else { throw .linux("enter the workspace's network", joined, advice: "It needs root.") }
        for address in refused where NetworkDestination.isReachable(address) {
            let error = clinux_route(address, 32, 0)
            guard error >= 0 else { throw .linux("keep the server's own addresses out of reach", error) }
        }
        var error: Int32 = -ENODEV
        for _ in 0..<500 {
            error = unsafe clinux_interface_up(interface, address, 24)
            guard error == -ENODEV else { break }
            usleep(10_000)
        }
        guard error >= 0 else {
            throw .linux("open the workspace's way to the network", error, advice: "Does slirp4netns run on this server?")
        }
        // A list may name the machine's own address alone: the refusal stands, and a route to it is never added.
        for (address, prefix) in networks where !(prefix == 32 && refused.contains(address)) {
            let error = clinux_route(address, Int32(prefix), gateway)
            guard error >= 0 else { throw .linux("allow \(NetworkDestination.text(address))/\(prefix)", error) }
        }
    }
}
