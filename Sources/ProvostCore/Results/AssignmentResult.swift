/// What one submission contributes.
package struct ResultAttempt: Hashable, Sendable {
    package let submission: ID<Submission>
    package let receivedAt: Timestamp
    /// nil while it is not graded; it may still come.
    package let score: CountedScore?
    /// A grading of it is queued or running: its score is unknown, not nothing.
    package let isPending: Bool
    package init(submission: ID<Submission>, receivedAt: Timestamp, score: CountedScore?, isPending: Bool) {
        self.submission = submission
        self.receivedAt = receivedAt
        self.score = score
        self.isPending = isPending
    }
}

/// Everything that the result of one learner's assignment follows from.
package struct ResultFacts: Hashable, Sendable {
    /// What a person decided. It wins over everything that a program found.
    package struct Mark: Hashable, Sendable {
        package let score: Points
        package let max: Points
        package let by: String
        package init(score: Points, max: Points, by: String) {
            self.score = score
            self.max = max
            self.by = by
        }
    }

    /// In the order of receipt.
    package var attempts: [ResultAttempt] = []
    package var policy: ResultPolicy = .best
    package var late: LatePolicy = .free
    /// The learner's own, extensions included; nil: nothing is late.
    package var due: Timestamp?
    /// From it on nothing is taken; extensions included.
    package var closes: Timestamp
    package var attemptsLeft: Int?
    package var slipDays = 0
    package var mark: Mark?
    package var isExcused = false
    /// Added after everything else; may lift the result over 100%.
    package var bonus: Percentage = .zero

    package init(closes: Timestamp) { self.closes = closes }
}

/// The result of one assignment for one learner, with how it came about.
package struct AssignmentResult: Hashable, Sendable {
    /// One step of the reckoning, in order. Each number can be followed to the row that it came from.
    package enum Step: Hashable, Sendable {
        /// It does not count, neither for nor against.
        case excused
        case marked(Points, of: Points, by: String)
        /// There on so many of the dates that were noted.
        case attended(Int, of: Int)
        case attempt(ID<Submission>, Percentage)
        case slipped(days: Int)
        case late(by: TimeSpan, kept: Percentage)
        case bonus(Percentage)
        /// Graded or marked by nobody yet.
        case pending
        case nothingHandedIn
    }

    /// What counts by what is known now; nil: excused, or nothing is known.
    package let counted: Percentage?
    /// What it can still become; nil: excused.
    package let range: PercentageRange?
    /// The submission that counts.
    package let submission: ID<Submission>?
    package let slipDaysUsed: Int
    package let steps: [Step]

    /// The same, with a range that holds those of the others too.
    func widened(by others: [AssignmentResult]) -> AssignmentResult {
        guard let range else { return self }
        let wide = others.compactMap(\.range).reduce(range) {
            PercentageRange(low: min($0.low, $1.low), high: max($0.high, $1.high))
        }
        return AssignmentResult(
            counted: counted, range: wide, submission: submission, slipDaysUsed: slipDaysUsed, steps: steps)
    }
}

/// Works out results. Pure: the same facts give the same result, whoever asks and when, but for what the passing of `closes` settles.
package enum ResultRule {
    /// The result at an instant. Of several attempts the policy picks among what is left **after** lateness: a late attempt never makes
    /// a best result worse. While more can be handed in, or a score is not there yet, the high end of the range is a full one.
    package static func result(_ facts: ResultFacts, at now: Timestamp) -> AssignmentResult {
        if facts.isExcused {
            return AssignmentResult(counted: nil, range: nil, submission: nil, slipDaysUsed: 0, steps: [.excused])
        }
        let bonus: [AssignmentResult.Step] = facts.bonus > .zero ? [.bonus(facts.bonus)] : []
        if let mark = facts.mark {
            let value = Percentage(mark.score, of: mark.max) + facts.bonus
            return AssignmentResult(
                counted: value, range: PercentageRange(value), submission: nil, slipDaysUsed: 0,
                steps: [.marked(mark.score, of: mark.max, by: mark.by)] + bonus)
        }
        let valued = facts.attempts.map { Self.value(of: $0, facts) }
        var picked: Valued?
        for attempt in valued {
            guard let attempt else { continue }
            if let earlier = picked, facts.policy == .best, attempt.value <= earlier.value { continue }
            picked = attempt
        }
        let isPending = facts.attempts.contains { $0.isPending }
        var open = facts.attempts.filter(\.isPending).map(\.receivedAt)
        if now < facts.closes, facts.attemptsLeft != 0 { open.append(now) }
        let value = (picked?.value ?? .zero) + facts.bonus
        // With “last”, what comes later can be worth less.
        let low = facts.policy == .last && !open.isEmpty ? facts.bonus : value
        let high = open.map { received in kept(of: received, facts).kept + facts.bonus }.reduce(value, max)
        var steps = picked?.steps ?? [facts.attempts.isEmpty ? .nothingHandedIn : .pending]
        if isPending, picked != nil { steps.append(.pending) }
        return AssignmentResult(
            counted: picked == nil && (isPending || bonus.isEmpty) ? nil : value, range: PercentageRange(low: low, high: high),
            submission: picked?.submission,
            slipDaysUsed: picked?.slipDays ?? 0, steps: steps + bonus)
    }

    private struct Valued {
        let submission: ID<Submission>
        let value: Percentage
        let slipDays: Int
        let steps: [AssignmentResult.Step]
    }

    private static func value(of attempt: ResultAttempt, _ facts: ResultFacts) -> Valued? {
        guard let score = attempt.score else { return nil }
        let earned = Percentage(score.score, of: score.max)
        var steps: [AssignmentResult.Step] = [.attempt(attempt.submission, earned)]
        let (kept, slipDays, lateness) = Self.kept(of: attempt.receivedAt, facts)
        if slipDays > 0 { steps.append(.slipped(days: slipDays)) }
        if kept < .full { steps.append(.late(by: lateness, kept: kept)) }
        return Valued(submission: attempt.submission, value: earned * kept, slipDays: slipDays, steps: steps)
    }

    /// What is kept of work received at an instant, the slip days that it takes, and the lateness that is left.
    private static func kept(
        of receivedAt: Timestamp, _ facts: ResultFacts
    ) -> (kept: Percentage, slipDays: Int, lateness: TimeSpan) {
        guard let due = facts.due, receivedAt > due else { return (.full, 0, .seconds(0)) }
        let slip = facts.late.slip(receivedAt - due, days: facts.slipDays)
        return (facts.late.kept(after: slip.left), slip.used, slip.left)
    }
}

extension Percentage {
    package static func + (left: Self, right: Self) -> Self { Self(billionths: left.billionths + right.billionths) }
    /// A part of a part, rounded up.
    package static func * (left: Self, right: Self) -> Self {
        let full = Int128(Self.full.billionths)
        return Self(billionths: Int64((Int128(left.billionths) * Int128(right.billionths) + full - 1) / full))
    }
}
