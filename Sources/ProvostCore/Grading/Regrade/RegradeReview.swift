/// A set as a reviewer reads it: who moves, from what to what, and why. For one that is applied: what was done.
package struct RegradeReview: Codable, Sendable, Hashable {
    package let set: RegradeSet
    /// One for each person with a submission in the set, by name.
    package let people: [RegradeMove]
    /// One for each submission in the set, by person and attempt.
    package let items: [RegradeItem]
    package init(set: RegradeSet, people: [RegradeMove], items: [RegradeItem]) {
        self.set = set
        self.people = people
        self.items = items
    }
}

/// A person's result before and after.
package struct RegradeMove: Codable, Sendable, Hashable {
    package let person: Slug
    package let name: String
    package let before: CountedScore?
    package let after: CountedScore?
    package init(person: Slug, name: String, before: CountedScore?, after: CountedScore?) {
        self.person = person
        self.name = name
        self.before = before
        self.after = after
    }

    package enum Direction: String, Codable, Sendable, Hashable, CaseIterable { case up, down, none }

    /// By the share of the full score; from or to no score at all is up or down.
    package var direction: Direction {
        switch (before, after) {
        case (nil, nil): .none
        case (nil, _?): .up
        case (_?, nil): .down
        case (let before?, let after?): before.isLower(than: after) ? .up : after.isLower(than: before) ? .down : .none
        }
    }
}

/// One submission of a set.
package struct RegradeItem: Codable, Sendable, Hashable {
    package let submission: ID<Submission>
    package let person: Slug
    package let attempt: Int
    package let verdict: RegradeVerdict
    package let before: CountedScore?
    /// What the set's grading came to, taken or not; nil when it came to no score.
    package let proposed: CountedScore?
    package let after: CountedScore?
    package let hasHumanMark: Bool
    /// Why the set's grading came to no score.
    package let reason: String?
    /// Tests that differ between the two gradings.
    package let tests: [TestDifference]
    package init(
        submission: ID<Submission>, person: Slug, attempt: Int, verdict: RegradeVerdict, before: CountedScore?,
        proposed: CountedScore?, after: CountedScore?, hasHumanMark: Bool, reason: String?, tests: [TestDifference]
    ) {
        self.submission = submission
        self.person = person
        self.attempt = attempt
        self.verdict = verdict
        self.before = before
        self.proposed = proposed
        self.after = after
        self.hasHumanMark = hasHumanMark
        self.reason = reason
        self.tests = tests
    }
}

/// One test that two gradings of a submission disagree about.
package struct TestDifference: Codable, Sendable, Hashable {
    package struct Side: Codable, Sendable, Hashable {
        package let status: TestRecord.Status
        package let score: Points
        package let max: Points
        package init(_ test: TestRecord) {
            status = test.status
            score = test.score
            max = test.max
        }
    }
    package let name: String
    /// nil: the test is new.
    package let before: Side?
    /// nil: the test is gone.
    package let after: Side?
    package init(name: String, before: Side?, after: Side?) {
        self.name = name
        self.before = before
        self.after = after
    }

    /// Tests are matched by name; of several with one name the first with the first, and so on. Those that are gone come last.
    package static func between(_ before: [TestRecord], _ after: [TestRecord]) -> [TestDifference] {
        var waiting: [String: [TestRecord]] = [:]
        for test in before.reversed() { waiting[test.name, default: []].append(test) }
        var differences: [TestDifference] = []
        for test in after {
            let old = waiting[test.name]?.popLast().map(Side.init)
            let new = Side(test)
            if old != new { differences.append(TestDifference(name: test.name, before: old, after: new)) }
        }
        let gone = waiting.values.joined().sorted { $0.number < $1.number }
        return differences + gone.map { TestDifference(name: $0.name, before: Side($0), after: nil) }
    }
}

/// What a learner is told about an applied set: that their work was graded again, what came of it, and why.
package struct RegradeNotice: Codable, Sendable, Hashable {
    package let set: ID<RegradeSet>
    package let at: Timestamp
    /// nil: no score; both nil: they are not shown.
    package let before: CountedScore?
    package let after: CountedScore?
    /// The instructor's words.
    package let reason: String
    package init(set: ID<RegradeSet>, at: Timestamp, before: CountedScore?, after: CountedScore?, reason: String) {
        self.set = set
        self.at = at
        self.before = before
        self.after = after
        self.reason = reason
    }

    /// Where a grader hides the total from the learner.
    package var withoutScores: RegradeNotice { RegradeNotice(set: set, at: at, before: nil, after: nil, reason: reason) }
}
