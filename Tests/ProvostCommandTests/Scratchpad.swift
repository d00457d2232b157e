import Foundation
import Glibc
import Testing

/// A folder of its own for one test, and the built `provost` run inside it.
struct Scratchpad: Sendable {
    struct Ended: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }
    let path: String

    @discardableResult
    static func with<Result>(_ body: (Scratchpad) async throws -> Result) async throws -> Result {
        let path = "/tmp/provost-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(Scratchpad(path: path))
    }

    /// Runs the command line with a home below this folder, and sends SIGINT once standard error holds a sentence. Nothing of this process's environment goes along but what is given.
    func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", interruptAfter sentence: String? = nil
    ) async throws -> Ended {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.environment = ["HOME": path, "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let name = "\(path)/\(UInt64.random(in: 0 ... .max))"
        for end in [".in", ".out", ".err"] {
            #expect(FileManager.default.createFile(atPath: name + end, contents: end == ".in" ? Data(input.utf8) : nil))
        }
        process.standardInput = FileHandle(forReadingAtPath: name + ".in")
        process.standardOutput = FileHandle(forWritingAtPath: name + ".out")
        process.standardError = FileHandle(forWritingAtPath: name + ".err")
        // Waiting holds no thread.
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = {
            end.yield($0.terminationStatus)
            end.finish()
        }
        try process.run()
        let text = { (end: String) in String(decoding: FileManager.default.contents(atPath: name + end) ?? Data(), as: UTF8.self)
        }
        if let sentence {
            for _ in 0..<6000 where process.isRunning && !text(".err").contains(sentence) {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(text(".err").contains(sentence))
            process.interrupt()
        }
        var status: Int32 = -1
        for await given in ends { status = given }
        defer { for end in [".in", ".out", ".err"] { try? FileManager.default.removeItem(atPath: name + end) } }
        return Ended(status: status, output: text(".out"), errors: text(".err"))
    }

    /// The executables lie beside the test bundle.
    static var executable: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(
            "provost")
    }

    /// Runs a Python script with its arguments to its end. A missing end is the test's own time limit.
    static func python(_ arguments: [String], environment: [String: String]? = nil) async throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = arguments
        if let environment { process.environment = environment }
        let pipe = Pipe()
        process.standardOutput = pipe
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = {
            end.yield($0.terminationStatus)
            end.finish()
        }
        try process.run()
        var status: Int32 = -1
        for await given in ends { status = given }
        return (status, String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
    }
}
