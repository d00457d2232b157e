import CLinux
import Glibc
package import ProvostCore

/// Single files into and out of a folder that a room's user owns, while other rooms of that user may be changing it.
///
/// Security: the folder's parent is ours; below it every step is by descriptor, with openat2: no link is followed, nothing beyond
/// the folder is reached, no other file system is entered. A file is written under a fresh name in the opened parent folder and
/// renamed: a rename replaces a link, a FIFO or a device and never opens it. What the user does to the fresh name meanwhile they
/// could as well do to the file afterwards. What they did to make a step impossible is told as `invalid` (it is theirs); what
/// this machine cannot do is `unavailable` (it is ours).
extension TreeFiles {
    static let resolve =
        clinux_resolve_beneath | clinux_resolve_no_symlinks | clinux_resolve_no_magiclinks | clinux_resolve_no_xdev

    /// A file on its way into a tree; gone again unless `commit` is reached.
    package struct NewFile: ~Copyable {
        private let name: String
        private let last: String
        private let parent: Descriptor
        private let file: Descriptor
        private let temporary: String
        private let owner: RoomUser
        private var madeRoom = false

        fileprivate init(
            name: String, last: String, parent: consuming Descriptor, file: consuming Descriptor, temporary: String,
            owner: RoomUser
        ) {
            self.name = name
            self.last = last
            self.parent = parent
            self.file = file
            self.temporary = temporary
            self.owner = owner
        }

        deinit { _ = unsafe unlinkat(parent.number, temporary, 0) }

        /// Throws `limitReached` when the tree's file system is full.
        package mutating func write(_ bytes: [UInt8]) throws(ProvostError) {
            var done = 0
            while done < bytes.count {
                let count = unsafe bytes.withUnsafeBytes {
                    unsafe Glibc.write(file.number, $0.baseAddress! + done, $0.count - done)
                }
                if count >= 0 {
                    done += count
                } else if (errno == ENOSPC || errno == EDQUOT), !madeRoom {
                    // The file that this one replaces is in the way.
                    madeRoom = true
                    _ = unsafe unlinkat(parent.number, last, 0)
                } else if errno != EINTR {
                    throw failure(errno, name)
                }
            }
        }

        /// Gives the file its permissions, its owner, and its name, whatever had that name before. Throws `invalid` when a folder
        /// has it, or the tree's owner was in the way.
        package consuming func commit(executable: Bool) throws(ProvostError) {
            guard fchmod(file.number, executable ? 0o755 : 0o644) == 0 else { throw failure(errno, name) }
            if geteuid() == 0, fchown(file.number, owner.uid, owner.uid) != 0 { throw failure(errno, name) }
            guard unsafe renameat(parent.number, temporary, parent.number, last) == 0 else { throw failure(errno, name) }
        }
    }

    /// Begins a file `name` below `folder`, making the folders on the way that are missing. `name` is relative and has no “..”.
    ///
    /// Throws `invalid` when something on the way is not a folder, `limitReached` when the file system is full.
    package static func create(_ name: String, beneath folder: String, owner: RoomUser) throws(ProvostError) -> NewFile {
        var parent = try openRoot(folder)
        var parts = try components(of: name)
        let last = parts.removeLast()
        for part in parts {
            var next = openFolder(part, in: parent)
            if next == -ENOENT {
                // It belongs to us, and to nobody else, until it is the owner's.
                if unsafe mkdirat(parent.number, part, 0o700) == 0 {
                    next = openFolder(part, in: parent)
                    if next >= 0 {
                        let handedOver = fchmod(next, 0o755) == 0 && (geteuid() != 0 || fchown(next, owner.uid, owner.uid) == 0)
                        if !handedOver { next = -errno }
                    }
                } else if errno == EEXIST {
                    next = openFolder(part, in: parent)
                } else {
                    next = -errno
                }
            }
            guard next >= 0 else { throw failure(-next, name) }
            parent = Descriptor(next)
        }
        let temporary = ".put-" + String(UInt64.random(in: 0 ..< .max), radix: 36)
        let number = unsafe clinux_openat2(
            parent.number, temporary, UInt64(O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW), 0o600, resolve)
        guard number >= 0 else { throw failure(-number, name) }
        return NewFile(
            name: name, last: last, parent: parent, file: Descriptor(number), temporary: temporary, owner: owner)
    }

    /// A regular file that is open for reading, once, up to the size that it had when it was opened.
    package struct OpenFile: ~Copyable {
        private let file: Descriptor
        private var left: Int

        fileprivate init(_ file: consuming Descriptor, size: Int) {
            self.file = file
            left = size
        }

        /// The next piece, at most 256 KiB; nil at the end. A file that shrank meanwhile ends early.
        package mutating func read() throws(ProvostError) -> [UInt8]? {
            guard left > 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: min(left, 256 << 10))
            var count = -1
            repeat {
                count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(file.number, $0.baseAddress, $0.count) }
            } while count < 0 && errno == EINTR
            guard count >= 0 else { throw .linux("read a file of the learner's folder", errno) }
            guard count > 0 else { return nil }
            left -= count
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    }

    /// Opens a regular file `name` below `folder`; never waits for whoever holds it. `name` is relative and has no “..”.
    ///
    /// Throws `invalid`, saying what is there instead, when there is none, something on the way is a link, or it is larger than
    /// `limit` bytes.
    package static func openFile(_ name: String, beneath folder: String, limit: Int) throws(ProvostError) -> OpenFile {
        let root = try openRoot(folder)
        let path = try components(of: name).joined(separator: "/")
        let number = unsafe clinux_openat2(
            root.number, path, UInt64(O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY), 0, resolve)
        guard number >= 0 else { throw failure(-number, name) }
        let file = Descriptor(number)
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw failure(errno, name) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ProvostError(.invalid, "\(name) is not a plain file.") }
        guard status.st_size <= limit else { throw ProvostError(.invalid, "\(name) is larger than \(ByteCount(Int64(limit))).") }
        return OpenFile(file, size: Int(status.st_size))
    }

    private static func openRoot(_ folder: String) throws(ProvostError) -> Descriptor {
        let number = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { throw .linux("open \(folder)", errno) }
        return Descriptor(number)
    }

    private static func openFolder(_ part: String, in parent: borrowing Descriptor) -> Int32 {
        unsafe clinux_openat2(parent.number, part, UInt64(O_RDONLY | O_DIRECTORY | O_NOFOLLOW), 0, resolve)
    }

    private static func components(of name: String) throws(ProvostError) -> [String] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains(where: { ["", ".", ".."].contains($0) || $0.utf8.contains(0) || $0.utf8.count > 255 }) else {
            throw ProvostError(.invalid, "“\(name)” is not a path below a folder.")
        }
        return parts
    }

    /// Whose fault an errno is. Everything that the owner of a tree can bring about is theirs.
    private static func failure(_ number: Int32, _ name: String) -> ProvostError {
        switch number {
        case ENFILE, EMFILE, ENOMEM, EIO, ENOSYS, EBADF, EFAULT, EINVAL: .linux("reach a file of the learner's folder", number)
        case ENOSPC, EDQUOT: ProvostError(.limitReached, "\(name): the learner's folder is full.")
        case ENOENT: ProvostError(.invalid, "\(name) is not there.")
        case ELOOP, EXDEV, ENOTDIR: ProvostError(.invalid, "\(name): a link, or something that is not a folder, is on the way.")
        case EISDIR, EEXIST, ENOTEMPTY: ProvostError(.invalid, "\(name) is a folder.")
        case EAGAIN: ProvostError(.invalid, "\(name) is held by another program of the learner.")
        default: ProvostError(.invalid, "\(name): \(unsafe String(cString: strerror(number))).")
        }
    }
}
