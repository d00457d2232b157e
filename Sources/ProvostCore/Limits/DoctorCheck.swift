/// One row of `provost doctor`: a limit, the mechanism that holds it, and whether trying to break it failed as it should.
package struct DoctorCheck: Codable, Sendable, Hashable {
    package enum State: String, Codable, Sendable, Hashable {
        /// Tried, and it held.
        case proved
        /// Tried, and it did not hold, or there is no mechanism for it here.
        case notEnforced = "not-enforced"
        /// Not a limit; something to know.
        case information
    }
    /// `memory`, `processes`, `network`, …
    package let subject: String
    /// `cgroup v1 memory controller`, …
    package let mechanism: String
    package let state: State
    /// What was tried and seen, or what to do about it.
    package let evidence: String
    package init(subject: String, mechanism: String, state: State, evidence: String) {
        self.subject = subject
        self.mechanism = mechanism
        self.state = state
        self.evidence = evidence
    }
}
