import CLinux
import Glibc
import ProvostCore

/// A program of the host that we run ourselves, outside every room: Debian's tools for file systems. Nothing that a learner wrote
/// is ever among its arguments.
enum HostProgram {
    struct Result: Sendable {
        /// The exit status; −1 when a signal ended it or its time was up.
        let status: Int32
        /// The first 64 KiB of what it wrote to its output and error.
        let output: String

        /// The last line that says something, for an error's cause.
        var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// Where Debian installs the programs of e2fsprogs and coreutils.
    private static let folders = ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"]

    static func find(_ name: String) -> String? {
        folders.lazy.map { $0 + name }.first { unsafe access($0, X_OK) == 0 }
    }

    /// Runs it and waits, so never on the cooperative pool. Throws `unavailable` when it is not installed or cannot be started. After
    /// `limit` it is killed.
    static func run(_ name: String, _ arguments: [String], package: String, limit: TimeSpan = .seconds(1800))
        throws(ProvostError) -> Result
    {
        guard let path = find(name) else {
            throw ProvostError(
                .unavailable, "The program \(name) is missing on the server: install Debian's package “\(package)”.")
        }
        var pair: [Int32] = [-1, -1]
        let error = unsafe clinux_pipe(&pair)
        guard error >= 0 else { throw .linux("make a pipe", error, advice: "Raise the daemon's open-file limit.") }
        let reader = Descriptor(pair[0])
        let pid: Int64
        do {
            let writer = Descriptor(pair[1])
            var pointers: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) }
            unsafe pointers.append(nil)
            defer { unsafe pointers.forEach { unsafe free($0) } }
            pid = unsafe clinux_spawn_program(path, pointers, writer.number)
        }
        guard pid > 0 else { throw .linux("start \(path)", Int32(pid)) }
        let output = collect(reader.number, until: monotonicNanoseconds() + limit.milliseconds * 1_000_000)
        if output == nil { kill(pid_t(pid), SIGKILL) }
        var status: Int32 = 0
        _ = unsafe clinux_wait(pid, &status, 0)
        return Result(
            status: output == nil ? -1 : clinux_exit_status(status),
            output: output ?? "\(name) did not end within \(limit)")
    }

    /// Reads to the end, keeping the first 64 KiB; nil when the time is up.
    private static func collect(_ descriptor: Int32, until end: Int64) -> String? {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = (end - monotonicNanoseconds()) / 1_000_000
            guard left > 0 else { return nil }
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&watched, 1, Int32(min(left, 60_000))) > 0 else { continue }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<min(count, max(0, 65_536 - all.count))]
        }
    }
}

/// Runs `body`, which may wait in the kernel, on a thread of its own and waits for it without holding the cooperative pool.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws(ProvostError) -> Value) async throws(ProvostError) -> Value {
    let result: Result<Value, ProvostError> = await withCheckedContinuation { continuation in
        do throws(ProvostError) {
            try onOwnThread {
                do throws(ProvostError) {
                    continuation.resume(returning: .success(try body()))
                } catch { continuation.resume(returning: .failure(error)) }
            }
        } catch { continuation.resume(returning: .failure(error)) }
    }
    return try result.get()
}
