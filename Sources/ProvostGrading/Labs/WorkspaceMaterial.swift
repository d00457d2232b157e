import Glibc
package import ProvostCore
package import ProvostSandbox

/// What of a lab version learners see at `/lab` while they work.
package enum WorkspaceMaterial {
    /// Folders with everything in them. Never tests, samples or the manifest, whatever else a lab holds.
    private static let folders: Set<String> = ["starter", "public", "material"]

    /// The read-only mounts of an unpacked lab version: `README*.md`, `starter/`, `public/`, `material/`, those that are there as plain
    /// files and folders; a link is left out, wherever it leads. Throws `unavailable` when the tree is not there.
    package static func mounts(tree: String) throws(ProvostError) -> [RoomMount] {
        let root = unsafe open(tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0, let stream = unsafe fdopendir(root) else {
            if root >= 0 { close(root) }
            throw ProvostError(
                .unavailable, "The lab's files are not there; publish the lab again, or tell the server's operator.")
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            var information = stat()
            guard unsafe fstatat(root, name, &information, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            let kind = information.st_mode & S_IFMT
            let isHandout = kind == S_IFREG && name.hasPrefix("README") && name.hasSuffix(".md")
            if isHandout || (kind == S_IFDIR && folders.contains(name)) { names.append(name) }
        }
        return names.sorted().map { .readOnly(host: "\(tree)/\($0)", at: "/lab/\($0)") }
    }
}
