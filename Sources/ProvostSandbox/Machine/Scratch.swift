import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// A folder with hard limits on bytes and inodes (a tmpfs, charged to the memory of the room that writes), made for one
/// grading. Without root it is a plain folder and nothing limits it.
package final class Scratch: Sendable {
    /// Absolute path on the host. Rooms can pass through it to a folder of theirs and see nothing else in it.
    package let path: String
    private let isMount: Bool
    private let removed = Mutex(false)

    init(path: String, size: ByteCount, inodes: Int, privileged: Bool) throws(ProvostError) {
        self.path = path
        isMount = privileged
        if unsafe mkdir(path, 0o711) != 0 {
            if errno == EEXIST {
                throw ProvostError(.conflict, "There is a scratch folder of that name already; use another name.")
            }
            throw .linux("make the scratch folder \(path)", errno)
        }
        guard privileged else { return }
        let options = "mode=0711,size=\(max(4096, size.bytes)),nr_inodes=\(max(2, inodes + 1))"
        let error = unsafe clinux_mount_tmpfs(path, options)
        if error < 0 {
            _ = unsafe rmdir(path)
            throw .linux("mount a tmpfs at \(path)", error)
        }
    }

    /// Makes a folder in it and returns its absolute path. The owner is root (or the daemon's user) when nil. `mode` as
    /// in chmod(2). Throws `invalid` for a name with a slash, `conflict` when it exists.
    package func folder(_ name: String, owner: RoomUser?, mode: UInt32) throws(ProvostError) -> String {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else {
            throw ProvostError(.invalid, "“\(name)” is not a folder name; use one without “/”.")
        }
        let root = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0 else { throw .linux("open the scratch folder \(path)", errno) }
        defer { close(root) }
        if unsafe mkdirat(root, name, 0o700) != 0 {
            if errno == EEXIST { throw ProvostError(.conflict, "The scratch folder has a “\(name)” already; use another name.") }
            throw .linux("make the folder \(name) in \(path)", errno, advice: "Raise its limit of files.")
        }
        let made = unsafe openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard made >= 0 else { throw .linux("open the folder \(name) in \(path)", errno) }
        defer { close(made) }
        if let owner, isMount, fchown(made, owner.uid, owner.uid) != 0 { throw .linux("give \(name) to its user", errno) }
        guard fchmod(made, mode_t(mode)) == 0 else { throw .linux("set the mode of \(name)", errno) }
        return path + "/" + name
    }

    /// Unmounts and removes it. Does nothing the second time.
    package func remove() async {
        let first = removed.withLock { removed in
            defer { removed = true }
            return !removed
        }
        guard first else { return }
        await withCheckedContinuation { continuation in
            let work: @Sendable () -> Void = { [self] in
                if isMount { _ = unsafe clinux_unmount(path) }
                Files.removeTree(path)
                continuation.resume()
            }
            do throws(ProvostError) { try onOwnThread(work) } catch { work() }
        }
    }
}
