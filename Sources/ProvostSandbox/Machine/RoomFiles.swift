import Glibc
import ProvostCore

/// Builds `tools/` of a sandbox: the `/etc` that every room sees, and the mount point for its `/tmp`.
enum RoomFiles {
    /// Public configuration that compilers and run-time systems read. Nothing here may hold a secret of the host.
    private static let copied = [
        "alternatives", "ca-certificates.conf", "debian_version", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
        "localtime",
        "magic", "mime.types", "os-release", "protocols", "python3", "services", "ssl/certs", "ssl/openssl.cnf", "terminfo",
        "timezone",
    ]
    /// Folders whose names carry a version.
    private static let copiedPrefixes = ["java-", "python3."]

    /// `home` is what `/etc/passwd` says of the room's user.
    static func build(in tools: String, home: String = "/tmp") throws(ProvostError) {
        try Files.makeFolder(tools, mode: 0o755)
        try Files.makeFolder(tools + "/tmp", mode: 0o755)
        let etc = tools + "/etc"
        Files.removeTree(etc)
        try Files.makeFolder(etc, mode: 0o755)
        try Files.makeFolder(etc + "/ssl", mode: 0o755)
        let versioned = Files.names(in: "/etc").filter { name in copiedPrefixes.contains { name.hasPrefix($0) } }
        for name in copied + versioned { copy("/etc/" + name, to: etc + "/" + name, depth: 0) }
        try write(
            "learner:x:1000:1000:learner:\(home):/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n", to: etc + "/passwd")
        try write("learner:x:1000:\nnogroup:x:65534:\n", to: etc + "/group")
        try write("127.0.0.1 localhost room\n::1 localhost\n", to: etc + "/hosts")
        try write("room\n", to: etc + "/hostname")
        // Where a builder's room gets the machine's own; empty in every other.
        try write("", to: etc + "/resolv.conf")
        try Files.makeFolder(etc + "/apt", mode: 0o755)
        try write("passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n", to: etc + "/nsswitch.conf")
    }

    /// Copies a program of ours to where rooms can run it, whatever the permissions of the place it lies in.
    static func install(_ program: String, as target: String) throws(ProvostError) {
        let temporary = target + ".new"
        _ = unsafe unlink(temporary)
        let from = unsafe open(program, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw .linux("read \(program)", errno) }
        defer { close(from) }
        let into = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
        guard into >= 0 else { throw .linux("write \(temporary)", errno) }
        defer { close(into) }
        var copied = 1
        while copied > 0 { copied = sendfile(into, from, nil, 1 << 20) }
        guard copied == 0, fchmod(into, 0o755) == 0, unsafe rename(temporary, target) == 0 else {
            throw .linux("write \(target)", errno)
        }
    }

    /// A whole file that everybody may read.
    static func write(_ text: String, to path: String) throws(ProvostError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .linux("write \(path)", errno) }
        defer { close(descriptor) }
        fchmod(descriptor, 0o644)
        var text = text
        let written = text.withUTF8 { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == text.utf8.count else { throw .linux("write \(path)", errno) }
    }

    /// Copies what everyone may read; anything else is left out, and so is what is not there. Links are copied as links.
    private static func copy(_ source: String, to target: String, depth: Int) {
        var information = stat()
        guard depth < 8, unsafe lstat(source, &information) == 0 else { return }
        switch information.st_mode & S_IFMT {
        case S_IFLNK:
            var link = [UInt8](repeating: 0, count: 4096)
            let count = unsafe link.withUnsafeMutableBytes { unsafe readlink(source, $0.baseAddress!, $0.count) }
            guard count > 0 else { return }
            _ = unsafe symlink(String(decoding: link[..<count], as: UTF8.self), target)
        case S_IFDIR where information.st_mode & 0o005 == 0o005:
            // Modes are set apart: the daemon's umask keeps its own files from others, and these are for the rooms.
            guard unsafe mkdir(target, 0o755) == 0 || errno == EEXIST, unsafe chmod(target, 0o755) == 0 else { return }
            for name in Files.names(in: source) { copy(source + "/" + name, to: target + "/" + name, depth: depth + 1) }
        case S_IFREG where information.st_mode & 0o004 != 0:
            let from = unsafe open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard from >= 0 else { return }
            defer { close(from) }
            let into = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard into >= 0 else { return }
            defer { close(into) }
            fchmod(into, 0o644)
            while sendfile(into, from, nil, 1 << 20) > 0 {}
        default: return
        }
    }
}
