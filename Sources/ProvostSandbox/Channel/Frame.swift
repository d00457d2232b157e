/// One message of the result channel: a type byte, the payload's length in four bytes (big-endian), the payload.
struct Frame {
    static let maximumPayload = 1 << 20
    static let headerSize = 5

    enum Kind: UInt8 {
        case arguments = 0x41  // A, client: program name and arguments, NUL-terminated
        case input = 0x49  // I, server: open this path (empty: your standard input) and send what is in it
        case data = 0x44  // D, client: a piece of input or of a file; empty at its end
        case fetch = 0x46  // F, server: send the file at this path; only after the end of the last one
        case mode = 0x4D  // M, client: mode and size of the file, 8 bytes big-endian each; its data follow
        case output = 0x4F  // O, server: bytes for the caller's standard output
        case error = 0x45  // E, server: bytes for its standard error
        case file = 0x57  // W, server: path, NUL, bytes: make or empty the file and write them
        case append = 0x50  // P, server: path, NUL, bytes: append them
        case exit = 0x58  // X, server: exit with this status; the last frame
    }
    let kind: Kind
    let payload: [UInt8]

    var bytes: [UInt8] {
        let size = UInt32(payload.count)
        return [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * UInt32($0))) } + payload
    }
}

/// Cuts a byte stream into frames.
struct FrameReader {
    private var buffer: [UInt8] = []
    private(set) var isBroken = false

    mutating func add(_ bytes: ArraySlice<UInt8>) { buffer += bytes }

    /// The next whole frame; nil when there is none yet, or, with `isBroken`, when what came is no frame.
    mutating func next() -> Frame? {
        guard !isBroken, buffer.count >= Frame.headerSize else { return nil }
        let size = buffer[1...4].reduce(0) { $0 << 8 | Int($1) }
        guard let kind = Frame.Kind(rawValue: buffer[0]), size <= Frame.maximumPayload else {
            isBroken = true
            return nil
        }
        guard buffer.count >= Frame.headerSize + size else { return nil }
        let payload = Array(buffer[Frame.headerSize..<Frame.headerSize + size])
        buffer.removeFirst(Frame.headerSize + size)
        return Frame(kind: kind, payload: payload)
    }
}
