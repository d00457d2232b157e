import Glibc
package import ProvostCore

/// A roster on its way: a file without a name, so that nothing of it outlives the import.
package final class RosterFile: Sendable {
    /// Larger than a million rows with long names.
    package static let largest = ByteCount.mebibytes(512)
    private let descriptor: Int32

    /// In the folder given, where others cannot read it. Throws `unavailable`.
    package init(in folder: String) throws(ProvostError) {
        let path = "\(folder)/roster-\(UInt64.random(in: 0 ... .max))"
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure() }
        unsafe unlink(path)
    }

    deinit { close(descriptor) }

    /// Throws `limitReached` beyond ``largest``, `unavailable` when the disk is full.
    package func append(_ bytes: [UInt8]) throws(ProvostError) {
        guard lseek(descriptor, 0, SEEK_END) + off_t(bytes.count) <= Self.largest.bytes else {
            throw ProvostError(.limitReached, "The roster is larger than \(Self.largest); split it into several files.")
        }
        var done = 0
        while done < bytes.count {
            let from = done
            let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress! + from, bytes.count - from) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure() }
            done += count
        }
    }

    /// At most 256 KiB from an offset; empty at the end.
    func piece(at offset: Int64) throws(ProvostError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let got = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Self.failure() }
            return Array(buffer[..<got])
        }
    }

    private static func failure() -> ProvostError {
        ProvostError(.unavailable, "The roster could not be kept while it is read: \(unsafe String(cString: strerror(errno))).")
    }
}
