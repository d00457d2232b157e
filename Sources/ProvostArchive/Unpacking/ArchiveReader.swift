import CArchive
import Glibc
import ProvostCore

/// One pass over an archive by libarchive, with the one format and the one filter that the first bytes ask for.
///
/// Everything worse than a warning ends the pass: after an error libarchive may answer the same way for ever.
@safe struct ArchiveReader: ~Copyable {
    enum Kind { case file, folder, symbolicLink, hardLink, special }

    private let handle: OpaquePointer
    private let format: ArchiveFormat
    private var entry: OpaquePointer?
    /// Entries handed out so far.
    private(set) var count = 0

    private init(handle: OpaquePointer, format: ArchiveFormat) {
        unsafe self.handle = unsafe handle
        self.format = format
    }

    static func open(_ format: ArchiveFormat, descriptor: Int32) throws(UnpackStop) -> ArchiveReader {
        guard carchive_load() else { throw .failed(systemFailure("loading libarchive.so.13", ELIBACC)) }
        guard let handle = unsafe archive_read_new() else { throw .failed(systemFailure("starting to read", ENOMEM)) }
        let reader = unsafe ArchiveReader(handle: handle, format: format)
        switch format {
        case .zip: unsafe archive_read_support_format_zip_seekable(handle)
        case .sevenZip: unsafe archive_read_support_format_7zip(handle)
        case .tar(let compression):
            unsafe archive_read_support_format_tar(handle)
            switch compression {
            case .gzip: unsafe archive_read_support_filter_gzip(handle)
            case .xz: unsafe archive_read_support_filter_xz(handle)
            case .zstd: unsafe archive_read_support_filter_zstd(handle)
            case .bzip2: unsafe archive_read_support_filter_bzip2(handle)
            case nil: break
            }
        }
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .failed(systemFailure("reading the archive", errno)) }
        if unsafe archive_read_open_fd(handle, descriptor, 1 << 16) != ARCHIVE_OK { throw reader.problem(at: nil) }
        return reader
    }

    deinit { unsafe archive_read_free(handle) }

    /// Moves to the next entry; false at the proper end of the archive.
    mutating func next() throws(UnpackStop) -> Bool {
        let status = unsafe archive_read_next_header(handle, &entry)
        if status == ARCHIVE_EOF {
            try checkEndMark()
            return false
        }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, unsafe entry != nil else { throw problem(at: nil) }
        count += 1
        return true
    }

    /// Bytes that came out of the filter so far, headers included. Means nothing for zip and 7z, which seek.
    var streamed: Int64 { unsafe archive_filter_bytes(handle, 0) }

    /// The name's bytes as libarchive has them under a UTF-8 locale: raw for tar, UTF-8 for pax and 7z. nil if it has none.
    var name: [UInt8]? { unsafe Self.bytes(archive_entry_pathname(entry)) ?? Self.bytes(archive_entry_pathname_utf8(entry)) }

    var linkTarget: [UInt8]? {
        unsafe Self.bytes(archive_entry_symlink(entry)) ?? Self.bytes(archive_entry_hardlink(entry))
    }

    var owner: [UInt8]? { unsafe Self.bytes(archive_entry_uname(entry)) }

    var kind: Kind {
        if unsafe archive_entry_hardlink(entry) != nil { return .hardLink }
        // AE_IFMT and its kin are casts in C, which Swift does not see.
        switch unsafe archive_entry_filetype(entry) {
        case 0o100000: return .file
        case 0o040000: return .folder
        case 0o120000: return .symbolicLink
        default: return .special
        }
    }

    /// Permission bits with setuid, setgid and sticky.
    var mode: UInt32 { unsafe archive_entry_perm(entry) }

    var userAndGroup: (user: Int64, group: Int64) { unsafe (archive_entry_uid(entry), archive_entry_gid(entry)) }

    /// When its content was last changed; the epoch if the header does not say.
    var modified: timespec { unsafe timespec(tv_sec: archive_entry_mtime(entry), tv_nsec: archive_entry_mtime_nsec(entry)) }

    /// What the header claims; nil if it claims nothing.
    var size: Int64? { unsafe archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : nil }

    var isEncrypted: Bool {
        unsafe archive_entry_is_encrypted(entry) != 0 || archive_read_has_encrypted_entries(handle) == 1
    }

    /// The next run of the entry's bytes and where it belongs; nil at the end of the entry. The bytes are valid until the next call.
    ///
    /// A warning is an error here: it is how libarchive reports a wrong checksum or a wrong length.
    mutating func nextBlock(of path: String) throws(UnpackStop) -> (offset: Int64, bytes: UnsafeRawBufferPointer)? {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let status = unsafe archive_read_data_block(handle, &start, &count, &offset)
        if status == ARCHIVE_EOF { return nil }
        guard status == ARCHIVE_OK else { throw problem(at: path) }
        return unsafe (offset, UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// A tar that was cut between two files has no end mark. libarchive says nothing about it, and the learner would lose the rest.
    private func checkEndMark() throws(UnpackStop) {
        guard case .tar = format, unsafe archive_filter_bytes(handle, 0) - archive_read_header_position(handle) < 512 else {
            return
        }
        throw .damaged("it ends too early, as if its end were cut off")
    }

    private func problem(at path: String?) -> UnpackStop {
        let code = unsafe archive_errno(handle)
        let text =
            unsafe Self.bytes(archive_error_string(handle)).map { String(decoding: $0, as: UTF8.self) } ?? "unreadable data"
        let place = path.map { " at \(shown($0))" } ?? (count == 0 ? "" : " after entry \(count)")
        if text.hasPrefix("Error reading fd") { return .failed(systemFailure("reading the archive", code)) }
        let lowercase = text.lowercased()
        if ["encrypt", "passphrase", "crypto"].contains(where: lowercase.contains) { return .encrypted(path) }
        if code == ENOMEM || lowercase.contains("allocate memory") || lowercase.contains("out of memory") {
            return .refuse(
                .expandsTooMuch,
                "Unpacking\(place) needs more memory than is allowed. Pack the files as an ordinary zip and send that.")
        }
        if lowercase.contains("unrecognized archive format"), case .tar(_?) = format {
            return .refuse(
                .unknownFormat, "The compressed file holds no tar archive. Pack your folder as a zip or a tar.gz and send that.")
        }
        if lowercase.contains("unsupported") {
            return .refuse(
                .unsupportedFormat,
                "The archive uses something that cannot be opened here\(place) (\(text)). Pack the files as an ordinary zip and send that."
            )
        }
        return .damaged("\(text)\(place)")
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
        guard let text = unsafe text else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}

extension UnpackStop {
    static func encrypted(_ path: String?) -> UnpackStop {
        let what = path.map { "\(shown($0)) is" } ?? "The archive is"
        return .refuse(.encrypted, "\(what) protected by a password. Pack the files again without a password.")
    }
}

/// Runs `body` with this thread's names in UTF-8: libarchive converts by the thread's locale, whatever `LANG` says.
func withTextInUTF8<Result>(_ body: () throws(ProvostError) -> Result) throws(ProvostError) -> Result {
    // C.UTF-8 is part of glibc, so that this cannot depend on which locales are installed.
    guard let locale = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) else { throw systemFailure("choosing UTF-8", errno) }
    let previous = unsafe uselocale(locale)
    defer {
        unsafe uselocale(previous)
        unsafe freelocale(locale)
    }
    return try body()
}
