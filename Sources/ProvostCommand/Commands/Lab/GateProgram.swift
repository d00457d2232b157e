import FoundationEssentials
import Glibc
import ProvostCore

/// `provost-gate`, which lies beside this program: it makes rooms on this machine, which the command line itself never does.
struct GateProgram {
    let path: String

    /// Throws `unavailable` when it is not there.
    init() throws(ProvostError) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = String(own[..<(own.lastIndex(of: "/") ?? own.startIndex)]) + "/provost-gate"
        guard unsafe access(path, X_OK) == 0 else {
            throw ProvostError(.unavailable, "\(path) is missing: checks run on a machine where Provost is installed whole.")
        }
    }

    /// Takes this process's place, with its streams.
    func replace(_ arguments: [String]) throws(ProvostError) -> Never {
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        unsafe execv(path, words)
        throw ProvostError(.unavailable, "\(path) cannot be started: \(unsafe String(cString: strerror(errno))).")
    }

    /// Runs it to its end, with this process's standard error. Throws `unavailable` when it cannot be started.
    /// - Returns: what it printed, and its exit status (128 + n for a signal).
    func run(_ arguments: [String]) throws(ProvostError) -> (output: [UInt8], status: Int32) {
        var pipes: [Int32] = [-1, -1]
        guard unsafe pipe(&pipes) == 0, fcntl(pipes[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(pipes[1], F_SETFD, FD_CLOEXEC) == 0
        else { throw ProvostError(.unavailable, "A pipe cannot be made.") }
        defer { close(pipes[0]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let failure = unsafe posix_spawn(&child, path, &actions, nil, words, environ)
        close(pipes[1])
        guard failure == 0 else {
            throw ProvostError(.unavailable, "\(path) cannot be started: \(unsafe String(cString: strerror(failure))).")
        }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(pipes[0], $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return (output, status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F))
    }
}

/// What `provost lab check -o json` prints, as far as publishing needs it.
struct GateReport: Decodable {
    struct Finding: Decodable {
        let check: String
        let subject: String
        let state: String
        let reason: String
    }
    let findings: [Finding]

    var record: CheckRecord {
        let count = { (state: String) in findings.count { $0.state == state } }
        return CheckRecord(
            outcome: count("failed") == 0 ? .passed : .failed, passed: count("passed"), failed: count("failed"),
            warnings: count("warning"))
    }
}
