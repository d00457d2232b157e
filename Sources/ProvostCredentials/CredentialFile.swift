package import ProvostCore

/// Files that carry a credential: the token alone, or baked into a picture (Open Badges 3.0 §5.3). A picture carries it once.
package enum CredentialFile {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    private static let keyword = Array("openbadgecredential".utf8)

    /// The token in a file. Throws `invalid` when there is none, or more than one.
    package static func token(in file: [UInt8]) throws(ProvostError) -> String {
        if file.starts(with: signature) { return try tokenInPNG(file) }
        guard let text = String(validating: file, as: UTF8.self) else {
            throw ProvostError(.invalid, "This is neither a token nor a picture that carries one (.jwt, .svg, .png).")
        }
        let trimmed = trimmed(text[...])
        if trimmed.first == "<" { return try tokenInSVG(trimmed) }
        return String(trimmed)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        if text.first == "\u{feff}" { text.removeFirst() }
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    // MARK: SVG

    /// Puts the token right after the `<svg …>` of a drawing. nil when it has no such tag.
    package static func baked(svg: String, token: String) -> String? {
        guard let start = svg.firstRange(of: "<svg "), let end = svg[start.upperBound...].firstIndex(of: ">") else { return nil }
        return svg[..<start.upperBound] + "xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" " + svg[start.upperBound...end]
            + "<openbadges:credential verify=\"\(token)\"/>" + svg[svg.index(after: end)...]
    }

    private static func tokenInSVG(_ svg: Substring) throws(ProvostError) -> String {
        let tag = "<openbadges:credential"
        let places = svg.ranges(of: tag)
        guard let place = places.first else { throw ProvostError(.invalid, "The drawing carries no credential.") }
        guard places.count == 1 else { throw ProvostError(.invalid, "The drawing carries more than one credential.") }
        let element = svg[place.upperBound...].prefix { $0 != ">" }
        guard let attribute = element.firstRange(of: "verify="), let quote = element[attribute.upperBound...].first,
            quote == "\"" || quote == "'"
        else { throw ProvostError(.invalid, "The credential in the drawing is not a signed token.") }
        return String(element[attribute.upperBound...].dropFirst().prefix { $0 != quote })
    }

    // MARK: PNG

    /// Puts the token into a picture as an uncompressed `iTXt` after its header. nil for what is no PNG.
    package static func baked(png: [UInt8], token: String) -> [UInt8]? {
        // The header is always the first chunk: 13 bytes, with length, type and check sum 25.
        guard png.starts(with: signature), png.count > 33, Array(png[12..<16]) == Array("IHDR".utf8) else { return nil }
        let content = keyword + [0, 0, 0, 0, 0] + Array(token.utf8)
        let body = Array("iTXt".utf8) + content
        return png[..<33] + big(UInt32(content.count)) + body + big(CRC32.of(body)) + png[33...]
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    private static func tokenInPNG(_ png: [UInt8]) throws(ProvostError) -> String {
        let damaged = ProvostError(.invalid, "The picture is damaged.")
        var found: String?
        var position = 8
        while position < png.count {
            guard position + 12 <= png.count else { throw damaged }
            let number = { (at: Int) in png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
            let length = number(position)
            guard position + 12 + length <= png.count else { throw damaged }
            let body = png[position + 4..<position + 8 + length]
            guard UInt32(number(position + 8 + length)) == CRC32.of(body) else { throw damaged }
            if body.starts(with: Array("iTXt".utf8)), body.dropFirst(4).starts(with: keyword + [0]) {
                guard found == nil else { throw ProvostError(.invalid, "The picture carries more than one credential.") }
                // Compression flag and method, then language and translated keyword, each ended by a zero.
                let rest = body.dropFirst(4 + keyword.count + 1)
                guard rest.first == 0, let language = rest.dropFirst(2).firstIndex(of: 0),
                    let translated = rest[(language + 1)...].firstIndex(of: 0),
                    let text = String(validating: rest[(translated + 1)...], as: UTF8.self)
                else {
                    throw ProvostError(
                        .invalid, "The credential in the picture is compressed or damaged, which Open Badges forbids.")
                }
                found = text
            }
            position += 12 + length
        }
        guard let found else { throw ProvostError(.invalid, "The picture carries no credential.") }
        return found
    }
}
