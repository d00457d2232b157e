import CLinux
import Glibc
import ProvostCore

/// Copies of images and folders that are whole or not there at all: made beside the target under a temporary name, written to the
/// disk, then renamed.
enum VolumeCopy {
    /// Names beginning so are left over when found at a start.
    static let temporaryPrefix = ".new-"

    static func temporaryName(in folder: String) -> String {
        "\(folder)/\(temporaryPrefix)\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    /// A copy that shares its blocks where the file system can do that, and otherwise leaves out what was never written. On the disk
    /// when this returns.
    static func file(_ source: String, to target: String) throws(ProvostError) {
        let first = unsafe open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard first >= 0 else { throw .linux("open \(name(source))", errno) }
        let from = Descriptor(first)
        let second = unsafe open(target, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard second >= 0 else { throw .linux("make a copy of \(name(source))", errno) }
        let into = Descriptor(second)
        if clinux_clone(from.number, into.number) < 0 { try sparse(from.number, into.number, name(source)) }
        guard fsync(into.number) == 0 else { throw .linux("write a copy of \(name(source)) to the disk", errno) }
    }

    private static func sparse(_ from: Int32, _ into: Int32, _ name: String) throws(ProvostError) {
        var information = stat()
        guard unsafe fstat(from, &information) == 0, ftruncate(into, information.st_size) == 0 else {
            throw .linux("make a copy of \(name)", errno)
        }
        var offset: off_t = 0
        while offset < information.st_size {
            let start = lseek(from, offset, clinux_seek_data)
            if start < 0 {
                guard errno == ENXIO else { throw .linux("read \(name)", errno) }
                return
            }
            let end = lseek(from, start, clinux_seek_hole)
            guard end > start else { throw .linux("read \(name)", errno) }
            var position = Int64(start)
            while position < Int64(end) {
                let count = clinux_copy_range(from, into, position, min(Int64(end) - position, 1 << 26))
                guard count >= 0 else { throw .linux("copy \(name)", Int32(count), advice: "Is the server's disk full?") }
                // It became shorter under us: a copy with a hole in its place would look whole.
                guard count > 0 else { throw VolumeImage.damaged("its image file was cut short while it was copied") }
                position += count
            }
            offset = end
        }
    }

    /// A folder with everything in it: owners, times, hard links, extended attributes.
    static func folder(_ source: String, to target: String) throws(ProvostError) {
        let result = try HostProgram.run(
            "cp", ["-a", "--reflink=auto", "--", source, target], package: "coreutils", limit: .seconds(6 * 3600))
        guard result.status == 0 else {
            throw ProvostError(
                .unavailable,
                "Not every file of the volume could be copied; nothing was changed. Is the disk full, or a folder unreadable?",
                cause: VolumeImage.Said(result))
        }
        let descriptor = unsafe open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .linux("open a copied volume", errno) }
        let opened = Descriptor(descriptor)
        let error = clinux_syncfs(opened.number)
        if error < 0 { throw .linux("write a copied volume to the disk", error) }
    }

    /// Writes the names in a folder to the disk.
    static func syncFolder(_ path: String) throws(ProvostError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .linux("open \(path)", errno) }
        let folder = Descriptor(descriptor)
        guard fsync(folder.number) == 0 else { throw .linux("write \(path) to the disk", errno) }
    }

    /// Bytes on the disk of a file, or of a folder with everything in it.
    static func blocks(of path: String) -> Int64 {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else { return 0 }
        var sum = Int64(information.st_blocks) * 512
        if information.st_mode & S_IFMT == S_IFDIR {
            for name in Files.names(in: path) { sum += blocks(of: path + "/" + name) }
        }
        return sum
    }

    private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
}
