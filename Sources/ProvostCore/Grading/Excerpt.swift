/// What is kept of a long text: its head and its tail, cut between characters, with a line that says how much is missing.
package enum Excerpt {
    /// The bytes as text, at most `limit` bytes of it plus the line between. Bytes that are no UTF-8 become U+FFFD: what a learner's program
    /// prints must never be the reason that something is not graded.
    package static func of(_ bytes: some RandomAccessCollection<UInt8>, atMost limit: Int) -> String {
        guard bytes.count > limit else { return String(decoding: bytes, as: UTF8.self) }
        var head = bytes.index(bytes.startIndex, offsetBy: limit / 2)
        var tail = bytes.index(bytes.endIndex, offsetBy: limit / 2 - limit)
        // At most three bytes continue a character; more of them are no UTF-8, and are cut anywhere.
        for _ in 0..<3 where bytes[head] & 0xc0 == 0x80 && head > bytes.startIndex { head = bytes.index(before: head) }
        for _ in 0..<3 where tail < bytes.endIndex && bytes[tail] & 0xc0 == 0x80 { tail = bytes.index(after: tail) }
        let dropped = bytes.distance(from: head, to: tail)
        return String(decoding: bytes[..<head], as: UTF8.self) + "\n… \(dropped) bytes left out …\n"
            + String(decoding: bytes[tail...], as: UTF8.self)
    }

    /// The same for a text.
    package static func of(_ text: String, atMost limit: Int) -> String {
        text.utf8.count <= limit ? text : of(Array(text.utf8), atMost: limit)
    }

    /// The beginning of a text in one line, for a name: at most `limit` bytes, with “…” where it was cut.
    package static func beginning(of text: String, atMost limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit - 3)
        while end > text.utf8.startIndex, text.utf8[end] & 0xc0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end]) + "…"
    }
}
