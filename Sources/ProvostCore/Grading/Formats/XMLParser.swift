/// Reads the text of `StrictXML`: recursive, one level of the stack for each level of the document.
struct XMLParser {
    private let bytes: [UInt8]
    private var index = 0
    private var elements = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(FormatMistake) -> StrictXML.Element {
        if starts("\u{feff}") { index += 3 }
        if starts("<?xml"), index + 5 < bytes.count, Self.isSpace(bytes[index + 5]) { try declaration() }
        try skipMiscellany()
        guard index < bytes.count else { throw mistake("There is no element in it.") }
        guard bytes[index] == UInt8(ascii: "<") else { throw mistake("Text stands before the first element.") }
        let root = try element(depth: 1)
        try skipMiscellany()
        guard index == bytes.count else { throw mistake("Something follows the end of the document.") }
        return root
    }

    private func mistake(_ sentence: String, at offset: Int? = nil) -> FormatMistake {
        FormatMistake(sentence, at: Place.of(offset ?? index, in: bytes))
    }

    private func starts(_ text: String) -> Bool {
        guard index + text.utf8.count <= bytes.count else { return false }
        return text.utf8.elementsEqual(bytes[index..<index + text.utf8.count])
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x09 || byte == 0x0d }

    @discardableResult private mutating func skipSpace() -> Bool {
        let start = index
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
        return index > start
    }

    // MARK: Around the elements

    private mutating func declaration() throws(FormatMistake) {
        let start = index
        index += 5
        var names: [String] = []
        while true {
            let spaced = skipSpace()
            if starts("?>") {
                index += 2
                break
            }
            guard spaced else { throw mistake("The XML declaration is not well-formed.", at: start) }
            let attribute = try attribute()
            names.append(attribute.name)
            switch attribute.name {
            case "version":
                guard attribute.value == "1.0" else {
                    throw mistake(
                        "XML \(Excerpt.beginning(of: attribute.value, atMost: 20)) is not read; write XML 1.0.", at: start)
                }
            case "encoding":
                guard attribute.value.uppercased() == "UTF-8" else {
                    throw mistake(
                        "The encoding “\(Excerpt.beginning(of: attribute.value, atMost: 40))” is not read; write the report in UTF-8.",
                        at: start)
                }
            case "standalone" where attribute.value == "yes" || attribute.value == "no": break
            default: throw mistake("The XML declaration is not well-formed.", at: start)
            }
        }
        guard names == ["version", "encoding", "standalone"].filter(names.contains), names.first == "version" else {
            throw mistake("The XML declaration is not well-formed.", at: start)
        }
    }

    /// Space, comments and processing instructions.
    private mutating func skipMiscellany() throws(FormatMistake) {
        while true {
            skipSpace()
            if try skipComment() { continue }
            guard try skipInstruction() else { break }
        }
        try refuseDeclarations()
    }

    private func refuseDeclarations() throws(FormatMistake) {
        if starts("<!DOCTYPE") {
            throw mistake("A document type (<!DOCTYPE) is not read: it can declare entities. Write the report without it.")
        }
    }

    private mutating func skipComment() throws(FormatMistake) -> Bool {
        guard starts("<!--") else { return false }
        let start = index
        index += 4
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "-"), starts("--") {
                guard starts("-->") else { throw mistake("“--” stands inside a comment.") }
                index += 3
                return true
            }
            index += 1
        }
        throw mistake("A comment begins here and does not end.", at: start)
    }

    private mutating func skipInstruction() throws(FormatMistake) -> Bool {
        guard starts("<?") else { return false }
        let start = index
        index += 2
        let target = try name()
        guard target.lowercased() != "xml" else {
            throw mistake("An XML declaration stands only at the very beginning.", at: start)
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "?"), starts("?>") {
                index += 2
                return true
            }
            index += 1
        }
        throw mistake("A processing instruction begins here and does not end.", at: start)
    }

    // MARK: Elements

    /// A name: letters, digits, `_ : - .` and everything beyond ASCII, which is a little more than XML allows.
    private mutating func name() throws(FormatMistake) -> String {
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...0xff: break
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."):
                guard index > start else { throw mistake("A name does not begin with a digit, a hyphen or a point.") }
            default:
                guard index > start else { throw mistake("A name belongs here.") }
                return String(decoding: bytes[start..<index], as: UTF8.self)
            }
            index += 1
        }
        throw mistake("The document ends inside a name; it seems to be cut off.")
    }

    private mutating func attribute() throws(FormatMistake) -> StrictXML.Attribute {
        let name = try name()
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { throw mistake("An attribute needs “=” and a value.") }
        index += 1
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else {
            throw mistake("The value of an attribute stands in quotation marks.")
        }
        let quote = bytes[index]
        let start = index
        index += 1
        var value: [UInt8] = []
        while index < bytes.count {
            switch bytes[index] {
            case quote:
                index += 1
                return StrictXML.Attribute(name: name, value: String(decoding: value, as: UTF8.self))
            case UInt8(ascii: "<"): throw mistake("“<” stands inside the value of an attribute; write “&lt;”.")
            case UInt8(ascii: "&"): try reference(into: &value)
            case 0x0d where index + 1 < bytes.count && bytes[index + 1] == 0x0a: index += 1
            case 0x0a, 0x0d, 0x09:
                value.append(0x20)
                index += 1
            default: character(into: &value)
            }
        }
        throw mistake("The value of an attribute begins here and does not end; the document seems to be cut off.", at: start)
    }

    private mutating func element(depth: Int) throws(FormatMistake) -> StrictXML.Element {
        let start = index
        guard depth <= StrictXML.mostDepth else { throw mistake("It is nested deeper than \(StrictXML.mostDepth) levels.") }
        elements += 1
        guard elements <= StrictXML.mostElements else {
            throw mistake("There are more than \(StrictXML.mostElements) elements in it.")
        }
        index += 1
        var element = StrictXML.Element(name: try name(), offset: start)
        while true {
            let spaced = skipSpace()
            if starts("/>") {
                index += 2
                return element
            }
            if index < bytes.count, bytes[index] == UInt8(ascii: ">") {
                index += 1
                break
            }
            guard spaced else { throw mistake("“<\(Excerpt.beginning(of: element.name, atMost: 40))” is not well-formed.") }
            let place = index
            let attribute = try attribute()
            guard !element.attributes.contains(where: { $0.name == attribute.name }) else {
                throw mistake(
                    "The attribute “\(Excerpt.beginning(of: attribute.name, atMost: 40))” stands twice in one element.", at: place
                )
            }
            guard element.attributes.count < StrictXML.mostAttributes else {
                throw mistake("An element has more than \(StrictXML.mostAttributes) attributes.")
            }
            element.attributes.append(attribute)
        }
        try content(of: &element, depth: depth)
        let closing = index
        index += 2
        guard try name() == element.name else {
            throw mistake("“<\(Excerpt.beginning(of: element.name, atMost: 40))>” is closed by another name.", at: closing)
        }
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: ">") else {
            throw mistake("A closing tag is not well-formed.", at: closing)
        }
        index += 1
        return element
    }

    /// Everything up to the closing tag.
    private mutating func content(of element: inout StrictXML.Element, depth: Int) throws(FormatMistake) {
        var text: [UInt8] = []
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "<"):
                if starts("</") {
                    element.text = String(decoding: text, as: UTF8.self)
                    return
                }
                if try skipComment() { continue }
                if try skipInstruction() { continue }
                if try characterData(into: &text) { continue }
                try refuseDeclarations()
                element.children.append(try self.element(depth: depth + 1))
            case UInt8(ascii: "&"): try reference(into: &text)
            case UInt8(ascii: "]") where starts("]]>"): throw mistake("“]]>” stands in text; write “]]&gt;”.")
            default: character(into: &text)
            }
        }
        throw mistake(
            "“<\(Excerpt.beginning(of: element.name, atMost: 40))>” is never closed; the document seems to be cut off.",
            at: element.offset)
    }

    private mutating func characterData(into text: inout [UInt8]) throws(FormatMistake) -> Bool {
        guard starts("<![CDATA[") else { return false }
        let start = index
        index += 9
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "]"), starts("]]>") {
                index += 3
                return true
            }
            character(into: &text)
        }
        throw mistake("A CDATA section begins here and does not end; the document seems to be cut off.", at: start)
    }

    // MARK: Characters

    /// One byte of text; a line end in any form is a line feed, and what XML forbids is U+FFFD.
    private mutating func character(into text: inout [UInt8]) {
        let byte = bytes[index]
        index += 1
        switch byte {
        case 0x0d:
            if index < bytes.count, bytes[index] == 0x0a { index += 1 }
            text.append(0x0a)
        case 0x09, 0x0a: text.append(byte)
        case 0..<0x20: Self.appendReplacement(to: &text)
        case 0xef where index + 1 < bytes.count && bytes[index] == 0xbf && bytes[index + 1] >= 0xbe:
            index += 2
            Self.appendReplacement(to: &text)
        default: text.append(byte)
        }
    }

    private static func appendReplacement(to text: inout [UInt8]) { text.append(contentsOf: [0xef, 0xbf, 0xbd]) }

    /// `&lt;`, `&#60;`, `&#x3c;`; nothing else.
    private mutating func reference(into text: inout [UInt8]) throws(FormatMistake) {
        let start = index
        guard let end = bytes[index..<min(index + 16, bytes.count)].firstIndex(of: UInt8(ascii: ";")) else {
            throw mistake("“&” stands alone; write “&amp;”.")
        }
        let name = bytes[(index + 1)..<end]
        index = end + 1
        if name.first == UInt8(ascii: "#") {
            guard let scalar = Self.number(name.dropFirst()) else {
                throw mistake("This character reference is not well-formed.", at: start)
            }
            switch scalar {
            case 0x09, 0x0a, 0x0d, 0x20..<0xd800, 0xe000..<0xfffe, 0x10000...0x10ffff:
                text.append(contentsOf: String(Character(Unicode.Scalar(scalar) ?? "\u{fffd}")).utf8)
            default: Self.appendReplacement(to: &text)
            }
            return
        }
        switch String(decoding: name, as: UTF8.self) {
        case "lt": text.append(UInt8(ascii: "<"))
        case "gt": text.append(UInt8(ascii: ">"))
        case "amp": text.append(UInt8(ascii: "&"))
        case "quot": text.append(UInt8(ascii: "\""))
        case "apos": text.append(UInt8(ascii: "'"))
        case let other:
            throw mistake(
                "The entity “&\(other);” is not known; only lt, gt, amp, quot, apos and numeric references are.", at: start)
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
        let isHexadecimal = digits.first == UInt8(ascii: "x")
        let digits = isHexadecimal ? digits.dropFirst() : digits
        guard !digits.isEmpty else { return nil }
        var value: UInt32 = 0
        for byte in digits {
            let digit: UInt32
            switch byte {
            case 0x30...0x39: digit = UInt32(byte - 0x30)
            case 0x41...0x46 where isHexadecimal: digit = UInt32(byte - 0x37)
            case 0x61...0x66 where isHexadecimal: digit = UInt32(byte - 0x57)
            default: return nil
            }
            value = value * (isHexadecimal ? 16 : 10) + digit
            guard value <= 0x10ffff else { return nil }
        }
        return value
    }
}
