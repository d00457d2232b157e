import Glibc
import ProvostCore

/// What an archive is, by its first bytes. The file's name is never asked.
enum ArchiveFormat: Equatable {
    enum Compression: String { case gzip, xz, zstd, bzip2 }
    case zip, sevenZip
    case tar(Compression?)

    /// As the report says it: `zip`, `7-zip`, `tar`, `tar+gzip`.
    var name: String {
        switch self {
        case .zip: "zip"
        case .sevenZip: "7-zip"
        case .tar(nil): "tar"
        case .tar(let compression?): "tar+\(compression.rawValue)"
        }
    }

    private static let known: [(magic: [UInt8], format: ArchiveFormat)] = [
        ([0x50, 0x4B, 3, 4], .zip), ([0x50, 0x4B, 5, 6], .zip),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
        ([0x1F, 0x8B], .tar(.gzip)), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .tar(.xz)),
        ([0x28, 0xB5, 0x2F, 0xFD], .tar(.zstd)), (Array("BZh".utf8), .tar(.bzip2)),
    ]
    /// Formats that people do send and that are turned down by name, so that the message can help.
    private static let declined: [(magic: [UInt8], name: String)] = [
        (Array("ALZ".utf8) + [1], "an ALZ archive"), (Array("EGGA".utf8), "an EGG archive"),
        (Array("Rar!".utf8) + [0x1A, 7], "a RAR archive"), ([0x50, 0x4B, 7, 8], "one part of a split zip"),
        (Array("MSCF".utf8), "a CAB archive"), (Array("LZIP".utf8), "an lzip file"), ([4, 0x22, 0x4D, 0x18], "an lz4 file"),
        ([0x1F, 0x9D], "a compress (.Z) file"), (Array("!<arch>".utf8), "an ar archive"),
        (Array("070701".utf8), "a cpio archive"),
    ]

    static func recognize(_ head: [UInt8]) throws(UnpackStop) -> ArchiveFormat {
        guard !head.isEmpty else { throw .refuse(.empty, "The archive is an empty file. Pack your files and send it again.") }
        if let entry = known.first(where: { head.starts(with: $0.magic) }) { return entry.format }
        if let entry = declined.first(where: { head.starts(with: $0.magic) }) {
            throw .refuse(
                .unsupportedFormat, "This is \(entry.name), which cannot be opened here. Pack the files as a zip and send that.")
        }
        if looksLikeTar(head) { return .tar(nil) }
        throw .refuse(
            .unknownFormat,
            "This is not an archive that can be opened here. Send a zip, tar, tar.gz, tar.xz, tar.zst, tar.bz2 or 7z.")
    }

    /// A tar header's checksum counts its own eight bytes as spaces; an all-zero block is the end mark of a tar of nothing.
    private static func looksLikeTar(_ head: [UInt8]) -> Bool {
        guard head.count >= 512 else { return false }
        let block = head[..<512]
        if block.allSatisfy({ $0 == 0 }) { return true }
        var claimed = 0
        for byte in block[148..<156] where (0x30...0x37).contains(byte) { claimed = claimed * 8 + Int(byte - 0x30) }
        let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
        return sum == claimed
    }
}

/// Reads up to `count` bytes at `offset`; fewer only at the end of the file.
func readBytes(_ descriptor: Int32, at offset: Int64, count: Int) throws(UnpackStop) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = 0
        while filled < count {
            let got = unsafe pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
            if got < 0 && errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got <= 0 { return }
            filled += got
        }
    }
    guard failure == 0 else { throw .failed(systemFailure("reading the archive", failure)) }
    return bytes
}

/// A failure of this machine, not of the archive. Retrying is safe.
func systemFailure(_ doing: String, _ code: Int32) -> ProvostError {
    let reason = unsafe String(cString: strerror(code))
    return ProvostError(.unavailable, "The server failed at \(doing): \(reason). Nothing is wrong with the archive; try again.")
}
