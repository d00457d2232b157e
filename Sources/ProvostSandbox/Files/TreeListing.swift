import CLinux
import Glibc
package import ProvostCore

extension TreeFiles {
    /// One regular file of a tree.
    package struct Entry: Sendable, Hashable {
        /// Below the folder that was listed.
        package let name: String
        /// Its owner may execute it.
        package let isExecutable: Bool
    }

    /// The regular files below `folder` (or below its subfolder `under`), through no link, in no order; names that are no UTF-8 are left out.
    /// Folders more than 32 deep are left out too.
    ///
    /// Throws `invalid` when there are more than `atMost`, or when `under` is no folder.
    package static func list(beneath folder: String, under subfolder: String?, atMost: Int) throws(ProvostError) -> [Entry] {
        let root = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard root >= 0 else { throw .linux("open \(folder)", errno) }
        defer { close(root) }
        var found: [Entry] = []
        var waiting = [(subfolder ?? "", 0)]
        while let (path, depth) = waiting.popLast() {
            let handle = openFolder(path, beneath: root)
            guard handle >= 0 else {
                if depth == 0, subfolder != nil { throw ProvostError(.invalid, "\(path) is not a folder.") }
                continue
            }
            guard let stream = unsafe fdopendir(handle) else {
                close(handle)
                continue
            }
            defer { unsafe closedir(stream) }
            while let entry = unsafe readdir(stream) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
                }
                guard let name, name != ".", name != ".." else { continue }
                let whole = path.isEmpty ? name : path + "/" + name
                var status = stat()
                guard unsafe fstatat(handle, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR where depth < 32: waiting.append((whole, depth + 1))
                case S_IFREG:
                    guard found.count < atMost else {
                        throw ProvostError(.invalid, "There are more than \(atMost) files; keep fewer.")
                    }
                    found.append(Entry(name: whole, isExecutable: status.st_mode & 0o100 != 0))
                default: break
                }
            }
        }
        return found
    }

    private static func openFolder(_ path: String, beneath root: Int32) -> Int32 {
        let flags = UInt64(O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        return unsafe clinux_openat2(root, path.isEmpty ? "." : path, flags, 0, resolve)
    }
}
