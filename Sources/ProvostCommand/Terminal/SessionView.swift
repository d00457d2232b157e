import Glibc
import ProvostCore
import Synchronization

/// Puts what a session sends on the three standard streams, and sentences of ours between it.
final class SessionView: Sendable {
    private struct State {
        /// The last byte on the screen ended a line.
        var atLineStart = true
        var replay: ReplayFilter?
    }
    /// The terminal is raw: a line must be ended with a return as well.
    private let isRaw: Bool
    private let state = Mutex(State())

    init(isRaw: Bool) { self.isRaw = isRaw }

    /// False once nobody reads standard output (or standard error) any more.
    func show(_ bytes: [UInt8], on descriptor: Int32 = STDOUT_FILENO) -> Bool {
        let shown = state.withLock { state in
            let shown = state.replay?.take(bytes) ?? bytes
            if let last = shown.last { state.atLineStart = last == 0x0A || last == 0x0D }
            return shown
        }
        return OutputWriter.write(shown, to: descriptor)
    }

    /// What comes next was on the screen before: the screen is wiped, and no question in it reaches the terminal.
    func beginReplay() {
        guard isRaw else { return }
        state.withLock { $0.replay = ReplayFilter() }
        _ = OutputWriter.write(Array("\u{1B}[0m\u{1B}[2J\u{1B}[H".utf8), to: STDOUT_FILENO)
    }

    /// From here on it is new.
    func endReplay() {
        let rest = state.withLock { state in
            defer { state.replay = nil }
            return state.replay?.end() ?? []
        }
        _ = OutputWriter.write(rest, to: STDOUT_FILENO)
    }

    /// A sentence on lines of its own, on standard error; in reverse video on a terminal.
    func say(_ text: String, reverse: Bool = false) {
        let isTerminal = isatty(STDERR_FILENO) == 1
        let wasAtLineStart = state.withLock { state in
            defer { state.atLineStart = true }
            return state.atLineStart
        }
        let end = isRaw ? "\r\n" : "\n"
        let lines = Console.sanitized(text).split(separator: "\n").map { line in
            isTerminal && reverse ? "\u{1B}[7m\(line)\u{1B}[0m\(end)" : "\(line)\(end)"
        }
        _ = OutputWriter.write(Array(((wasAtLineStart ? "" : end) + lines.joined()).utf8), to: STDERR_FILENO)
    }
}
