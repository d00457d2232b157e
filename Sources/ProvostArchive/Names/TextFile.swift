import Glibc
package import ProvostCore

/// Text files as spreadsheets write them, and as they want them: UTF-8 with or without a mark, UTF-16LE (“Unicode text”), CP949.
package enum TextFile {
    package enum Encoding: String, Sendable {
        case utf8 = "UTF-8"
        case utf16LittleEndian = "UTF-16LE"
        case cp949 = "CP949"
    }

    /// Finds out what a file is written in and writes it to another as UTF-8 in composed form (NFC), without a mark.
    ///
    /// A mark decides. Without one the file is UTF-8 if all of it is, else CP949 if all of it is: a mixture is neither. Memory is bounded
    /// by the longest line; both descriptors are regular files at any position. A short CP949 file can by accident be UTF-8 as well, of other
    /// letters: UTF-8 is taken then, unless `known` says what it is. Throws `invalid` with the first line that does not fit.
    package static func convert(
        from source: Int32, to target: Int32, as known: Encoding? = nil
    ) throws(ProvostError) -> Encoding {
        let beginning = try read(source, at: 0, most: 4)
        if known.map({ $0 == .utf16LittleEndian }) ?? beginning.starts(with: [0xFF, 0xFE]) {
            try utf16(from: source, to: target)
            return .utf16LittleEndian
        }
        if known == nil, beginning.starts(with: [0xFE, 0xFF]) {
            throw ProvostError(.invalid, "The file is UTF-16 with the big end first; save it as UTF-8.")
        }
        if known == .cp949 {
            let wrong = try TextConverter(from: "CP949").map { converter throws(ProvostError) in
                try lines(of: source, to: target, endingWith: [0x0A]) { converter.decode($0) }
            }
            guard let wrong else {
                throw ProvostError(.invalid, "This system's C library does not know CP949; save the file as UTF-8.")
            }
            if let line = wrong { throw ProvostError(.invalid, "line \(line): the bytes are no CP949.") }
            return .cp949
        }
        let broken = try lines(of: source, to: target, endingWith: [0x0A]) { String(validating: $0, as: UTF8.self) }
        guard let line = broken else { return .utf8 }
        if known == .utf8 { throw ProvostError(.invalid, "line \(line): the bytes are no UTF-8.") }
        guard let converter = TextConverter(from: "CP949") else {
            throw ProvostError(.invalid, "line \(line): the bytes are no UTF-8, and this system's C library does not know CP949.")
        }
        // A byte of CP949's second half is never a line break, so lines can be taken one by one.
        if let other = try lines(of: source, to: target, endingWith: [0x0A], { converter.decode($0) }) {
            throw ProvostError(
                .invalid,
                "The file is neither UTF-8 (line \(line) is not) nor CP949 (line \(other) is not); save it as “CSV UTF-8”.")
        }
        return .cp949
    }

    /// The bytes for a spreadsheet that knows no Unicode. Throws `invalid` with the first character that CP949 has not.
    package static func cp949(_ text: String) throws(ProvostError) -> [UInt8] {
        guard let converter = TextConverter(from: "UTF-8", to: "CP949") else {
            throw ProvostError(.invalid, "This system's C library does not know CP949; use --encoding utf-8-bom.")
        }
        if let bytes = converter.bytes(Array(text.utf8)) { return bytes }
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for character in line where converter.bytes(Array(String(character).utf8)) == nil {
                throw ProvostError(
                    .invalid, "line \(number + 1): CP949 has no “\(character)”; use --encoding utf-8-bom, which has everything.")
            }
        }
        throw ProvostError(.invalid, "The text does not fit into CP949; use --encoding utf-8-bom.")
    }

    // MARK: Pieces

    private static func utf16(from source: Int32, to target: Int32) throws(ProvostError) {
        // Cut after the code unit of a line break; the mark itself is the first one, where there is one.
        let mark: Int64 = try read(source, at: 0, most: 2) == [0xFF, 0xFE] ? 2 : 0
        let broken = try lines(of: source, from: mark, to: target, endingWith: [0x0A, 0x00]) { bytes in
            guard bytes.count % 2 == 0 else { return nil }
            let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
            return String(validating: units, as: UTF16.self)
        }
        if let broken { throw ProvostError(.invalid, "line \(broken): the bytes are no UTF-16; save the file as UTF-8.") }
    }

    /// Decodes line by line and writes what comes out. nil when all went well, else the first line that did not.
    private static func lines(
        of source: Int32, from offset: Int64 = 0, to target: Int32, endingWith end: [UInt8], _ decode: ([UInt8]) -> String?
    ) throws(ProvostError) -> Int? {
        guard ftruncate(target, 0) == 0 else { throw failure("write") }
        var place: Int64 = 0
        var from = offset
        var line = 1
        var rest: [UInt8] = []
        while true {
            let piece = try read(source, at: from, most: 256 << 10)
            from += Int64(piece.count)
            rest += piece
            // Whole lines at once while they are good; one by one to find the first that is not.
            let cut = piece.isEmpty ? rest.count : lastEnd(in: rest, end)
            let whole = Array(rest[..<cut])
            rest.removeFirst(cut)
            guard rest.count <= 16 << 20 else {
                throw ProvostError(.invalid, "line \(line): the line is longer than 16 MiB; this is no roster.")
            }
            if let text = decode(whole), let normal = composed(text) {
                place = try write(Array(normal.utf8), to: target, at: place)
                line += normal.utf8.count { $0 == 0x0A }
            } else {
                return line + firstBad(in: whole, end, decode)
            }
            if piece.isEmpty { return nil }
        }
    }

    /// The index behind the last line break, on a border of its width.
    private static func lastEnd(in bytes: [UInt8], _ end: [UInt8]) -> Int {
        var index = bytes.count / end.count * end.count
        while index >= end.count {
            if Array(bytes[index - end.count..<index]) == end { return index }
            index -= end.count
        }
        return 0
    }

    /// How many good lines stand before the first bad one.
    private static func firstBad(in bytes: [UInt8], _ end: [UInt8], _ decode: ([UInt8]) -> String?) -> Int {
        var count = 0
        var start = 0
        var index = 0
        while index < bytes.count {
            let next = min(index + end.count, bytes.count)
            if Array(bytes[index..<next]) == end || next == bytes.count {
                if decode(Array(bytes[start..<next])) == nil { return count }
                count += 1
                start = next
            }
            index = next
        }
        return count
    }

    private static func read(_ descriptor: Int32, at offset: Int64, most: Int) throws(ProvostError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: most)
        var filled = 0
        while filled < most {
            let from = filled
            let got = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress! + from, most - from, off_t(offset) + off_t(from))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw failure("read") }
            if got == 0 { break }
            filled += got
        }
        return Array(buffer[..<filled])
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int64) throws(ProvostError) -> Int64 {
        var done = 0
        while done < bytes.count {
            let from = done
            let count = unsafe bytes.withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress! + from, bytes.count - from, off_t(offset) + off_t(from))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            done += count
        }
        return offset + Int64(bytes.count)
    }

    private static func failure(_ what: String) -> ProvostError {
        let reason = unsafe String(cString: strerror(errno))
        return ProvostError(.invalid, "The file could not be \(what == "read" ? "read" : "converted"): \(reason).")
    }
}
