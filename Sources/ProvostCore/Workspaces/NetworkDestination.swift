/// What a workspace with `egress` may reach: an IPv4 network, or a host by its name.
package enum NetworkDestination: Hashable, Sendable {
    /// The first address, as a number whose highest byte is the first, and how many bits of it count.
    case network(UInt32, prefix: Int)
    /// A name in lower case, looked up at each start.
    case host(String)

    /// Reads `203.0.113.0/24`, `203.0.113.7` or `pypi.org`. Throws `invalid` for anything else, for networks larger than `/8`, and for
    /// what belongs to a machine itself or to everybody: 0/8, 127/8, 169.254/16, and from 224.0.0.0 on.
    package init(parsing text: String) throws(ProvostError) {
        let refusal = ProvostError(
            .invalid, "“\(text.prefix(80))” is neither a network like 203.0.113.0/24 nor a name like pypi.org")
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first else { throw refusal }
        guard let address = Self.address(first) else {
            guard parts.count == 1, Self.isName(text) else { throw refusal }
            self = .host(text.lowercased())
            return
        }
        let prefix = parts.count == 2 ? Self.number(parts[1], most: 32) : 32
        guard let prefix else { throw refusal }
        guard prefix >= 8 else {
            throw ProvostError(.invalid, "“\(text)” allows too much; the largest network is a /8. Name what learners need")
        }
        let mask = UInt32.max << UInt32(32 - prefix)
        guard address & mask == address else {
            throw ProvostError(
                .invalid, "“\(text)” has bits beyond its /\(prefix); write \(Self.text(address & mask))/\(prefix)")
        }
        guard Self.isReachable(address), Self.isReachable(address | ~mask) else {
            throw ProvostError(.invalid, "“\(text)” belongs to each machine itself, or to groups; it cannot be allowed")
        }
        self = .network(address, prefix: prefix)
    }

    /// Whether an address can be that of another machine.
    package static func isReachable(_ address: UInt32) -> Bool {
        let first = address >> 24
        return first != 0 && first != 127 && first < 224 && address >> 16 != 0xA9FE
    }

    /// The address as people write it: `203.0.113.7`.
    package static func text(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { String(address >> UInt32($0) & 255) }.joined(separator: ".")
    }

    private static func number(_ text: Substring, most: Int) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || !text.hasPrefix("0"), let number = Int(text), number <= most
        else { return nil }
        return number
    }

    private static func address(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let number = number(part, most: 255) else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    /// RFC 1123: labels of letters, digits and “-”, with a letter somewhere in the last.
    private static func isName(_ text: String) -> Bool {
        let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        let allowed = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
        }
        return allowed && text.utf8.count <= 253 && labels.last.map { $0.utf8.contains { (0x61...0x7A).contains($0) } } == true
            && text.lowercased() != "localhost" && labels.last != "localhost"
    }
}
