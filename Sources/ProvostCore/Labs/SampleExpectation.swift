/// What `expected.yaml` of a sample says.
package enum SampleExpectation: Hashable, Sendable {
    /// Graded, with a score between the two, both included.
    case graded(ClosedRange<Points>)
    case notGraded
    /// The archive is refused.
    case refused

    /// nil when the record is as expected, else what it came to instead.
    package func complaint(about record: GradingRecord) -> String? {
        let found: String
        if record.refused {
            if self == .refused { return nil }
            found = "refused: \(record.reason ?? "")"
        } else if record.outcome == .notGraded {
            if self == .notGraded { return nil }
            found = "not graded: \(record.evidence ?? record.reason ?? "")"
        } else {
            let score = record.score ?? .zero
            if case .graded(let range) = self, range.contains(score) { return nil }
            found = "\(score) points"
        }
        return "\(found); expected \(self)"
    }
}

extension SampleExpectation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .graded(let range) where range.lowerBound == range.upperBound: "\(range.lowerBound) points"
        case .graded(let range): "\(range.lowerBound) to \(range.upperBound) points"
        case .notGraded: "not graded"
        case .refused: "refused"
        }
    }
}
