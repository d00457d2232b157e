package import ProvostCore

/// Reads the machine's timezone database (RFC 8536). FoundationEssentials knows no zones, and Foundation would cost the start-up time.
package enum ZoneFile {
    /// nil for a name that the machine does not know; `folder` is where the database lies.
    package static func zone(named name: String, folder: String = "/usr/share/zoneinfo") -> Zone? {
        if name == "UTC" { return .utc }
        let plain = name.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A) || "/_+-".utf8.contains($0)
        }
        guard plain, !name.hasPrefix("/"), let bytes = try? PrivateFile.read("\(folder)/\(name)"), let data = Data(bytes) else {
            return nil
        }
        return Zone(name: name) { data.offset(at: $0) }
    }

    /// The zone of this machine: that of `TZ`, otherwise the system's. nil where neither can be read.
    static func machine(_ environment: [String: String]) -> Zone? {
        if let name = environment["TZ"], !name.isEmpty {
            return zone(named: name.hasPrefix(":") ? String(name.dropFirst()) : name)
        }
        return zone(named: "localtime", folder: "/etc")
    }

    private struct Data: Sendable {
        var transitions: [Int64] = []
        /// The offset from each transition on.
        var offsets: [Int] = []
        var first = 0
        var rule: PosixZone?

        init?(_ bytes: [UInt8]) {
            var reader = Reader(bytes: bytes)
            guard let old = reader.header() else { return nil }
            reader.position += old.bytes(timeSize: 4)
            // Version 1 files end here; nobody has made them since 2005.
            guard old.version >= 0x32, let header = reader.header() else { return nil }
            guard reader.position + header.bytes(timeSize: 8) <= bytes.count, header.types > 0 else { return nil }
            for _ in 0..<header.transitions { transitions.append(reader.integer(8)) }
            let kinds = (0..<header.transitions).map { _ in Int(reader.integer(1) & 0xFF) }
            var types: [Int] = []
            for _ in 0..<header.types {
                types.append(Int(reader.integer(4)))
                reader.position += 2
            }
            guard kinds.allSatisfy({ $0 < types.count }) else { return nil }
            offsets = kinds.map { types[$0] }
            first = types[0]
            reader.position += header.characters + header.leaps * 12 + header.standards + header.universals
            let footer = bytes[min(reader.position, bytes.count)...].drop { $0 == 0x0A }.prefix { $0 != 0x0A }
            rule = PosixZone(String(decoding: footer, as: UTF8.self))
        }

        func offset(at second: Int64) -> Int {
            guard let last = transitions.last else { return rule?.offset(at: second) ?? first }
            if second >= last { return rule?.offset(at: second) ?? offsets[offsets.count - 1] }
            // The last transition that is not after the instant.
            var low = 0
            var high = transitions.count
            while low < high {
                let middle = (low + high) / 2
                if transitions[middle] <= second { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? first : offsets[low - 1]
        }
    }

    private struct Header {
        var version: UInt8
        var universals, standards, leaps, transitions, types, characters: Int
        func bytes(timeSize: Int) -> Int {
            transitions * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standards + universals
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        /// Big-endian, signed.
        mutating func integer(_ size: Int) -> Int64 {
            var value: UInt64 = 0
            for byte in bytes[position..<position + size] { value = value << 8 | UInt64(byte) }
            position += size
            let shift = 64 - size * 8
            return Int64(bitPattern: value << shift) >> shift
        }

        mutating func header() -> Header? {
            guard position + 44 <= bytes.count, bytes[position..<position + 4].elementsEqual("TZif".utf8) else { return nil }
            let version = bytes[position + 4]
            position += 20
            let counts = (0..<6).map { _ in Int(integer(4)) }
            guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            return Header(
                version: version, universals: counts[0], standards: counts[1], leaps: counts[2], transitions: counts[3],
                types: counts[4],
                characters: counts[5])
        }
    }
}
