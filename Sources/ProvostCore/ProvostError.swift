/// What kind of thing went wrong. Open: a code this version does not know is kept as it came, never a trap.
package struct ErrorCode: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    /// The request or a file in it is malformed; sending it again unchanged fails again.
    package static let invalid = ErrorCode(rawValue: "invalid")
    /// Nothing by that name, or nothing that the caller may know of.
    package static let notFound = ErrorCode(rawValue: "not-found")
    /// The caller is not known: no token, or one that is expired or revoked.
    package static let unauthenticated = ErrorCode(rawValue: "unauthenticated")
    /// The caller is known and may not do this.
    package static let denied = ErrorCode(rawValue: "denied")
    /// A limit or a budget is used up (attempts, size, submissions per day).
    package static let limitReached = ErrorCode(rawValue: "limit-reached")
    /// Before `opens`, after `closes`, or outside the cohort's study window.
    package static let outsideWindow = ErrorCode(rawValue: "outside-window")
    /// The state of things contradicts the request (a name is taken, two meanings are possible).
    package static let conflict = ErrorCode(rawValue: "conflict")
    /// Not now, through no fault of the caller; the same request may be sent again safely.
    package static let unavailable = ErrorCode(rawValue: "unavailable")
    /// A wait ended before the thing waited for; what it waited for may still happen.
    package static let timedOut = ErrorCode(rawValue: "timed-out")
    /// Our own defect. The request id leads to the log.
    package static let internalError = ErrorCode(rawValue: "internal")
}

/// The one error form of the project: a code for programs, a message for people that says what to do next,
/// and a private cause for the log.
///
/// `message` may be shown to anyone who made the request. `cause` never leaves the server.
package struct ProvostError: Error, Sendable, CustomStringConvertible {
    package let code: ErrorCode
    package let message: String
    package let cause: (any Error)?

    package init(_ code: ErrorCode, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// One line for logs: code, message and the private cause.
    package var description: String {
        guard let cause else { return "\(code): \(message)" }
        return "\(code): \(message) [cause: \(cause)]"
    }
}
