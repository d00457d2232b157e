import Dispatch
import Glibc

/// Reads a descriptor on a thread of its own, so that no task of the pool waits for a person. The next piece is read once the one before
/// is taken care of: what the other end cannot take yet stays in the pipe.
final class InputReader: Sendable {
    /// At most 64 KiB each; ends with the input.
    let pieces: AsyncStream<[UInt8]>
    private let taken = DispatchSemaphore(value: 0)

    /// Begins to read at once. The descriptor stays the caller's and must stay open.
    init(_ descriptor: Int32) {
        let (pieces, feed) = AsyncStream.makeStream(of: [UInt8].self)
        self.pieces = pieces
        let taken = taken
        DispatchQueue(label: "provost.input").async {
            var space = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = unsafe space.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    // Somebody who shares the terminal or the pipe made it so.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    unsafe poll(&wanted, 1, -1)
                    continue
                }
                // A terminal that is gone (EIO) is an end as well.
                guard count > 0 else { return feed.finish() }
                feed.yield(Array(space[..<count]))
                taken.wait()
            }
        }
    }

    /// The piece is gone: read on.
    func done() { taken.signal() }
}

/// Writes to a descriptor that may be slow.
enum OutputWriter {
    /// False once nobody reads it any more.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let from = done
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress! + from, $0.count - from) }
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&wanted, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
