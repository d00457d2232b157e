/// What applying a regrade set does to one person's submissions. Pure: the store gives the facts and writes down what comes out.
package enum RegradeRule {
    /// What the set has for one submission.
    package enum Proposal: Sendable, Hashable {
        /// Not finished yet.
        case pending
        /// The set's grading came to no score: nothing changes.
        case notGraded
        /// This is to count; nil: nothing is to count any more (only an undo says so).
        case count(CountedScore?)
    }

    /// One of the person's submissions to the assignment.
    package struct Entry: Sendable, Hashable {
        package let submission: ID<Submission>
        /// What counts for it now.
        package let counted: CountedScore?
        /// What the set was made against, and what it has; nil when the submission is not in the set.
        package let item: Item?
        package init(submission: ID<Submission>, counted: CountedScore?, item: Item?) {
            self.submission = submission
            self.counted = counted
            self.item = item
        }
    }

    package struct Item: Sendable, Hashable {
        /// The grading that counted when the set was made; nil when none did.
        package let base: ID<Grading>?
        package let proposal: Proposal
        /// A person marked this submission by hand.
        package let hasHumanMark: Bool
        package init(base: ID<Grading>?, proposal: Proposal, hasHumanMark: Bool) {
            self.base = base
            self.proposal = proposal
            self.hasHumanMark = hasHumanMark
        }
    }

    package struct Decision: Sendable, Hashable {
        package let submission: ID<Submission>
        package let verdict: RegradeVerdict
        package let before: CountedScore?
        /// What counts from the decision on; the same as before when the verdict keeps it.
        package let after: CountedScore?
    }

    package struct Outcome: Sendable, Hashable {
        /// One for each submission of the person in the set, in the order of attempts.
        package let decisions: [Decision]
        /// The submissions that make the result before and after, with their scores.
        package let before: Standing?
        package let after: Standing?
    }

    package struct Standing: Sendable, Hashable {
        package let submission: ID<Submission>
        package let score: CountedScore
    }

    /// - Parameter entries: all of the person's submissions to the assignment, in the set or not, in the order of attempts.
    ///
    /// With `neverLower`, no submission's score becomes a lower share of its full score, and a first score for a submission is not taken
    /// where it would lower the person's result (which the policy `last` could do).
    package static func outcome(_ entries: [Entry], policy: ResultPolicy, options: RegradeOptions) -> Outcome {
        let before = standing(entries.map(\.submission), entries.map(\.counted), policy)
        var after: [CountedScore?] = []
        var decisions: [Decision] = []
        for entry in entries {
            guard let item = entry.item else {
                after.append(entry.counted)
                continue
            }
            let (verdict, score) = decide(entry.counted, item, result: before?.score, options)
            after.append(score)
            decisions.append(Decision(submission: entry.submission, verdict: verdict, before: entry.counted, after: score))
        }
        return Outcome(decisions: decisions, before: before, after: standing(entries.map(\.submission), after, policy))
    }

    private static func decide(
        _ counted: CountedScore?, _ item: Item, result: CountedScore?, _ options: RegradeOptions
    ) -> (RegradeVerdict, CountedScore?) {
        // Something else was decided or graded since the set was made: nobody reviewed this change.
        guard item.base == counted?.grading else { return (.overtaken, counted) }
        if item.hasHumanMark, options.keepHumanMarks { return (.humanMarkKept, counted) }
        switch item.proposal {
        case .pending: return (.pending, counted)
        case .notGraded: return (.notGraded, counted)
        case .count(nil):
            guard counted != nil else { return (.same, nil) }
            return options.neverLower ? (.lowerKept, counted) : (.withdrawn, nil)
        case .count(let proposed?):
            guard let counted else {
                if options.neverLower, let result, proposed.isLower(than: result) { return (.lowerKept, nil) }
                return (.first, proposed)
            }
            if proposed.isLower(than: counted) { return options.neverLower ? (.lowerKept, counted) : (.lower, proposed) }
            return (counted.isLower(than: proposed) ? .higher : .same, proposed)
        }
    }

    private static func standing(_ submissions: [ID<Submission>], _ scores: [CountedScore?], _ policy: ResultPolicy) -> Standing?
    {
        guard let index = policy.pick(scores), let score = scores[index] else { return nil }
        return Standing(submission: submissions[index], score: score)
    }

    /// How long a set takes, and how much of the workers' time: from the assignment's recent gradings, which are the only ones that tell.
    /// - Parameters:
    ///   - recent: seconds of recent gradings of the assignment, in any order.
    ///   - atOnce: how many of the set's gradings run at the same time on an idle machine, at least 1.
    package static func estimate(gradings: Int, recent: [Double], atOnce: Int) -> RegradeEstimate {
        guard !recent.isEmpty else {
            return RegradeEstimate(gradings: gradings, basedOn: 0, each: nil, together: nil, duration: nil)
        }
        let median = recent.sorted()[recent.count / 2]
        let rounds = (gradings + max(1, atOnce) - 1) / max(1, atOnce)
        let span = { (seconds: Double) in TimeSpan(milliseconds: Int64((seconds * 1000).rounded())) }
        return RegradeEstimate(
            gradings: gradings, basedOn: recent.count, each: span(median), together: span(median * Double(gradings)),
            duration: span(median * Double(rounds)))
    }

    /// How many of a set's gradings may run beside each other: one worker is always left for what learners hand in, unless there is only one.
    package static func atOnce(workers: Int) -> Int { max(1, workers - 1) }
}
