import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// The volumes of all workspaces, and their snapshots, in one folder:
/// `ID.ext4` (or the folder `ID`), `snapshots/SNAPSHOT.ext4`, and `blank/SIZE-FILES.ext4`, formatted once and copied for each new volume.
///
/// Whatever replaces something is made beside it, written to the disk and renamed: a volume is the old one or the new one, whole, at
/// every instant. Everything that waits does so outside the cooperative pool. The caller sees to it that one volume has one operation at
/// a time; changing one that is mounted throws `conflict`.
package final class VolumeStore: Sendable {
    /// How volumes are kept.
    package let backend: VolumeBackend
    let folder: String
    let reserve: ByteCount
    private let blanks = Mutex<[String: Task<Void, any Error>]>([:])

    /// The least that a volume can be: ext4 with a journal, and something left over.
    package static let leastSize = ByteCount.mebibytes(16)

    /// - Parameters:
    ///   - folder: absolute path, made when missing; one store at a time uses it.
    ///   - reserve: what is left free on its disk, whatever is asked for.
    ///   - backend: nil: images as root, plain folders otherwise.
    ///
    /// Throws `unavailable` when the folder cannot be made, or images are asked for without root or without e2fsprogs.
    package init(folder: String, reserve: ByteCount, backend: VolumeBackend? = nil) throws(ProvostError) {
        self.folder = folder
        self.reserve = reserve
        self.backend = backend ?? (geteuid() == 0 ? .image : .directory)
        guard folder.hasPrefix("/") else { throw ProvostError(.invalid, "The folder of volumes must be an absolute path.") }
        if self.backend == .image {
            guard geteuid() == 0 else {
                throw ProvostError(.unavailable, "Volumes as images need root: run the daemon as root, or use plain folders.")
            }
            for program in ["mkfs.ext4", "e2fsck", "resize2fs"] where HostProgram.find(program) == nil {
                throw ProvostError(.unavailable, "The program \(program) is missing: install Debian's package “e2fsprogs”.")
            }
        }
        // Rooms' users pass through a folder volume; they see nothing beside it.
        let mode: mode_t = self.backend == .image ? 0o700 : 0o711
        for path in [folder, folder + "/blank", folder + "/snapshots"] { try Files.makeFolder(path, mode: mode) }
    }

    package func mount(of id: String) -> VolumeMount { VolumeMount(backend: backend, path: path(id)) }

    package func exists(_ id: String) -> Bool { Files.exists(path(id)) }

    /// A new, empty volume. `files` counts files, folders and links.
    ///
    /// Throws `conflict` when there is one of that name, `limitReached` when the server's disk would have less than the reserve left if it
    /// were filled, `invalid` for a size that cannot hold the files.
    package func create(_ id: String, size: ByteCount, files: Int) async throws(ProvostError) {
        try Self.check(id)
        guard size >= Self.leastSize else {
            throw ProvostError(.invalid, "A volume of \(size) is too small; the least is \(Self.leastSize).")
        }
        guard files > 0 else { throw ProvostError(.invalid, "A volume must hold one file at least.") }
        guard !exists(id) else { throw ProvostError(.conflict, "There is a volume of that name already.") }
        try checkRoom(for: backend == .image ? size : ByteCount(0))
        let temporary = VolumeCopy.temporaryName(in: folder)
        let target = path(id)
        guard backend == .image else {
            return try await offPool { [self] () throws(ProvostError) in
                try replacing(temporary) { () throws(ProvostError) in
                    try Files.makeFolder(temporary, mode: 0o711)
                    try Files.makeFolder(temporary + "/home", mode: 0o755)
                    if geteuid() == 0, unsafe chown(temporary + "/home", volumeOwner, volumeOwner) != 0 {
                        throw .linux("give a home to its learner", errno)
                    }
                    try put(temporary, at: target)
                }
            }
        }
        let rounded = ByteCount(size.bytes / 4096 * 4096)
        let blank = try await blank(size: rounded, files: files)
        try await offPool { [self] () throws(ProvostError) in
            try replacing(temporary) { () throws(ProvostError) in
                try VolumeCopy.file(blank, to: temporary)
                try put(temporary, at: target)
            }
        }
    }

    /// Makes a stopped volume larger or smaller; how many files it holds grows and shrinks with it. It is done on a copy, so nothing is
    /// lost whatever happens. Folders have no size: nothing is done.
    ///
    /// Throws `limitReached` when it holds more than `size`, or the disk has not enough for it above the reserve.
    package func resize(_ id: String, to size: ByteCount) async throws(ProvostError) {
        guard backend == .image else { return }
        let rounded = ByteCount(size.bytes / 4096 * 4096)
        guard rounded >= Self.leastSize else {
            throw ProvostError(.invalid, "A volume of \(size) is too small; the least is \(Self.leastSize).")
        }
        let target = path(id)
        let temporary = VolumeCopy.temporaryName(in: folder)
        try await prepare(id)
        try await offPool { [self] () throws(ProvostError) in
            try whileStopped(target) { () throws(ProvostError) in
                let now = try VolumeImage(path: target).superblock()
                guard now.size != rounded.bytes else { return }
                // While the copy is made both are there; afterwards the larger of the two may be filled.
                try checkRoom(for: ByteCount(max(VolumeCopy.blocks(of: target), rounded.bytes - now.size)))
                try replacing(temporary) { () throws(ProvostError) in
                    try VolumeCopy.file(target, to: temporary)
                    try VolumeImage(path: temporary).resize(to: rounded)
                    try put(temporary, at: target)
                }
            }
        }
    }

    /// To be called before a volume is mounted: it is there and whole, and was mended if it was not unmounted in order.
    ///
    /// Throws an error that says what to do when it is missing, cut short or damaged; nothing of it is changed then. Throws `limitReached`
    /// while the disk has less than the reserve: what a running workspace writes would take it. For a `rescue` it does not: files can be
    /// deleted only in what runs.
    package func prepare(_ id: String, rescue: Bool = false) async throws(ProvostError) {
        try Self.check(id)
        let target = path(id)
        if !rescue { try checkRoom(for: ByteCount(0)) }
        guard backend == .image else {
            guard exists(id), Files.exists(target + "/home") else {
                throw VolumeImage.damaged("its folder is missing on the server")
            }
            return
        }
        try await offPool { [self] () throws(ProvostError) in
            let image = VolumeImage(path: target)
            guard try !image.superblock().isClean else { return }
            try whileStopped(target, wait: true) { () throws(ProvostError) in
                try image.check(always: false)
                _ = try image.superblock()
            }
        }
    }

    /// Keeps a copy, and returns what it takes on the disk. A running volume must be frozen for it.
    package func snapshot(_ id: String, as snapshot: String) async throws(ProvostError) -> ByteCount {
        try Self.check(id)
        try Self.check(snapshot)
        let source = path(id)
        let target = snapshotPath(snapshot)
        return try await offPool { [self] () throws(ProvostError) -> ByteCount in
            guard Files.exists(source) else { throw VolumeImage.damaged("its image file is missing on the server") }
            if backend == .image { _ = try VolumeImage(path: source).superblock() }
            guard !Files.exists(target) else { throw ProvostError(.conflict, "There is a snapshot of that name already.") }
            try checkRoom(for: ByteCount(VolumeCopy.blocks(of: source)))
            try copy(source, to: target, replacing: false)
            return ByteCount(VolumeCopy.blocks(of: target))
        }
    }

    /// Puts the content of a snapshot in the place of a stopped volume, or of one that is gone; the snapshot stays.
    package func restore(_ id: String, from snapshot: String) async throws(ProvostError) {
        try Self.check(id)
        try Self.check(snapshot)
        let source = snapshotPath(snapshot)
        let target = path(id)
        try await offPool { [self] () throws(ProvostError) in
            guard Files.exists(source) else { throw ProvostError(.notFound, "That snapshot is not there; choose another.") }
            if backend == .image { _ = try VolumeImage(path: source).superblock() }
            try whileStopped(target) { () throws(ProvostError) in
                try checkRoom(for: ByteCount(VolumeCopy.blocks(of: source)))
                try copy(source, to: target, replacing: true)
            }
        }
    }

    /// A copy of a stopped or frozen volume as a new one.
    package func copy(_ id: String, to other: String) async throws(ProvostError) {
        try Self.check(id)
        try Self.check(other)
        let source = path(id)
        let target = path(other)
        try await offPool { [self] () throws(ProvostError) in
            var size = VolumeCopy.blocks(of: source)
            if backend == .image { size = max(size, try VolumeImage(path: source).superblock().size) }
            guard Files.exists(source) else { throw VolumeImage.damaged("its image file is missing on the server") }
            guard !Files.exists(target) else { throw ProvostError(.conflict, "There is a volume of that name already.") }
            try checkRoom(for: ByteCount(size))
            try copy(source, to: target, replacing: false)
        }
    }

    /// Puts a volume that is damaged out of the way, beside the snapshots, where an operator finds what is left of it; returns the file's name.
    package func setAside(_ id: String) async throws(ProvostError) -> String {
        try Self.check(id)
        let source = path(id)
        return try await offPool { [self] () throws(ProvostError) -> String in
            var number = 1
            while Files.exists(snapshotPath("damaged-\(id)-\(number)")) { number += 1 }
            let name = "damaged-\(id)-\(number)"
            try whileStopped(source) { () throws(ProvostError) in try put(source, at: snapshotPath(name)) }
            return name
        }
    }

    /// Removes a snapshot; does nothing when it is not there.
    package func removeSnapshot(_ snapshot: String) async throws(ProvostError) {
        try Self.check(snapshot)
        let target = snapshotPath(snapshot)
        try await offPool { [self] () throws(ProvostError) in try discard(target) }
    }

    /// Removes a stopped volume; does nothing when it is not there.
    package func remove(_ id: String) async throws(ProvostError) {
        try Self.check(id)
        let target = path(id)
        try await offPool { [self] () throws(ProvostError) in
            try whileStopped(target) { () throws(ProvostError) in try discard(target) }
        }
    }

    /// What a volume takes on the disk; zero when it is not there.
    package func size(of id: String) -> ByteCount { ByteCount(VolumeCopy.blocks(of: path(id))) }

    /// Files of this volume that were put aside.
    package func aside(of id: String) -> [String] {
        Files.names(in: folder + "/snapshots").filter { $0.hasPrefix("damaged-\(id)-") }.sorted()
    }

    package func accounting() async -> VolumeAccounting {
        let counted = try? await offPool { [self] () throws(ProvostError) -> VolumeAccounting in
            var committed: Int64 = 0
            var real: Int64 = 0
            for path in [folder, folder + "/snapshots", folder + "/blank"] {
                for name in Files.names(in: path) where path != folder || (name != "snapshots" && name != "blank") {
                    let file = path + "/" + name
                    let blocks = VolumeCopy.blocks(of: file)
                    real += blocks
                    guard path == folder, !name.hasPrefix(".") else { continue }
                    var information = stat()
                    guard unsafe lstat(file, &information) == 0 else { continue }
                    committed += information.st_mode & S_IFMT == S_IFREG ? Int64(information.st_size) : blocks
                }
            }
            return VolumeAccounting(committed: ByteCount(committed), real: ByteCount(real), free: free(), reserve: reserve)
        }
        return counted ?? VolumeAccounting(committed: ByteCount(0), real: ByteCount(0), free: free(), reserve: reserve)
    }

    /// What is free on the volumes' disk when that is less than the reserve; nil: enough is. Cheap, unlike `accounting`.
    package func shortage() -> (free: ByteCount, reserve: ByteCount)? {
        let free = free()
        return free < reserve ? (free, reserve) : nil
    }

    /// What is free on the volumes' disk, and what of it is never given away. Cheap.
    package func room() -> (free: ByteCount, reserve: ByteCount) { (free(), reserve) }

    /// Removes what a killed daemon was in the middle of making. For a start, before anything else is asked of the store.
    package func sweep() {
        for path in [folder, folder + "/snapshots", folder + "/blank"] {
            for name in Files.names(in: path) where name.hasPrefix(VolumeCopy.temporaryPrefix) {
                Files.removeTree(path + "/" + name)
            }
        }
    }
}

extension VolumeStore {
    private func path(_ id: String) -> String { folder + "/" + id + (backend == .image ? ".ext4" : "") }
    private func snapshotPath(_ id: String) -> String { folder + "/snapshots/" + id + (backend == .image ? ".ext4" : "") }

    /// Ids become file names.
    private static func check(_ id: String) throws(ProvostError) {
        let allowed = id.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x5F
        }
        guard allowed, !id.isEmpty, id.utf8.count <= 200, id != "snapshots", id != "blank" else {
            throw ProvostError(.invalid, "“\(id.prefix(40))” cannot name a volume.")
        }
    }

    private func free() -> ByteCount {
        var usage = clinux_usage()
        return unsafe clinux_usage(folder, &usage) == 0 ? ByteCount(Int64(clamping: usage.bytes_available)) : ByteCount(0)
    }

    private func checkRoom(for size: ByteCount) throws(ProvostError) {
        let free = free()
        guard free.bytes - size.bytes >= reserve.bytes else {
            throw ProvostError(
                .limitReached,
                "The server's disk is full: \(free) are free, of which \(reserve) are kept in reserve, and \(size) are needed. "
                    + "Tell the operator; removing old snapshots gives space back.")
        }
    }

    /// The blank image of that size, formatted by whoever asks first.
    private func blank(size: ByteCount, files: Int) async throws(ProvostError) -> String {
        let name = "\(size.bytes)-\(files).ext4"
        let target = folder + "/blank/" + name
        if Files.exists(target) { return target }
        let task = blanks.withLock { blanks in
            if let running = blanks[name] { return running }
            let task = Task<Void, any Error> { [self] in
                let temporary = VolumeCopy.temporaryName(in: folder + "/blank")
                try await offPool { [self] () throws(ProvostError) in
                    if Files.exists(target) { return }
                    try replacing(temporary) { () throws(ProvostError) in
                        try VolumeImage.format(temporary, size: size, files: files)
                        try put(temporary, at: target)
                    }
                }
            }
            blanks[name] = task
            return task
        }
        do {
            try await task.value
            blanks.withLock { $0[name] = nil }
        } catch {
            blanks.withLock { $0[name] = nil }
            throw error as? ProvostError ?? ProvostError(.internalError, "A blank volume could not be made.", cause: error)
        }
        return target
    }

    /// Runs `body`, and removes what it left at the temporary name when it throws.
    private func replacing(_ temporary: String, _ body: () throws(ProvostError) -> Void) throws(ProvostError) {
        do throws(ProvostError) { try body() } catch {
            Files.removeTree(temporary)
            throw error
        }
    }

    /// Renames what is at the temporary name, which is whole, to its own. A folder that is there already changes places with it.
    private func put(_ temporary: String, at target: String) throws(ProvostError) {
        let parent = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
        if backend == .image {
            let descriptor = unsafe open(temporary, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw .linux("open a new volume", errno) }
            let file = Descriptor(descriptor)
            guard fsync(file.number) == 0 else { throw .linux("write a volume to the disk", errno) }
        }
        if unsafe rename(temporary, target) != 0 {
            guard errno == ENOTEMPTY || errno == EEXIST else { throw .linux("put a volume in its place", errno) }
            let error = unsafe clinux_exchange(temporary, target)
            if error < 0 { throw .linux("put a volume in its place", error) }
            Files.removeTree(temporary)
        }
        try VolumeCopy.syncFolder(parent)
    }

    private func copy(_ source: String, to target: String, replacing existing: Bool) throws(ProvostError) {
        let temporary = VolumeCopy.temporaryName(in: String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]))
        try replacing(temporary) { () throws(ProvostError) in
            switch backend {
            case .image: try VolumeCopy.file(source, to: temporary)
            case .directory: try VolumeCopy.folder(source, to: temporary)
            }
            guard existing || !Files.exists(target) else { throw ProvostError(.conflict, "There is one of that name already.") }
            try put(temporary, at: target)
        }
    }

    /// Out of its place at once, then removed: a half-removed folder is never taken for a volume.
    private func discard(_ target: String) throws(ProvostError) {
        let parent = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
        let temporary = VolumeCopy.temporaryName(in: parent)
        guard unsafe rename(target, temporary) == 0 else {
            if errno == ENOENT { return }
            throw .linux("remove a volume", errno)
        }
        try VolumeCopy.syncFolder(parent)
        Files.removeTree(temporary)
    }

    /// Runs `body` with the image's lock, or without one when there is no image. Throws `conflict` while it is mounted.
    private func whileStopped(_ target: String, wait: Bool = false, _ body: () throws(ProvostError) -> Void) throws(ProvostError)
    {
        guard backend == .image, Files.exists(target) else { return try body() }
        let image = unsafe open(target, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard image >= 0 else { throw .linux("open the volume", errno) }
        defer { close(image) }
        // A loop device goes a moment after its mount.
        guard VolumeLock.takeWaiting(image, named: target, most: .seconds(wait ? 5 : 1)) else {
            throw ProvostError(.conflict, "The workspace still runs with this volume; stop it first.")
        }
        try body()
    }
}
