import Crypto
import Glibc
package import ProvostCore

/// Contents named by their SHA-256, one file each: `ab/cdef…` in the store's folder. A content never changes; it is removed only when the
/// person is erased who handed it in.
///
/// A digest that was handed out is on the disk, name and bytes. All calls block: run them off the cooperative pool.
/// Every call throws `unavailable` when the disk is full, and then leaves nothing behind.
package final class BlobStore: Sendable {
    private let directory: String
    private let claims = BlobClaims()
    private var incoming: String { "\(directory)/incoming" }

    /// Makes the folder with all its subfolders (mode 0700), and removes what writers left that were never finished.
    /// One process at a time uses a folder.
    package init(directory: String) throws(ProvostError) {
        self.directory = directory
        // All subfolders at once: later a blob is two folders' worth of syncing less, and a full disk finds them there.
        let digits = Array("0123456789abcdef")
        try FileSystem.makePrivateFolder(directory)
        for high in digits {
            for low in digits { try FileSystem.makePrivateFolder("\(directory)/\(high)\(low)") }
        }
        try FileSystem.makePrivateFolder(incoming)
        try FileSystem.synchronizeFolder(directory)
        try FileSystem.synchronizeFolder(FileSystem.parent(of: directory))
        try FileSystem.removeFiles(in: incoming)
    }

    /// Begins a new blob.
    package func writer() throws(ProvostError) -> BlobWriter {
        try BlobWriter(folder: incoming, blobs: directory, claims: claims)
    }

    /// Stores a content that is in memory.
    package func put(_ content: [UInt8]) throws(ProvostError) -> ContentDigest {
        let writer = try writer()
        try writer.append(content)
        return try writer.finish()
    }

    /// A descriptor to read the content with (close-on-exec); the caller closes it. Throws `notFound`.
    package func open(_ digest: ContentDigest) throws(ProvostError) -> Int32 {
        let descriptor = unsafe Glibc.open(path(of: digest), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Self.failure("open", digest, errno) }
        return descriptor
    }

    /// The whole content. Throws `notFound`, and `limitReached` when it is longer than `limit` bytes.
    package func read(_ digest: ContentDigest, limit: Int) throws(ProvostError) -> [UInt8] {
        let descriptor = try open(digest)
        defer { close(descriptor) }
        let size = try Self.size(of: descriptor, digest)
        guard size.bytes <= limit else {
            throw ProvostError(
                .limitReached, "The content \(digest.short) has \(size); at most \(ByteCount(Int64(limit))) are read.")
        }
        var content = [UInt8](repeating: 0, count: Int(size.bytes))
        var filled = 0
        while filled < content.count {
            let got = unsafe content.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw Self.failure("read", digest, got < 0 ? errno : EIO) }
            filled += got
        }
        return content
    }

    /// The SHA-256 of what lies under a name now, in the memory of one piece however long it is: another one than the name when the file was
    /// changed. Throws `notFound`.
    package func digest(stored name: ContentDigest) throws(ProvostError) -> ContentDigest {
        let descriptor = try open(name)
        defer { close(descriptor) }
        var hasher = SHA256()
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let got = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress!, $0.count) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Self.failure("read", name, errno) }
            guard got > 0 else { return ContentDigest(bytes: hasher.finalize()) }
            unsafe piece.withUnsafeBytes { unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<got])) }
        }
    }

    /// Whether the content is there.
    package func contains(_ digest: ContentDigest) -> Bool { unsafe access(path(of: digest), F_OK) == 0 }

    /// Removes a content that no row names any more, for good; the caller has made sure of that. Whether it is gone now: false when the same
    /// bytes arrived within the last hour, since their row may be on its way.
    package func remove(_ digest: ContentDigest) throws(ProvostError) -> Bool {
        try claims.unlessHeld(digest) { () throws(ProvostError) in
            guard unsafe unlink(path(of: digest)) == 0 || errno == ENOENT else { throw Self.failure("unlink", digest, errno) }
            try FileSystem.synchronizeFolder(FileSystem.parent(of: path(of: digest)))
        }
    }

    /// How long the content is. Throws `notFound`.
    package func size(_ digest: ContentDigest) throws(ProvostError) -> ByteCount {
        let descriptor = try open(digest)
        defer { close(descriptor) }
        return try Self.size(of: descriptor, digest)
    }

    private func path(of digest: ContentDigest) -> String { Self.path(of: digest, in: directory) }

    static func path(of digest: ContentDigest, in directory: String) -> String {
        "\(directory)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    }

    private static func size(of descriptor: Int32, _ digest: ContentDigest) throws(ProvostError) -> ByteCount {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("fstat", digest, errno) }
        return ByteCount(Int64(status.st_size))
    }

    private static func failure(_ what: String, _ digest: ContentDigest, _ code: Int32) -> ProvostError {
        code == ENOENT
            ? ProvostError(.notFound, "There is no content \(digest.short).")
            : StoreFailure.system("\(what) blob \(digest.hex)", code: code)
    }
}
