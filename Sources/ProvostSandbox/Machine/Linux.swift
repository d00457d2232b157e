import CLinux
import Glibc
import ProvostCore

/// A file descriptor that closes itself.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { Glibc.close(number) }
    /// Another descriptor for the same open file.
    func duplicate() throws(ProvostError) -> Descriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .linux("duplicate a descriptor", errno, advice: "Raise the daemon's open-file limit.") }
        return Descriptor(copy)
    }
    /// Gives the descriptor away; the receiver closes it.
    consuming func take() -> Int32 {
        let number = self.number
        discard self
        return number
    }
}

extension ProvostError {
    /// What Linux refused, in words, with what the operator can do. `number` is an errno, of either sign.
    static func linux(_ doing: String, _ number: Int32, advice: String = "") -> ProvostError {
        let words = unsafe String(cString: strerror(abs(number)))
        return ProvostError(.unavailable, "Could not \(doing): \(words).\(advice.isEmpty ? "" : " " + advice)")
    }
}

/// What an errno means.
func systemWords(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }

/// Small files of /proc and /sys, and folders of our own. Never used on a path that a room can write.
enum Files {
    /// A small file; nil when it is missing or unreadable.
    static func read(_ path: String) -> String? { read(path, at: 4096) }

    /// A file of any size, whatever stat says of it.
    static func readAll(_ path: String) -> String? { read(path, at: 1 << 20) }

    private static func read(_ path: String, at step: Int) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: step)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { return count == 0 ? String(decoding: all, as: UTF8.self) : nil }
            all += buffer[..<count]
        }
    }

    /// Writes the text with one call, as kernel files want it. Returns 0 or an errno.
    static func write(_ text: String, to path: String) -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var text = text
        let count = text.withUTF8 { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        return count < 0 ? errno : 0
    }

    /// Where a symbolic link points, as it is written; nil when it is none.
    static func linkTarget(_ path: String) -> String? {
        var target = [UInt8](repeating: 0, count: 4096)
        let count = unsafe target.withUnsafeMutableBytes { unsafe readlink(path, $0.baseAddress!, $0.count) }
        return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes the folder with this mode whatever the umask, or gives an existing one that mode.
    static func makeFolder(_ path: String, mode: mode_t) throws(ProvostError) {
        if unsafe mkdir(path, mode) != 0, errno != EEXIST {
            throw .linux("make the folder \(path)", errno, advice: "Check that its parent exists and is ours.")
        }
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .linux("open the folder \(path)", errno) }
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw .linux("set the mode of \(path)", errno) }
    }

    static func names(in path: String) -> [String] {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return descriptor < 0 ? [] : names(inDescriptor: descriptor)
    }

    /// Takes the descriptor over.
    static func names(inDescriptor descriptor: Int32) -> [String] {
        guard let stream = unsafe fdopendir(descriptor) else {
            close(descriptor)
            return []
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a tree by descriptors, never following a link: what lies in it may have been made by a room.
    static func removeTree(_ name: String, in parent: Int32 = AT_FDCWD) {
        if unsafe unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
        var descriptor = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        // Without root, a folder that its maker closed to everybody, us as well.
        if descriptor < 0, errno == EACCES, unsafe fchmodat(parent, name, 0o700, AT_SYMLINK_NOFOLLOW) == 0 {
            descriptor = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        if descriptor >= 0 {
            for child in names(inDescriptor: dup(descriptor)) { removeTree(child, in: descriptor) }
            close(descriptor)
        }
        _ = unsafe unlinkat(parent, name, AT_REMOVEDIR)
    }
}

/// Runs `body` on a new detached thread: for waiting in the kernel, which the cooperative pool must never do.
/// Fails only when the machine is out of threads.
func onOwnThread(_ body: @escaping @Sendable () -> Void) throws(ProvostError) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, 512 << 10)
    let box = unsafe Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let error = unsafe pthread_create(
        &thread, &attributes,
        { pointer in
            unsafe Unmanaged<Box>.fromOpaque(pointer!).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    if error != 0 {
        unsafe box.release()
        throw .linux("start a thread", error, advice: "Too many rooms run at once, or the daemon's task limit is too low.")
    }
}

/// Nanoseconds of a clock that never jumps.
func monotonicNanoseconds() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
