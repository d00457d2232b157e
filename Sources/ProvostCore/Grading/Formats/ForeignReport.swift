/// What an adapter makes of a result in another system's format, before it is scaled to the lab's points.
package struct ForeignReport: Hashable, Sendable {
    /// How points come out of it.
    package enum Sharing: Hashable, Sendable {
        /// The format has no points: every test is worth the same, and only `pass` earns it.
        case equally
        /// The tests and the total say their own points.
        case asReported
    }

    /// One test, in its order.
    package struct Test: Hashable, Sendable {
        /// The grader's own number for it, like `1.1`.
        package var label: String?
        /// Empty when the grader gave none; the record then says “test N”.
        package var name: String
        package var status: TestRecord.Status
        /// nil when the format or the grader does not say.
        package var score: Amount?
        /// nil when the format or the grader does not say.
        package var max: Amount?
        package var visibility: TestRecord.Visibility
        package var output: String?
        package var format: OutputFormat
        package var message: String?

        package init(
            label: String? = nil, name: String, status: TestRecord.Status, score: Amount? = nil, max: Amount? = nil,
            visibility: TestRecord.Visibility = .visible, output: String? = nil, format: OutputFormat = .text,
            message: String? = nil
        ) {
            self.label = label
            self.name = name
            self.status = status
            self.score = score
            self.max = max
            self.visibility = visibility
            self.output = output
            self.format = format
            self.message = message
        }
    }

    /// The whole score, which wins over the sum of the tests.
    package struct Total: Hashable, Sendable {
        package var score: Amount
        /// What a full score is in the same scale; nil: the lab's points.
        package var max: Amount?
        package init(score: Amount, max: Amount? = nil) {
            self.score = score
            self.max = max
        }
    }

    package var sharing: Sharing
    package var tests: [Test]
    package var total: Total?
    /// false: the grader says that there is nothing to grade (PrairieLearn). No score, and no attempt is used.
    package var gradable: Bool
    /// To the learner, about the whole; when it is not gradable, the first one says why.
    package var messages: [String]
    package var totalHidden: Bool
    package var leaderboard: [LeaderboardEntry]

    package init(
        sharing: Sharing, tests: [Test] = [], total: Total? = nil, gradable: Bool = true, messages: [String] = [],
        totalHidden: Bool = false, leaderboard: [LeaderboardEntry] = []
    ) {
        self.sharing = sharing
        self.tests = tests
        self.total = total
        self.gradable = gradable
        self.messages = messages
        self.totalHidden = totalHidden
        self.leaderboard = leaderboard
    }
}
