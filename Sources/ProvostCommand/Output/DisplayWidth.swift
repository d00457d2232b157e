/// How many columns of a terminal a text takes.
package enum DisplayWidth {
    /// Korean, Chinese and Japanese characters and emoji take two columns, combining marks and controls none.
    package static func of(_ text: String) -> Int { text.reduce(0) { $0 + width(of: $1) } }

    /// The text with spaces behind it up to a width.
    package static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }

    private static func width(of character: Character) -> Int {
        // One character on screen may be several scalars (Hangul jamo, a letter with accents, emoji): the widest one counts.
        character.unicodeScalars.map(width(of:)).max() ?? 0
    }

    // Unicode 15 East_Asian_Width W and F, by block.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
        0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
