import Glibc
import ProvostCore

/// One entry of a zip's central directory, checked against its local header.
struct ZipEntry {
    var name: [UInt8]
    var hints: NameHints
    var flags: UInt16
    var method: UInt16
    var checksum: UInt32
    var compressed: Int64
    var size: Int64
    var offset: Int64
    /// Unix type and permission bits; nil if the maker recorded none.
    var unixMode: UInt32?
    /// The DOS attribute for folders.
    var dosFolder: Bool

    var isFolder: Bool {
        let name = name.last == UInt8(ascii: "/") || (hints.fromWindows && name.last == UInt8(ascii: "\\"))
        return name || unixType == 0o040000 || (unixType == 0 && dosFolder && size == 0)
    }
    var isLink: Bool { unixType == 0o120000 }
    var isSpecial: Bool { ![0, 0o040000, 0o100000, 0o120000].contains(unixType) }
    private var unixType: UInt32 { (unixMode ?? 0) & 0o170000 }
}

/// A zip's central directory, read without inflating anything, and refused where two programs could read it in two ways.
///
/// What holds afterwards: one directory, at the end of the file and nowhere else; every local header repeats it; no byte of the
/// archive belongs to two entries; the entries are in the order of their data, which is also the order in which libarchive hands them out.
struct ZipDirectory {
    let entries: [ZipEntry]

    /// Refuses on damage, ambiguity, encryption, split archives, unknown compression and more entries than `limits` allow.
    init(reading descriptor: Int32, archiveSize: Int64, limits: UnpackLimits) throws(UnpackStop) {
        let end = try ZipEnd(reading: descriptor, archiveSize: archiveSize)
        guard end.count <= limits.entries else { throw UnpackStop.tooManyEntries(limits) }
        // Larger than any directory of that many entries can be.
        guard end.size <= Int64(end.count) * (46 + 3 * 0xFFFF), end.size <= 1 << 28 else {
            throw .damaged("its table of contents is too large")
        }
        let bytes = try readBytes(descriptor, at: end.start, count: Int(end.size))
        guard bytes.count == Int(end.size) else { throw .damaged("its table of contents is cut off") }
        var reader = ByteReader(bytes[...])
        var entries: [ZipEntry] = []
        entries.reserveCapacity(end.count)
        for number in 1...max(end.count, 1) where end.count > 0 {
            guard let entry = Self.entry(&reader) else {
                throw .damaged("entry \(number) of its table of contents is unreadable")
            }
            entries.append(entry)
        }
        guard reader.remaining == 0 else { throw .damaged("its table of contents holds more than it says") }
        entries.sort { $0.offset < $1.offset }
        try Self.checkLayout(&entries, descriptor: descriptor, directoryStart: end.start)
        self.entries = entries
    }

    private static func entry(_ reader: inout ByteReader) -> ZipEntry? {
        guard reader.number(4) == 0x0201_4B50, let madeBy = reader.number(2), reader.number(2) != nil,
            let flags = reader.number(2), let method = reader.number(2), reader.number(4) != nil,
            let checksum = reader.number(4), let compressed = reader.number(4), let size = reader.number(4),
            let nameLength = reader.number(2), let extraLength = reader.number(2), let commentLength = reader.number(2),
            let disk = reader.number(2), reader.number(2) != nil, let external = reader.number(4), let offset = reader.number(4),
            let name = reader.take(Int(nameLength)), let extra = reader.take(Int(extraLength)),
            reader.take(Int(commentLength)) != nil
        else { return nil }
        let system = madeBy >> 8
        var hints = NameHints(
            declaredUTF8: flags & 0x800 != 0, unicodePath: unicodePath(in: extra, for: name),
            fromWindows: [0, 6, 10, 11, 14].contains(system))
        hints.unicodePath = hints.unicodePath.flatMap { $0.isEmpty ? nil : $0 }
        guard
            let wide = Zip64(extra, size: size, compressed: compressed, offset: offset, disk: disk)
        else { return nil }
        return ZipEntry(
            name: Array(name), hints: hints, flags: UInt16(flags), method: UInt16(method), checksum: UInt32(checksum),
            compressed: wide.compressed, size: wide.size, offset: wide.offset,
            unixMode: system == 3 || system == 19 ? UInt32(external >> 16) : nil, dosFolder: external & 0x10 != 0)
    }

    /// The Unicode Path extra field, if it is well formed and made for these very bytes.
    private static func unicodePath(in extra: ArraySlice<UInt8>, for name: ArraySlice<UInt8>) -> [UInt8]? {
        var reader = ByteReader(extra)
        while let id = reader.number(2), let length = reader.number(2), let body = reader.take(Int(length)) {
            guard id == 0x7075 else { continue }
            var field = ByteReader(body)
            guard field.number(1) == 1, field.number(4) == UInt64(crc32(name)), let path = field.take(field.remaining) else {
                return nil
            }
            return Array(path)
        }
        return nil
    }

    /// Local headers agree, nothing overlaps, everything lies before the directory.
    private static func checkLayout(_ entries: inout [ZipEntry], descriptor: Int32, directoryStart: Int64) throws(UnpackStop) {
        var free: Int64 = 0
        for entry in entries {
            let name = shown(String(decoding: entry.name, as: UTF8.self))
            if entry.flags & 0x2041 != 0 || entry.method == 99 { throw .encrypted(String(decoding: entry.name, as: UTF8.self)) }
            guard [0, 8, 12, 14, 93, 95, 98].contains(entry.method) else {
                throw .refuse(
                    .unsupportedFormat,
                    "\(name) is compressed in a way that cannot be opened here (method \(entry.method)). "
                        + "Pack the files as an ordinary zip and send that.")
            }
            guard !entry.name.isEmpty else { throw .damaged("a file in it has no name") }
            guard entry.offset >= free else { throw .damaged("\(name) shares its bytes with another file") }
            guard entry.offset < directoryStart else { throw .damaged("\(name) is not where the table of contents says") }
            let head = try readBytes(descriptor, at: entry.offset, count: 30 + entry.name.count)
            var reader = ByteReader(head[...])
            guard reader.number(4) == 0x0403_4B50, reader.number(2) != nil, let flags = reader.number(2),
                let method = reader.number(2),
                reader.number(4) != nil, let checksum = reader.number(4), let compressed = reader.number(4),
                let size = reader.number(4),
                let nameLength = reader.number(2), let extraLength = reader.number(2)
            else { throw .damaged("\(name) is not where the table of contents says") }
            guard Int(nameLength) == entry.name.count, let local = reader.take(entry.name.count), local.elementsEqual(entry.name)
            else {
                throw .damaged("\(name) has two different names")
            }
            guard method == UInt64(entry.method), flags & 1 == 0 else { throw .damaged("the two descriptions of \(name) differ") }
            let start = entry.offset + 30 + Int64(nameLength) + Int64(extraLength)
            let extra = try readBytes(descriptor, at: entry.offset + 30 + Int64(nameLength), count: Int(extraLength))
            guard let wide = Zip64(extra[...], size: size, compressed: compressed, offset: 0, disk: 0) else {
                throw .damaged("the sizes of \(name) are unreadable")
            }
            // With bit 3 the sizes follow the data, and the local header may leave them 0.
            let later = flags & 8 != 0
            guard wide.size == entry.size || (later && wide.size == 0),
                wide.compressed == entry.compressed || (later && wide.compressed == 0),
                checksum == UInt64(entry.checksum) || (later && checksum == 0)
            else { throw .damaged("the two descriptions of \(name) differ") }
            guard entry.method != 0 || entry.compressed == entry.size else {
                throw .damaged("the sizes of \(name) contradict each other")
            }
            let (stop, overflow) = start.addingReportingOverflow(entry.compressed)
            guard !overflow, stop <= directoryStart else { throw .damaged("\(name) reaches beyond the end of the archive") }
            free = stop
        }
    }
}

extension UnpackStop {
    static func tooManyEntries(_ limits: UnpackLimits) -> UnpackStop {
        .refuse(
            .tooManyEntries,
            "The archive holds more than \(limits.entries) files and folders. Leave out what can be made again (build output, downloaded packages)."
        )
    }
}

/// Sizes and offset with the zip64 extra applied where the 32-bit fields are full.
private struct Zip64 {
    var size: Int64
    var compressed: Int64
    var offset: Int64

    /// nil if a needed field is missing, does not fit, or points to another disk.
    init?(_ extra: ArraySlice<UInt8>, size: UInt64, compressed: UInt64, offset: UInt64, disk: UInt64) {
        var values = (size: size, compressed: compressed, offset: offset, disk: disk)
        let full: UInt64 = 0xFFFF_FFFF
        if size == full || compressed == full || offset == full || disk == 0xFFFF {
            var reader = ByteReader(extra)
            var found: ByteReader?
            while found == nil, let id = reader.number(2), let length = reader.number(2), let body = reader.take(Int(length)) {
                if id == 1 { found = ByteReader(body) }
            }
            guard var field = found else { return nil }
            if size == full { guard let wide = field.number(8) else { return nil }; values.size = wide }
            if compressed == full { guard let wide = field.number(8) else { return nil }; values.compressed = wide }
            if offset == full { guard let wide = field.number(8) else { return nil }; values.offset = wide }
            if disk == 0xFFFF { guard let wide = field.number(4) else { return nil }; values.disk = wide }
        }
        guard values.disk == 0, let size = Int64(exactly: values.size), let compressed = Int64(exactly: values.compressed),
            let offset = Int64(exactly: values.offset)
        else { return nil }
        self.size = size
        self.compressed = compressed
        self.offset = offset
    }
}

/// The record at a zip's very end that says where the central directory is.
private struct ZipEnd {
    var count: Int
    var size: Int64
    var start: Int64

    init(reading descriptor: Int32, archiveSize: Int64) throws(UnpackStop) {
        let tailLength = min(archiveSize, 22 + 0xFFFF + 20)
        let tail = try readBytes(descriptor, at: archiveSize - tailLength, count: Int(tailLength))
        guard let found = tail.indices.reversed().first(where: { tail[$0...].starts(with: [0x50, 0x4B, 5, 6]) }) else {
            throw .damaged("its end is missing, as if the upload or the download had stopped halfway")
        }
        var reader = ByteReader(tail[(found + 4)...])
        guard let disk = reader.number(2), let startDisk = reader.number(2), let here = reader.number(2),
            let count = reader.number(2),
            let size = reader.number(4), let start = reader.number(4), let comment = reader.number(2)
        else { throw .damaged("its end is cut off") }
        guard reader.remaining == Int(comment) else { throw .damaged("something was appended to it, or its end is cut off") }
        var values = (disk: disk, startDisk: startDisk, here: here, count: count, size: size, start: start)
        let endOffset = archiveSize - tailLength + Int64(found)
        var directoryLimit = endOffset
        if found >= 20, tail[(found - 20)...].starts(with: [0x50, 0x4B, 6, 7]) {
            var locator = ByteReader(tail[(found - 16)...])
            guard locator.number(4) == 0, let place = locator.number(8).flatMap(Int64.init(exactly:)), locator.number(4) == 1,
                place >= 0, place <= endOffset - 20 - 56
            else { throw .damaged("its 64-bit end record cannot be found") }
            let record = try readBytes(descriptor, at: place, count: 56)
            var wide = ByteReader(record[...])
            guard wide.number(4) == 0x0606_4B50, wide.number(8) != nil, wide.number(4) != nil, let disk = wide.number(4),
                let startDisk = wide.number(4), let here = wide.number(8), let count = wide.number(8), let size = wide.number(8),
                let start = wide.number(8)
            else { throw .damaged("its 64-bit end record is unreadable") }
            let agrees = { (narrow: UInt64, full: UInt64, wide: UInt64) in narrow == full || narrow == wide }
            guard agrees(values.count, 0xFFFF, count), agrees(values.size, 0xFFFF_FFFF, size),
                agrees(values.start, 0xFFFF_FFFF, start)
            else { throw .damaged("its two end records differ") }
            values = (disk, startDisk, here, count, size, start)
            directoryLimit = place
        }
        guard values.disk == 0, values.startDisk == 0, values.here == values.count else {
            throw .refuse(
                .unsupportedFormat, "This is one part of a split zip. Pack the files as one ordinary zip and send that.")
        }
        guard let start = Int64(exactly: values.start), let size = Int64(exactly: values.size),
            let count = Int(exactly: values.count),
            size <= directoryLimit, start == directoryLimit - size
        else { throw .damaged("its table of contents is not where its end says") }
        self.count = count
        self.size = size
        self.start = start
    }
}
