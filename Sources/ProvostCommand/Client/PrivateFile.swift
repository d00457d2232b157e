import Glibc

/// Small files that belong to one person.
package enum PrivateFile {
    /// The number that the operating system gave, and its sentence.
    package struct Failure: Error, CustomStringConvertible {
        package let number: Int32
        package var description: String { unsafe String(cString: strerror(number)) }
        init(_ number: Int32 = errno) { self.number = number }
        package var isMissing: Bool { number == ENOENT || number == ENOTDIR }
    }

    /// Writes the file whole or not at all, with mode 0600, making folders (0700) on the way. Replaces an older one.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolders(String(path[..<slash])) }
        let fresh = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure() }
        do throws(Failure) {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw Failure() }
        } catch {
            unsafe unlink(fresh)
            throw error
        }
        guard unsafe rename(fresh, path) == 0 else {
            let failure = Failure()
            unsafe unlink(fresh)
            throw failure
        }
    }

    /// The file's content; at most 1 MiB is read where no other limit is given.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure() }
        defer { close(descriptor) }
        return try readAll(descriptor, limit: limit)
    }

    /// What a descriptor holds from where it stands, up to a limit in bytes.
    static func readAll(_ descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while content.count < limit {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure()
            }
            if count == 0 { break }
            content += chunk[..<count]
        }
        return content
    }

    /// Writes every byte, resuming after interruptions.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let from = done
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress! + from, $0.count - from) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure()
            }
            done += count
        }
    }

    private static func makeFolders(_ path: String) throws(Failure) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw Failure() }
        try makeFolders(String(path[..<slash]))
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure() }
    }
}
