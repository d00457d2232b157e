package import ProvostCore

/// One assignment of one learner, with every step of its reckoning and the row that it came from.
package struct Explanation: Sendable {
    package let cohort: Cohort
    package let person: Slug
    package let item: StandingItem
    package let steps: [ExplainedStep]
}

extension StandingItem {
    /// The steps of the result in order, each with its row; first what changed the learner's dates.
    package var explanation: [ExplainedStep] {
        var steps = allowances.filter { $0.kind == .extension || $0.kind == .timeFactor || $0.kind == .slipDays }.map {
            allowance in
            ExplainedStep(
                kind: ExplainedStep.Kind(rawValue: allowance.kind.rawValue), row: allowance.id.text, by: allowance.by,
                days: allowance.days, factor: allowance.factor, until: allowance.until, reason: allowance.reason)
        }
        for step in result.steps { steps += explained(step) }
        if case .waiting(let given, let needed) = marks, result.counted == nil {
            steps.append(ExplainedStep(kind: .waitingForMarks, given: given, needed: needed))
        }
        if case .apart(let gap) = marks { steps.append(ExplainedStep(kind: .marksApart, percentage: gap)) }
        if let counted = result.counted { steps.append(ExplainedStep(kind: .counts, percentage: counted)) }
        return steps
    }

    private func explained(_ step: AssignmentResult.Step) -> [ExplainedStep] {
        switch step {
        case .excused:
            let granted = allowances.filter { $0.kind == .excused }
            if granted.isEmpty { return [ExplainedStep(kind: .excused)] }
            return granted.map { ExplainedStep(kind: .excused, row: $0.id.text, by: $0.by, reason: $0.reason) }
        case .marked:
            guard case .counted(_, _, let marks) = marks else { return [] }
            return marks.map { mark in
                ExplainedStep(
                    kind: .marked, row: mark.id.text, percentage: Percentage(mark.points ?? .zero, of: mark.max),
                    points: mark.points, max: mark.max, by: mark.marker, reason: mark.comment, at: mark.at)
            }
        case .attended(let present, let noted):
            let rows = attendance.filter { $0.state == .absent }.map { entry in
                ExplainedStep(kind: .absent, row: "att_\(entry.sequence)", by: entry.by, date: entry.date)
            }
            return rows + [ExplainedStep(kind: .attended, given: present, needed: noted)]
        case .attempt(let submission, let earned):
            let attempt = attempts.first { $0.attempt.submission == submission }
            return [
                ExplainedStep(
                    kind: .attempt, row: submission.text, percentage: earned, points: attempt?.attempt.score?.score,
                    max: attempt?.attempt.score?.max, at: attempt?.attempt.receivedAt, grading: attempt?.attempt.score?.grading)
            ]
        case .slipped(let days): return [ExplainedStep(kind: .slipped, days: days)]
        case .late(let lateness, let kept): return [ExplainedStep(kind: .late, percentage: kept, lateness: lateness)]
        case .bonus:
            return allowances.filter { $0.kind == .bonus }.map {
                ExplainedStep(kind: .bonus, row: $0.id.text, percentage: $0.bonus, by: $0.by, reason: $0.reason)
            }
        case .pending: return [ExplainedStep(kind: .pending)]
        case .nothingHandedIn: return [ExplainedStep(kind: .nothingHandedIn)]
        }
    }
}
