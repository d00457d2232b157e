package import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore

/// A workspace with what is known of it now.
package struct WorkspaceView: Sendable {
    package let workspace: Workspace
    /// While it waits: 1 is next.
    package let place: (position: Int, of: Int, estimate: TimeSpan?)?
    package let usage: WorkspaceUsage?
    package let idle: IdleRule.Verdict?
    /// When the study window, or the learner's extension of it, ends.
    package let studyEnds: Timestamp
    package let balance: BudgetBalance?
}

/// What learners do with their workspaces, and what instructors may do for them.
///
/// Each verb runs to its end even when whoever asked goes away, one at a time for each workspace.
package struct WorkspaceService: Sendable {
    /// Snapshots that one workspace keeps.
    package static let mostSnapshots = 10
    /// The longest time that idleness can be kept from stopping a workspace.
    package static let longestKeepAlive = TimeSpan.seconds(86_400)

    let context: ServiceContext
    let settings: WorkspaceSettings
    let assignments: AssignmentService
    let volumes: VolumeStore
    let keepers: Keepers
    let runs: WorkspaceRuns
    let finder: WorkspaceFinder
    let starts: WorkspaceStarts

    init(
        _ context: ServiceContext, settings: WorkspaceSettings, assignments: AssignmentService, trees: TreeCache,
        images: ImageStore
    ) throws(ProvostError) {
        self.context = context
        self.settings = settings
        self.assignments = assignments
        volumes = try VolumeStore(folder: context.directory.volumes, reserve: settings.reserve)
        volumes.sweep()
        keepers = try Keepers(
            directory: context.directory.path, launcher: settings.launcher, keeper: settings.keeper, users: settings.users,
            warm: settings.warm)
        runs = WorkspaceRuns()
        finder = WorkspaceFinder(context: context)
        starts = WorkspaceStarts(
            context: context, settings: settings, keepers: keepers, volumes: volumes, trees: trees, images: images, runs: runs,
            finder: finder)
    }

    // MARK: Looking

    /// The caller's own, or for instructors those of their cohorts, for administrators all. What was deleted is left out.
    package func list(
        _ principal: Principal, cohort: Slug?, person: Slug?, assignment: Slug?
    ) async throws(ProvostError) -> [WorkspaceView] {
        if let cohort { try principal.require(.attend(cohort: cohort)) }
        let all = try await context.store.workspaces(WorkspaceFilter(cohort: cohort, person: person, assignment: assignment))
        var views: [WorkspaceView] = []
        for workspace in all where (try? finder.permit(principal, workspace, .look)) != nil {
            views.append(try await view(workspace))
        }
        return views
    }

    /// `name` is an identifier or, for the caller's own, an assignment's name.
    package func show(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> WorkspaceView {
        try await view(finder.find(principal, name, cohort: cohort, for: .look))
    }

    func view(_ workspace: Workspace) async throws(ProvostError) -> WorkspaceView {
        var place: (Int, Int, TimeSpan?)?
        if workspace.state == .waiting, let found = try await context.store.waitingPlace(workspace.id) {
            let hour = TimeSpan.seconds(3600)
            let freed = try await context.store.placesFreed(
                since: Timestamp(milliseconds: context.now().milliseconds - hour.milliseconds))
            place = (found.position, found.of, WaitingRule.estimate(position: found.position, freed: freed, span: hour))
        }
        let run = workspace.state.isActive ? await runs.run(workspace.id) : nil
        return WorkspaceView(
            workspace: workspace, place: place, usage: try? await run?.kept.usage(), idle: run?.sight.idle,
            studyEnds: try await finder.study(of: workspace).ends,
            balance: try await context.store.balance(cohort: workspace.cohort, person: workspace.person))
    }

    /// What happened to it, a line each, oldest first.
    package func log(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> [AuditEntry] {
        let workspace = try await finder.find(principal, name, cohort: cohort, for: .look)
        return try await context.store.workspaceHistory(workspace.id)
    }

    // MARK: Running

    /// Starts the caller's workspace for an assignment, making it at the first time. What runs or waits already is answered as it is.
    /// Throws `limitReached`, `outsideWindow`, `denied`, or `unavailable` with what to do.
    package func start(_ principal: Principal, assignment name: String, cohort: Slug?) async throws(ProvostError) -> WorkspaceView
    {
        let id: ID<Workspace>
        if name.hasPrefix("wsp_") {
            id = try await finder.find(principal, name, cohort: cohort, for: .own).id
        } else {
            id = try await made(principal, assignment: name, cohort: cohort)
        }
        let workspace = try await runs.exclusively(id) { [starts, context] () throws(ProvostError) -> Workspace in
            let workspace = try await context.store.workspace(id)
            guard workspace.state == .stopped else { return workspace }
            return try await starts.begin(workspace, by: principal.name)
        }
        return try await view(workspace)
    }

    private func made(_ principal: Principal, assignment name: String, cohort: Slug?) async throws(ProvostError) -> ID<Workspace>
    {
        let assignment = try await assignments.find(principal, name: name, cohort: cohort)
        try principal.require(.submit(cohort: assignment.cohort.slug))
        guard let person = principal.person else {
            throw ProvostError(.denied, "An administrator has no workspace of their own; log in with: provost login CODE")
        }
        if let known = try await context.store.workspace(assignment: assignment.assignment.id, person: person.id) {
            return known.id
        }
        let chain = try await context.store.limitChain(cohort: assignment.cohort.slug, person: person.slug)
        let manifest = assignment.lab.manifest.workspace
        let workspace = Workspace(
            id: context.identifiers.next("wsp"), person: person.slug, cohort: assignment.cohort.slug,
            assignment: assignment.assignment.slug, lab: assignment.lab.name, labVersion: assignment.lab.digest, state: .stopped,
            start: 0, limits: chain.workspace(lab: manifest), network: manifest.network, createdAt: context.now())
        do throws(ProvostError) {
            try await context.store.createWorkspace(workspace, by: principal.name, at: context.now())
            return workspace.id
        } catch {
            // Somebody made it at the same instant.
            guard error.code == .conflict,
                let known = try await context.store.workspace(assignment: assignment.assignment.id, person: person.id)
            else { throw error }
            return known.id
        }
    }

    /// Ends its run, or gives its place up. Nothing of its files is touched.
    package func stop(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> WorkspaceView {
        let found = try await finder.find(principal, name, cohort: cohort, for: .stop)
        let isOwner = principal.person?.slug == found.person
        let workspace = try await runs.exclusively(found.id) { () throws(ProvostError) -> Workspace in
            let workspace = try await context.store.workspace(found.id)
            return try await starts.stop(
                workspace, reason: .asked, detail: isOwner ? nil : "Stopped by \(principal.name).",
                notice: isOwner ? "The workspace stops, as you asked." : "The workspace is stopped by \(principal.name).",
                by: principal.name)
        }
        return try await view(workspace)
    }

    /// Stops it and starts it again; new material of the lab appears. What stood waiting is started anew as well.
    package func restart(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> WorkspaceView {
        let found = try await finder.find(principal, name, cohort: cohort, for: .own)
        let workspace = try await runs.exclusively(found.id) { () throws(ProvostError) -> Workspace in
            try await begun(again: stopped(found.id, notice: "The workspace restarts.", by: principal.name), by: principal.name)
        }
        return try await view(workspace)
    }

    private func stopped(_ id: ID<Workspace>, notice: String, by actor: String) async throws(ProvostError) -> Workspace {
        let workspace = try await context.store.workspace(id)
        return workspace.state == .stopped
            ? workspace : try await starts.stop(workspace, reason: .asked, detail: nil, notice: notice, by: actor)
    }

    private func begun(again workspace: Workspace, by actor: String) async throws(ProvostError) -> Workspace {
        try await starts.begin(context.store.workspace(workspace.id), by: actor)
    }

    /// Idleness does not stop it for so long; the time counts against the budget like any other.
    package func extend(
        _ principal: Principal, _ name: String, cohort: Slug?, keepAlive: TimeSpan
    ) async throws(ProvostError) -> WorkspaceView {
        let workspace = try await finder.find(principal, name, cohort: cohort, for: .own)
        guard keepAlive.milliseconds > 0, keepAlive <= Self.longestKeepAlive else {
            throw ProvostError(.invalid, "A workspace can be kept for 1 minute to \(Self.longestKeepAlive) at a time.")
        }
        let now = context.now()
        return try await view(
            context.store.keepAlive(workspace.id, until: now + keepAlive, by: principal.name, at: now))
    }

    // MARK: Files

    /// Begins anew with an empty home that gets the lab's starter again; a snapshot is made before. Runs afterwards if it ran before.
    package func reset(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> WorkspaceView {
        let found = try await finder.find(principal, name, cohort: cohort, for: .own)
        let workspace = try await runs.exclusively(found.id) { () throws(ProvostError) -> Workspace in
            let before = try await context.store.workspace(found.id)
            let workspace = try await stopped(found.id, notice: "The workspace is reset; a snapshot is kept.", by: principal.name)
            let id = workspace.id.text
            // Of a volume that is damaged or gone there is nothing to keep: beginning anew is what is left.
            if volumes.exists(id) { _ = try await keep(workspace, cause: .reset, running: false, by: principal.name) }
            let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
            let version = try await context.store.labVersion(workspace.labVersion)
            let limits = chain.workspace(lab: version.manifest.workspace)
            let blank = id + "-blank"
            try await volumes.removeSnapshot(blank)
            try await volumes.remove(blank)
            try await volumes.create(blank, size: limits.disk, files: limits.files)
            // In one step: a crash leaves the old volume or the new one.
            _ = try await volumes.snapshot(blank, as: blank)
            try await volumes.restore(id, from: blank)
            try await volumes.removeSnapshot(blank)
            try await volumes.remove(blank)
            return before.state.isActive ? try await begun(again: workspace, by: principal.name) : workspace
        }
        return try await view(workspace)
    }

    package func snapshots(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> [Snapshot] {
        try await context.store.snapshots(of: finder.find(principal, name, cohort: cohort, for: .own).id)
    }

    /// Keeps a copy of the volume; a running workspace stands still for as long as the copy takes.
    package func snapshot(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> Snapshot {
        let found = try await finder.find(principal, name, cohort: cohort, for: .own)
        return try await runs.exclusively(found.id) { () throws(ProvostError) -> Snapshot in
            let workspace = try await context.store.workspace(found.id)
            return try await keep(workspace, cause: .asked, running: workspace.state.isActive, by: principal.name)
        }
    }

    func keep(_ workspace: Workspace, cause: Snapshot.Cause, running: Bool, by actor: String) async throws(ProvostError)
        -> Snapshot
    {
        let known = try await context.store.snapshots(of: workspace.id)
        if known.count >= Self.mostSnapshots {
            // What was made by itself makes room for what is made by itself; what somebody asked for is never taken away.
            guard cause != .asked, let oldest = known.first(where: { $0.cause != .asked }) else {
                throw ProvostError(
                    .limitReached,
                    "The workspace has \(known.count) snapshots, the most that are kept; remove one with: provost workspace snapshots \(workspace.assignment) --remove SNAPSHOT"
                )
            }
            try await context.store.removeSnapshot(oldest.id, by: "provost", at: context.now())
            try await volumes.removeSnapshot(oldest.id.text)
        }
        let id = context.identifiers.next("snp", as: ID<Snapshot>.self)
        let run = running ? await runs.run(workspace.id) : nil
        let size: ByteCount
        if let run {
            try await run.kept.quiesce()
            do throws(ProvostError) { size = try await volumes.snapshot(workspace.id.text, as: id.text) } catch {
                try? await run.kept.release()
                throw error
            }
            try await run.kept.release()
        } else {
            size = try await volumes.snapshot(workspace.id.text, as: id.text)
        }
        let snapshot = Snapshot(id: id, workspace: workspace.id, cause: cause, createdAt: context.now(), size: size)
        try await context.store.addSnapshot(snapshot, by: actor)
        return snapshot
    }

    /// Puts a snapshot's files in the place of the present ones, of which a snapshot is made before.
    package func restore(
        _ principal: Principal, _ name: String, cohort: Slug?, snapshot: ID<Snapshot>
    ) async throws(ProvostError) -> WorkspaceView {
        let found = try await finder.find(principal, name, cohort: cohort, for: .own)
        guard try await context.store.snapshots(of: found.id).contains(where: { $0.id == snapshot }) else {
            throw ProvostError(
                .notFound, "The workspace has no snapshot \(snapshot); see: provost workspace snapshots \(found.assignment)")
        }
        let workspace = try await runs.exclusively(found.id) { () throws(ProvostError) -> Workspace in
            let before = try await context.store.workspace(found.id)
            let workspace = try await stopped(found.id, notice: "A snapshot is restored.", by: principal.name)
            if volumes.exists(workspace.id.text) {
                _ = try await keep(workspace, cause: .restore, running: false, by: principal.name)
            }
            try await volumes.restore(workspace.id.text, from: snapshot.text)
            try await context.store.recordRestore(workspace.id, from: snapshot, by: principal.name, at: context.now())
            return before.state.isActive ? try await begun(again: workspace, by: principal.name) : workspace
        }
        return try await view(workspace)
    }

    package func removeSnapshot(
        _ principal: Principal, _ name: String, cohort: Slug?, snapshot: ID<Snapshot>
    ) async throws(ProvostError) -> Snapshot {
        let found = try await finder.find(principal, name, cohort: cohort, for: .own)
        guard let known = try await context.store.snapshots(of: found.id).first(where: { $0.id == snapshot }) else {
            throw ProvostError(.notFound, "The workspace has no snapshot \(snapshot).")
        }
        try await context.store.removeSnapshot(snapshot, by: principal.name, at: context.now())
        try await volumes.removeSnapshot(snapshot.text)
        return known
    }

    /// Removes a stopped workspace with its files and snapshots, for ever. `confirm` must be its identifier.
    package func delete(
        _ principal: Principal, _ name: String, cohort: Slug?, confirm: String?
    ) async throws(ProvostError) -> Workspace {
        let found = try await finder.find(principal, name, cohort: cohort, for: .delete)
        guard confirm == found.id.text else {
            throw ProvostError(.invalid, "Deleting removes all files for ever; confirm it with the identifier \(found.id).")
        }
        return try await runs.exclusively(found.id) { () throws(ProvostError) -> Workspace in
            let workspace = try await context.store.workspace(found.id)
            guard workspace.state == .stopped else {
                throw ProvostError(
                    .conflict, "The workspace is \(workspace.state.rawValue); stop it first: provost stop \(workspace.assignment)"
                )
            }
            let snapshots = try await context.store.snapshots(of: workspace.id)
            // The row first: files without a row take room, a row without files would start empty.
            try await context.store.deleteWorkspace(workspace.id, by: principal.name, at: context.now())
            for snapshot in snapshots { try await volumes.removeSnapshot(snapshot.id.text) }
            try await volumes.remove(workspace.id.text)
            return try await context.store.workspace(workspace.id)
        }
    }

    // MARK: Who asks from inside

    /// The learner whose running workspace has this host user: what their programs may do through the daemon's second socket. A learner of
    /// that one cohort, whatever else the person may be: a program in an instructor's workspace must not get an instructor's rights.
    /// nil: no workspace runs as this user.
    package func principal(ofUser uid: UInt32) async throws(ProvostError) -> Principal? {
        guard let id = await runs.workspace(ofUser: uid) else { return nil }
        let workspace = try await context.store.workspace(id)
        let person = try await context.store.person(workspace.person)
        let enrollments = try await context.store.enrollments(person: person.id).filter {
            $0.cohort == workspace.cohort && !$0.suspended
        }
        return Principal(
            person,
            enrollments: enrollments.map {
                Enrollment(id: $0.id, person: $0.person, cohort: $0.cohort, role: .learner, suspended: false)
            }, token: "workspace \(id)")
    }
}
