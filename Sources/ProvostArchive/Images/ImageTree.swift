import CLinux
import Glibc
import ProvostCore

/// A root file system in the making, reached from one descriptor: every path is looked up as if the tree were the whole machine
/// (`RESOLVE_IN_ROOT`), so links in it lead where they will lead in a room, and nowhere else.
struct ImageTree: ~Copyable {
    /// A name as C has it: bytes, which need not be UTF-8, and a zero.
    typealias Name = [CChar]

    let root: Int32
    /// The folder of the last member; the next is mostly its neighbour.
    private var last: (path: [Name], folder: Int32)?

    init(root: Int32) { self.root = root }
    deinit { if let last { close(last.folder) } }

    /// The parts of a member's path. Throws a refusal for `..`; a leading `/` is the tree's top.
    static func parts(of path: [UInt8]) throws(UnpackStop) -> [Name] {
        var parts: [Name] = []
        for part in path.split(separator: UInt8(ascii: "/")) where part != [UInt8(ascii: ".")] {
            guard part != [UInt8(ascii: "."), UInt8(ascii: ".")] else {
                throw .refuse(.unsafePath, "\(shown(String(decoding: path, as: UTF8.self))) leads out of the image.")
            }
            parts.append(part.map { CChar(bitPattern: $0) } + [0])
        }
        return parts
    }

    static func text(_ parts: some Sequence<Name>) -> String {
        parts.map { String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) }.joined(separator: "/")
    }

    /// The folder of that path, following links inside the tree; nil when it is not there. Valid until the next call.
    mutating func folder(_ path: [Name], making: Bool) throws(UnpackStop) -> Int32? {
        if let last, last.path == path { return last.folder }
        guard let opened = try open(path, making: making) else { return nil }
        forget()
        last = (path, opened)
        return opened
    }

    /// To be called when something was removed or replaced: the folder kept may be gone.
    mutating func forget() {
        if let last { close(last.folder) }
        last = nil
    }

    private func open(_ path: [Name], making: Bool) throws(UnpackStop) -> Int32? {
        let joined: Name =
            path.isEmpty
            ? [CChar(bitPattern: UInt8(ascii: ".")), 0] : Array(path.map { $0.dropLast() }.joined(separator: [0x2F])) + [0]
        let flags = UInt64(O_RDONLY | O_DIRECTORY)
        let opened = unsafe clinux_openat2(root, joined, flags, 0, clinux_resolve_in_root | clinux_resolve_no_magiclinks)
        if opened >= 0 { return opened }
        switch -opened {
        case ENOENT:
            guard making, let name = path.last, let parent = try open(path.dropLast(), making: true) else { return nil }
            defer { close(parent) }
            guard unsafe mkdirat(parent, name, 0o755) == 0 || errno == EEXIST else {
                throw .failed(systemFailure("making \(shown(Self.text(path)))", errno))
            }
            let made = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard made >= 0 else { throw Self.noFolder(path) }
            return made
        case ENOTDIR, ELOOP: throw Self.noFolder(path)
        default: throw .failed(systemFailure("opening \(shown(Self.text(path)))", -opened))
        }
    }

    private static func noFolder(_ path: [Name]) -> UnpackStop {
        .refuse(.unsafePath, "\(shown(text(path))) is used as a folder, and is something else in the layers below.")
    }

    /// Removes what has that name, a whole tree when it is a folder. Nothing is followed. True when there was something.
    @discardableResult
    static func remove(_ name: Name, in parent: Int32) -> Bool {
        if unsafe unlinkat(parent, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        empty(name, in: parent)
        return unsafe unlinkat(parent, name, AT_REMOVEDIR) == 0
    }

    /// Removes what a folder holds.
    static func empty(_ name: Name, in parent: Int32) {
        let folder = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        for child in names(in: folder) { remove(child, in: folder) }
        close(folder)
    }

    /// The names in an open folder.
    static func names(in folder: Int32) -> [Name] {
        let copy = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [Name] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { pointer in
                    unsafe Name(UnsafeBufferPointer(start: pointer, count: strlen(pointer) + 1))
                }
            }
            if name != [0x2E, 0], name != [0x2E, 0x2E, 0] { names.append(name) }
        }
        return names
    }
}
