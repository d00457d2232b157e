package import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore

/// A workspace with what follows from it now.
package struct WorkspaceView: Sendable {
    package let workspace: Workspace
    /// While it waits.
    package let place: WorkspacePlaceView?
    /// While it runs: as of a few seconds ago at most.
    package let usage: WorkspaceUsage?
    /// When it will be stopped if nothing changes, and why; nil: nothing is in sight.
    package let deadline: Timestamp?
    package let deadlineCause: String?
    /// What is left of the learner's budget; nil: there is none, or it does not run.
    package let balance: BudgetBalance?
    /// The day on which its files are deleted, because its cohort is closed; nil: they are kept.
    package let deleteOn: CivilDate?
}

/// What learners do with their workspaces, and what others may do for them. Each verb runs to its end whatever becomes of who asked, one at a
/// time for each workspace.
package final class WorkspaceService: Sendable {
    /// The longest time that idleness can be told to wait.
    package static let longestKeepAlive = TimeSpan.seconds(24 * 3600)
    /// The longest time of a share.
    package static let longestShare = TimeSpan.seconds(31 * 86_400)
    /// How many snapshots one workspace keeps, those before a reset or a restore among them.
    package static let mostSnapshots = 20

    let context: ServiceContext
    let finder: WorkspaceFinder
    let assignments: AssignmentService
    /// nil: this server has no keeper, and so no workspaces.
    private let machinery: (runs: WorkspaceRuns, starts: WorkspaceStarts, care: WorkspaceCare)?
    let visits = VisitLinks()

    init(
        _ context: ServiceContext, settings: WorkspaceSettings, assignments: AssignmentService, trees: TreeCache,
        images: ImageStore
    ) throws(ProvostError) {
        self.context = context
        self.assignments = assignments
        finder = WorkspaceFinder(context: context, assignments: assignments)
        guard let programs = settings.programs else {
            machinery = nil
            return
        }
        let runs = try WorkspaceRuns(context, settings: settings, programs: programs, trees: trees, images: images)
        let slots = SlotService(context)
        let starts = WorkspaceStarts(runs, slots: slots)
        machinery = (runs, starts, WorkspaceCare(runs, starts: starts, warming: WorkspaceWarming(runs, slots: slots)))
    }

    var parts: (runs: WorkspaceRuns, starts: WorkspaceStarts, care: WorkspaceCare) {
        get throws(ProvostError) {
            guard let machinery else { throw ProvostError(.unavailable, "This server has no workspaces; ask its operator.") }
            return machinery
        }
    }
    /// What looks after those that run; nil where there are none.
    package var care: WorkspaceCare? { machinery?.care }

    /// The learner behind a room's user, in that cohort alone and as a learner, whatever else they are: who is let into a room must not get
    /// its owner's other rights, nor the owner's programs an instructor's.
    package func principal(ofUser uid: UInt32) async throws(ProvostError) -> Principal? {
        guard let id = machinery?.runs.holder(of: uid) else { return nil }
        let workspace = try await context.store.workspace(id)
        // Somebody else wrote what is in a copy.
        guard workspace.copyOf == nil else { return nil }
        let person = try await context.store.person(workspace.person)
        let enrollments = try await context.store.enrollments(person: person.id)
        guard let enrollment = enrollments.first(where: { $0.cohort == workspace.cohort }), !enrollment.suspended else {
            return nil
        }
        return Principal(person, inside: workspace.id, enrollment: enrollment)
    }

    // MARK: Reading

    /// Their own; for instructors all of their cohorts, for administrators all.
    package func list(
        _ principal: Principal, cohort: Slug?, person: Slug?, assignment: Slug?
    ) async throws(ProvostError) -> [WorkspaceView] {
        if let cohort { try principal.require(.attend(cohort: cohort)) }
        let all = try await context.store.workspaces(WorkspaceFilter(cohort: cohort, person: person, assignment: assignment))
        var views: [WorkspaceView] = []
        for workspace in all {
            let mayInstruct = (try? principal.require(.instruct(cohort: workspace.cohort))) != nil
            if finder.isOwner(principal, workspace) || mayInstruct { views.append(try await view(workspace)) }
        }
        return views
    }

    package func show(_ principal: Principal, _ typed: String) async throws(ProvostError) -> WorkspaceView {
        try await view(finder.find(principal, typed, .see))
    }

    func view(_ workspace: Workspace) async throws(ProvostError) -> WorkspaceView {
        let place = workspace.state == .waiting ? try await machinery?.starts.place(of: workspace.id) : nil
        let deleteOn = workspace.state == .deleted ? nil : try await context.store.closing(cohort: workspace.cohort)?.deleteOn
        guard let machinery, let run = machinery.runs[workspace.id], run.start == workspace.start else {
            return WorkspaceView(
                workspace: workspace, place: place, usage: nil, deadline: nil, deadlineCause: nil, balance: nil,
                deleteOn: deleteOn)
        }
        // It costs the keeper a few file reads, and a learner looks at what they just did.
        let usage = await machinery.runs.look(at: run)
        let watch = run.watch
        var (deadline, cause) = (watch.idle?.deadline, watch.idle?.cause)
        if let left = watch.left {
            let ends = context.now() + left
            if deadline.map({ ends < $0 }) ?? true {
                deadline = ends
                cause = watch.leftBecause == .budget ? "The budget of the cohort ends." : "The study window of the cohort ends."
            }
        }
        return WorkspaceView(
            workspace: workspace, place: nil, usage: usage, deadline: deadline, deadlineCause: cause, balance: watch.balance,
            deleteOn: deleteOn)
    }

    /// Open terminals and commands; of a workspace that does not run, none.
    package func sessions(_ principal: Principal, _ typed: String) async throws(ProvostError) -> [SessionInfo] {
        let workspace = try await finder.find(principal, typed, .see)
        if !finder.isOwner(principal, workspace) {
            let share = try await finder.share(principal, workspace)
            guard let share, share.mode != .copy else { _ = try await finder.find(principal, typed, .own); return [] }
        }
        guard let run = machinery?.runs[workspace.id] else { return [] }
        return try await run.kept.sessions()
    }

    // MARK: Starting and stopping

    /// The caller's workspace for an assignment, made if it is new, running or waiting for a place. For a `rescue` of what is there it starts
    /// also while the server's disk is below its reserve.
    package func start(
        _ principal: Principal, assignment name: String, cohort: Slug?, rescue: Bool = false
    ) async throws(ProvostError) -> WorkspaceView {
        let parts = try parts
        // A copy has no name of its own.
        let workspace =
            name.hasPrefix("wsp_")
            ? try await finder.find(principal, name, .own) : try await own(principal, assignment: name, cohort: cohort)
        return try await view(parts.starts.start(workspace.id, rescue: rescue, by: principal.name))
    }

    private func own(_ principal: Principal, assignment name: String, cohort: Slug?) async throws(ProvostError) -> Workspace {
        let view = try await assignments.find(principal, name: name, cohort: cohort)
        try principal.require(.submit(cohort: view.cohort.slug))
        guard let person = principal.person else {
            throw ProvostError(.denied, "Only a person has workspaces; log in as a learner with `provost login CODE`.")
        }
        return try await context.workspace(
            of: person, cohort: view.cohort.slug, assignment: (view.assignment.id, view.assignment.slug), lab: view.lab,
            by: principal.name)
    }

    /// The files stay. One that waits gives its place up; one that is stopped stays so.
    package func stop(_ principal: Principal, _ typed: String) async throws(ProvostError) -> WorkspaceView {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .stop)
        return try await view(stopNow(runs, workspace, by: principal))
    }

    private func stopNow(_ runs: WorkspaceRuns, _ workspace: Workspace, by principal: Principal) async throws(ProvostError)
        -> Workspace
    {
        let detail = principal.person?.slug == workspace.person ? nil : "Stopped by \(principal.name); your files are kept."
        return try await runs.turns.take(workspace.id) { [context] () throws(ProvostError) -> Workspace in
            let now = try await context.store.workspace(workspace.id)
            guard now.state != .stopped, now.state != .deleted else { return now }
            return try await runs.stop(now, reason: .asked, detail: detail, by: principal.name)
        }
    }

    /// Stops it, if it runs, and starts it again with the lab's present version and the present limits.
    package func restart(_ principal: Principal, _ typed: String) async throws(ProvostError) -> WorkspaceView {
        let parts = try parts
        let workspace = try await finder.find(principal, typed, .own)
        // Not stopped when it could not be started again.
        try parts.runs.requireDisk()
        let window = try await WorkspaceWindow.find(cohort: workspace.cohort, person: workspace.person, context)
        guard window.mayRun(at: context.now()) else { throw window.refusal }
        _ = try await stopNow(parts.runs, workspace, by: principal)
        return try await view(parts.starts.start(workspace.id, by: principal.name))
    }

    /// Idleness does not stop it for this long. It costs budget like all other time.
    package func extend(
        _ principal: Principal, _ typed: String, keepAlive: TimeSpan
    ) async throws(ProvostError) -> WorkspaceView {
        let workspace = try await finder.find(principal, typed, .own)
        guard keepAlive.milliseconds >= 0, keepAlive <= Self.longestKeepAlive else {
            throw ProvostError(
                .invalid, "A workspace can be kept for up to \(Self.longestKeepAlive); ask again before that is over.")
        }
        let now = context.now()
        return try await view(
            context.store.keepAlive(
                workspace.id, until: keepAlive.milliseconds == 0 ? nil : now + keepAlive, by: principal.name, at: now))
    }
}
