package import ProvostCore
import ProvostSandbox
import ProvostStore

/// Where the end of a cohort's workspaces stands.
package struct ClosingStanding: Sendable {
    package let cohort: Slug
    /// nil: it is not closed.
    package let closing: CohortClosing?
    /// What is still there.
    package let workspaces: [Workspace]
    /// What that takes on the disk, without snapshots.
    package let size: ByteCount
    package let receipts: [DeletionReceipt]
}

// The end of study: nothing starts any more, everything can be read, and on a day that is told it is deleted.
extension WorkspaceService {
    /// Closes a cohort's workspaces from now on. What runs is frozen, and stopped, as at the end of the study window.
    /// - Parameter deleteOn: a day in the cohort's zone, at the beginning of which the files go.
    package func closeCohort(
        _ principal: Principal, _ slug: Slug, deleteOn: CivilDate, reason: String
    ) async throws(ProvostError) -> ClosingStanding {
        try principal.require(.manage(cohort: slug))
        let cohort = try await context.store.cohort(slug)
        let instant = try context.zones.zone(cohort.timezone).instant(of: CivilTime(date: deleteOn))
        try await context.store.closeCohort(
            CohortClosing(
                cohort: slug, deleteOn: deleteOn, deleteAt: instant, reason: reason, by: principal.name, at: context.now()))
        return try await closing(principal, cohort: slug)
    }

    package func reopenCohort(_ principal: Principal, _ cohort: Slug, reason: String) async throws(ProvostError)
        -> ClosingStanding
    {
        try principal.require(.manage(cohort: cohort))
        try await context.store.reopenCohort(cohort, reason: reason, by: principal.name, at: context.now())
        return try await closing(principal, cohort: cohort)
    }

    package func closing(_ principal: Principal, cohort: Slug) async throws(ProvostError) -> ClosingStanding {
        try principal.require(.manage(cohort: cohort))
        let closing = try await context.store.closing(cohort: cohort)
        let workspaces = try await context.store.workspaces(WorkspaceFilter(cohort: cohort))
        let volumes = try parts.runs.volumes
        let size = workspaces.reduce(Int64(0)) { $0 + volumes.size(of: $1.id.text).bytes }
        return ClosingStanding(
            cohort: cohort, closing: closing, workspaces: workspaces, size: ByteCount(size),
            receipts: try await context.store.deletionReceipts(cohort: cohort))
    }
}
