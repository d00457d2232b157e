/// One record of a CSV file.
package struct CSVRecord: Sendable, Hashable {
    /// The line on which it begins, from 1; a quoted field may span several.
    package let line: Int
    package let fields: [String]
    package init(line: Int, fields: [String]) {
        self.line = line
        self.fields = fields
    }
}

/// Reads RFC 4180 piece by piece, strictly: what a spreadsheet writes is taken, anything ambiguous is an error with its line.
///
/// Lines end with CR LF, LF or CR. The delimiter is what stands most often in the first line outside of quotes: `,`, `;` or a tab, since
/// spreadsheets choose it by locale and by kind of file. Memory is bounded by the longest record, whatever the file's length.
/// Source: RFC 4180, section 2.
package struct CSVReader {
    /// Bytes in one field.
    package static let longestField = 64 << 10
    /// Fields in one record.
    package static let mostFields = 1000

    private enum State { case fieldStart, plain, quoted, quoteInQuoted, recordStart }
    private var state = State.recordStart
    private var delimiter: UInt8?
    /// The first line, until the delimiter is known.
    private var firstLine: [UInt8] = []
    private var firstLineQuoted = false
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 1
    private var recordLine = 1
    private var quoteLine = 1
    private var afterReturn = false
    private var atBeginning = true

    package init() {}

    /// Takes the next bytes, UTF-8; a byte order mark at the very beginning is skipped. Whole records go to `take`, in order.
    /// Throws `invalid` with the line.
    package mutating func feed(_ bytes: [UInt8], _ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        for byte in bytes {
            if delimiter == nil {
                try begin(byte, take)
            } else {
                try consume(byte, take)
            }
        }
    }

    /// The end of the file: the last line needs no line break. Throws `invalid` when a quote is still open.
    package mutating func finish(_ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        if delimiter == nil { try chooseDelimiter(take) }
        switch state {
        case .recordStart: break
        case .quoted: throw Self.error(quoteLine, "the quotation mark that opens here is never closed")
        case .fieldStart, .plain, .quoteInQuoted: try endRecord(take)
        }
    }

    // MARK: The first line

    private mutating func begin(_ byte: UInt8, _ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        firstLine.append(byte)
        if byte == Self.quote { firstLineQuoted.toggle() }
        let ends = (byte == Self.lineFeed || byte == Self.carriageReturn) && !firstLineQuoted
        if ends || firstLine.count > Self.longestField { try chooseDelimiter(take) }
    }

    private mutating func chooseDelimiter(_ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        var counts: [UInt8: Int] = [:]
        var quoted = false
        for byte in firstLine {
            if byte == Self.quote { quoted.toggle() }
            if !quoted, Self.delimiters.contains(byte) { counts[byte, default: 0] += 1 }
        }
        delimiter = Self.delimiters.max { counts[$0, default: 0] < counts[$1, default: 0] }
        // The first of equals: `max` gives the last.
        if counts.isEmpty { delimiter = Self.delimiters[0] }
        var waiting = firstLine
        firstLine = []
        if waiting.starts(with: [0xEF, 0xBB, 0xBF]) { waiting.removeFirst(3) }
        for byte in waiting { try consume(byte, take) }
    }

    // MARK: Bytes

    private mutating func consume(_ byte: UInt8, _ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        if afterReturn {
            afterReturn = false
            // The second half of CR LF, which was counted already.
            if byte == Self.lineFeed, state != .quoted { return }
        }
        if byte == 0 { throw Self.error(line, "there is a NUL; this is no CSV text") }
        switch state {
        case .quoted:
            if byte == Self.quote {
                state = .quoteInQuoted
            } else {
                if byte == Self.lineFeed { line += 1 }
                try append(byte)
            }
        case .quoteInQuoted:
            switch byte {
            case Self.quote:
                try append(byte)
                state = .quoted
            case delimiter: try endField()
            case Self.lineFeed, Self.carriageReturn: try endLine(byte, take)
            default:
                throw Self.error(line, "there is text behind a closing quotation mark; double the marks that belong to the text")
            }
        case .recordStart, .fieldStart:
            if state == .recordStart { recordLine = line }
            switch byte {
            case Self.quote:
                state = .quoted
                quoteLine = line
            case delimiter: try endField()
            case Self.lineFeed, Self.carriageReturn:
                if state == .recordStart {
                    // An empty line.
                    afterReturn = byte == Self.carriageReturn
                    line += 1
                } else {
                    try endLine(byte, take)
                }
            default:
                state = .plain
                try append(byte)
            }
        case .plain:
            switch byte {
            case delimiter: try endField()
            case Self.lineFeed, Self.carriageReturn: try endLine(byte, take)
            case Self.quote:
                throw Self.error(
                    line, "there is a quotation mark inside a field that does not begin with one; quote the whole field")
            default: try append(byte)
            }
        }
    }

    private mutating func append(_ byte: UInt8) throws(ProvostError) {
        guard field.count < Self.longestField else {
            throw Self.error(recordLine, "a field is longer than \(Self.longestField >> 10) KiB; is a quotation mark missing?")
        }
        field.append(byte)
    }

    private mutating func endField() throws(ProvostError) {
        guard fields.count < Self.mostFields else {
            throw Self.error(recordLine, "there are more than \(Self.mostFields) fields")
        }
        guard let text = String(validating: field, as: UTF8.self) else {
            throw Self.error(recordLine, "the bytes are no UTF-8")
        }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
    }

    private mutating func endLine(_ byte: UInt8, _ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        try endRecord(take)
        afterReturn = byte == Self.carriageReturn
        line += 1
    }

    private mutating func endRecord(_ take: (CSVRecord) throws(ProvostError) -> Void) throws(ProvostError) {
        try endField()
        state = .recordStart
        let record = CSVRecord(line: recordLine, fields: fields)
        fields.removeAll(keepingCapacity: true)
        try take(record)
    }

    private static let quote: UInt8 = 0x22
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
    private static let delimiters: [UInt8] = [0x2C, 0x3B, 0x09]

    private static func error(_ line: Int, _ what: String) -> ProvostError {
        ProvostError(.invalid, "line \(line): \(what).")
    }
}
