import ProvostCore
import ProvostStore

/// Until when a learner's workspaces may run: the cohort's study window, which a closing ends, or an extension beyond it.
struct WorkspaceWindow: Sendable {
    let cohort: Slug
    let begins: Timestamp
    let ends: Timestamp
    /// When the study itself ends, by the cohort's last day.
    let studyEnds: Timestamp
    /// nil: none.
    let extended: Timestamp?
    /// nil: the cohort is not closed.
    let closing: CohortClosing?

    /// When the files go; nil: they are kept. Whoever was given more time has as much time to take them as everybody had.
    var deleteAt: Timestamp? {
        closing.map { closing in max(closing.deleteAt, extended.map { $0 + ClosingRule.notice } ?? closing.deleteAt) }
    }

    /// Whether those who manage the cohort may read: the study is really over, and not just declared to be, for a moment.
    func isOver(at instant: Timestamp) -> Bool {
        instant >= min(studyEnds, closing.map { $0.at + ClosingRule.notice } ?? studyEnds) && !mayRun(at: instant)
    }

    /// Why nothing starts outside, and what can be done.
    var refusal: ProvostError {
        guard let closing else {
            return ProvostError(
                .outsideWindow,
                "Outside the study window of \(cohort) nothing starts; your files are kept, and you can take them with you: provost export \(cohort). Ask an admin of the cohort for an extension."
            )
        }
        return ProvostError(
            .outsideWindow,
            "The workspaces of \(cohort) are closed. Your files can be read until they are deleted on \(closing.deleteOn); take them with you: provost export \(cohort)"
        )
    }

    func mayRun(at instant: Timestamp) -> Bool { left(at: instant).milliseconds > 0 }
    /// Zero outside.
    func left(at instant: Timestamp) -> TimeSpan {
        var left = Int64(0)
        if begins <= instant, instant < ends { left = (ends - instant).milliseconds }
        if let extended, extended > instant { left = max(left, (extended - instant).milliseconds) }
        return TimeSpan(milliseconds: left)
    }

    static func find(cohort: Slug, person: Slug, _ context: ServiceContext) async throws(ProvostError) -> WorkspaceWindow {
        let known = try await context.store.cohort(cohort)
        let study = StudyWindow(
            firstDay: known.firstDay, lastDay: known.lastDay, zone: try context.zones.zone(known.timezone))
        let closing = try await context.store.closing(cohort: cohort)
        return WorkspaceWindow(
            cohort: cohort, begins: study.begins, ends: min(study.ends, closing?.at ?? study.ends),
            studyEnds: study.ends,
            extended: try await context.store.extensionUntil(cohort: cohort, person: person), closing: closing)
    }
}
