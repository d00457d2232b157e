import Glibc
package import ProvostCore

/// Lays one layer of an OCI image over the tree of those below it.
///
/// Rules: OCI image specification 1.1, “Image Layer Filesystem Changeset”. A layer is a tar, plain or compressed with gzip or zstd.
/// `.wh.NAME` takes NAME of the layers below away, `.wh..wh..opq` everything that they have in its folder; neither touches what the same
/// layer brings. Devices, pipes and sockets are left out, setuid and setgid bits and extended attributes dropped. An owner that this
/// user namespace does not have becomes root.
package enum ImageLayer {
    /// `layer` is a seekable descriptor, `root` that of the tree's top; both stay the caller's. Run it as root of a room that can write to
    /// the tree and to nothing else.
    ///
    /// What is wrong with the layer is the report's `refusal`; the tree is then to be thrown away. Throws `unavailable` if this machine fails.
    package static func apply(layer: Int32, to root: Int32, limits: UnpackLimits) throws(ProvostError) -> UnpackReport {
        try withTextInUTF8 { () throws(ProvostError) -> UnpackReport in
            var report = UnpackReport()
            do throws(UnpackStop) {
                let format = try ArchiveFormat.recognize(readBytes(layer, at: 0, count: 512))
                switch format {
                case .tar(nil), .tar(.gzip), .tar(.zstd): report.format = format.name
                default: throw .refuse(.unsupportedFormat, "A layer must be a tar, a tar+gzip or a tar+zstd, not \(format.name).")
                }
                var tree = ImageTree(root: root)
                try takeAway(format, layer, &tree)
                try bring(format, layer, &tree, limits, &report)
            } catch {
                switch error {
                case .failed(let error): throw error
                case .refused(let refusal): report.refusal = refusal
                }
            }
            return report
        }
    }

    private static let mark = Array(".wh.".utf8).map { CChar(bitPattern: $0) }

    /// What stands after `.wh.` of a whiteout, with its zero; nil for any other name.
    private static func taken(_ name: ImageTree.Name) -> ImageTree.Name? {
        name.starts(with: mark) ? Array(name.dropFirst(mark.count)) : nil
    }

    private static func takeAway(_ format: ArchiveFormat, _ layer: Int32, _ tree: inout ImageTree) throws(UnpackStop) {
        var reader = try ArchiveReader.open(format, descriptor: layer)
        while try reader.next() {
            let path = try ImageTree.parts(of: reader.name ?? [])
            guard let name = path.last, let taken = taken(name) else { continue }
            guard taken != [0], taken != [0x2E, 0], taken != [0x2E, 0x2E, 0] else {
                throw .refuse(.unsafePath, "\(shown(ImageTree.text(path))) takes away no file.")
            }
            guard let folder = try tree.folder(path.dropLast(), making: false) else { continue }
            if taken == ImageTree.opaque {
                for child in ImageTree.names(in: folder) { ImageTree.remove(child, in: folder) }
            } else if !taken.starts(with: mark) {
                ImageTree.remove(taken, in: folder)
            }
            tree.forget()
        }
    }

    private static func bring(
        _ format: ArchiveFormat, _ layer: Int32, _ tree: inout ImageTree, _ limits: UnpackLimits, _ report: inout UnpackReport
    ) throws(UnpackStop) {
        var reader = try ArchiveReader.open(format, descriptor: layer)
        while try reader.next() {
            guard reader.count <= limits.entries else {
                throw .refuse(.tooManyEntries, "The layer holds more than \(limits.entries) files and folders.")
            }
            let path = try ImageTree.parts(of: reader.name ?? [])
            guard let name = path.last, taken(name) == nil else { continue }
            guard let folder = try tree.folder(path.dropLast(), making: true) else { continue }
            let text = ImageTree.text(path)
            switch reader.kind {
            case .folder:
                var status = stat()
                let exists = unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0
                if exists, status.st_mode & S_IFMT != S_IFDIR { ImageTree.remove(name, in: folder) }
                guard unsafe mkdirat(folder, name, 0o755) == 0 || errno == EEXIST else {
                    throw .failed(systemFailure("making \(shown(text))", errno))
                }
                report.folders += 1
            case .file:
                ImageTree.remove(name, in: folder)
                try write(&reader, name, in: folder, text, limits, &report)
                report.files += 1
            case .symbolicLink:
                ImageTree.remove(name, in: folder)
                let target = (reader.linkTarget ?? []).map { CChar(bitPattern: $0) } + [0]
                guard unsafe symlinkat(target, folder, name) == 0 else {
                    throw .failed(systemFailure("making the link \(shown(text))", errno))
                }
                report.files += 1
            case .hardLink:
                try link(reader, name, in: dup(folder), text, &tree)
                report.files += 1
                continue
            case .special:
                report.leaveOut(text, "a device, a pipe or a socket")
                continue
            }
            finish(reader, name, in: folder, text, &report)
        }
    }

    /// Owner, mode and time, in this order: a change of owner takes bits away.
    private static func finish(
        _ reader: borrowing ArchiveReader, _ name: ImageTree.Name, in folder: Int32, _ text: String, _ report: inout UnpackReport
    ) {
        let owner = reader.userAndGroup
        let user = uid_t(exactly: owner.user) ?? 0
        let group = gid_t(exactly: owner.group) ?? 0
        if unsafe fchownat(folder, name, user, group, AT_SYMLINK_NOFOLLOW) != 0 {
            _ = unsafe fchownat(folder, name, 0, 0, AT_SYMLINK_NOFOLLOW)
        }
        if reader.kind != .symbolicLink {
            if reader.mode & 0o6000 != 0 { report.leaveOut(text, "setuid or setgid bit taken away", .modeMasked) }
            _ = unsafe fchmodat(folder, name, mode_t(reader.mode & 0o1777), 0)
        }
        let times = [reader.modified, reader.modified]
        _ = unsafe utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW)
    }

    private static func write(
        _ reader: inout ArchiveReader, _ name: ImageTree.Name, in folder: Int32, _ text: String, _ limits: UnpackLimits,
        _ report: inout UnpackReport
    ) throws(UnpackStop) {
        let file = unsafe openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .failed(systemFailure("making \(shown(text))", errno)) }
        defer { close(file) }
        var end: Int64 = 0
        while let block = unsafe try reader.nextBlock(of: text) {
            let size = unsafe Int64(block.bytes.count)
            report.bytes = ByteCount(report.bytes.bytes + size)
            guard report.bytes <= limits.bytes else {
                throw .refuse(.tooLarge, "The layer holds more than \(limits.bytes).")
            }
            var done = 0
            while done < Int(size) {
                let count = unsafe pwrite(
                    file, block.bytes.baseAddress! + done, Int(size) - done, off_t(block.offset) + off_t(done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw .failed(systemFailure("writing \(shown(text))", errno)) }
                done += count
            }
            end = max(end, unsafe block.offset + size)
        }
        // A sparse file may end in a hole.
        if let size = reader.size, size > end, ftruncate(file, off_t(size)) != 0 {
            throw .failed(systemFailure("writing \(shown(text))", errno))
        }
    }

    /// Takes `folder` over: looking the target up may close the tree's own.
    private static func link(
        _ reader: borrowing ArchiveReader, _ name: ImageTree.Name, in folder: Int32, _ text: String, _ tree: inout ImageTree
    ) throws(UnpackStop) {
        defer { close(folder) }
        let target = try ImageTree.parts(of: reader.linkTarget ?? [])
        guard let last = target.last, let from = try tree.folder(target.dropLast(), making: false) else {
            throw .refuse(.unsafeLink, "\(shown(text)) is a second name of \(shown(ImageTree.text(target))), which is not there.")
        }
        var (old, new) = (stat(), stat())
        let same =
            unsafe fstatat(from, last, &old, AT_SYMLINK_NOFOLLOW) == 0 && fstatat(folder, name, &new, AT_SYMLINK_NOFOLLOW) == 0
            && old.st_ino == new.st_ino && old.st_dev == new.st_dev
        if same { return }
        ImageTree.remove(name, in: folder)
        guard unsafe linkat(from, last, folder, name, 0) == 0 else {
            throw .refuse(.unsafeLink, "\(shown(text)) cannot be a second name of \(shown(ImageTree.text(target))).")
        }
    }
}

extension ImageTree {
    /// What stands after `.wh.` of an opaque mark.
    static let opaque: Name = Array(".wh..opq".utf8).map { CChar(bitPattern: $0) } + [0]
}

extension UnpackReport {
    fileprivate mutating func leaveOut(_ path: String, _ why: String, _ kind: Note.Kind = .leftOut) {
        if notes.count < 100 { notes.append(Note(kind: kind, path: path, detail: why)) } else { notesDropped += 1 }
    }
}
