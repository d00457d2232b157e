import Glibc
import ProvostCore

/// One archive on its way into its folders: what was made so far, what it may still cost, what the learner is told.
struct Extraction: ~Copyable {
    enum Node { case file, folder, link }

    private(set) var report = UnpackReport()
    var folders: OutputFolders
    let limits: UnpackLimits
    let options: Unpacker.Options
    var decoder: NameDecoder
    let archiveSize: Int64
    /// Everything made or promised, by path. Paths are NFC, and so are Swift's comparisons: a name that exists twice is found in any form.
    var tree: [String: Node] = [:]
    private var links = LinkResolver()
    private var linkPaths: [MemberPath] = []
    private var junk: Set<String> = []
    private var regularFiles = 0
    /// The archive says that its top is the top (made by `Packer`).
    private var rootIsMarked = false

    init(
        folders: consuming OutputFolders, limits: UnpackLimits, options: Unpacker.Options, decoder: NameDecoder,
        archiveSize: Int64
    ) {
        self.folders = folders
        self.limits = limits
        self.options = options
        self.decoder = decoder
        self.archiveSize = archiveSize
    }

    mutating func run(_ descriptor: Int32) throws(UnpackStop) {
        let format = try ArchiveFormat.recognize(readBytes(descriptor, at: 0, count: 512))
        report.format = format.name
        var zip: ZipDirectory?
        if format == .zip {
            let directory = try ZipDirectory(reading: descriptor, archiveSize: archiveSize, limits: limits)
            for entry in directory.entries { decoder.survey(entry.name, entry.hints) }
            try checkClaims(directory)
            guard !directory.entries.isEmpty else { throw Self.noFiles }
            zip = directory
        }
        var reader = try ArchiveReader.open(format, descriptor: descriptor)
        while try reader.next() {
            guard reader.count <= limits.entries else { throw .tooManyEntries(limits) }
            if case .tar = format { try checkStream(reader.streamed) }
            if let zip {
                guard reader.count <= zip.entries.count else { throw .damaged("it holds more than its table of contents says") }
                try member(&reader, zip.entries[reader.count - 1])
            } else {
                try member(&reader, nil)
            }
        }
        if let zip, zip.entries.count != reader.count { throw .damaged("it holds less than its table of contents says") }
        guard regularFiles > 0 else { throw Self.noFiles }
        try finish()
    }

    mutating func refuse(_ refusal: UnpackReport.Refusal) { report.refusal = refusal }

    private static var noFiles: UnpackStop {
        .refuse(.empty, "The archive holds no files. Check which folder you packed and send it again.")
    }

    // MARK: One member

    private mutating func member(_ reader: inout ArchiveReader, _ entry: ZipEntry?) throws(UnpackStop) {
        guard let raw = entry?.name ?? reader.name else {
            throw .refuse(
                .unreadableName, "The name of entry \(reader.count) cannot be read. Pack the files as a zip and send that.")
        }
        let decoded = decoder.decode(raw, entry?.hints ?? NameHints(), surveyed: entry != nil)
        let path = try self.path(of: decoded, fromWindows: entry?.hints.fromWindows ?? false, noting: true)
        if reader.isEncrypted { throw .encrypted(path.text) }
        let kind = try kind(reader, entry, path)
        if path.components.isEmpty {
            guard kind == .folder else {
                throw .refuse(.unsafePath, "An entry of the archive has no name. Pack the files again.")
            }
            if reader.owner == Packer.rootMark { rootIsMarked = true }
            return
        }
        try path.check(limits, isFolder: kind == .folder)
        if let junk = path.junk {
            if self.junk.insert(junk).inserted { note(.leftOut, junk, "left behind by an operating system") }
            // Its bytes are still counted: what is left out must not be a way around the caps.
            if kind == .file { try readContent(&reader, of: path, into: []) }
            return
        }
        if reader.mode & 0o7000 != 0, kind == .file || kind == .folder {
            note(.modeMasked, path.text, "setuid, setgid or sticky bit taken away")
        }
        switch kind {
        case .folder: try addFolder(path)
        case .file: try addFile(path, &reader)
        case .hardLink:
            // Some makers store the content with each name; libarchive then hands it out here.
            if reader.size ?? 0 > 0 { try addFile(path, &reader) } else { try addCopy(path, &reader) }
        case .symbolicLink: try addLink(path, reader, fromWindows: entry?.hints.fromWindows ?? false)
        case .special:
            throw .refuse(
                .specialFile, "\(shown(path.text)) is a device, a pipe or a socket. Pack only files and folders.")
        }
    }

    /// What the entry is. In a zip both readers have to mean the same.
    private func kind(_ reader: borrowing ArchiveReader, _ entry: ZipEntry?, _ path: MemberPath) throws(UnpackStop)
        -> ArchiveReader.Kind
    {
        guard let entry else { return reader.kind }
        if entry.isSpecial { return .special }
        if entry.isLink {
            guard reader.kind == .symbolicLink, entry.size <= 4096 else {
                throw .damaged("the link \(shown(path.text)) is unreadable")
            }
            return .symbolicLink
        }
        guard reader.kind == .file || reader.kind == .folder, reader.size ?? entry.size == entry.size else {
            throw .damaged("the two descriptions of \(shown(path.text)) differ")
        }
        if entry.isFolder {
            guard entry.size == 0 else { throw .damaged("the folder \(shown(path.text)) has content") }
            return .folder
        }
        return .file
    }

    private mutating func path(of decoded: NameDecoder.Name, fromWindows: Bool, noting: Bool) throws(UnpackStop) -> MemberPath {
        var text = decoded.text
        if fromWindows { text = String(text.map { $0 == "\\" ? "/" : $0 }) }
        guard let normal = composed(text) else {
            throw .refuse(.unreadableName, "The name \(shown(text)) is not proper Unicode. Rename the file and pack again.")
        }
        let readable =
            normal.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
            ? normal.unicodeScalars.reduce(into: "") { result, scalar in
                let control = scalar.value < 0x20 || scalar.value == 0x7F
                if control { result += percentEscape(UInt8(scalar.value)) } else { result.unicodeScalars.append(scalar) }
            } : normal
        let path = try MemberPath(checking: readable)
        if noting, path.junk == nil {
            if let encoding = decoded.encoding { note(.nameDecoded, path.text, "read as \(encoding)") }
            if decoded.escaped { note(.nameEscaped, path.text, "its encoding is not known; bytes are written as %XX") }
            if readable != normal { note(.nameEscaped, path.text, "control characters are written as %XX") }
            if !normal.utf8.elementsEqual(text.utf8) { note(.nameComposed, path.text, "composed (NFC)") }
        }
        return path
    }

    private mutating func addFolder(_ path: MemberPath) throws(UnpackStop) {
        if path.components.isEmpty { return }
        switch tree[path.text] {
        case .folder: return
        case .file: throw Self.twice(path)
        case .link: throw Self.throughLink(path, path)
        case nil: break
        }
        try addFolder(path.parent)
        try claim(path, .folder)
        report.folders += 1
        try ours { () throws(ProvostError) in try folders.makeFolder(path) }
    }

    private mutating func addFile(_ path: MemberPath, _ reader: inout ArchiveReader) throws(UnpackStop) {
        try claimBelow(path, .file)
        let files = try makeFile(path, executable: reader.mode & 0o111 != 0)
        defer { for file in files { close(file) } }
        try readContent(&reader, of: path, into: files)
    }

    private mutating func readContent(_ reader: inout ArchiveReader, of path: MemberPath, into files: [Int32]) throws(UnpackStop)
    {
        let claimed = reader.size
        if let claimed { try checkRoom(for: claimed, path) }
        var position: Int64 = 0
        while let block = unsafe try reader.nextBlock(of: path.text) {
            let (stop, overflow) = unsafe block.offset.addingReportingOverflow(Int64(block.bytes.count))
            guard unsafe block.offset >= position, !overflow, stop <= claimed ?? Int64.max else {
                throw .damaged("\(shown(path.text)) holds more than it says")
            }
            try grow(by: stop - position, path)
            position = stop
            for file in files {
                try ours { () throws(ProvostError) in unsafe try writeBytes(block.bytes, to: file, at: block.offset) }
            }
        }
        guard let claimed, claimed > position else { return }
        // A sparse file may end in a hole.
        try grow(by: claimed - position, path)
        for file in files where ftruncate(file, off_t(claimed)) != 0 {
            throw .failed(systemFailure("writing \(shown(path.text))", errno))
        }
    }

    private mutating func addCopy(_ path: MemberPath, _ reader: inout ArchiveReader) throws(UnpackStop) {
        let target = try self.path(of: decoder.decode(reader.linkTarget ?? []), fromWindows: false, noting: false)
        guard tree[target.text] == .file else {
            throw .refuse(
                .unsafeLink,
                "\(shown(path.text)) is a hard link to \(shown(target.text)), which is no file before it in the archive. Pack plain files."
            )
        }
        try claimBelow(path, .file)
        let source = try ours { () throws(ProvostError) in try folders.openFile(target) }
        defer { close(source) }
        let files = try makeFile(path, executable: reader.mode & 0o111 != 0)
        defer { for file in files { close(file) } }
        var position: Int64 = 0
        while true {
            let bytes = try readBytes(source, at: position, count: 1 << 16)
            if bytes.isEmpty { return }
            try grow(by: Int64(bytes.count), path)
            for file in files {
                try ours { () throws(ProvostError) in try writeBytes(bytes, to: file, at: position) }
            }
            position += Int64(bytes.count)
        }
    }

    private mutating func addLink(_ path: MemberPath, _ reader: borrowing ArchiveReader, fromWindows: Bool) throws(UnpackStop) {
        var target = decoder.decode(reader.linkTarget ?? []).text
        target = composed(target) ?? target
        guard !target.isEmpty, target.utf8.count <= 4000, !target.unicodeScalars.contains("\0") else {
            throw .damaged("the link \(shown(path.text)) has no usable target")
        }
        try claimBelow(path, .link)
        links.targets[path.text] = target
        linkPaths.append(path)
    }

    private mutating func makeFile(_ path: MemberPath, executable: Bool) throws(UnpackStop) -> [Int32] {
        regularFiles += 1
        return try ours { () throws(ProvostError) in try folders.makeFile(path, executable: executable) }
    }

    private mutating func claimBelow(_ path: MemberPath, _ node: Node) throws(UnpackStop) {
        try addFolder(path.parent)
        guard tree[path.text] == nil else { throw Self.twice(path) }
        try claim(path, node)
        report.files += 1
    }

    private mutating func claim(_ path: MemberPath, _ node: Node) throws(UnpackStop) {
        guard tree.count < limits.entries else { throw .tooManyEntries(limits) }
        tree[path.text] = node
    }

    // MARK: After the last member

    private mutating func finish() throws(UnpackStop) {
        var top: String?
        let tops = tree.filter { !$0.key.utf8.contains(UInt8(ascii: "/")) }
        if options.stripSingleFolder, !rootIsMarked, tops.count == 1, let only = tops.first, only.value == .folder {
            top = only.key
        }
        if let top {
            let depth = top.utf8.count + 1
            let lift = { (path: MemberPath) in MemberPath(components: Array(path.components.dropFirst())) }
            // Links are judged by where they will be.
            links.targets = Dictionary(
                uniqueKeysWithValues: links.targets.map { (String($0.key.utf8.dropFirst(depth)) ?? $0.key, $0.value) })
            try checkLinks(linkPaths.map(lift))
            let children = tree.keys.filter { path in
                path.hasPrefix(top + "/") && path.utf8.dropFirst(depth).allSatisfy { $0 != UInt8(ascii: "/") }
                    && tree[path] != .link
            }.compactMap { String($0.utf8.dropFirst(depth)) }
            try ours { () throws(ProvostError) in try folders.raise(contentOf: top, children: children) }
            linkPaths = linkPaths.map(lift)
            report.folders -= 1
            for index in report.notes.indices where report.notes[index].path.hasPrefix(top + "/") {
                report.notes[index].path = String(report.notes[index].path.utf8.dropFirst(depth)) ?? report.notes[index].path
            }
            note(.folderStripped, top, "the one folder around everything was taken away")
        } else {
            try checkLinks(linkPaths)
        }
        for path in linkPaths {
            let target = links.targets[path.text] ?? ""
            try ours { () throws(ProvostError) in try folders.makeLink(path, to: target) }
        }
    }

    private func checkLinks(_ paths: [MemberPath]) throws(UnpackStop) {
        for path in paths where !links.staysInside(path) {
            throw .refuse(
                .unsafeLink,
                "\(shown(path.text)) is a link to \(shown(links.targets[path.text] ?? "")), which leads out of the folder. "
                    + "Pack the file itself instead of the link.")
        }
    }

    // MARK: Caps and words

    /// A zip says beforehand what it will cost; one that says too much is not even begun.
    private func checkClaims(_ directory: ZipDirectory) throws(UnpackStop) {
        var total: Int64 = 0
        for entry in directory.entries {
            let (sum, overflow) = total.addingReportingOverflow(entry.size)
            total = overflow ? Int64.max : sum
        }
        try checkTotal(total, nil)
    }

    private func checkRoom(for size: Int64, _ path: MemberPath) throws(UnpackStop) {
        let (sum, overflow) = report.bytes.bytes.addingReportingOverflow(max(size, 0))
        try checkTotal(overflow ? Int64.max : sum, path)
    }

    private mutating func grow(by count: Int64, _ path: MemberPath) throws(UnpackStop) {
        try checkRoom(for: count, path)
        report.bytes = ByteCount(report.bytes.bytes + count)
    }

    private func checkTotal(_ total: Int64, _ path: MemberPath?) throws(UnpackStop) {
        let place = path.map { " (at \(shown($0.text)))" } ?? ""
        if total > limits.bytes.bytes {
            throw .refuse(
                .tooLarge,
                "Unpacked, the files are larger than the allowed \(limits.bytes)\(place). Leave out what is not needed.")
        }
        let (most, overflow) = archiveSize.multipliedReportingOverflow(by: Int64(limits.ratio))
        if total > 1 << 20, !overflow, total > most {
            throw .refuse(
                .expandsTooMuch,
                "The files grow to more than \(limits.ratio) times the archive's size\(place). "
                    + "Leave out large files that hold almost nothing but repetition.")
        }
    }

    /// Headers are not content, but a compressed tar can be made of almost nothing else.
    private func checkStream(_ streamed: Int64) throws(UnpackStop) {
        if streamed > limits.bytes.bytes + Int64(limits.entries) * 4096 + 1 << 24 {
            throw .refuse(.expandsTooMuch, "The archive holds far more packing data than files. Pack the files again.")
        }
    }

    private mutating func note(_ kind: UnpackReport.Note.Kind, _ path: String, _ detail: String?) {
        if report.notes.count < 100 {
            report.notes.append(UnpackReport.Note(kind: kind, path: path, detail: detail))
        } else {
            report.notesDropped += 1
        }
    }

    private static func twice(_ path: MemberPath) -> UnpackStop {
        .refuse(
            .duplicateName,
            "\(shown(path.text)) is in the archive twice (or once as a file and once as a folder). Pack the folder afresh.")
    }

    private static func throughLink(_ path: MemberPath, _ link: MemberPath) -> UnpackStop {
        .refuse(
            .unsafeLink,
            "\(shown(link.text)) is a link and a folder at the same time. Pack the folder itself instead of the link.")
    }
}

/// Marks a failure of this machine as ours, so that it is never told to the learner as the archive's.
func ours<Result>(_ body: () throws(ProvostError) -> Result) throws(UnpackStop) -> Result {
    do throws(ProvostError) { return try body() } catch { throw .failed(error) }
}
