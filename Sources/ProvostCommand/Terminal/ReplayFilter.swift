/// Takes questions to the terminal out of replayed output: the terminal would answer them a second time, and the answers would be typed into
/// the learner's shell.
package struct ReplayFilter: Sendable {
    /// An escape sequence that has begun and may be a question.
    private var pending: [UInt8] = []
    private static let escape: UInt8 = 0x1B
    /// Longer ones are no questions.
    private static let longest = 64

    package init() {}

    /// What may be shown, of any number of bytes, however they are cut.
    package mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        if pending.isEmpty, !bytes.contains(Self.escape) { return bytes }
        var shown: [UInt8] = []
        shown.reserveCapacity(bytes.count)
        for byte in bytes {
            if pending.isEmpty {
                if byte == Self.escape { pending.append(byte) } else { shown.append(byte) }
                continue
            }
            pending.append(byte)
            switch state {
            case .open: continue
            case .question: pending.removeAll()
            case .harmless:
                shown += pending
                pending.removeAll()
            }
        }
        return shown
    }

    /// What was still held back.
    package mutating func end() -> [UInt8] {
        defer { pending.removeAll() }
        return pending
    }

    private enum State { case open, question, harmless }

    private var state: State {
        guard pending.count <= Self.longest else { return .harmless }
        let last = pending[pending.count - 1]
        guard pending.count > 1 else { return .open }
        switch pending[1] {
        case UInt8(ascii: "["):
            guard pending.count > 2 else { return .open }
            // ECMA-48: parameters and intermediates are 0x20 to 0x3F, and a byte from 0x40 ends the sequence.
            if last < 0x40 { return last >= 0x20 ? .open : .harmless }
            // Device attributes (c), status and position (n), a mode (p after $), the version (q after >).
            let asks = last == UInt8(ascii: "c") || last == UInt8(ascii: "n")
            let mode = last == UInt8(ascii: "p") && pending.contains(UInt8(ascii: "$"))
            let version = last == UInt8(ascii: "q") && pending.contains(UInt8(ascii: ">"))
            return asks || mode || version ? .question : .harmless
        case UInt8(ascii: "]"), UInt8(ascii: "P"):
            // A colour (OSC) or a setting (DCS), ended by BEL or ESC \.
            let ended = last == 0x07 || (last == UInt8(ascii: "\\") && pending[pending.count - 2] == Self.escape)
            guard ended else { return .open }
            let setting =
                pending[1] == UInt8(ascii: "P") && (pending.contains(UInt8(ascii: "$")) || pending.contains(UInt8(ascii: "+")))
            return pending.contains(UInt8(ascii: "?")) || setting ? .question : .harmless
        case UInt8(ascii: "Z"): return .question
        default: return .harmless
        }
    }
}
