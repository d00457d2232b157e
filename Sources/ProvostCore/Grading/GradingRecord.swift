/// One named outcome inside a grading.
package struct TestRecord: Hashable, Sendable, Codable {
    package enum Status: String, Hashable, Sendable, Codable, CaseIterable { case pass, fail, skip, error }
    package enum Visibility: String, Hashable, Sendable, Codable, CaseIterable {
        case visible
        /// Instructors only; the learner sees the totals, not the test.
        case hidden
    }

    /// From 1, in the order of reporting.
    package var number: Int
    package var name: String
    package var status: Status
    package var score: Points
    package var max: Points
    package var visibility: Visibility
    package var message: String?

    package init(
        number: Int, name: String, status: Status, score: Points, max: Points, visibility: Visibility = .visible,
        message: String? = nil
    ) {
        self.number = number
        self.name = name
        self.status = status
        self.score = score
        self.max = max
        self.visibility = visibility
        self.message = message
    }
}

/// What one grading came to.
package struct GradingRecord: Hashable, Sendable, Codable {
    package enum Outcome: String, Hashable, Sendable, Codable {
        case graded
        /// Not the learner's doing; costs them nothing.
        case notGraded = "not-graded"
    }

    package var outcome: Outcome
    package var isolation: GraderManifest.Isolation
    /// nil when not graded.
    package var score: Points?
    package var max: Points
    /// Why it was not graded, for the learner: one sentence without secrets of the grader.
    package var reason: String?
    /// The same with evidence, for instructors.
    package var evidence: String?
    /// The learner's own archive was refused: theirs to mend, and no attempt is used.
    package var refused: Bool
    package var tests: [TestRecord]
    /// Messages from the grader to the learner.
    package var messages: [String]

    package init(
        outcome: Outcome, isolation: GraderManifest.Isolation, score: Points?, max: Points, reason: String? = nil,
        evidence: String? = nil,
        refused: Bool = false, tests: [TestRecord] = [], messages: [String] = []
    ) {
        self.outcome = outcome
        self.isolation = isolation
        self.score = score
        self.max = max
        self.reason = reason
        self.evidence = evidence
        self.refused = refused
        self.tests = tests
        self.messages = messages
    }

    /// All points reached.
    package var passed: Bool { outcome == .graded && score == max }
}

/// How many submissions make one result.
package enum ResultPolicy: String, Hashable, Sendable, Codable, CaseIterable {
    /// The highest score.
    case best
    /// The score of the latest graded submission.
    case last
}
