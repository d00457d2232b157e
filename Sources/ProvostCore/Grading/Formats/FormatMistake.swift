/// Why a foreign result cannot be believed. The grading is then “not graded”, and this is the evidence for the instructor; learners never see it.
package struct FormatMistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where: line and column, a path like `tests[2].score`, or a test; empty when it is about the whole.
    package let place: String
    /// What is wrong and what to do, in one sentence.
    package let sentence: String

    package init(_ sentence: String, at place: String = "") {
        self.place = place
        self.sentence = sentence
    }

    package var description: String { place.isEmpty ? sentence : "\(place): \(sentence)" }
}

/// Counts lines and columns in a document, both from 1; a column is a character of UTF-8.
enum Place {
    static func of(_ offset: Int, in bytes: [UInt8]) -> String {
        var line = 1
        var column = 1
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == 0x0a {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        return "line \(line), column \(column)"
    }

    /// Where the first bytes are that are no UTF-8, in words.
    static func ofBadUTF8(in bytes: [UInt8]) -> String { of(firstBadUTF8(in: bytes), in: bytes) }

    /// Where the first bytes are that are no UTF-8; the end when all are.
    static func firstBadUTF8(in bytes: [UInt8]) -> Int {
        // The longest prefix that is right, by halving: whatever stands before the first bad byte is right too.
        var right = 0
        var wrong = bytes.count
        while wrong - right > 4 {
            let middle = (right + wrong) / 2
            // A cut inside a character is not a mistake of the document: step back to its first byte.
            var cut = middle
            while cut > right, cut > middle - 4, bytes[cut] & 0xc0 == 0x80 { cut -= 1 }
            if cut > right, String(validating: bytes[right..<cut], as: UTF8.self) != nil { right = cut } else { wrong = middle }
        }
        while right < bytes.count {
            var length = 1
            while length < 4, right + length < bytes.count, bytes[right + length] & 0xc0 == 0x80 { length += 1 }
            if String(validating: bytes[right..<right + length], as: UTF8.self) == nil { break }
            right += length
        }
        return right
    }
}
