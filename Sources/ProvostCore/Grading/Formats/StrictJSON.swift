/// A JSON document, read strictly (RFC 8259) and bounded, for results that strangers' graders wrote.
///
/// Refused, each with line and column: bytes that are no UTF-8, a byte order mark, two members of one name, more than `mostDepth` levels, more than
/// `mostBytes`, `NaN`, `Infinity` and numbers above the range of a double, lone surrogates, comments, trailing commas, anything after the value. Numbers stay
/// the text they are until `amount()` asks for their value, so that nothing is lost on the way.
///
/// The document is one flat array of nodes over the bytes; strings are decoded when they are asked for. That is why a mebibyte takes milliseconds.
package final class StrictJSON: Sendable {
    package static let mostBytes = 1 << 20
    package static let mostDepth = 64

    enum Kind: UInt8 {
        case null, yes, no, number
        /// A string whose bytes are its characters.
        case plain
        /// A string with escapes.
        case escaped
        case array, object
    }

    /// One value, or the name of a member, which stands before its value.
    struct Node {
        var kind: Kind
        /// The first byte; of a string, the one after the quotation mark.
        var start: Int32
        /// One after the last byte.
        var end: Int32
        /// The node after this one and all inside it.
        var next: Int32
    }

    let bytes: [UInt8]
    let nodes: [Node]

    private init(bytes: [UInt8], nodes: [Node]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    /// Reads a document.
    /// - Parameter range: where in the bytes it lies; nil for all of them. Lines are counted from the beginning of the bytes all the same.
    /// - Parameter unquotedNames: names of members may be written without quotation marks (`{scores: {…}}`), as Autolab takes them.
    package static func read(_ bytes: [UInt8], in range: Range<Int>? = nil, unquotedNames: Bool = false) throws(FormatMistake)
        -> Value
    {
        let range = range ?? bytes.indices
        guard range.count <= mostBytes else {
            throw FormatMistake("\(range.count) bytes; at most \(ByteCount(Int64(mostBytes))) are read.")
        }
        guard String(validating: bytes[range], as: UTF8.self) != nil else {
            let place = Place.of(range.lowerBound + Place.firstBadUTF8(in: Array(bytes[range])), in: bytes)
            throw FormatMistake("These bytes are no UTF-8; write the result in UTF-8.", at: place)
        }
        var parser = JSONParser(bytes: bytes, range: range, unquotedNames: unquotedNames)
        try parser.document()
        return Value(document: StrictJSON(bytes: bytes, nodes: parser.nodes), index: 0)
    }
}

extension StrictJSON {
    /// Four hexadecimal digits.
    static func unit(_ bytes: [UInt8], at start: Int) -> UInt32? {
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    /// The characters of a string as UTF-8, escapes undone. The parser has checked them.
    static func decoded(_ node: Node, of bytes: [UInt8]) -> [UInt8] {
        let slice = bytes[Int(node.start)..<Int(node.end)]
        guard node.kind == .escaped else { return Array(slice) }
        var result: [UInt8] = []
        result.reserveCapacity(slice.count)
        var index = slice.startIndex
        while index < slice.endIndex {
            let byte = slice[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let letter = slice[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = unit(bytes, at: index) ?? 0xfffd
                index += 4
                if scalar >= 0xd800, scalar < 0xdc00 {
                    scalar = 0x10000 + (scalar - 0xd800) << 10 + ((unit(bytes, at: index + 2) ?? 0xdc00) - 0xdc00)
                    index += 6
                }
                result.append(contentsOf: String(Character(Unicode.Scalar(scalar) ?? "\u{fffd}")).utf8)
            default: result.append(letter)
            }
        }
        return result
    }
}
