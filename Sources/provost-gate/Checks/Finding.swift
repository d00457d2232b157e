/// What one check of a lab came to.
struct Finding: Codable, Sendable {
    enum State: String, Codable, Sendable {
        case passed
        case failed
        /// Worth a look; does not fail the check.
        case warning
        /// Not made, with the reason.
        case skipped
    }

    /// `starter`, `sample`, `reference`, `repeats`, `mutants`, `forgery`, `canary`, `headroom`, `files`.
    let check: String
    /// What it was about: a sample's name, a dimension.
    let subject: String
    let state: State
    /// One sentence with the evidence.
    let reason: String

    init(_ check: String, _ subject: String, _ state: State, _ reason: String) {
        self.check = check
        self.subject = subject
        self.state = state
        self.reason = reason
    }
}
