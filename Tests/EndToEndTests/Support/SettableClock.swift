import Foundation
import Synchronization

/// The machine's clock as a daemon and its command lines see it, set by `deploy/clock.c`. Needs gcc.
final class SettableClock: Sendable {
    private let folder: String
    private let added = Mutex(Int64(0))
    let environment: [String: String]

    /// `folder` is one that everyone can pass through.
    init(in folder: String) throws {
        self.folder = folder
        environment = ["LD_PRELOAD": folder + "/clock.so", "TEST_CLOCK": folder + "/clock"]
        try Data(count: 8).write(to: URL(fileURLWithPath: folder + "/clock"))
        let source = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../deploy/clock.c").standardized.path
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
        compiler.arguments = ["-shared", "-fPIC", "-O1", "-o", folder + "/clock.so", source]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw DaemonFailure(description: "the clock's library was not compiled") }
    }

    var now: Date { Date().addingTimeInterval(TimeInterval(added.withLock { $0 })) }

    /// Forward, or back, by seconds.
    func step(_ seconds: Int64) throws {
        try added.withLock { added in
            added += seconds
            // In its place: it is mapped into the memory of those who look.
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/clock"))
            try file.write(contentsOf: unsafe withUnsafeBytes(of: added) { unsafe Data($0) })
            try file.close()
        }
    }

    /// To a number of seconds from an instant.
    func set(_ seconds: TimeInterval, from instant: Date) throws {
        try step(Int64((instant.timeIntervalSince(now) + seconds).rounded()))
    }
}
