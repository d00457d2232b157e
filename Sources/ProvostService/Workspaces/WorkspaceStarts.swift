import FoundationEssentials
import Logging
import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore

/// Starting and stopping a run: the store's word first, then the machine, then the store's word again, so that whatever is cut short is
/// finished or undone by the next daemon.
struct WorkspaceStarts: Sendable {
    /// At most so many start at the same moment; more would only slow each other down.
    static let startsAtOnce = 4

    let context: ServiceContext
    let settings: WorkspaceSettings
    let keepers: Keepers
    let volumes: VolumeStore
    let trees: TreeCache
    let images: ImageStore
    let runs: WorkspaceRuns
    let finder: WorkspaceFinder

    // MARK: Starting

    /// Takes everything that a start needs and starts it, or takes a place among those that wait. To be called exclusively.
    func begin(_ workspace: Workspace, by actor: String) async throws(ProvostError) -> Workspace {
        let version = try await context.store.labVersion(try await labVersion(of: workspace))
        let manifest = version.manifest.workspace
        if manifest.network == .egress, !settings.egress {
            throw ProvostError(
                .unavailable,
                "The lab asks for a network beyond the workspace, which this server does not give; ask its operator for workspace-egress."
            )
        }
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        var limits = chain.workspace(lab: manifest)
        limits.disk = try await fit(workspace, limits)
        let study = try await finder.study(of: workspace)
        let decision = try await context.store.beginStart(
            workspace.id,
            StartRequest(
                limits: limits, network: manifest.network, labVersion: version.digest, mayRun: study.mayRun,
                capacity: MachineCapacity(memory: settings.memory, starting: Self.startsAtOnce), queue: true), by: actor,
            at: context.now())
        guard case .begin(let start, _) = decision else { return try await context.store.workspace(workspace.id) }
        do throws(ProvostError) {
            try await launch(workspace, start: start, limits: limits, version: version)
            return try await context.store.didStart(workspace.id, start: start, at: context.now())
        } catch {
            if let run = await runs.run(workspace.id), run.kept.start == start {
                _ = await run.kept.stop(grace: .seconds(0), reason: "It could not be started.")
                await runs.remove(workspace.id, start: start)
            }
            _ = try? await context.store.didStop(
                workspace.id, start: start, used: nil, reason: .failed, detail: error.message, at: context.now())
            throw error
        }
    }

    /// The version that the assignment has now: new material appears with the next start.
    private func labVersion(of workspace: Workspace) async throws(ProvostError) -> ContentDigest {
        let assignments = try await context.store.assignments(cohort: workspace.cohort)
        return assignments.first { $0.slug == workspace.assignment }?.labVersion ?? workspace.labVersion
    }

    /// The size that the volume has, or gets: a stopped one is made as large as the limits say now. One that holds more than the limit stays
    /// as it is, since nothing of a learner's is ever cut off.
    private func fit(_ workspace: Workspace, _ limits: WorkspaceLimits) async throws(ProvostError) -> ByteCount {
        guard volumes.exists(workspace.id.text), workspace.limits.disk != limits.disk else { return limits.disk }
        do throws(ProvostError) {
            try await volumes.resize(workspace.id.text, to: limits.disk)
            return limits.disk
        } catch {
            guard error.code == .limitReached else { throw error }
            context.logger.notice(
                "A volume keeps its size", metadata: ["workspace": "\(workspace.id)", "why": "\(error.message)"])
            return workspace.limits.disk
        }
    }

    private func launch(_ workspace: Workspace, start: Int, limits: WorkspaceLimits, version: LabVersion)
        async throws(ProvostError)
    {
        let name = workspace.id.text
        if !volumes.exists(name), workspace.startedAt == nil {
            try await volumes.create(name, size: limits.disk, files: limits.files)
        }
        // A volume that was there and is gone is not quietly replaced by an empty one.
        try await volumes.prepare(name)
        let tree = try await trees.tree(version.content, blobs: context.blobs.open)
        let image = try await image(version, tree: tree)
        let material = try WorkspaceMaterial.mounts(tree: tree)
        var mounts = material + [.readOnly(host: context.directory.doorFolder, at: "/run/provost")]
        let program = context.directory.tools + "/provost"
        if FileManager.default.isExecutableFile(atPath: program) {
            mounts.append(.readOnly(host: program, at: "/run/bin/provost"))
        }
        let network: WorkspaceNetwork =
            switch version.manifest.workspace.network {
            case .none: .none
            case .loopback: .loopback
            case .egress: .egress(allow: version.manifest.workspace.allow)
            }
        let user = try keepers.leaseUser()
        let kept: KeptWorkspace
        do throws(ProvostError) {
            kept = try await keepers.start(
                WorkspaceOrder(
                    id: name, start: start, volume: volumes.mount(of: name), user: user, limits: limits.room, network: network,
                    mounts: mounts,
                    environment: [
                        "PATH": "/run/bin:/usr/local/bin:/usr/bin:/bin",
                        "PROVOST_SERVER": "unix:/run/provost/provost.sock", "PROVOST_WORKSPACE": name,
                        "PROVOST_ASSIGNMENT": workspace.assignment.text, "PROVOST_COHORT": workspace.cohort.text,
                    ],
                    image: image?.room, shell: version.manifest.workspace.shell,
                    starter: material.contains { $0.room == "/lab/starter" } ? "/lab/starter" : nil))
        } catch {
            keepers.returnUser(user)
            throw error
        }
        await adopt(workspace.id, WorkspaceRunState(kept, image: image))
    }

    /// The lab's own for workspaces, else what its graded programs see.
    private func image(_ version: LabVersion, tree: String) async throws(ProvostError) -> UsableImage? {
        let manifest = version.manifest
        if let wanted = manifest.workspace.image ?? manifest.image {
            return try await images.image(wanted, tree: tree, content: version.content)
        }
        let grader = try await context.store.graderVersion(version.grader)
        guard let wanted = grader.manifest.image, !wanted.isHost else { return nil }
        let folder = try await trees.tree(grader.digest, blobs: context.blobs.open)
        return try await images.image(wanted, tree: folder, content: grader.digest)
    }

    /// Watches a run to its end, which it records.
    func adopt(_ id: ID<Workspace>, _ run: WorkspaceRunState) async {
        await runs.add(id, run)
        let start = run.kept.start
        Task { [self] in
            let ending = await run.kept.ended()
            let used = run.use(ending.usage)
            // A stop that was asked for has said its own reason before.
            do throws(ProvostError) {
                _ = try await context.store.didStop(
                    id, start: start, used: used, reason: .ended, detail: ending.reason, at: context.now())
            } catch {
                context.logger.error(
                    "The end of a workspace was not recorded", metadata: ["workspace": "\(id)", "why": "\(error)"])
            }
            await runs.remove(id, start: start)
            await promote()
        }
    }

    // MARK: Stopping

    /// Ends a run, or gives up a place. To be called exclusively. Returns what is recorded then; a stopped one stays as it is.
    func stop(
        _ workspace: Workspace, reason: Workspace.StopReason, detail: String?, notice: String, grace: TimeSpan = .seconds(5),
        by actor: String
    ) async throws(ProvostError) -> Workspace {
        let now = try await context.store.beginStop(
            workspace.id, start: workspace.start, reason: reason, detail: detail, by: actor, at: context.now())
        guard now.state == .stopping else {
            await promote()
            return now
        }
        guard let run = await runs.run(workspace.id), run.kept.start == workspace.start else {
            // Its end is being recorded, or nothing of it is left.
            return try await context.store.didStop(
                workspace.id, start: workspace.start, used: nil, reason: reason, detail: detail, at: context.now())
        }
        let ending = await run.kept.stop(grace: grace, reason: notice)
        let stopped = try await context.store.didStop(
            workspace.id, start: workspace.start, used: run.use(ending.usage), reason: reason, detail: detail, at: context.now())
        await runs.remove(workspace.id, start: workspace.start)
        await promote()
        return stopped
    }

    // MARK: Waiting

    /// Starts those that wait as long as there is a place for the next one.
    func promote() async {
        await runs.promoting { [self] in
            while let next = try? await context.store.waitingWorkspaces().first {
                let goesOn = try? await runs.exclusively(next.id) { () throws(ProvostError) -> Bool in
                    let workspace = try await context.store.workspace(next.id)
                    guard workspace.state == .waiting else { return true }
                    do throws(ProvostError) {
                        return try await begin(workspace, by: workspace.person.text).state != .waiting
                    } catch {
                        // What keeps this one from starting must not keep the others waiting.
                        if error.code == .unavailable || error.code == .internalError { return false }
                        _ = try? await context.store.beginStop(
                            workspace.id, start: workspace.start, reason: .failed, detail: error.message, by: "provost",
                            at: context.now())
                        return true
                    }
                }
                guard goesOn == true else { return }
            }
        }
    }
}
