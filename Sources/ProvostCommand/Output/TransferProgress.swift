import Glibc
import ProvostCore
import Synchronization

/// Shows how much of a file is gone: a bar on a terminal, a line at each quarter in a pipe.
final class TransferProgress: Sendable {
    private struct State {
        var shown = ContinuousClock.now - .seconds(1)
        var quarter: Int64 = 0
    }
    private let heading: String
    private let total: Int64
    private let columns: Int?
    private let began = ContinuousClock.now
    private let state = Mutex(State())

    /// Draws on standard error.
    init(heading: String, total: Int64) {
        self.heading = heading
        self.total = total
        columns = Console.columns(of: STDERR_FILENO)
    }

    /// May be called from any thread; draws at most ten times a second.
    func update(_ sent: Int64) {
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            if columns != nil {
                guard now - state.shown >= .milliseconds(100) else { return nil }
                state.shown = now
            } else {
                // Small files need no story.
                let quarter = sent * 4 / max(total, 1)
                guard total >= 1 << 20, quarter > state.quarter else { return nil }
                state.quarter = quarter
            }
            return Self.line(heading: heading, sent: sent, total: total, elapsed: TimeSpan(now - began), columns: columns)
        }
        guard let line else { return }
        if columns != nil { Console.transient(line) } else { Console.say(line) }
    }

    /// `Sending  42 % ████░░░░  4.2 MiB of 10 MiB  1.2 MiB/s`; without the bar when `columns` is nil or narrow.
    static func line(heading: String, sent: Int64, total: Int64, elapsed: TimeSpan, columns: Int?) -> String {
        let percent = total > 0 ? sent * 100 / total : 100
        let left = "\(heading) \(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0))\(percent) %"
        let rate = elapsed.milliseconds > 0 ? "  \(ByteCount(sent * 1000 / elapsed.milliseconds))/s" : ""
        let right = "\(ByteCount(sent)) / \(ByteCount(total))\(rate)"
        let room = min(40, (columns ?? 0) - DisplayWidth.of(left) - right.count - 5)
        guard room >= 8 else { return "\(left)  \(right)" }
        let full = Int(Int64(room) * sent / max(total, 1))
        return "\(left) " + String(repeating: "█", count: full) + String(repeating: "░", count: room - full) + "  \(right)"
    }
}
