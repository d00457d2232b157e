package import ProvostCore

/// The body of every answer that is not a success: `{"error":{"code","message","requestId"}}`.
package struct ErrorBody: Codable, Sendable {
    package struct Content: Codable, Sendable {
        package let code: ErrorCode
        package let message: String
        package let requestId: String
        package init(code: ErrorCode, message: String, requestId: String) {
            self.code = code
            self.message = message
            self.requestId = requestId
        }
    }
    package let error: Content
    package init(code: ErrorCode, message: String, requestId: String) {
        error = Content(code: code, message: message, requestId: requestId)
    }
}

/// The one table from error code to HTTP status and to the command line's exit status.
package enum ErrorTable {
    private static let rows: [(code: ErrorCode, status: Int, exit: Int32)] = [
        (.invalid, 400, 1),
        (.unauthenticated, 401, 4),
        (.denied, 403, 4),
        (.notFound, 404, 3),
        (.conflict, 409, 7),
        (.outsideWindow, 422, 6),
        (.limitReached, 429, 5),
        (.internalError, 500, 1),
        (.unavailable, 503, 8),
        (.timedOut, 504, 9),
    ]

    /// 500 for a code this version does not know.
    package static func status(for code: ErrorCode) -> Int { rows.first { $0.code == code }?.status ?? 500 }
    /// 1 for a code this version does not know.
    package static func exitStatus(for code: ErrorCode) -> Int32 { rows.first { $0.code == code }?.exit ?? 1 }
}

/// Exit statuses of `provost`, listed in every command's help.
package enum ExitStatus {
    package static let ok: Int32 = 0
    package static let error: Int32 = 1
    package static let usage: Int32 = 2
    package static let notFound: Int32 = 3
    package static let denied: Int32 = 4
    package static let limitReached: Int32 = 5
    package static let outsideWindow: Int32 = 6
    package static let conflict: Int32 = 7
    package static let unavailable: Int32 = 8
    package static let timedOut: Int32 = 9
    package static let notPassed: Int32 = 10
    package static let interrupted: Int32 = 130
}
