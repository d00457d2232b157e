import ProvostAPI
import ProvostCore

/// What counts for a learner and why, as they read it.
enum StandingReport {
    static func columns(_ session: Session, _ times: Times, _ report: ProgressReport) -> [Column<StandingRow>] {
        let labs = Dictionary(report.rows.map { ($0.result.assignment, $0) }) { first, _ in first }
        return [
            Column("assignment", heading: session.heading(.assignment)) { $0.assignment.text },
            Column("title", heading: session.heading(.title)) { session.title($0.title) },
            Column("kind", heading: session.heading(.kind)) { session.text(.result(.kind($0.kind))) },
            Column("state", heading: session.heading(.state)) { row in
                labs[row.assignment].map { session.text(.state($0.assignment.state)) } ?? ""
            },
            Column("due", heading: session.heading(.due)) { times.both($0.dueAt, cohort: report.cohort.slug, session: session) },
            Column("attempts", heading: session.heading(.attempts), alignRight: true) { row in
                labs[row.assignment].map { "\($0.result.attemptsUsed)" } ?? ""
            },
            Column("score", heading: session.heading(.score), alignRight: true) { row in
                guard let result = labs[row.assignment]?.result else { return "" }
                return "\(result.score.map { "\($0)" } ?? "–")/\(result.max)"
            },
            Column("weight", heading: session.heading(.weight), alignRight: true) {
                $0.isBonus ? "+\($0.weight)" : "\($0.weight)"
            },
            Column("result", heading: session.heading(.result), alignRight: true) { $0.counts.map { "\($0)" } ?? "–" },
            Column("why", heading: session.heading(.why)) { why($0, session) },
        ]
    }

    /// What is not plain by the result alone; `provost explain` says all of it.
    static func why(_ row: StandingRow, _ session: Session) -> String {
        let plain: Set<ExplainedStep.Kind> = [.attempt, .counts, .absent]
        return row.steps.filter { !plain.contains($0.kind) }.map { session.text(.result(.step($0))) }.joined(separator: "; ")
    }

    /// The mean, slip days, and what the certificate asks for.
    static func text(_ standing: StandingInfo, _ session: Session) -> String {
        var lines: [String] = []
        if let total = standing.total { lines.append(session.text(.result(.total(total)))) }
        if standing.slipDays > 0 {
            lines.append(session.text(.result(.slipDays(used: standing.slipDaysUsed, of: standing.slipDays))))
        }
        if let title = standing.certificate, let outcome = standing.outcome {
            lines.append(session.text(.result(.certificate(title: session.title(title), outcome.verdict))))
            lines += requirements(outcome, session, depth: 1)
        }
        return lines.map { Console.sanitized($0) + "\n" }.joined()
    }

    /// `✓ a mean of at least 60% over all assignments: 72%`
    private static func requirements(_ outcome: RequirementOutcome, _ session: Session, depth: Int) -> [String] {
        let sign =
            switch outcome.verdict {
            case .met: "✓"
            case .open: "…"
            case .missed: "✗"
            }
        var line = String(repeating: "  ", count: depth) + "\(sign) " + session.text(.result(.requirement(outcome.requirement)))
        var facts: [String] = []
        if let range = outcome.range { facts.append(ResultMessage.text(range)) }
        if let count = outcome.count { facts.append(session.text(.result(.progressOf(count)))) }
        if !outcome.missing.isEmpty { facts.append(session.text(.result(.missing(names: outcome.missing.map(\.text))))) }
        if !facts.isEmpty { line += ": " + facts.joined(separator: "; ") }
        return [line] + outcome.parts.flatMap { requirements($0, session, depth: depth + 1) }
    }
}
