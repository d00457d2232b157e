package import ProvostCore

// `RegradeSet`, `RegradeReview` and `RegradeEstimate` go over the wire as ProvostCore has them.

/// `GET /v1/assignments/{assignment}/regrade-plan`: what a set would be and cost, before anything starts.
package struct RegradePlan: Codable, Sendable {
    package var estimate: RegradeEstimate
    /// Submissions that would be no part of it because they are being graded now.
    package var leftOut: Int
    package init(estimate: RegradeEstimate, leftOut: Int) {
        self.estimate = estimate
        self.leftOut = leftOut
    }
}

/// `POST /v1/assignments/{assignment}/regrade-sets`.
package struct NewRegrade: Codable, Sendable {
    /// nil: the assignment's own.
    package var labVersion: ContentDigest?
    /// nil: all.
    package var scope: RegradeSet.Scope?
    package init(labVersion: ContentDigest? = nil, scope: RegradeSet.Scope? = nil) {
        self.labVersion = labVersion
        self.scope = scope
    }
}

/// `POST /v1/regrade-sets/{set}/apply`.
package struct RegradeOrder: Codable, Sendable {
    /// What the learners are told.
    package var reason: String
    /// nil: false.
    package var neverLower: Bool?
    /// nil: false.
    package var keepHumanMarks: Bool?
    /// True: the assignment stays at its version. nil: it moves to the set's.
    package var keepVersion: Bool?
    package init(reason: String, neverLower: Bool? = nil, keepHumanMarks: Bool? = nil, keepVersion: Bool? = nil) {
        self.reason = reason
        self.neverLower = neverLower
        self.keepHumanMarks = keepHumanMarks
        self.keepVersion = keepVersion
    }
}
