/// What unpacking an archive may produce at most. The caps hold while unpacking, not afterwards.
package struct UnpackLimits: Hashable, Sendable, Codable {
    /// Bytes of all files together, unpacked.
    package var bytes: ByteCount
    /// Files, folders and links.
    package var entries: Int
    /// Folders inside folders.
    package var depth: Int
    /// Bytes of UTF-8 in one whole path.
    package var pathLength: Int
    /// Unpacked bytes per archive byte, once more than 1 MiB has come out.
    package var ratio: Int

    package init(
        bytes: ByteCount = .mebibytes(64), entries: Int = 5000, depth: Int = 32, pathLength: Int = 1024, ratio: Int = 200
    ) {
        self.bytes = bytes
        self.entries = entries
        self.depth = depth
        self.pathLength = pathLength
        self.ratio = ratio
    }
}

/// What `provost-unpack` says about one archive, as one JSON object on its standard output.
package struct UnpackReport: Hashable, Sendable, Codable {
    /// Why an archive is refused. Each is the learner's to mend; none costs an attempt.
    package enum RefusalReason: String, Hashable, Sendable, Codable, CaseIterable {
        case unknownFormat = "unknown-format"
        case unsupportedFormat = "unsupported-format"
        case damaged, encrypted, empty
        case tooLarge = "too-large"
        case tooManyEntries = "too-many-entries"
        case tooDeep = "too-deep"
        case pathTooLong = "path-too-long"
        case expandsTooMuch = "expands-too-much"
        case unsafePath = "unsafe-path"
        case unsafeLink = "unsafe-link"
        case specialFile = "special-file"
        case duplicateName = "duplicate-name"
        case unreadableName = "unreadable-name"
    }

    package struct Refusal: Hashable, Sendable, Codable {
        package var reason: RefusalReason
        /// One English sentence for the learner that names the entry and says what to do.
        package var message: String
        package init(reason: RefusalReason, message: String) {
            self.reason = reason
            self.message = message
        }
    }

    /// A difference between the archive and the folder made of it, that the learner is told.
    package struct Note: Hashable, Sendable, Codable {
        package enum Kind: String, Hashable, Sendable, Codable {
            /// A name was read as CP949 (or another old encoding) and written as UTF-8.
            case nameDecoded = "name-decoded"
            /// A name was composed (NFC).
            case nameComposed = "name-composed"
            /// A name could not be read; its bytes are written as %XX.
            case nameEscaped = "name-escaped"
            /// Left out: something an operating system leaves behind (`__MACOSX`, `.DS_Store`, …).
            case leftOut = "left-out"
            /// The one folder around everything was taken away.
            case folderStripped = "folder-stripped"
            /// Permission bits were reduced.
            case modeMasked = "mode-masked"
        }
        package var kind: Kind
        /// The path after the change, or the one left out.
        package var path: String
        package var detail: String?
        package init(kind: Kind, path: String, detail: String? = nil) {
            self.kind = kind
            self.path = path
            self.detail = detail
        }
    }

    /// `zip`, `tar+gzip`, `7-zip`, …
    package var format: String?
    package var files: Int
    package var folders: Int
    package var bytes: ByteCount
    /// At most 100; `notesDropped` counts the rest.
    package var notes: [Note]
    package var notesDropped: Int
    /// nil when everything was unpacked.
    package var refusal: Refusal?

    package init(
        format: String? = nil, files: Int = 0, folders: Int = 0, bytes: ByteCount = ByteCount(0), notes: [Note] = [],
        notesDropped: Int = 0,
        refusal: Refusal? = nil
    ) {
        self.format = format
        self.files = files
        self.folders = folders
        self.bytes = bytes
        self.notes = notes
        self.notesDropped = notesDropped
        self.refusal = refusal
    }
}
