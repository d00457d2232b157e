import ProvostCore

/// What a zip's central directory says about one name, beyond its bytes. Other formats say nothing.
struct NameHints: Equatable {
    /// General purpose bit 11.
    var declaredUTF8 = false
    /// The Unicode Path extra (0x7075), if its checksum fits the raw name.
    var unicodePath: [UInt8]?
    /// Written by a program for DOS or Windows (FAT, OS/2, NTFS, VFAT).
    var fromWindows = false
}

/// Decides, name by name, which text a name's bytes are. No statistics: they are wrong on short Korean names.
///
/// In order: the encoding the caller insists on; the zip's UTF-8 bit; its Unicode Path; ASCII; strict UTF-8, unless the same bytes
/// are also good Korean and the archive points that way; strict CP949; the older encodings given, and CP437 for zips from Windows; and at
/// last the bytes as %XX. In a tar, which has no hints, only the names before a name can point to CP949.
struct NameDecoder {
    struct Name: Equatable {
        var text: String
        /// The encoding it was read as, if not UTF-8; nil as well if it could not be read.
        var encoding: String?
        /// Some bytes had no meaning and stand as %XX.
        var escaped = false
    }

    private let insisted: String?
    private let older: [String]
    private var converters: [String: TextConverter] = [:]
    /// Names that are no UTF-8 and good CP949, and names that are neither.
    private var koreanNames = 0
    private var otherNames = 0

    /// Throws `invalid` if the C library knows no encoding of the name that the caller insists on.
    init(insisting encoding: String?, older: [String] = []) throws(ProvostError) {
        insisted = encoding
        self.older = older
        if let encoding, converter(encoding) == nil {
            throw ProvostError(.invalid, "“\(encoding)” is not a known encoding of names; try CP949, SHIFT_JIS or CP1252.")
        }
    }

    /// Takes a name into account for the others. For formats that list their names first; `decode` does it for the rest.
    mutating func survey(_ raw: [UInt8], _ hints: NameHints) {
        guard insisted == nil, hints.unicodePath == nil, String(validating: raw, as: UTF8.self) == nil else {
            return
        }
        if converter("CP949")?.decode(raw) != nil { koreanNames += 1 } else { otherNames += 1 }
    }

    mutating func decode(_ raw: [UInt8], _ hints: NameHints = NameHints(), surveyed: Bool = false) -> Name {
        if raw.allSatisfy({ $0 < 0x80 }) && hints.unicodePath == nil { return Name(text: String(decoding: raw, as: UTF8.self)) }
        let strict = String(validating: raw, as: UTF8.self)
        if hints.declaredUTF8, let strict { return Name(text: strict) }
        if let unicode = hints.unicodePath, let text = String(validating: unicode, as: UTF8.self) { return Name(text: text) }
        if raw.allSatisfy({ $0 < 0x80 }) { return Name(text: String(decoding: raw, as: UTF8.self)) }
        if let insisted {
            if let text = converter(insisted)?.decode(raw) { return Name(text: text, encoding: insisted) }
            return escape(raw)
        }
        if !surveyed { survey(raw, hints) }
        if let strict {
            if hints.fromWindows || koreanNames > 0, let korean = koreanReading(of: raw, insteadOf: strict) {
                return Name(text: korean, encoding: "CP949")
            }
            return Name(text: strict)
        }
        if koreanNames > otherNames, let text = converter("CP949")?.decode(raw) { return Name(text: text, encoding: "CP949") }
        for encoding in older + (hints.fromWindows ? ["CP437"] : []) {
            if let text = converter(encoding)?.decode(raw) { return Name(text: text, encoding: encoding) }
        }
        return escape(raw)
    }

    /// 345 syllables have CP949 bytes that are also two-byte UTF-8 (`특징` reads as `Ư¡`). The Korean reading is taken if it leaves
    /// no syllable alone among other letters, as it would in `résumé`.
    private mutating func koreanReading(of raw: [UInt8], insteadOf strict: String) -> String? {
        guard strict.unicodeScalars.allSatisfy({ $0.value < 0x800 }), let korean = converter("CP949")?.decode(raw) else {
            return nil
        }
        for component in korean.split(whereSeparator: { $0 == "/" || $0 == "\\" }) {
            let stem = component.lastIndex(of: ".").map { component[..<$0] } ?? component
            var runs: [Int] = []
            var inRun = false
            for scalar in component.unicodeScalars {
                let hangul = (0xAC00...0xD7A3).contains(scalar.value)
                if !hangul && scalar.value >= 0x80 { return nil }
                if hangul && inRun { runs[runs.count - 1] += 1 }
                if hangul && !inRun { runs.append(1) }
                inRun = hangul
            }
            let wholeStem = !stem.isEmpty && stem.unicodeScalars.allSatisfy { (0xAC00...0xD7A3).contains($0.value) }
            if runs.contains(1) && !(wholeStem && runs.count == 1) { return nil }
        }
        return korean
    }

    private func escape(_ raw: [UInt8]) -> Name {
        var text = ""
        for byte in raw {
            if (0x20..<0x7F).contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += percentEscape(byte)
            }
        }
        return Name(text: text, encoding: nil, escaped: true)
    }

    private mutating func converter(_ encoding: String) -> TextConverter? {
        if let known = converters[encoding] { return known }
        let fresh = TextConverter(from: encoding)
        converters[encoding] = fresh
        return fresh
    }
}
