/// A JSON value that is written with its members in the order given. For reading there is ``StrictJSON``.
package indirect enum JSONText: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    case text(String)
    case number(Int64)
    case yes(Bool)
    case list([JSONText])
    case object([(name: String, value: JSONText)])

    package init(stringLiteral value: String) { self = .text(value) }
    package init(arrayLiteral elements: JSONText...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, JSONText)...) { self = .object(elements.map { (name: $0.0, value: $0.1) }) }

    /// Members after those of an object; anything else stays as it is. nil and empty lists are left out, which Open Badges asks for.
    package func adding(_ members: (String, JSONText?)...) -> JSONText {
        guard case .object(let before) = self else { return self }
        return .object(
            before
                + members.compactMap { name, value in
                    switch value {
                    case nil: nil
                    case .list(let elements) where elements.isEmpty: nil
                    case let value?: (name: name, value: value)
                    }
                })
    }

    /// Without spaces, as UTF-8.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): Self.write(text, to: &bytes)
        case .number(let number): bytes += Array("\(number)".utf8)
        case .yes(let value): bytes += Array((value ? "true" : "false").utf8)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
