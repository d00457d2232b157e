/// The last 256 KiB that a terminal's programs wrote; memory is taken as it fills. Places are counted from the session's first byte.
struct Scrollback {
    static let capacity = 256 << 10
    private var bytes: [UInt8] = []
    /// Bytes ever written.
    private(set) var total = 0
    /// The place of the oldest byte that is kept.
    var start: Int { max(0, total - bytes.count) }

    mutating func append(_ piece: ArraySlice<UInt8>) {
        let piece = piece.suffix(Self.capacity)
        let fresh = min(piece.count, Self.capacity - bytes.count)
        bytes.append(contentsOf: piece.prefix(fresh))
        total += fresh
        for byte in piece.dropFirst(fresh) {
            bytes[total % Self.capacity] = byte
            total += 1
        }
    }

    /// At most `count` bytes from a place on that is kept.
    func bytes(from place: Int, count: Int) -> ArraySlice<UInt8> {
        let count = min(count, total - place)
        guard count > 0 else { return [] }
        let first = place % Self.capacity
        // Before it has gone round, a place is an index.
        if bytes.count < Self.capacity || first + count <= Self.capacity { return bytes[first..<min(first + count, bytes.count)] }
        return bytes[first...]
    }

    /// Where a replay begins: the oldest byte, or when that is in the middle of things, the first line that is whole.
    var replayStart: Int {
        guard start > 0 else { return 0 }
        let head = bytes(from: start, count: 4096)
        guard let end = head.firstIndex(of: UInt8(ascii: "\n")) else { return start }
        return start + (end - head.startIndex) + 1
    }
}
