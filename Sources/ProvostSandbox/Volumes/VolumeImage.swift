import CLinux
import Glibc
import ProvostCore

/// An ext4 image file, looked at and changed while nobody has it mounted.
struct VolumeImage {
    let path: String

    /// What its superblock says.
    struct Superblock {
        let size: Int64
        let used: Int64
        let blockSize: Int64
        /// Unmounted in order, nothing to replay, no errors seen.
        let isClean: Bool
    }

    /// The word of a refusal; the same for everything that is wrong with an image.
    static func damaged(_ what: String, cause: (any Error)? = nil) -> ProvostError {
        ProvostError(
            .unavailable,
            "The volume is damaged: \(what). What is left of it was not changed. Go back to a snapshot with `provost workspace restore`; "
                + "without one, the server's operator can repair a copy of its image with e2fsck.", cause: cause)
    }

    /// Throws an error that says what to do when the file is gone, is no ext4 image, or is shorter than what is in it.
    func superblock() throws(ProvostError) -> Superblock {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw Self.damaged("its image file is missing on the server") }
            throw .linux("open the volume's image", errno)
        }
        let file = Descriptor(descriptor)
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file.number, $0.baseAddress, $0.count, 1024) }
        guard count == 1024, number(bytes, 0x38, 2) == 0xEF53, number(bytes, 0x18, 4) <= 6 else {
            throw Self.damaged("its image file does not begin like one")
        }
        // Documentation/filesystems/ext4/super.rst: offsets of s_blocks_count, s_free_blocks_count, s_log_block_size, s_state,
        // s_feature_incompat (0x4: the journal is to be replayed; 0x80: 64-bit numbers of blocks).
        let incompatible = number(bytes, 0x60, 4)
        let isWide = incompatible & 0x80 != 0
        let block = Int64(1024) << number(bytes, 0x18, 4)
        let blocks = number(bytes, 0x04, 4) + (isWide ? number(bytes, 0x150, 4) << 32 : 0)
        let free = number(bytes, 0x0C, 4) + (isWide ? number(bytes, 0x158, 4) << 32 : 0)
        guard blocks > 0, blocks < 1 << 40, free <= blocks else { throw Self.damaged("its image file contradicts itself") }
        var information = stat()
        guard unsafe fstat(file.number, &information) == 0 else { throw .linux("look at the volume's image", errno) }
        guard Int64(information.st_size) >= blocks * block else {
            throw Self.damaged(
                "its image file was cut short (\(ByteCount(Int64(information.st_size))) of \(ByteCount(blocks * block)) are there)"
            )
        }
        return Superblock(
            size: blocks * block, used: (blocks - free) * block, blockSize: block,
            isClean: number(bytes, 0x3A, 2) == 1 && incompatible & 0x4 == 0)
    }

    private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int64 {
        (0..<count).reduce(0) { $0 | Int64(bytes[offset + $1]) << (8 * $1) }
    }

    /// Checks it, and mends what can be mended without losing anything (e2fsck's `-p`).
    func check(always: Bool) throws(ProvostError) {
        let result = try HostProgram.run("e2fsck", always ? ["-f", "-p", path] : ["-p", path], package: "e2fsprogs")
        // 1: mended. 2 is “restart the machine”, meant for a mounted root.
        guard (0...3).contains(result.status) else {
            throw Self.damaged("its check found errors that cannot be mended without loss", cause: Said(result))
        }
    }

    /// Formats a new image of this size with room for that many files, folders and links; `home/` in it is the learner's.
    static func format(_ path: String, size: ByteCount, files: Int) throws(ProvostError) {
        let contents = path + ".contents"
        Files.removeTree(contents)
        defer { Files.removeTree(contents) }
        try Files.makeFolder(contents, mode: 0o711)
        try Files.makeFolder(contents + "/home", mode: 0o755)
        guard unsafe chown(contents + "/home", volumeOwner, volumeOwner) == 0 else {
            throw .linux("give a home to its learner", errno)
        }
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .linux("make a volume's image", errno) }
        let file = Descriptor(descriptor)
        guard ftruncate(file.number, off_t(size.bytes)) == 0 else { throw .linux("make a volume's image of \(size)", errno) }
        // ext4 keeps the first ten inodes; the root is one of them, lost+found and home/ are two more.
        let journal = max(4, min(16, size.bytes >> 26))
        let result = try HostProgram.run(
            "mkfs.ext4",
            [
                "-q", "-F", "-b", "4096", "-m", "0", "-N", "\(files + 12)", "-J", "size=\(journal)", "-O", "^orphan_file",
                "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=0:0", "-d", contents, path,
            ], package: "e2fsprogs")
        guard result.status == 0 else {
            throw ProvostError(
                .invalid,
                "A volume of \(size) cannot hold \(files) files: give it more disk or fewer files (256 bytes of disk are kept for each).",
                cause: Said(result))
        }
        guard fsync(file.number) == 0 else { throw .linux("write a volume's image to the disk", errno) }
    }

    /// Makes it larger or smaller, in place: for a copy that is thrown away when this throws.
    func resize(to size: ByteCount) throws(ProvostError) {
        try check(always: true)
        let now = try superblock()
        guard size.bytes != now.size else { return }
        if size.bytes < now.size {
            let least = try leastSize(blockSize: now.blockSize)
            guard size.bytes >= least else {
                throw ProvostError(
                    .limitReached,
                    "The volume holds \(ByteCount(now.used)) and cannot become smaller than \(ByteCount(least)); \(size) was asked for. "
                        + "Remove files, or choose a larger size.")
            }
        } else if unsafe truncate(path, off_t(size.bytes)) != 0 {
            throw .linux("make the volume's image larger", errno)
        }
        let result = try HostProgram.run("resize2fs", ["-f", path, "\(size.bytes / 1024)K"], package: "e2fsprogs")
        guard result.status == 0 else {
            throw ProvostError(
                .unavailable, "The volume could not be given \(size); it is as it was. Remove files, or choose a larger size.",
                cause: Said(result))
        }
        if unsafe truncate(path, off_t(size.bytes)) != 0 { throw .linux("set the size of the volume's image", errno) }
    }

    /// resize2fs's own estimate, with a sixteenth on top: at the estimate itself it can fail half-way.
    private func leastSize(blockSize: Int64) throws(ProvostError) -> Int64 {
        let result = try HostProgram.run("resize2fs", ["-P", path], package: "e2fsprogs")
        guard result.status == 0, let blocks = result.lastLine.split(separator: " ").last.flatMap({ Int64($0) }) else {
            throw ProvostError(.unavailable, "What the volume holds could not be counted; try again.", cause: Said(result))
        }
        return (blocks + blocks / 16) * blockSize
    }

    /// What a program said, for the log.
    struct Said: Error, CustomStringConvertible {
        let description: String
        init(_ result: HostProgram.Result) { description = "status \(result.status): \(result.output.suffix(500))" }
    }
}
