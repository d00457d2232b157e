/// One value that a grader offers for comparison among learners. It never changes a score.
package struct LeaderboardEntry: Hashable, Sendable, Codable {
    package var name: String
    /// As the grader wrote it: a number, or any other text.
    package var value: String
    /// The smallest is the best.
    package var ascending: Bool

    package init(name: String, value: String, ascending: Bool = false) {
        self.name = name
        self.value = value
        self.ascending = ascending
    }
}

/// What one grading came to.
package struct GradingRecord: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, Codable {
        case graded
        /// Not the learner's doing; costs them nothing.
        case notGraded = "not-graded"
    }

    package var outcome: Outcome
    package var isolation: GraderManifest.Isolation
    /// nil when not graded, and in what learners see of a record whose total is hidden.
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
    /// Learners do not see the total until every test may be seen: Gradescope's rule, for hidden tests that a difference would betray.
    package var totalHidden: Bool
    package var leaderboard: [LeaderboardEntry]

    package init(
        outcome: Outcome, isolation: GraderManifest.Isolation, score: Points?, max: Points, reason: String? = nil,
        evidence: String? = nil,
        refused: Bool = false, tests: [TestRecord] = [], messages: [String] = [], totalHidden: Bool = false,
        leaderboard: [LeaderboardEntry] = []
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
        self.totalHidden = totalHidden
        self.leaderboard = leaderboard
    }

    /// All points reached.
    package var passed: Bool { outcome == .graded && score == max }

    /// What a learner may see: no evidence of the grader's insides, no test before its time, and no total while one is kept back that hides it.
    /// - Parameter afterDue: the due date has passed, with the days that late hand-ins have.
    /// - Parameter published: an instructor has published the results.
    package func forLearner(afterDue: Bool, published: Bool) -> GradingRecord {
        var record = self
        record.evidence = nil
        record.tests.removeAll { test in
            switch test.visibility {
            case .visible: false
            case .hidden: true
            case .afterDue: !afterDue
            case .afterPublished: !published
            }
        }
        if totalHidden, record.tests.count < tests.count { record.score = nil }
        return record
    }
}

extension GradingRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case outcome, isolation, score, max, reason, evidence, refused, tests, messages, totalHidden, leaderboard
    }

    /// Records written before leaderboards and hidden totals existed are read as having none.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            outcome: try container.decode(Outcome.self, forKey: .outcome),
            isolation: try container.decode(GraderManifest.Isolation.self, forKey: .isolation),
            score: try container.decodeIfPresent(Points.self, forKey: .score),
            max: try container.decode(Points.self, forKey: .max),
            reason: try container.decodeIfPresent(String.self, forKey: .reason),
            evidence: try container.decodeIfPresent(String.self, forKey: .evidence),
            refused: try container.decode(Bool.self, forKey: .refused),
            tests: try container.decode([TestRecord].self, forKey: .tests),
            messages: try container.decode([String].self, forKey: .messages),
            totalHidden: try container.decodeIfPresent(Bool.self, forKey: .totalHidden) ?? false,
            leaderboard: try container.decodeIfPresent([LeaderboardEntry].self, forKey: .leaderboard) ?? [])
    }

    /// What is at its default and came later than the first form is left out.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(isolation, forKey: .isolation)
        try container.encodeIfPresent(score, forKey: .score)
        try container.encode(max, forKey: .max)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encodeIfPresent(evidence, forKey: .evidence)
        try container.encode(refused, forKey: .refused)
        try container.encode(tests, forKey: .tests)
        try container.encode(messages, forKey: .messages)
        if totalHidden { try container.encode(true, forKey: .totalHidden) }
        if !leaderboard.isEmpty { try container.encode(leaderboard, forKey: .leaderboard) }
    }
}

/// How many submissions make one result.
package enum ResultPolicy: String, Hashable, Sendable, Codable, CaseIterable {
    /// The highest score.
    case best
    /// The score of the latest graded submission.
    case last
}
