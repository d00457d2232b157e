/// Writes tars (ustar) byte by byte, so that tests can say anything in them that a stranger could.
package struct RawTar {
    package struct Entry {
        package var name: [UInt8]
        package var data: [UInt8] = []
        /// `0` file, `1` hard link, `2` symbolic link, `3` character device, `5` folder, `6` pipe.
        package var type: Character = "0"
        package var link: [UInt8] = []
        package var mode = 0o644
        /// What the header claims; nil: the length of `data`.
        package var size: Int?

        package init(_ name: [UInt8], _ data: [UInt8]) {
            self.name = name
            self.data = data
        }
        package init(_ name: String, _ data: String = "x", type: Character = "0", link: String = "", mode: Int = 0o644) {
            self.name = Array(name.utf8)
            self.data = type == "0" ? Array(data.utf8) : []
            self.type = type
            self.link = Array(link.utf8)
            self.mode = mode
        }
    }

    package var entries: [Entry]
    /// Two blocks of zeros, which every proper tar ends with.
    package var hasEndMark = true

    package init(_ entries: [Entry]) { self.entries = entries }

    package var bytes: [UInt8] {
        var output: [UInt8] = []
        for entry in entries {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
                for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
            }
            func octal(_ value: Int, _ width: Int, at offset: Int) {
                let digits = String(value, radix: 8)
                put((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8, at: offset)
            }
            precondition(entry.name.count <= 100 && entry.link.count <= 100, "the name does not fit into a plain tar header")
            put(entry.name, at: 0)
            octal(entry.mode, 8, at: 100)
            octal(0, 8, at: 108)
            octal(0, 8, at: 116)
            octal(entry.size ?? entry.data.count, 12, at: 124)
            octal(0, 12, at: 136)
            put([UInt8](repeating: 32, count: 8), at: 148)
            put(String(entry.type).utf8, at: 156)
            put(entry.link, at: 157)
            put("ustar".utf8, at: 257)
            put("00".utf8, at: 263)
            octal(header.reduce(0) { $0 + Int($1) }, 7, at: 148)
            output += header + entry.data + [UInt8](repeating: 0, count: (512 - entry.data.count % 512) % 512)
        }
        return output + (hasEndMark ? [UInt8](repeating: 0, count: 1024) : [])
    }
}

/// A gzip file around `bytes`, which are stored, not compressed.
package func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var start = 0
    repeat {
        let block = bytes[start..<min(start + 0xFFFF, bytes.count)]
        start += block.count
        output += [start == bytes.count ? 1 : 0] + little(Int64(block.count), 2) + little(Int64(~UInt16(block.count)), 2) + block
    } while start < bytes.count
    return output + little(Int64(crc32(bytes)), 4) + little(Int64(bytes.count), 4)
}

/// A gzip file that inflates to about `count` zeros, 1032 times its own size. Its checksum is wrong.
package func gzipBomb(_ prefix: [UInt8] = [], zeros count: Int64) -> [UInt8] {
    var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    precondition(prefix.count <= 0xFFFF, "the beginning has to fit into one block")
    if !prefix.isEmpty { output += [0] + little(Int64(prefix.count), 2) + little(Int64(~UInt16(prefix.count)), 2) + prefix }
    return output + deflatedZeros(count) + little(0, 8)
}
