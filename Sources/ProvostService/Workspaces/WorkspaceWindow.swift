import ProvostCore
import ProvostStore

/// Until when a learner's workspaces may run: the cohort's study window, or an extension beyond it.
struct WorkspaceWindow: Sendable {
    let begins: Timestamp
    let ends: Timestamp
    /// nil: none, or it is over.
    let extended: Timestamp?

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
        return WorkspaceWindow(
            begins: study.begins, ends: study.ends,
            extended: try await context.store.extensionUntil(cohort: cohort, person: person))
    }
}
