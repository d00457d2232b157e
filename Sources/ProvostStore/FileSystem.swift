import Glibc
import ProvostCore

/// The few file system calls that the store and the blobs share. All of them block.
enum FileSystem {
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the names in a folder durable: a rename or a new file is only on the disk after this.
    static func synchronizeFolder(_ path: String) throws(ProvostError) {
        try synchronize(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    static func synchronizeFile(_ path: String) throws(ProvostError) {
        try synchronize(path, O_RDONLY | O_CLOEXEC)
    }

    private static func synchronize(_ path: String, _ flags: Int32) throws(ProvostError) {
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else { throw StoreFailure.system("open \(path)", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreFailure.system("fsync \(path)", code: errno) }
    }

    /// Makes a folder with mode 0700; one that exists is given that mode.
    static func makePrivateFolder(_ path: String) throws(ProvostError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StoreFailure.system("mkdir \(path)", code: errno) }
        guard unsafe chmod(path, 0o700) == 0 else { throw StoreFailure.system("chmod \(path)", code: errno) }
    }

    /// Removes a file if it is there.
    static func remove(_ path: String) { _ = unsafe unlink(path) }
}

extension FileSystem {
    /// Removes every plain file in a folder of our own.
    static func removeFiles(in folder: String) throws(ProvostError) {
        guard let stream = unsafe opendir(folder) else { throw StoreFailure.system("opendir \(folder)", code: errno) }
        defer { unsafe closedir(stream) }
        let descriptor = unsafe dirfd(stream)
        while let entry = unsafe readdir(stream) {
            guard unsafe entry.pointee.d_type == UInt8(DT_REG) || entry.pointee.d_type == UInt8(DT_UNKNOWN) else { continue }
            let removed = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe unlinkat(descriptor, name.baseAddress!.assumingMemoryBound(to: CChar.self), 0)
            }
            // A file system that does not tell kinds apart lists “.” and “..” too.
            guard removed == 0 || errno == ENOENT || errno == EISDIR else {
                throw StoreFailure.system("unlink in \(folder)", code: errno)
            }
        }
    }
}
