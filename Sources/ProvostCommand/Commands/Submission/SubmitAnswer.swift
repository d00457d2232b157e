package import ProvostCore

/// The one object that `provost submit … -o json` prints: a documented contract, null fields present.
package struct SubmitAnswer: Encodable, Sendable {
    package let assignment: Slug
    package let submission: Submission
    /// nil while nothing is known: not waited for, or the wait ended first.
    package let grading: Grading?

    /// `assignment` is the plain name.
    package init(assignment: Slug, submission: Submission, grading: Grading?) {
        self.assignment = assignment
        self.submission = submission
        self.grading = grading
    }

    private enum Keys: String, CodingKey {
        case submission, grading, id, assignment, attempt, digest, bytes, receivedAt, late
        case outcome, isolation, score, max, reason, tests, number, name, status, message
    }

    /// Every field, null when there is nothing to say.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var own = container.nestedContainer(keyedBy: Keys.self, forKey: .submission)
        try own.encode(submission.id, forKey: .id)
        try own.encode(assignment, forKey: .assignment)
        try own.encode(submission.attempt, forKey: .attempt)
        try own.encode(submission.digest, forKey: .digest)
        try own.encode(submission.bytes, forKey: .bytes)
        try own.encode(submission.receivedAt, forKey: .receivedAt)
        try own.encode(submission.late, forKey: .late)
        guard let grading, grading.stage.isFinal else { return try container.encodeNil(forKey: .grading) }
        var graded = container.nestedContainer(keyedBy: Keys.self, forKey: .grading)
        let record = grading.record
        try graded.encode(grading.id, forKey: .id)
        try graded.encode(record?.outcome ?? .notGraded, forKey: .outcome)
        try graded.encode(record?.isolation, forKey: .isolation)
        try graded.encode(record?.score, forKey: .score)
        try graded.encode(record?.max, forKey: .max)
        try graded.encode(record?.reason, forKey: .reason)
        var tests = graded.nestedUnkeyedContainer(forKey: .tests)
        for test in record?.tests ?? [] {
            var one = tests.nestedContainer(keyedBy: Keys.self)
            try one.encode(test.number, forKey: .number)
            try one.encode(test.name, forKey: .name)
            try one.encode(test.status, forKey: .status)
            try one.encode(test.score, forKey: .score)
            try one.encode(test.max, forKey: .max)
            try one.encode(test.message, forKey: .message)
        }
    }
}
