import CLinux
import Glibc
package import ProvostCore

/// Makes a tree fit to be an image: what rooms bring themselves are empty, real folders; everybody may read everything and only the
/// owner write; nothing has a setuid or setgid bit; devices, pipes and sockets are gone; there is a user 1000, and no trace of the machine's network.
package enum ImageSeal {
    /// Call it as root of a room that can write to the tree and to nothing else. The report counts what there is.
    ///
    /// Throws `invalid` when `/etc` or `/var` is something else than a folder, `unavailable` if this machine fails.
    package static func apply(to root: Int32) throws(ProvostError) -> UnpackReport {
        var report = UnpackReport(format: "image")
        for name in ["etc", "var"] { try folder(name, in: root, replacing: false) }
        for name in ["proc", "sys", "dev", "tmp", "run"] {
            try folder(name, in: root, replacing: true)
            ImageTree.empty(c(name), in: root)
        }
        let variable = open(root, "var")
        defer { close(variable) }
        try folder("tmp", in: variable, replacing: true)
        ImageTree.empty(c("tmp"), in: variable)
        // Mount points of a build that nobody put anything into.
        for path in ["autograder/source", "autograder", "grade/grader", "grade/lab", "grade", "submission", "lab"] {
            _ = unsafe unlinkat(root, path, AT_REMOVEDIR)
        }
        try configure(in: root)
        walk(dup(root), &report)
        return report
    }

    private static func c(_ text: String) -> ImageTree.Name { text.utf8.map { CChar(bitPattern: $0) } + [0] }

    private static func open(_ folder: Int32, _ name: String) -> Int32 {
        unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }

    private static func folder(_ name: String, in parent: Int32, replacing: Bool) throws(ProvostError) {
        var status = stat()
        if unsafe fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { return }
            guard replacing else {
                throw ProvostError(.invalid, "/\(name) of the image is not a folder; rooms need it to be one.")
            }
            ImageTree.remove(c(name), in: parent)
        }
        guard unsafe mkdirat(parent, name, 0o755) == 0 else { throw systemFailure("making /\(name) of the image", errno) }
    }

    // MARK: A few files of /etc

    private static func configure(in root: Int32) throws(ProvostError) {
        let etc = open(root, "etc")
        guard etc >= 0 else { throw systemFailure("opening /etc of the image", errno) }
        defer { close(etc) }
        try write("127.0.0.1 localhost room\n::1 localhost\n", to: "hosts", in: etc)
        try write("room\n", to: "hostname", in: etc)
        try write("", to: "resolv.conf", in: etc)
        for (file, line) in [("passwd", "learner:x:1000:1000:learner:/tmp:/bin/sh"), ("group", "learner:x:1000:")] {
            let text = read(file, in: etc)
            let known = text.split(separator: "\n").contains { line in
                let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                return fields.count > 2 && fields[2] == "1000"
            }
            if known { continue }
            try write(text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + line + "\n", to: file, in: etc)
        }
    }

    /// The first mebibyte of a regular file; empty when there is none.
    private static func read(_ name: String, in folder: Int32) -> String {
        let file = unsafe openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            count = unsafe max(0, Glibc.read(file, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to name: String, in folder: Int32) throws(ProvostError) {
        ImageTree.remove(c(name), in: folder)
        let file = unsafe openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw systemFailure("writing /etc/\(name) of the image", errno) }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw systemFailure("writing /etc/\(name) of the image", errno)
        }
    }

    // MARK: Modes

    /// Takes the descriptor over.
    private static func walk(_ folder: Int32, _ report: inout UnpackReport) {
        defer { close(folder) }
        for name in ImageTree.names(in: folder) {
            var status = stat()
            guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            // On the host, too, nobody but the builders' users may write to it.
            let mode = status.st_mode & 0o755
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                report.files += 1
                report.bytes = ByteCount(report.bytes.bytes + Int64(status.st_blocks) * 512 / Int64(max(1, status.st_nlink)))
                let wanted = mode | 0o444 | (mode & 0o111 == 0 ? 0 : 0o111)
                if wanted != status.st_mode & 0o7777 { _ = unsafe fchmodat(folder, name, wanted, 0) }
            case S_IFDIR:
                report.folders += 1
                report.bytes = ByteCount(report.bytes.bytes + Int64(status.st_blocks) * 512)
                let wanted = mode | 0o555
                if wanted != status.st_mode & 0o7777 { _ = unsafe fchmodat(folder, name, wanted, 0) }
                let child = unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                if child >= 0 { walk(child, &report) }
            case S_IFLNK: report.files += 1
            default: _ = unsafe unlinkat(folder, name, 0)
            }
        }
    }
}
