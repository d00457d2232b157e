@preconcurrency import Dispatch
import Glibc
import ProvostCore

extension WindowSize {
    /// Of the first of the three standard streams that is a terminal; 24 by 80 when none is.
    static func current() -> WindowSize {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            var size = winsize()
            if unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 {
                return WindowSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
            }
        }
        return WindowSize()
    }

    var query: [(String, String?)] { [("rows", "\(rows)"), ("columns", "\(columns)")] }
}

/// Signals as a stream, instead of what they usually do, for as long as the stream is read.
struct SignalStream {
    let signals: AsyncStream<Int32>

    init(_ numbers: [Int32]) {
        let (signals, feed) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(16))
        self.signals = signals
        let sources = numbers.map { number in
            if number != SIGWINCH { signal(number, SIG_IGN) }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { feed.yield(number) }
            source.resume()
            return source
        }
        feed.onTermination = { _ in
            for (number, source) in zip(numbers, sources) {
                source.cancel()
                signal(number, SIG_DFL)
            }
        }
    }
}
