/// Where a daemon listens: `unix:/path/to.sock` or `http://host:port`.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
    case socket(path: String)
    case tcp(host: String, port: Int)

    /// Why a text is no address.
    package enum Mistake: Error { case malformed, encrypted }

    /// Reads `unix:/path`, `http://host`, `http://host:port` or `http://[v6]:port`; a bare absolute path is a socket. Port 80 by default.
    package init(parsing text: String) throws(Mistake) {
        if text.hasPrefix("https:") { throw .encrypted }
        if text.hasPrefix("unix:") || text.hasPrefix("/") {
            let path = text.hasPrefix("unix:") ? String(text.dropFirst(5)) : text
            // The kernel's address has room for 107 bytes and the terminator.
            guard path.hasPrefix("/"), path.utf8.count <= 107 else { throw .malformed }
            self = .socket(path: path)
            return
        }
        guard text.hasPrefix("http://") else { throw .malformed }
        var rest = text.dropFirst(7)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains(where: { "/?#@ ".contains($0) }) else { throw .malformed }
        var host = rest
        var port = 80
        if let colon = rest.lastIndex(of: ":"), rest[colon...].last != "]" {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else { throw .malformed }
            port = number
            host = rest[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw .malformed
        }
        guard !host.isEmpty else { throw .malformed }
        self = .tcp(host: String(host), port: port)
    }

    package var description: String {
        switch self {
        case .socket(let path): "unix:\(path)"
        case .tcp(let host, let port): "http://\(authority(host)):\(port)"
        }
    }

    /// The value of the `Host` header.
    var hostHeader: String {
        switch self {
        case .socket: "localhost"
        case .tcp(let host, let port): "\(authority(host)):\(port)"
        }
    }

    /// True when bytes leave this machine in the clear.
    package var crossesNetwork: Bool {
        switch self {
        case .socket: false
        case .tcp(let host, _): !(host == "localhost" || host == "::1" || host.hasPrefix("127."))
        }
    }

    private func authority(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
