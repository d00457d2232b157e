import Glibc
package import ProvostCore

/// A folder tree that rooms see, read-only, in place of the host's system: each folder, link and file at its top, but for the places
/// that every room has from us.
///
/// The tree must not change while a room uses it, and nothing in it may be writable by a room's user: links at its top are read once,
/// here, and made anew in each room, so that none is ever followed on the host.
package struct RoomImage: Sendable, Hashable {
    enum Entry: Sendable, Hashable {
        /// A folder or a file.
        case bind
        case link(String)
    }

    /// Absolute path of the tree on the host; rooms' users can pass through to it.
    package let root: String
    /// Variables that hold in every room of this image unless a room says otherwise (`PATH`, `JAVA_HOME`).
    package let environment: [String: String]
    let entries: [String: Entry]

    /// What rooms have from us, whatever the image has by that name.
    private static let ours: Set<String> = ["proc", "sys", "dev", "tmp", "run", "grade", "submission", "lab", "lost+found"]

    /// Throws `unavailable` when the tree is not there or holds nothing that a room could use.
    package init(root: String, environment: [String: String] = [:]) throws(ProvostError) {
        self.root = root
        self.environment = environment
        entries = Self.entries(of: root, leaving: Self.ours)
        guard !entries.isEmpty else {
            throw ProvostError(.unavailable, "There is no image at \(root); publish its grader or lab again to have it built.")
        }
    }

    static func entries(of folder: String, leaving: Set<String> = []) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for name in Files.names(in: folder) where !leaving.contains(name) {
            var information = stat()
            let path = folder + "/" + name
            guard unsafe lstat(path, &information) == 0 else { continue }
            switch information.st_mode & S_IFMT {
            case S_IFDIR, S_IFREG: entries[name] = .bind
            case S_IFLNK: entries[name] = Files.linkTarget(path).map { .link($0) }
            default: break
            }
        }
        return entries
    }
}

/// What a room's user is inside.
package enum RoomRole: Sendable {
    /// User 1000 without a single capability: learners, graders, the unpacking of archives.
    case guest
    /// Root among `Sandbox.builderUsers`: for making images. Without root of ours there is none.
    case builder(RoomBuilder)
}

/// A room that makes an image.
///
/// Its root is a host user of its own in a user namespace with some thousand users, so that files can get owners; it has no privilege
/// outside: not over the network, not over what it does not see. It sees its mounts alone, and the limits hold as in every room.
package struct RoomBuilder: Sendable {
    /// True for Debian's own tools and packages: every capability of the namespace and no seccomp filter, because they mount. False for
    /// what an instructor wrote: the capabilities that a package manager needs, and the filter of every room.
    package var isTrusted: Bool
    /// The image as the room's root, writable; nil: the host's programs, read-only.
    package var root: String?

    package init(isTrusted: Bool, root: String? = nil) {
        self.isTrusted = isTrusted
        self.root = root
    }
}
