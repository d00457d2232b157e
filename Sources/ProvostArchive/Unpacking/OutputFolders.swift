import CLinux
import Glibc
import ProvostCore

/// One or two folders that are filled alike, by descriptor only: no path is followed from outside, no link is followed at all.
struct OutputFolders: ~Copyable {
    private let roots: [Int32]
    /// The folder that the last file went into, open in each root: archives list files folder by folder.
    private var parents: [Int32] = []
    private var parentPath: MemberPath?

    // O_PATH, openat2's constants and their kin are not visible from Swift.
    private static let resolveBeneath: UInt64 = 0x08 | 0x04 | 0x02  // BENEATH, NO_SYMLINKS, NO_MAGICLINKS

    /// The descriptors stay the caller's.
    init(roots: [Int32]) { self.roots = roots }

    deinit { for parent in parents { close(parent) } }

    /// Makes a folder (mode 0755) whose parent exists.
    mutating func makeFolder(_ path: MemberPath) throws(ProvostError) {
        for parent in try openParents(of: path) {
            guard unsafe mkdirat(parent, path.last, 0o755) == 0 else {
                throw systemFailure("making the folder \(shown(path.text))", errno)
            }
            // The umask is the process's, and may be anything.
            let made = try open(path.last, below: parent, O_RDONLY | O_DIRECTORY)
            defer { close(made) }
            guard fchmod(made, 0o755) == 0 else { throw systemFailure("making the folder \(shown(path.text))", errno) }
        }
    }

    /// Makes a new file in each root, mode 0644 or 0755, open for writing. The caller closes them.
    mutating func makeFile(_ path: MemberPath, executable: Bool) throws(ProvostError) -> [Int32] {
        var made: [Int32] = []
        do throws(ProvostError) {
            for parent in try openParents(of: path) {
                let file = try open(path.last, below: parent, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
                made.append(file)
                guard fchmod(file, executable ? 0o755 : 0o644) == 0 else {
                    throw systemFailure("making the file \(shown(path.text))", errno)
                }
            }
        } catch {
            for file in made { close(file) }
            throw error
        }
        return made
    }

    /// Opens a file made before, in the first root, for reading. The caller closes it.
    func openFile(_ path: MemberPath) throws(ProvostError) -> Int32 { try open(path.text, below: roots[0], O_RDONLY) }

    mutating func makeLink(_ path: MemberPath, to target: String) throws(ProvostError) {
        for parent in try openParents(of: path) {
            guard unsafe symlinkat(target, parent, path.last) == 0 else {
                throw systemFailure("making the link \(shown(path.text))", errno)
            }
        }
    }

    /// Moves what is inside the one folder `name` up into the roots and removes the folder.
    mutating func raise(contentOf name: String, children: [String]) throws(ProvostError) {
        closeParents()
        var aside = name + ".provost"
        while children.contains(aside) { aside += "-" }
        if aside.utf8.count > 255 { aside = ".provost" }
        while children.contains(aside) { aside += "-" }
        for root in roots {
            guard unsafe renameat(root, name, root, aside) == 0 else { throw systemFailure("moving \(shown(name))", errno) }
            let folder = try open(aside, below: root, O_RDONLY | O_DIRECTORY)
            defer { close(folder) }
            for child in children where unsafe renameat(folder, child, root, child) != 0 {
                throw systemFailure("moving \(shown(child))", errno)
            }
            guard unsafe unlinkat(root, aside, AT_REMOVEDIR) == 0 else { throw systemFailure("removing \(shown(aside))", errno) }
        }
    }

    private mutating func openParents(of path: MemberPath) throws(ProvostError) -> [Int32] {
        let wanted = path.parent
        if parentPath == wanted { return parents }
        closeParents()
        for root in roots {
            parents.append(try open(wanted.components.isEmpty ? "." : wanted.text, below: root, O_RDONLY | O_DIRECTORY))
        }
        parentPath = wanted
        return parents
    }

    private mutating func closeParents() {
        for parent in parents { close(parent) }
        parents = []
        parentPath = nil
    }

    private func open(_ path: String, below folder: Int32, _ flags: Int32, mode: UInt64 = 0) throws(ProvostError) -> Int32 {
        let descriptor = unsafe clinux_openat2(
            folder, path, UInt64(UInt32(bitPattern: flags | O_NOFOLLOW | O_CLOEXEC)), mode, Self.resolveBeneath)
        guard descriptor >= 0 else { throw systemFailure("opening \(shown(path))", errno) }
        return descriptor
    }
}

/// Writes all of `bytes` at `offset`, however many calls it takes.
func writeBytes(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int64) throws(ProvostError) {
    var written = 0
    while written < bytes.count {
        let count = unsafe pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(offset) + off_t(written))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw systemFailure("writing", count == 0 ? EIO : errno) }
        written += count
    }
}

func writeBytes(_ bytes: [UInt8], to descriptor: Int32, at offset: Int64) throws(ProvostError) {
    let result = unsafe bytes.withUnsafeBytes { all in
        Result { () throws(ProvostError) in unsafe try writeBytes(all, to: descriptor, at: offset) }
    }
    try result.get()
}
