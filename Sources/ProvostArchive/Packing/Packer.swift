import Glibc
package import ProvostCore

/// What packing a folder came to.
package struct PackReport: Hashable, Sendable {
    /// Something that is in the folder and not in the archive.
    package struct LeftOut: Hashable, Sendable {
        /// Relative to the folder; a folder stands for all that is in it.
        package var path: String
        /// Why: the ignore file and its line (`src/.gitignore: *.o`), or a reason in words.
        package var rule: String
    }

    /// Files and links.
    package var files = 0
    /// Of all files together, before compression.
    package var bytes = ByteCount(0)
    /// Of the archive.
    package var packedBytes = ByteCount(0)
    /// In the order of the archive; empty if everything was packed.
    package var leftOut: [LeftOut] = []
    /// Names that are not the same on disk and in the archive (composed, or decoded from CP949), as they are in the archive.
    package var renamed: [String] = []
}

/// Turns a folder into an archive that `Unpacker` turns into the same folder.
package enum Packer {
    /// The owner of the entry `./` in every archive made here: it says that the top of the archive is the top that was meant, so that
    /// a folder that holds just one folder comes out as it went in.
    static let rootMark = Array("provost-root".utf8)

    /// Packs what is in `folder` as tar+zstd (a plain tar unless `compressed`) into `descriptor`. The same content gives the same bytes: sorted by name, no times, no owners,
    /// modes 0644 and 0755, names in NFC. Memory does not grow with the files' sizes.
    ///
    /// Links are kept if they are relative and stay inside. Sockets, pipes and devices are left out. With `ignoring: .submission`, ignore
    /// files above `folder` are not looked at. Throws `not-found` or `invalid`, naming the path, if the folder or something in it cannot be
    /// packed; `limit-reached` once the archive is larger than `sizeLimit`; `unavailable` if writing fails. Then the archive is of no use.
    package static func pack(
        folder: String, to descriptor: Int32, ignoring source: IgnoreRules.Source, sizeLimit: ByteCount? = nil,
        compressed: Bool = true
    ) throws(ProvostError) -> PackReport {
        let root = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else {
            let code = errno
            let reason = unsafe String(cString: strerror(code))
            throw ProvostError(code == ENOENT ? .notFound : .invalid, "Cannot open the folder \(shown(folder)): \(reason).")
        }
        defer { close(root) }
        return try withTextInUTF8 { () throws(ProvostError) -> PackReport in
            var packing = Packing(
                writer: try ArchiveWriter.open(descriptor, limit: sizeLimit, compressed: compressed), rules: IgnoreRules(source),
                decoder: try NameDecoder(insisting: nil))
            return try packing.run(root)
        }
    }
}

/// One folder on its way into an archive.
private struct Packing: ~Copyable {
    var writer: ArchiveWriter
    var rules: IgnoreRules
    var decoder: NameDecoder
    var report = PackReport()
    var links = LinkResolver()
    var linkPaths: [MemberPath] = []
    var largest: [(path: String, bytes: Int64)] = []

    init(writer: consuming ArchiveWriter, rules: IgnoreRules, decoder: NameDecoder) {
        self.writer = writer
        self.rules = rules
        self.decoder = decoder
    }

    mutating func run(_ root: Int32) throws(ProvostError) -> PackReport {
        do throws(ProvostError) {
            try writer.begin("./", .folder, owner: String(decoding: Packer.rootMark, as: UTF8.self))
            try walk(root, onDisk: [], path: MemberPath(components: []), depth: 0)
            for path in linkPaths where !links.staysInside(path) {
                throw ProvostError(
                    .invalid,
                    "\(shown(path.text)) is a link to \(shown(links.targets[path.text] ?? "")), which leads out of the folder. "
                        + "Replace it by a copy of what it points to, or leave it out by a line in .provostignore.")
            }
            report.packedBytes = try writer.finish()
        } catch {
            guard error.code == .limitReached else { throw error }
            let names = largest.sorted { $0.bytes > $1.bytes }.prefix(3).map { "\(shown($0.path)) (\(ByteCount($0.bytes)))" }
            throw ProvostError(
                error.code,
                "\(error.message) The largest files so far: \(names.joined(separator: ", ")). Leave out what is not needed by a line in "
                    + ".provostignore.")
        }
        return report
    }

    private mutating func walk(_ folder: Int32, onDisk base: [UInt8], path: MemberPath, depth: Int) throws(ProvostError) {
        // Each level holds a descriptor, and no archive that deep would be taken.
        guard depth <= 200 else { throw ProvostError(.invalid, "\(shown(path.text)) lies more than 200 folders deep.") }
        let names = try list(folder, path)
        for file in rules.wanted where names.contains(where: { $0.elementsEqual(file.utf8) }) {
            if let content = try readIgnoreFile(file, in: folder, path) { rules.add(content, file: file, base: base) }
        }
        defer { rules.drop(base: base) }
        var members: [(name: String, disk: [UInt8])] = []
        for disk in names { members.append((try readable(disk, in: path), disk)) }
        members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for (index, member) in members.enumerated() {
            try pack(
                member.name, member.disk, in: folder, base: base, parent: path, twin: index > 0 ? members[index - 1].name : nil,
                depth)
        }
    }

    private mutating func pack(
        _ name: String, _ disk: [UInt8], in folder: Int32, base: [UInt8], parent: MemberPath, twin: String?, _ depth: Int
    ) throws(ProvostError) {
        let path = MemberPath(components: parent.components + [name])
        var information = stat()
        let status = unsafe withName(disk) { unsafe fstatat(folder, $0, &information, AT_SYMLINK_NOFOLLOW) }
        guard status == 0 else { throw unreadable(path, errno) }
        let type = information.st_mode & S_IFMT
        if let rule = rules.rule(against: base + disk, isFolder: type == S_IFDIR) {
            report.leftOut.append(PackReport.LeftOut(path: path.text, rule: rule))
            return
        }
        guard twin != name else {
            throw ProvostError(
                .invalid, "Two names in the folder differ only in how they are written: \(shown(path.text)). Rename one.")
        }
        if !name.utf8.elementsEqual(disk) { report.renamed.append(path.text) }
        switch type {
        case S_IFDIR:
            let inner = unsafe withName(disk) { unsafe openat(folder, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            guard inner >= 0 else { throw unreadable(path, errno) }
            defer { close(inner) }
            try writer.begin(path.text + "/", .folder)
            try walk(inner, onDisk: base + disk + [UInt8(ascii: "/")], path: path, depth: depth + 1)
        case S_IFREG: try packFile(disk, in: folder, path)
        case S_IFLNK: try packLink(disk, in: folder, path)
        default:
            report.leftOut.append(PackReport.LeftOut(path: path.text, rule: "a socket, a pipe or a device"))
        }
    }

    private mutating func packFile(_ disk: [UInt8], in folder: Int32, _ path: MemberPath) throws(ProvostError) {
        // Should the file have become a pipe since, opening must not wait.
        let file = unsafe withName(disk) { unsafe openat(folder, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard file >= 0 else { throw unreadable(path, errno) }
        defer { close(file) }
        var information = stat()
        guard unsafe fstat(file, &information) == 0 else { throw unreadable(path, errno) }
        let size = Int64(information.st_size)
        report.files += 1
        report.bytes = ByteCount(report.bytes.bytes + size)
        largest.append((path.text, size))
        if largest.count > 64 { largest = Array(largest.sorted { $0.bytes > $1.bytes }.prefix(3)) }
        try writer.begin(path.text, .file(size: size, executable: information.st_mode & 0o100 != 0))
        var left = size
        var failure: Int32 = 0
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { unsafe block.deallocate() }
        while left > 0 {
            let count = unsafe read(file, block.baseAddress, min(block.count, Int(left)))
            if count < 0 && errno == EINTR { continue }
            if count < 0 { failure = errno }
            guard count > 0 else { break }
            unsafe try writer.write(UnsafeRawBufferPointer(rebasing: block[..<count]))
            left -= Int64(count)
        }
        if failure != 0 { throw unreadable(path, failure) }
        guard left == 0 else {
            throw ProvostError(.conflict, "\(shown(path.text)) became shorter while it was packed. Try again.")
        }
    }

    private mutating func packLink(_ disk: [UInt8], in folder: Int32, _ path: MemberPath) throws(ProvostError) {
        var target = [UInt8](repeating: 0, count: 4096)
        let count = unsafe target.withUnsafeMutableBytes { buffer in
            unsafe withName(disk) { name in
                unsafe readlinkat(folder, name, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count)
            }
        }
        guard count >= 0 else { throw unreadable(path, errno) }
        let text = decoder.decode(Array(target[..<count])).text
        links.targets[path.text] = composed(text) ?? text
        linkPaths.append(path)
        report.files += 1
        try writer.begin(path.text, .link(links.targets[path.text] ?? text))
    }

    /// The name as it will be in the archive.
    private mutating func readable(_ disk: [UInt8], in parent: MemberPath) throws(ProvostError) -> String {
        let decoded = decoder.decode(disk)
        if let name = composed(decoded.text) { return name }
        throw ProvostError(.invalid, "A name in \(shown(parent.text)) is not proper Unicode: \(shown(decoded.text)). Rename it.")
    }

    private func list(_ folder: Int32, _ path: MemberPath) throws(ProvostError) -> [[UInt8]] {
        // The stream owns the descriptor it is given, and ours is still needed.
        let copy = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else {
            let code = errno
            if copy >= 0 { close(copy) }
            throw unreadable(path, code)
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")] && name != Array("..".utf8) { names.append(name) }
        }
        guard errno == 0 else { throw unreadable(path, errno) }
        return names
    }

    /// nil if it is no plain file: git does not read a linked `.gitignore` either.
    private func readIgnoreFile(_ name: String, in folder: Int32, _ path: MemberPath) throws(ProvostError) -> [UInt8]? {
        let place = path.components.isEmpty ? name : "\(path.text)/\(name)"
        let file = unsafe openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if file < 0 && errno == ELOOP { return nil }
        guard file >= 0 else { throw unreadable(MemberPath(components: [place]), errno) }
        defer { close(file) }
        var information = stat()
        guard unsafe fstat(file, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        guard information.st_size <= 1 << 20 else { throw ProvostError(.invalid, "\(shown(place)) is larger than 1 MiB.") }
        do throws(UnpackStop) {
            return try readBytes(file, at: 0, count: Int(information.st_size))
        } catch {
            throw unreadable(MemberPath(components: [place]), EIO)
        }
    }

    private func unreadable(_ path: MemberPath, _ code: Int32) -> ProvostError {
        let reason = unsafe String(cString: strerror(code))
        return ProvostError(
            .invalid, "Cannot read \(shown(path.text)): \(reason). Make it readable or leave it out by a line in .provostignore.")
    }

    private func withName<Result>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe (name + [0]).withUnsafeBytes { bytes in unsafe body(bytes.baseAddress!.assumingMemoryBound(to: CChar.self)) }
    }
}
