import FoundationEssentials
import ProvostCore
import Synchronization

/// What a workspace sends: a first line that says what follows, and then the bytes, which go to a file.
final class Arrival: Sendable {
    private struct State {
        var line: [UInt8] = []
        var words: [String]?
        var taken: Int64 = 0
    }
    private let descriptor: Int32
    private let limit: ByteCount
    private let state = Mutex(State())

    init(descriptor: Int32, limit: ByteCount) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// `file` or `folder`; nil while the first line is not whole.
    var kind: String? { state.withLock { $0.words?.first }.flatMap { ["file", "folder"].contains($0) ? $0 : nil } }
    /// Of a file, as was said before its bytes.
    var size: Int64? { state.withLock { state in state.words.flatMap { $0.count == 3 ? Int64($0[2]) : nil } } }
    var isExecutable: Bool { state.withLock { state in state.words.map { $0.count == 3 && $0[1] == "1" } ?? false } }

    /// Throws `limitReached` beyond the limit, `unavailable` when the file cannot be written.
    func take(_ piece: [UInt8]) throws(ProvostError) {
        let bytes: [UInt8] = state.withLock { state in
            var rest = piece[...]
            if state.words == nil {
                let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
                // A line longer than any of ours is no line of ours; it is cut, and then not understood.
                state.line += rest[..<end].prefix(256)
                guard end < rest.endIndex else { return [] }
                state.words = String(decoding: state.line, as: UTF8.self).split(separator: " ").map(String.init)
                rest = rest[(end + 1)...]
            }
            state.taken += Int64(rest.count)
            return Array(rest)
        }
        if state.withLock({ $0.taken }) > limit.bytes {
            throw ProvostError(.limitReached, "The workspace sends more than \(limit); copy a part of it.")
        }
        do { try PrivateFile.writeAll(bytes, to: descriptor) } catch {
            throw ProvostError(
                .unavailable, "What arrives cannot be kept: \(error). Make room in the folder for temporary files (TMPDIR).")
        }
    }
}

/// Removes a folder that this process made itself.
enum FolderRemoval {
    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
