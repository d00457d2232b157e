import CLinux
import Glibc
import ProvostCore

/// One output stream of a room: keeps the first bytes up to the cap, counts the rest.
struct Capture: ~Copyable {
    private let pipe: Descriptor?
    private let limit: Int64
    private let deliver: ([UInt8]) -> Void
    private var kept: Int64 = 0
    private var closed = false
    private(set) var dropped: Int64 = 0
    /// The first bytes, in which bubblewrap says why it could not start the command.
    private(set) var first: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// `pipe` is nil when nothing comes on this stream.
    init(pipe: consuming Descriptor?, limit: ByteCount, deliver: @escaping ([UInt8]) -> Void) {
        self.pipe = pipe
        self.limit = limit.bytes
        self.deliver = deliver
    }

    /// For poll; −1 once all writers are gone.
    var descriptor: Int32 {
        guard !closed else { return -1 }
        switch pipe {
        case .some(let pipe): return pipe.number
        case .none: return -1
        }
    }

    /// Takes what is there, once. False when there is nothing.
    @discardableResult mutating func read() -> Bool {
        let number = descriptor
        guard number >= 0 else { return false }
        // A terminal that nobody has open any more says EIO.
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { closed = true }
            return false
        }
        let room = Int(min(Int64(count), limit - kept))
        if room > 0 {
            let bytes = Array(buffer[..<room])
            if first.count < 4096 { first += bytes.prefix(4096) }
            kept += Int64(room)
            deliver(bytes)
        }
        dropped += Int64(count - room)
        return true
    }

    /// Takes everything that is there now.
    mutating func drain() { while read() {} }
}

/// The input of a room: written as the command reads it, never waited for.
struct Feed: ~Copyable {
    private var pipe: Descriptor?
    private var pending: [UInt8]
    private var offset = 0
    private var streams: Bool
    private var mayHaveMore: Bool
    /// A terminal has no end: a character stands for it, sent once.
    private var owesEndOfFile: Bool
    private var lastByte: UInt8?

    /// `pipe` is nil when the command reads something else. With `streams`, more comes from the room's handle.
    init(pipe: consuming Descriptor?, bytes: [UInt8], streams: Bool, isTerminal: Bool) {
        owesEndOfFile = isTerminal
        self.pipe = pipe
        pending = bytes
        self.streams = streams
        mayHaveMore = true
    }

    /// For poll, which also tells of a reader that is gone.
    var descriptor: Int32 {
        wantsToWrite ? number : -1
    }
    private var number: Int32 {
        switch pipe {
        case .some(let pipe): pipe.number
        case .none: -1
        }
    }
    var wantsToWrite: Bool { offset < pending.count }
    /// The pending bytes are used up, and the handle may have more, or the end.
    var needsMore: Bool { mayHaveMore && offset == pending.count && isOpen }
    private var isOpen: Bool { number >= 0 }

    mutating func wakeUp() { mayHaveMore = true }

    mutating func write(from room: Room) {
        if offset == pending.count {
            mayHaveMore = false
            guard streams, let more = room.takeInput() else { return finish() }
            // Piece by piece: going through a joined sequence byte by byte took more time than the command did.
            pending.removeAll(keepingCapacity: true)
            for piece in more { pending += piece }
            offset = 0
            if pending.isEmpty { return }
            mayHaveMore = true
        }
        let number = descriptor
        let start = offset
        let count = unsafe pending.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress! + start, $0.count - start) }
        if count > 0 {
            lastByte = pending[start + count - 1]
            offset += count
        } else if errno != EAGAIN && errno != EINTR {
            pipe = nil
            (pending, offset) = ([], 0)
            room.refuseInput()
        }
    }

    /// The end of the input: closes a pipe; has a terminal say it.
    private mutating func finish() {
        let character = owesEndOfFile ? clinux_end_of_file(number) : -1
        owesEndOfFile = false
        guard character >= 0 else {
            pipe = nil
            return
        }
        // Within a line, the first only ends the line.
        let atLineStart = lastByte == nil || lastByte == UInt8(ascii: "\n")
        pending = [UInt8](repeating: UInt8(truncatingIfNeeded: character), count: atLineStart ? 1 : 2)
        offset = 0
        mayHaveMore = true
    }
}
