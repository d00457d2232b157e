/// The score of one graded grading, with the full score of the lab version that produced it.
package struct CountedScore: Codable, Sendable, Hashable {
    package let grading: ID<Grading>
    package let score: Points
    /// What a full score is in the version that graded: it may differ from the assignment's present one.
    package let max: Points
    package init(grading: ID<Grading>, score: Points, max: Points) {
        self.grading = grading
        self.score = score
        self.max = max
    }

    /// Whether this is a smaller share of its full score than the other is of its own. Points of two lab versions compare only so;
    /// with one full score it is the comparison of points. Nothing of nothing is equal to everything else of nothing.
    package func isLower(than other: CountedScore) -> Bool {
        let mine = score.thousandths.multipliedFullWidth(by: other.max.thousandths)
        let theirs = other.score.thousandths.multipliedFullWidth(by: max.thousandths)
        return (mine.high, mine.low) < (theirs.high, theirs.low)
    }
}

/// Which grading of one submission counts. The only place where that is decided.
///
/// Gradings that a regrade set made never count by themselves. An applied set leaves, for each submission that it takes, a decision
/// that names one grading or none. **What counts is the newest such decision, unless an ordinary grading was graded after it; then the
/// newest of those.** A grading that is not graded, or refused, takes nothing away and gives nothing.
package enum CountingRule {
    /// The newest ordinary grading of the submission that is graded.
    package struct Direct: Sendable, Hashable {
        /// Scores are numbered in the order in which they are recorded.
        package let recorded: Int64
        package let score: CountedScore
        package init(recorded: Int64, score: CountedScore) {
            self.recorded = recorded
            self.score = score
        }
    }

    /// The newest decision of an applied set that took something for the submission.
    package struct Decision: Sendable, Hashable {
        /// The number of the newest score that was recorded when it was made.
        package let after: Int64
        /// nil: since it, nothing counts (a set that gave a first score was undone).
        package let score: CountedScore?
        package init(after: Int64, score: CountedScore?) {
            self.after = after
            self.score = score
        }
    }

    /// nil: nothing counts yet.
    package static func counted(direct: Direct?, decision: Decision?) -> CountedScore? {
        guard let decision else { return direct?.score }
        guard let direct, direct.recorded > decision.after else { return decision.score }
        return direct.score
    }

    /// Which grading is shown as the submission's own: the newest ordinary one while it is unfinished or when it ended after the newest
    /// decision, else what that decision took.
    /// - Parameter newest: the newest ordinary grading and the number of its score, nil while it is unfinished.
    package static func shown(
        newest: (grading: ID<Grading>, recorded: Int64?)?, decision: (after: Int64, grading: ID<Grading>?)?
    ) -> ID<Grading>? {
        guard let newest else { return decision?.grading }
        guard let decision, let taken = decision.grading, let recorded = newest.recorded, recorded <= decision.after else {
            return newest.grading
        }
        return taken
    }
}

extension ResultPolicy {
    /// Whether a later submission's score becomes the result in place of an earlier one's. Of equal scores the earlier submission
    /// counts: it cannot be the later one of the two that is late.
    package func prefers(_ later: CountedScore, over earlier: CountedScore) -> Bool {
        switch self {
        case .best: earlier.isLower(than: later)
        case .last: true
        }
    }

    /// The index of the submission that makes the result; nil when none has a score.
    /// - Parameter scores: what counts for each of a person's submissions, in the order of attempts.
    package func pick(_ scores: [CountedScore?]) -> Int? {
        var picked: (index: Int, score: CountedScore)?
        for (index, score) in scores.enumerated() {
            guard let score else { continue }
            if let earlier = picked, !prefers(score, over: earlier.score) { continue }
            picked = (index, score)
        }
        return picked?.index
    }
}
