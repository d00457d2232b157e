/// One message between `provost` and the keeper of a workspace; the daemon hands them on unread.
///
/// On the wire: one byte for the kind, four for the payload's length (big endian), the payload. A payload is at most 64 KiB.
package struct SessionFrame: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        // To the keeper.
        /// What the learner typed, or a command's standard input.
        case input = 0x01
        /// The end of the input.
        case inputEnd = 0x02
        /// Two big-endian 16-bit numbers: rows, columns.
        case resize = 0x03
        /// One byte: a signal's number, for the foreground processes of the terminal or the command.
        case signal = 0x04
        /// The client goes; what runs goes on.
        case detach = 0x05
        // From the keeper.
        case output = 0x11
        case error = 0x12
        /// The end of both outputs of a command or a connection.
        case outputEnd = 0x13
        /// Four big-endian bytes: an exit status, as a shell writes it (128 + signal). The last frame of a session.
        case exit = 0x14
        /// UTF-8 text for the person, not from the programs: a warning, why the workspace stops.
        case notice = 0x15
        /// UTF-8 text: it cannot be done, and why. The last frame.
        case refusal = 0x16
        /// The scroll-back has been replayed; what follows is live.
        case live = 0x17
    }

    package static let longestPayload = 64 << 10
    package static let headerSize = 5

    package var kind: Kind
    package var payload: [UInt8]

    /// A longer payload is cut: split it before, with `pieces`.
    package init(_ kind: Kind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload.count > Self.longestPayload ? Array(payload[..<Self.longestPayload]) : payload
    }

    /// Any number of bytes as frames of one kind.
    package static func pieces(_ kind: Kind, _ bytes: [UInt8]) -> [SessionFrame] {
        stride(from: 0, to: bytes.count, by: longestPayload).map {
            SessionFrame(kind, Array(bytes[$0..<min($0 + longestPayload, bytes.count)]))
        }
    }

    package static func resize(_ size: (rows: Int, columns: Int)) -> Self {
        let numbers = [min(max(1, size.rows), 65_535), min(max(1, size.columns), 65_535)]
        return Self(.resize, numbers.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
    }
    package static func exit(_ status: Int32) -> Self {
        let bits = UInt32(bitPattern: status)
        return Self(.exit, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) })
    }
    package static func text(_ kind: Kind, _ text: String) -> Self { Self(kind, Array(text.utf8)) }

    /// With `resize`: rows and columns.
    package var size: (rows: Int, columns: Int)? {
        guard kind == .resize, payload.count == 4 else { return nil }
        return (Int(payload[0]) << 8 | Int(payload[1]), Int(payload[2]) << 8 | Int(payload[3]))
    }
    /// With `exit`: the status.
    package var status: Int32? {
        guard kind == .exit, payload.count == 4 else { return nil }
        return Int32(bitPattern: payload.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
    /// The payload as text, broken UTF-8 replaced.
    package var text: String { String(decoding: payload, as: UTF8.self) }

    package var bytes: [UInt8] {
        let count = UInt32(payload.count)
        return [kind.rawValue] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + payload
    }
}

/// Takes bytes as they come and gives whole frames.
package struct SessionFrameParser: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    package init() {}

    package mutating func add(_ piece: some Sequence<UInt8>) {
        if start > 0, start == bytes.count || start > 1 << 16 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// The next whole frame; nil when more bytes are needed. Throws `invalid` for a kind nobody knows or a length that is too large:
    /// the stream cannot be read any further.
    package mutating func next() throws(ProvostError) -> SessionFrame? {
        guard bytes.count - start >= SessionFrame.headerSize else { return nil }
        let length = bytes[(start + 1)..<(start + SessionFrame.headerSize)].reduce(0) { $0 << 8 | Int($1) }
        guard let kind = SessionFrame.Kind(rawValue: bytes[start]), length <= SessionFrame.longestPayload else {
            throw ProvostError(.invalid, "The other end sent something that is no session; use the same version on both sides.")
        }
        let end = start + SessionFrame.headerSize + length
        guard bytes.count >= end else { return nil }
        defer { start = end }
        return SessionFrame(kind, Array(bytes[(start + SessionFrame.headerSize)..<end]))
    }
}
