import Glibc

/// Writes zips byte by byte, so that tests can say anything in them that a stranger could.
package struct RawZip {
    package struct Entry {
        package var name: [UInt8]
        /// What lies in the archive, compressed or not.
        package var data: [UInt8]
        package var method: UInt16 = 0
        package var flags: UInt16 = 0
        /// 0 FAT, 3 Unix, 10 NTFS, 19 macOS.
        package var madeBy: UInt8 = 3
        /// Unix type and permissions; goes into the upper half of the external attributes.
        package var mode: UInt32 = 0o100644
        /// The extra field of the central directory.
        package var extra: [UInt8] = []
        /// What the headers claim as unpacked size; nil: the length of `data`.
        package var size: Int64?
        package var checksum: UInt32?
        // Lies for the local header, the truth if nil.
        package var localName: [UInt8]?
        package var localMethod: UInt16?
        package var localSize: UInt32?
        /// Points to the local header of an earlier entry instead of an own one.
        package var sharesHeaderOf: Int?

        package init(_ name: [UInt8], _ data: [UInt8] = Array("x".utf8)) {
            self.name = name
            self.data = data
        }
        package init(_ name: String, _ data: String = "x") { self.init(Array(name.utf8), Array(data.utf8)) }

        /// The entry, changed.
        package func with(_ change: (inout Entry) -> Void) -> Entry {
            var copy = self
            change(&copy)
            return copy
        }
    }

    package var entries: [Entry] = []
    package var comment: [UInt8] = []
    /// Added to what the end record says about the number of entries.
    package var countLie = 0

    package init(_ entries: [Entry]) { self.entries = entries }

    package var bytes: [UInt8] {
        var output: [UInt8] = []
        var directory: [UInt8] = []
        var offsets: [Int] = []
        for entry in entries {
            let size = entry.size ?? Int64(entry.data.count)
            let wide = size > 0xFFFF_FFFE
            let zip64: [UInt8] = wide ? little(1, 2) + little(16, 2) + little(size, 8) + little(Int64(entry.data.count), 8) : []
            let sum = entry.checksum ?? crc32(entry.data)
            let narrow = { (value: Int64) in little(wide ? 0xFFFF_FFFF : value, 4) }
            if let shared = entry.sharesHeaderOf {
                offsets.append(offsets[shared])
            } else {
                offsets.append(output.count)
                let name = entry.localName ?? entry.name
                let localSize = entry.localSize.map { little(Int64($0), 4) } ?? narrow(size)
                output += little(0x0403_4B50, 4) + little(20, 2) + little(Int64(entry.flags), 2)
                output += little(Int64(entry.localMethod ?? entry.method), 2) + little(0, 4) + little(Int64(sum), 4)
                output +=
                    narrow(Int64(entry.data.count)) + localSize + little(Int64(name.count), 2) + little(Int64(zip64.count), 2)
                output += name + zip64 + entry.data
            }
            let extra = zip64 + entry.extra
            directory += little(0x0201_4B50, 4) + little(Int64(entry.madeBy) << 8 | 20, 2) + little(20, 2)
            directory += little(Int64(entry.flags), 2) + little(Int64(entry.method), 2) + little(0, 4) + little(Int64(sum), 4)
            directory += narrow(Int64(entry.data.count)) + narrow(size) + little(Int64(entry.name.count), 2)
            directory += little(Int64(extra.count), 2) + little(0, 2) + little(0, 2) + little(0, 2)
            directory += little(entry.madeBy == 3 || entry.madeBy == 19 ? Int64(entry.mode) << 16 : 0, 4)
            directory += little(Int64(offsets[offsets.count - 1]), 4) + entry.name + extra
        }
        let count = Int64(entries.count + countLie)
        let end = little(0x0605_4B50, 4) + little(0, 4) + little(count, 2) + little(count, 2) + little(Int64(directory.count), 4)
        return output + directory + end + little(Int64(output.count), 4) + little(Int64(comment.count), 2) + comment
    }

    /// The Unicode Path extra field; `checksum` nil is the right one for `rawName`.
    package static func unicodePath(_ path: String, for rawName: [UInt8], checksum: UInt32? = nil) -> [UInt8] {
        let body = [1] + little(Int64(checksum ?? crc32(rawName)), 4) + Array(path.utf8)
        return little(0x7075, 2) + little(Int64(body.count), 2) + body
    }
}

/// Raw deflate data that inflates to about `count` zero bytes, 1032 times its own size.
///
/// One block with its own Huffman code, in which the longest match (258 bytes, one back) takes two zero bits.
package func deflatedZeros(_ count: Int64) -> [UInt8] {
    var bits: [UInt8] = []
    func put(_ value: Int, _ width: Int) { for bit in 0..<width { bits.append(UInt8(value >> bit & 1)) } }
    func code(_ text: String) { for digit in text.utf8 { bits.append(digit - 48) } }
    put(1, 1)
    put(2, 2)
    put(29, 5)
    put(0, 5)
    put(14, 4)
    // Lengths of the code that describes the codes, in the order of the standard: 18 → 1 bit, 1 and 2 → 2 bits.
    for length in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2] { put(length, 3) }
    code("11")
    code("0")
    put(138 - 11, 7)
    code("0")
    put(117 - 11, 7)
    code("11")
    code("0")
    put(28 - 11, 7)
    code("10")
    code("10")
    code("10")  // the literal 0
    let matches = Int((count - 1) / 258)
    while bits.count % 8 != 0 && matches > 4 { bits.append(0) }
    var bytes: [UInt8] = []
    var index = 0
    let used = bits.count
    while index < used {
        var byte: UInt8 = 0
        for bit in 0..<8 where index + bit < used { byte |= bits[index + bit] << UInt8(bit) }
        bytes.append(byte)
        index += 8
    }
    // Four matches in each zero byte, then the end of the block.
    return bytes + [UInt8](repeating: 0, count: max(matches / 4, 0)) + [0b11]
}

func little(_ value: Int64, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) } }

/// The checksum of zip and gzip.
package func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = (sum >> 1) ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~sum
}
