import CLinux
import Glibc
import ProvostCore

/// A program in the room with its terminal or pipes, as the keeper sees it.
final class KeeperSession {
    let number: UInt32
    let command: [String]
    let isTerminal: Bool
    let startedAt: Timestamp
    var clients: [KeeperClient] = []
    /// A terminal, or where a command's input goes and its output and errors come from; −1 once closed.
    var input: Int32
    var output: Int32
    var error: Int32
    var scrollback = Scrollback()
    var pending: [UInt8] = []
    var inputEnded = false
    var status: Int32?
    var endedAt: Int64 = 0
    /// The program has ended and all that it wrote is taken.
    var isOver = false
    private var size = WindowSize()

    init(number: UInt32, command: [String], terminal: Int32, size: WindowSize, startedAt: Timestamp) {
        (self.number, self.command, self.startedAt, self.size) = (number, command, startedAt, size)
        isTerminal = true
        (input, output, error) = (terminal, terminal, -1)
    }
    init(number: UInt32, command: [String], pipes: (input: Int32, output: Int32, error: Int32), startedAt: Timestamp) {
        (self.number, self.command, self.startedAt) = (number, command, startedAt)
        isTerminal = false
        (input, output, error) = pipes
    }
    deinit { closeAll() }

    func closeAll() {
        if output >= 0 { close(output) }
        if !isTerminal, input >= 0 { close(input) }
        if error >= 0 { close(error) }
        (input, output, error) = (-1, -1, -1)
    }

    /// Whether what its programs write can be taken now. Not when every client is slow: then they wait, as at any terminal. A client that
    /// is slow while others are not is left behind.
    var takesOutput: Bool {
        if isTerminal {
            return clients.isEmpty || clients.contains { scrollback.total - $0.place < Scrollback.capacity / 2 && !$0.isLeaving }
        }
        return clients.allSatisfy { $0.backlog < KeeperClient.enough }
    }
    var takesInput: Bool { pending.count < KeeperClient.enough }

    /// Takes a piece of at most 64 KiB from one stream.
    func take(_ isError: Bool, buffer: inout [UInt8]) {
        let number = isError ? error : output
        guard number >= 0 else { return }
        var filled = 0
        var ended = false
        while filled < buffer.count {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress! + filled, $0.count - filled) }
            if count > 0 {
                filled += count
                continue
            }
            if count < 0, errno == EINTR { continue }
            // A terminal that nobody has open any more says EIO.
            ended = count == 0 || errno != EAGAIN
            break
        }
        if filled > 0 {
            if isTerminal {
                scrollback.append(buffer[..<filled])
                for client in clients { pump(client) }
            } else {
                let frames = SessionFrame.pieces(isError ? .error : .output, Array(buffer[..<filled]))
                for client in clients { for frame in frames { client.add(frame) } }
            }
        }
        // A terminal is open again when a program that was left behind opens it; until its leader has ended, it is not over.
        guard ended, !isTerminal || status != nil else { return }
        if isTerminal {
            closeAll()
        } else if isError {
            close(error)
            error = -1
        } else {
            close(output)
            output = -1
        }
    }

    /// Gives a terminal's client what it has not got yet, as far as it reads.
    func pump(_ client: KeeperClient) {
        guard isTerminal else {
            if !client.toldLive {
                client.toldLive = true
                client.add(SessionFrame(.live))
            }
            return
        }
        let now = monotonicNanoseconds()
        if client.place < scrollback.start {
            // Left behind: what it lacks is gone when it reads again.
            guard client.backlog == 0 else { return }
            client.add(.text(.notice, "Some output was left out: this link was too slow for it."))
            client.place = scrollback.replayStart
        }
        while client.backlog < KeeperClient.enough, client.place < scrollback.total, !client.isGone {
            let piece = scrollback.bytes(from: client.place, count: 32 << 10)
            client.add(SessionFrame(.output, Array(piece)))
            client.place += piece.count
        }
        if client.place >= scrollback.total, !client.toldLive {
            client.toldLive = true
            client.add(SessionFrame(.live))
        }
        let lags = scrollback.total - client.place >= Scrollback.capacity / 2
        client.lagsSince = lags ? client.lagsSince ?? now : nil
        // It can reattach. One that is alone is never dropped: its program waits for it.
        if let since = client.lagsSince, now - since > 10_000_000_000, clients.count > 1 { client.isGone = true }
    }

    /// The smallest window of those that type.
    func resize() {
        guard isTerminal, output >= 0 else { return }
        let sizes = clients.compactMap { (client) -> WindowSize? in
            if case .session(_, reads: true) = client.role { return nil }
            return client.size
        }
        guard let rows = sizes.map(\.rows).min(), let columns = sizes.map(\.columns).min() else { return }
        let smallest = WindowSize(rows: rows, columns: columns)
        guard smallest != size else { return }
        size = smallest
        _ = clinux_window_size(output, Int32(rows), Int32(columns))
    }

    /// Writes what the clients typed.
    func writeInput() {
        while !pending.isEmpty, input >= 0 {
            let count = unsafe pending.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
            if count > 0 {
                pending.removeFirst(count)
                continue
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            pending = []
            if !isTerminal {
                close(input)
                input = -1
            }
        }
        guard inputEnded, pending.isEmpty, input >= 0 else { return }
        if isTerminal {
            inputEnded = false
            let character = clinux_end_of_file(input)
            if character >= 0 {
                pending = [UInt8(truncatingIfNeeded: character)]
                writeInput()
            }
        } else {
            close(input)
            input = -1
        }
    }

    /// Whether everything is told once the program has ended.
    func checkOver(now: Int64) {
        guard status != nil, !isOver else { return }
        // What was written comes at once, but for a terminal's last lines, which the kernel hands over a moment later. A program that was
        // left behind and has the streams open is not waited for.
        let drained = output < 0 && error < 0
        guard drained || (now - endedAt > 100_000_000 && takesOutput) else { return }
        closeAll()
        isOver = true
    }
}
