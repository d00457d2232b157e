/// The pieces of a ZIP archive whose entries are stored as they are: for formats that demand a ZIP, where nothing is gained by packing.
///
/// Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end). No ZIP64: at most 65,535
/// entries and 4 GiB, which the caller has to see to.
package struct StoredZip: Sendable {
    /// The largest offset and size that a header can hold.
    package static let largest: Int64 = 0xFFFF_FFFF

    private var directory: [UInt8] = []
    private var count = 0
    /// Where the next entry begins.
    package private(set) var offset: Int64 = 0

    package init() {}

    /// What stands before an entry's bytes; `name` has forward slashes and no `..`. Names are UTF-8 and say so (bit 11).
    /// Every entry is of 1980, the beginning of ZIP's time, so that equal contents are equal archives.
    package mutating func header(_ name: String, bytes: Int64, checksum: UInt32) -> [UInt8] {
        let text = Array(name.utf8)
        let fields =
            Self.little(20, 2) + Self.little(0x0800, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0x21, 2)
            + Self.little(UInt64(checksum), 4) + Self.little(UInt64(bytes), 4) + Self.little(UInt64(bytes), 4)
            + Self.little(UInt64(text.count), 2) + Self.little(0, 2)
        directory += [0x50, 0x4B, 0x01, 0x02] + Self.little(0x0314, 2) + fields
        // No comment, disk 0, no internal attributes; a regular file that its owner may read and write.
        directory += Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0o100600 << 16, 4)
        directory += Self.little(UInt64(offset), 4) + text
        count += 1
        offset += Int64(30 + text.count) + bytes
        return [0x50, 0x4B, 0x03, 0x04] + fields + text
    }

    /// What stands behind the last entry.
    package func ending() -> [UInt8] {
        directory + [0x50, 0x4B, 0x05, 0x06] + Self.little(0, 4) + Self.little(UInt64(count), 2) + Self.little(UInt64(count), 2)
            + Self.little(UInt64(directory.count), 4) + Self.little(UInt64(offset), 4) + Self.little(0, 2)
    }

    /// A whole archive in memory.
    package static func archive(_ entries: [(name: String, content: [UInt8])]) -> [UInt8] {
        var zip = StoredZip()
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += zip.header(entry.name, bytes: Int64(entry.content.count), checksum: CRC32.of(entry.content))
            bytes += entry.content
        }
        return bytes + zip.ending()
    }

    private static func little(_ value: UInt64, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}

/// CRC-32 as ZIP has it (polynomial 0xEDB88320, reflected); “123456789” gives 0xCBF43926.
package struct CRC32: Sendable {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    private var state: UInt32 = 0xFFFF_FFFF

    package init() {}
    package mutating func update(_ bytes: [UInt8]) {
        for byte in bytes { state = Self.table[Int((state ^ UInt32(byte)) & 0xFF)] ^ state >> 8 }
    }
    package var value: UInt32 { state ^ 0xFFFF_FFFF }

    package static func of(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }
}
