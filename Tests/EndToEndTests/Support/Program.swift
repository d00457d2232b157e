import Foundation
import Glibc
import Synchronization

/// A program that was started; its two outputs go into files, so that nothing has to be read while it runs.
final class RunningProgram: Sendable {
    private let process = Process()
    private let name: String
    private let ending = Mutex<(status: Int32?, waiting: [CheckedContinuation<Int32, Never>])>((nil, []))

    /// - Parameters:
    ///   - program: an absolute path, or the name of one of our own programs.
    ///   - folder: the current folder.
    ///   - outputs: the outputs are kept at this path with `.out` and `.err` behind it.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], folder: String, outputs: String,
        input: String = ""
    ) throws {
        name = outputs
        process.executableURL = program.hasPrefix("/") ? URL(fileURLWithPath: program) : Self.own(program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = environment
        for end in [".in", ".out", ".err"] {
            try Data(end == ".in" ? Array(input.utf8) : []).write(to: URL(fileURLWithPath: name + end))
        }
        // Closed here once the child has them: Foundation keeps them for longer, and its Process cannot bear a thousand open files.
        let handles = try [
            FileHandle(forReadingFrom: URL(fileURLWithPath: name + ".in")),
            FileHandle(forWritingTo: URL(fileURLWithPath: name + ".out")),
            FileHandle(forWritingTo: URL(fileURLWithPath: name + ".err")),
        ]
        defer { for handle in handles { try? handle.close() } }
        process.standardInput = handles[0]
        process.standardOutput = handles[1]
        process.standardError = handles[2]
        process.terminationHandler = { [weak self] process in
            let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
            let waiting = self?.ending.withLock { ending in
                ending.status = status
                defer { ending.waiting = [] }
                return ending.waiting
            }
            for continuation in waiting ?? [] { continuation.resume(returning: status) }
        }
        try process.run()
    }

    var id: Int32 { process.processIdentifier }
    var isRunning: Bool { ending.withLock { $0.status == nil } }
    var output: String { text(".out") }
    var errors: String { text(".err") }

    private func text(_ end: String) -> String {
        String(decoding: FileManager.default.contents(atPath: name + end) ?? Data(), as: UTF8.self)
    }

    func send(signal: Int32) { if isRunning { kill(id, signal) } }

    /// Waits for the end, holding no thread; kills it after `limit`. The status is 128 + n after a signal n.
    func ended(within limit: Duration) async -> Int32 {
        let watch = Task {
            try await Task.sleep(for: limit)
            send(signal: SIGKILL)
        }
        defer { watch.cancel() }
        return await withCheckedContinuation { continuation in
            let status = ending.withLock { ending in
                if ending.status == nil { ending.waiting.append(continuation) }
                return ending.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Our programs lie beside the test bundle.
    static func own(_ name: String) -> URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(name)
    }
}

/// How a command ended and what it wrote.
struct Ended: Sendable {
    let status: Int32
    let output: String
    let errors: String
    /// Standard output read as JSON; null if it is not.
    var json: JSON { JSON(parsing: output) }
    /// Both outputs, for the text of a failed expectation.
    var text: String { output + errors }
}

/// A JSON value that is looked into without types.
struct JSON {
    private let value: Any?

    init(parsing text: String) { value = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) }
    private init(_ value: Any?) { self.value = value }

    subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
    subscript(index: Int) -> JSON { JSON(items.indices.contains(index) ? items[index].value : nil) }
    var items: [JSON] { (value as? [Any])?.map { JSON($0) } ?? [] }
    var keys: Set<String> { Set((value as? [String: Any])?.keys.map { $0 } ?? []) }
    var text: String? { value as? String }
    var number: Double? { (value as? NSNumber)?.doubleValue }
    /// There, and null.
    var isNull: Bool { value is NSNull }
    var exists: Bool { value != nil }
}
