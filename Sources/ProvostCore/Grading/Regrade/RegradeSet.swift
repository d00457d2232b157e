/// An assignment graded again, to be looked at before any of it counts.
///
/// Its gradings are ordinary ones that count for nothing by themselves. Applying the set decides for each submission, once; a set is
/// applied or cancelled, never both, and undone only by another set.
package struct RegradeSet: Codable, Sendable, Hashable {
    package enum State: String, Codable, Sendable, Hashable, CaseIterable {
        /// Some of its gradings are not finished.
        case grading
        /// All gradings are finished: to be applied or cancelled.
        case ready
        case applied, cancelled
    }

    /// Which submissions are graded again.
    package enum Scope: String, Codable, Sendable, Hashable, CaseIterable {
        case all
        /// Only the one that makes each person's result. Cheaper; but under the policy `best` another one may have become the best.
        case counting
    }

    package let id: ID<RegradeSet>
    package let cohort: Slug
    package let assignment: Slug
    package let lab: Slug
    /// The version that the set's gradings use; of an undo: the one that the assignment goes back to.
    package let labVersion: ContentDigest
    /// The assignment's version when the set was made.
    package let pinned: ContentDigest
    package let scope: Scope
    /// The set whose decisions this one takes back; it has no gradings of its own.
    package let undoes: ID<RegradeSet>?
    package let state: State
    package let submissions: Int
    /// Gradings that have ended, graded or not.
    package let finished: Int
    package let notGraded: Int
    /// Submissions that came after the set was made: they are no part of it and are not touched.
    package let arrived: Int
    /// Submissions that were being graded when the set was made, and are no part of it either.
    package let leftOut: Int
    /// Submissions of the set on whose work a person has said something, released or not.
    package let humanMarks: Int
    package let createdBy: String
    package let createdAt: Timestamp
    /// Who applied or cancelled it, and when.
    package let endedBy: String?
    package let endedAt: Timestamp?
    /// What the learners are told; there once it is applied.
    package let reason: String?
    /// Once it is applied.
    package let options: RegradeOptions?
    /// Whether applying it moved the assignment to `labVersion`.
    package let moved: Bool
    package init(
        id: ID<RegradeSet>, cohort: Slug, assignment: Slug, lab: Slug, labVersion: ContentDigest, pinned: ContentDigest,
        scope: Scope, undoes: ID<RegradeSet>?, state: State, submissions: Int, finished: Int, notGraded: Int, arrived: Int,
        leftOut: Int, humanMarks: Int, createdBy: String, createdAt: Timestamp, endedBy: String?, endedAt: Timestamp?,
        reason: String?, options: RegradeOptions?, moved: Bool
    ) {
        self.id = id
        self.cohort = cohort
        self.assignment = assignment
        self.lab = lab
        self.labVersion = labVersion
        self.pinned = pinned
        self.scope = scope
        self.undoes = undoes
        self.state = state
        self.submissions = submissions
        self.finished = finished
        self.notGraded = notGraded
        self.arrived = arrived
        self.leftOut = leftOut
        self.humanMarks = humanMarks
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.endedBy = endedBy
        self.endedAt = endedAt
        self.reason = reason
        self.options = options
        self.moved = moved
    }
}

/// How a set is applied. The default takes every score of the set, higher or lower.
package struct RegradeOptions: Codable, Sendable, Hashable {
    /// Keeps what a submission has where the new score is a lower share of its full score.
    package var neverLower: Bool
    /// Leaves submissions alone that a person marked by hand.
    package var keepHumanMarks: Bool
    package init(neverLower: Bool = false, keepHumanMarks: Bool = false) {
        self.neverLower = neverLower
        self.keepHumanMarks = keepHumanMarks
    }
}

/// What a set costs, told before it starts. The times are nil while nothing of the assignment was graded.
package struct RegradeEstimate: Codable, Sendable, Hashable {
    package let gradings: Int
    /// How many recent gradings the times come from.
    package let basedOn: Int
    /// The median of those.
    package let each: TimeSpan?
    /// What the gradings take one after the other.
    package let together: TimeSpan?
    /// Until all are done on a machine with nothing else to do; what learners hand in goes first.
    package let duration: TimeSpan?
    package init(gradings: Int, basedOn: Int, each: TimeSpan?, together: TimeSpan?, duration: TimeSpan?) {
        self.gradings = gradings
        self.basedOn = basedOn
        self.each = each
        self.together = together
        self.duration = duration
    }
}

/// What a set does, or would do, to one submission.
package enum RegradeVerdict: String, Codable, Sendable, Hashable, CaseIterable {
    case higher, same, lower
    /// It had no score before.
    case first
    /// An undo takes back a first score.
    case withdrawn
    /// Not finished.
    case pending
    // What follows keeps what the submission has.
    /// The set's grading came to no score.
    case notGraded = "not-graded"
    /// Because of “never lower”.
    case lowerKept = "lower-kept"
    case humanMarkKept = "human-mark-kept"
    /// Something newer than the set counts.
    case overtaken

    /// Whether the set's score is what counts once the set is applied.
    package var isTaken: Bool {
        switch self {
        case .higher, .same, .lower, .first, .withdrawn: true
        case .pending, .notGraded, .lowerKept, .humanMarkKept, .overtaken: false
        }
    }
}
