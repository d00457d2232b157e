import CArchive
import Glibc
import ProvostCore

/// A tar, by default with zstd compression, written to a descriptor. The same calls give the same bytes: no times, no owners, no process ids.
@safe struct ArchiveWriter: ~Copyable {
    private let handle: OpaquePointer
    private let entry: OpaquePointer
    private let limit: ByteCount?

    private init(handle: OpaquePointer, entry: OpaquePointer, limit: ByteCount?) {
        unsafe self.handle = unsafe handle
        unsafe self.entry = unsafe entry
        self.limit = limit
    }

    /// Begins an archive. Any later call throws `limit-reached` once the archive is larger than `limit`.
    static func open(_ descriptor: Int32, limit: ByteCount?, compressed: Bool = true) throws(ProvostError) -> ArchiveWriter {
        guard carchive_load() else { throw localFailure("loading libarchive.so.13; install libarchive", ELIBACC) }
        guard let handle = unsafe archive_write_new() else { throw localFailure("starting to pack", ENOMEM) }
        guard let entry = unsafe archive_entry_new() else {
            unsafe archive_write_free(handle)
            throw localFailure("starting to pack", ENOMEM)
        }
        let writer = unsafe ArchiveWriter(handle: handle, entry: entry, limit: limit)
        unsafe archive_write_set_format_pax_restricted(handle)
        if compressed {
            unsafe archive_write_add_filter_zstd(handle)
            // Level 1 packs about as small as gzip's default and several times as fast.
            unsafe archive_write_set_filter_option(handle, "zstd", "compression-level", "1")
        } else {
            unsafe archive_write_add_filter_none(handle)
        }
        // Not padded to a tape's block.
        unsafe archive_write_set_bytes_in_last_block(handle, 1)
        guard unsafe archive_write_open_fd(handle, descriptor) == ARCHIVE_OK else { throw writer.problem() }
        return writer
    }

    deinit {
        unsafe archive_entry_free(entry)
        unsafe archive_write_free(handle)
    }

    enum Member {
        case folder
        case file(size: Int64, executable: Bool)
        case link(String)
    }

    mutating func begin(_ path: String, _ member: Member, owner: String? = nil) throws(ProvostError) {
        unsafe archive_entry_clear(entry)
        unsafe archive_entry_set_pathname_utf8(entry, path)
        if let owner { unsafe archive_entry_set_uname_utf8(entry, owner) }
        unsafe archive_entry_set_mtime(entry, 0, 0)
        // AE_IFREG and its kin are casts in C, which Swift does not see.
        switch member {
        case .folder:
            unsafe archive_entry_set_filetype(entry, 0o040000)
            unsafe archive_entry_set_perm(entry, 0o755)
        case .file(let size, let executable):
            unsafe archive_entry_set_filetype(entry, 0o100000)
            unsafe archive_entry_set_perm(entry, executable ? 0o755 : 0o644)
            unsafe archive_entry_set_size(entry, size)
        case .link(let target):
            unsafe archive_entry_set_filetype(entry, 0o120000)
            unsafe archive_entry_set_perm(entry, 0o644)
            unsafe archive_entry_set_symlink_utf8(entry, target)
        }
        guard unsafe archive_write_header(handle, entry) == ARCHIVE_OK else { throw problem() }
        try checkLimit()
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ProvostError) {
        guard unsafe archive_write_data(handle, bytes.baseAddress, bytes.count) == bytes.count else { throw problem() }
        try checkLimit()
    }

    /// Writes the end of the archive and returns its length.
    mutating func finish() throws(ProvostError) -> ByteCount {
        guard unsafe archive_write_close(handle) == ARCHIVE_OK else { throw problem() }
        try checkLimit()
        return ByteCount(unsafe archive_filter_bytes(handle, -1))
    }

    private func checkLimit() throws(ProvostError) {
        if let limit, unsafe archive_filter_bytes(handle, -1) > limit.bytes {
            throw ProvostError(.limitReached, "The packed folder is larger than the allowed \(limit).")
        }
    }

    private func problem() -> ProvostError {
        let text = unsafe archive_error_string(handle).map { unsafe String(cString: $0) } ?? "unknown reason"
        return ProvostError(.unavailable, "Packing failed: \(text). Check that there is space left and try again.")
    }
}

/// A failure of the machine that packs.
func localFailure(_ doing: String, _ code: Int32) -> ProvostError {
    ProvostError(.unavailable, "Failed at \(doing): \(unsafe String(cString: strerror(code))).")
}
