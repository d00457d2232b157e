import Glibc
package import ProvostCore

/// Turns an archive from a stranger into a folder of plain files, folders and links that stay inside.
package enum Unpacker {
    /// How names and the outermost folder are treated.
    package struct Options: Sendable {
        /// The encoding to read names in that no field of the archive declares to be Unicode (an iconv name, like `CP949`); nil: found out.
        package var nameEncoding: String?
        /// Take away the one folder around everything. Archives made by `Packer` say that they have none and keep what they have.
        package var stripSingleFolder: Bool
        /// Encodings to try, in this order, for names that are neither UTF-8 nor Korean.
        package var olderEncodings: [String]

        /// By default: encodings are found out, the outermost folder is taken away, no older encodings.
        package init(nameEncoding: String? = nil, stripSingleFolder: Bool = true, olderEncodings: [String] = []) {
            self.nameEncoding = nameEncoding
            self.stripSingleFolder = stripSingleFolder
            self.olderEncodings = olderEncodings
        }
    }

    /// Unpacks `archive` (a seekable descriptor, read from its start) into the empty folder `directory`, and in the same pass into the
    /// empty folder `copyInto`, which gets the same content. The descriptors stay the caller's. Uses the calling thread only.
    ///
    /// Whatever is wrong with the archive is the report's `refusal`; the folders may then hold a part and are to be thrown away. Files get
    /// mode 0644 or 0755, folders 0755, times are now. A hard link becomes a copy; symbolic links are made last. Names are in NFC.
    /// Throws `unavailable` if this machine fails (no space, I/O error) and `invalid` for an unknown `nameEncoding`.
    package static func unpack(
        archive: Int32, into directory: Int32, copyInto: Int32? = nil, limits: UnpackLimits, options: Options = Options()
    ) throws(ProvostError) -> UnpackReport {
        let decoder = try NameDecoder(insisting: options.nameEncoding, older: options.olderEncodings)
        var information = stat()
        guard unsafe fstat(archive, &information) == 0 else { throw systemFailure("reading the archive", errno) }
        let size = Int64(information.st_size)
        return try withTextInUTF8 { () throws(ProvostError) -> UnpackReport in
            var extraction = Extraction(
                folders: OutputFolders(roots: [directory] + (copyInto.map { [$0] } ?? [])), limits: limits, options: options,
                decoder: decoder, archiveSize: size)
            do throws(UnpackStop) {
                try extraction.run(archive)
            } catch {
                switch error {
                case .failed(let error): throw error
                case .refused(let refusal): extraction.refuse(refusal)
                }
            }
            return extraction.report
        }
    }
}
