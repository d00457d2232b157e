import CLinux
import Glibc
package import ProvostCore

/// Files in trees that a room could write: reached by descriptor, one component at a time, never through a link.
package enum TreeFiles {
    /// Makes an empty folder with mode 0755 that belongs to a room's user (to us, without root).
    package static func makeFolder(_ path: String, owner: UInt32) throws(ProvostError) {
        guard unsafe mkdir(path, 0o755) == 0 else { throw failure("make", path) }
        let handedOver = unsafe chmod(path, 0o755) == 0 && (geteuid() != 0 || lchown(path, owner, owner) == 0)
        guard handedOver else { throw failure("hand over", path) }
    }

    /// Makes a folder, mode 0710, that a room's user can pass through and nobody else of this machine.
    package static func makePassage(_ path: String, for user: UInt32) throws(ProvostError) {
        guard unsafe mkdir(path, 0o700) == 0 else { throw failure("make", path) }
        guard unsafe lchown(path, 0, user) == 0, unsafe chmod(path, 0o710) == 0 else { throw failure("hand over", path) }
    }

    /// Gives a folder that a room's user owns its mode 0755 back. Call only where its parent belongs to us.
    package static func open(_ path: String) throws(ProvostError) {
        guard unsafe chmod(path, 0o755) == 0 else { throw failure("open", path) }
    }

    /// Writes everything of the file system that holds the folder to its disk, and waits for it.
    package static func flush(_ folder: String) throws(ProvostError) {
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        let error = clinux_syncfs(descriptor)
        guard error >= 0 else { throw .linux("write \(folder) to the disk", error) }
    }

    /// The content of a regular file below `folder`, or nil when there is none by that name.
    ///
    /// Throws `invalid` when something on the way is a link, when it is no regular file, or when it is larger than `limit`.
    package static func read(_ name: String, beneath folder: String, limit: Int) throws(ProvostError) -> [UInt8]? {
        guard let (descriptor, size) = try open(name, beneath: folder) else { return nil }
        defer { close(descriptor) }
        guard size <= limit else { throw ProvostError(.invalid, "\(name) is larger than \(ByteCount(Int64(limit))).") }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress! + done, $0.count - done)
            }
            guard count > 0 else { break }
            done += count
        }
        return Array(bytes.prefix(done))
    }

    /// Writes a new file that everybody may read into a folder of ours.
    package static func write(_ name: String, in folder: String, _ bytes: [UInt8]) throws(ProvostError) {
        let path = folder + "/" + name
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0, fchmod(descriptor, 0o644) == 0 else { throw failure("make", path) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
            guard count > 0 else { throw failure("write", path) }
            done += count
        }
    }

    /// Opens a regular file below `folder` for reading, and says its size in bytes; nil when there is none by that name. The caller closes
    /// the descriptor.
    ///
    /// Throws `invalid` when something on the way is a link, or when it is no regular file.
    package static func open(_ name: String, beneath folder: String) throws(ProvostError) -> (descriptor: Int32, size: Int64)? {
        var descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", folder) }
        let parts = name.split(separator: "/").map(String.init)
        for (index, part) in parts.enumerated() {
            guard part != "..", part != "." else {
                close(descriptor)
                throw ProvostError(.invalid, "\(name): a path must not hold “\(part)”.")
            }
            let last = index == parts.count - 1
            let next = unsafe openat(descriptor, part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY))
            let error = errno
            close(descriptor)
            if next < 0 {
                if error == ENOENT { return nil }
                throw ProvostError(.invalid, "\(name) is not a plain file; replace links by the files they point to.")
            }
            descriptor = next
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ProvostError(.invalid, "\(name) is not a plain file.")
        }
        return (descriptor, Int64(status.st_size))
    }

    /// What a tree takes of its disk, in bytes and in names. Stops counting beyond `limit` bytes. What vanishes meanwhile is left out: a room
    /// may be writing there.
    package static func usage(_ path: String, limit: Int64 = .max) -> (bytes: Int64, entries: Int) {
        var total: (bytes: Int64, entries: Int) = (0, 0)
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor >= 0 { add(descriptor, limit, &total) }
        return total
    }

    /// Takes the descriptor over.
    private static func add(_ folder: Int32, _ limit: Int64, _ total: inout (bytes: Int64, entries: Int)) {
        for name in Files.names(inDescriptor: dup(folder)) where total.bytes <= limit {
            var status = stat()
            guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            // A file with several names is counted once for each: on the safe side.
            total.bytes += Int64(status.st_blocks) * 512
            total.entries += 1
            guard status.st_mode & S_IFMT == S_IFDIR else { continue }
            let child = unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            if child >= 0 { add(child, limit, &total) }
        }
        close(folder)
    }

    /// Bytes that anybody may still write to the file system that holds the path.
    package static func free(_ path: String) -> Int64 {
        var (bytes, inodes, isMemory): (UInt64, UInt64, Int32) = (0, 0, 0)
        guard unsafe clinux_filesystem(path, &bytes, &inodes, &isMemory) >= 0 else { return 0 }
        return Int64(clamping: bytes)
    }

    /// Takes a whole tree away without following a link. What cannot be removed stays.
    package static func remove(_ path: String) { Files.removeTree(path) }

    private static func failure(_ verb: String, _ path: String) -> ProvostError {
        ProvostError(.unavailable, "\(path): cannot \(verb) it: \(unsafe String(cString: strerror(errno))).")
    }
}
