import ArgumentParser
import Foundation
import Glibc
import ProvostCore

/// Standard output and standard error, whole.
enum Text {
    static func out(_ text: String) { write(text, to: STDOUT_FILENO) }
    static func say(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            done += count
        }
    }

    /// Text that a grader or a learner wrote, fit for one line of a terminal: no control characters.
    static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}

/// Turns what went wrong into a sentence on standard error and an exit status.
enum GateFailure {
    static func reported(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as ProvostError {
            Text.say("provost: \(error.message)")
            throw GateFailure.exit(error)
        }
    }

    private static func exit(_ error: ProvostError) -> ExitCode { ExitCode(status(error.code)) }

    /// As the command line's own table has it: not found 3, denied 4, unavailable 8, anything else 1.
    private static func status(_ code: ErrorCode) -> Int32 {
        switch code {
        case .notFound: 3
        case .denied: 4
        case .conflict: 7
        case .unavailable: 8
        default: 1
        }
    }
}
