import Glibc
import Logging
import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore
import Synchronization

/// Brings workspaces to life and to their end on this machine: volume, image, material and keeper. The store says what is being done at each
/// step, so that a daemon that dies here is followed by one that finishes or undoes it.
final class WorkspaceRuns: Sendable {
    let context: ServiceContext
    let settings: WorkspaceSettings
    let volumes: VolumeStore
    let keepers: Keepers
    let turns = WorkspaceTurns()
    let readers = WorkspaceReaders()
    private let trees: TreeCache
    private let images: ImageStore
    private let running = Mutex<[ID<Workspace>: RunningWorkspace]>([:])
    private let whenFree = Mutex<@Sendable () -> Void>({})

    /// Throws `unavailable` when a program is missing.
    init(
        _ context: ServiceContext, settings: WorkspaceSettings, programs: String, trees: TreeCache, images: ImageStore
    ) throws(ProvostError) {
        self.context = context
        self.settings = settings
        self.trees = trees
        self.images = images
        volumes = try VolumeStore(
            folder: context.directory.volumes, reserve: settings.reserve(for: context.directory.path))
        keepers = try Keepers(
            directory: context.directory.path, launcher: programs + "/provost-launch", keeper: programs + "/provost-keeper",
            users: settings.users, warm: settings.warm, cgroupName: settings.cgroupName)
        unsafe mkdir(context.directory.path + "/run/.meters", 0o700)
    }

    /// The files of a workspace that the store says is deleted: done again, it does nothing.
    func removeFiles(of id: ID<Workspace>) async throws(ProvostError) {
        for snapshot in try await context.store.snapshots(of: id) {
            try await volumes.removeSnapshot(snapshot.id.text)
            try await context.store.forgetSnapshot(snapshot.id)
        }
        if volumes.exists(id.text) { try await volumes.remove(id.text) }
    }

    func onFree(_ action: @escaping @Sendable () -> Void) { whenFree.withLock { $0 = action } }
    func tellFree() { whenFree.withLock { $0 }() }

    // MARK: What runs

    subscript(_ id: ID<Workspace>) -> RunningWorkspace? { running.withLock { $0[id] } }
    var all: [RunningWorkspace] { running.withLock { Array($0.values) }.sorted { $0.id < $1.id } }
    /// Who has this host user.
    func holder(of user: UInt32) -> ID<Workspace>? {
        running.withLock { running in running.values.first { $0.kept.user.uid == user }?.id }
    }

    // MARK: Starting

    /// Throws `unavailable` while less than the reserve is free on the volumes' disk: homes that run must be able to write what they were
    /// promised.
    func requireDisk() throws(ProvostError) {
        guard let short = volumes.shortage() else { return }
        throw ProvostError(
            .unavailable,
            "The server's disk is nearly full: \(short.free) are free, and \(short.reserve) are kept in reserve, so nothing new starts. Tell the server's operator; what runs goes on, and provost workspace rescue lets you delete files."
        )
    }

    /// Everything is taken in the store; returns when the room answers. On any failure nothing is left and the store says why.
    func launch(
        _ workspace: Workspace, lab: LabVersion, rescue: Bool = false, by actor: String
    ) async throws(ProvostError) -> Workspace {
        do {
            let order = try await prepare(workspace, lab: lab, rescue: rescue)
            let kept: KeptWorkspace
            do { kept = try await keepers.start(order.order) } catch {
                keepers.returnUser(order.order.user)
                throw error
            }
            let began = settings.uptime()
            let meter = RunMeter(start: kept.start, at: began)
            let run = adopt(workspace.id, kept: kept, image: order.image, meter: meter)
            // Side by side: each waits for somebody else, the disk or the keeper. All are done before it is said to run.
            async let isKept: Void = write(meter, of: workspace.id)
            async let usage = look(at: run)
            let started = try await context.store.didStart(workspace.id, start: workspace.start, at: context.now())
            await isKept
            _ = await usage
            return started
        } catch {
            let known =
                error as? ProvostError ?? ProvostError(.internalError, "The workspace could not be started.", cause: error)
            context.logger.error("A workspace did not start", metadata: ["workspace": "\(workspace.id)", "error": "\(known)"])
            if let run = self[workspace.id] { _ = await run.kept.stop(grace: .seconds(1), reason: known.message) }
            await settle(workspace.id, start: workspace.start, used: nil, reason: .failed, detail: known.message)
            throw known
        }
    }

    private func prepare(
        _ workspace: Workspace, lab: LabVersion, rescue: Bool
    ) async throws -> (order: WorkspaceOrder, image: UsableImage?) {
        let id = workspace.id.text
        // Who works goes before who reads.
        await readers.end(workspace.id)
        try await readyVolume(workspace, rescue: rescue)
        let tree = try await trees.tree(lab.content, blobs: context.blobs.open)
        let image = try await image(lab, tree: tree)
        var mounts = try await Blocking.run { try WorkspaceMaterial.mounts(tree: tree) }
        let starter = mounts.contains { $0.room == "/lab/starter" } ? "/lab/starter" : nil
        let hasDoor = workspace.copyOf == nil
        if hasDoor { mounts.append(.readOnly(host: context.directory.doorFolder, at: "/run/provost")) }
        let command = context.directory.tools + "/provost"
        if unsafe access(command, X_OK) == 0 { mounts.append(.readOnly(host: command, at: "/run/bin/provost")) }
        let manifest = lab.manifest.workspace
        let path = image?.room.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        var environment = [
            "PATH": "/run/bin:" + path,
            "PROVOST_ASSIGNMENT": workspace.assignment.text, "PROVOST_COHORT": workspace.cohort.text, "PROVOST_WORKSPACE": id,
        ]
        if hasDoor { environment["PROVOST_SERVER"] = "unix:/run/provost/provost.sock" }
        let network: WorkspaceNetwork =
            switch workspace.network {
            case .none: .none
            case .loopback: .loopback
            case .egress: .egress(allow: manifest.allow)
            }
        let order = WorkspaceOrder(
            id: id, start: workspace.start, volume: volumes.mount(of: id), user: try keepers.leaseUser(),
            limits: workspace.limits.room, network: network, mounts: mounts, environment: environment, image: image?.room,
            shell: manifest.shell, starter: starter)
        return (order, image)
    }

    func tree(_ lab: LabVersion) async throws(ProvostError) -> String {
        try await trees.tree(lab.content, blobs: context.blobs.open)
    }

    /// The workspace's own, else what the lab's graded programs see: the lab's image, or else the grader's.
    func image(_ lab: LabVersion, tree: String) async throws(ProvostError) -> UsableImage? {
        if let manifest = lab.manifest.workspace.image ?? lab.manifest.image {
            return try await images.image(manifest, tree: tree, content: lab.content)
        }
        let grader = try await context.store.graderVersion(lab.grader)
        guard let manifest = grader.manifest.image, !manifest.isHost else { return nil }
        let folder = try await trees.tree(grader.digest, blobs: context.blobs.open)
        return try await images.image(manifest, tree: folder, content: grader.digest)
    }

    /// A new one for a first start. One that is gone although there was work in it is an error, never an empty home.
    func readyVolume(_ workspace: Workspace, rescue: Bool, grows: Bool = true) async throws(ProvostError) {
        let id = workspace.id.text
        guard volumes.exists(id) else {
            guard workspace.copyOf == nil else {
                throw ProvostError(
                    .unavailable,
                    "The files of this copy are not on the server's disk; delete it, and copy the workspace again: provost workspace delete \(id) --yes"
                )
            }
            let history = try await context.store.workspaceHistory(workspace.id)
            guard !history.contains(where: { $0.action == "workspace.running" }) else {
                throw ProvostError(
                    .unavailable,
                    "The files of this workspace are not on the server's disk any more; tell the server's operator, or go on from a snapshot (provost workspace restore) or from the lab's starter (provost reset)."
                )
            }
            return try await volumes.create(id, size: workspace.limits.disk, files: workspace.limits.files)
        }
        // A rescue takes no space: it can grow at the next start.
        if !rescue, grows { try await volumes.resizeIfNeeded(id, to: workspace.limits.disk) }
        try await volumes.prepare(id, rescue: rescue)
    }

    /// Takes a running one over: after a start, or of an earlier daemon. Its meter is the caller's to write.
    @discardableResult
    func adopt(_ id: ID<Workspace>, kept: KeptWorkspace, image: UsableImage?, meter: RunMeter) -> RunningWorkspace {
        let run = RunningWorkspace(id, kept: kept, image: image, meter: meter, uptime: settings.uptime())
        running.withLock { $0[id] = run }
        Task { [self] in
            let ending = await kept.ended()
            run.update { $0.usage = ending.usage }
            await settle(id, start: run.start, used: run.use(at: settings.uptime()), reason: .ended, detail: ending.reason)
        }
        return run
    }

    func write(_ meter: RunMeter, of id: ID<Workspace>) async {
        let path = meterPath(id)
        try? await Blocking.run { meter.write(path) }
    }

    /// What it uses: asked for anew, unless somebody did within the last tenth of a second. nil when nobody knows.
    func look(at run: RunningWorkspace) async -> WorkspaceUsage? {
        if let usage = run.freshUsage { return usage }
        guard let usage = try? await run.kept.usage() else { return run.watch.usage }
        run.look(usage)
        return usage
    }

    func meterPath(_ id: ID<Workspace>) -> String { context.directory.path + "/run/.meters/\(id.text)" }

    // MARK: Ending

    /// Within the workspace's turn. Says so in the store first; returns when nothing of it is left.
    func stop(
        _ workspace: Workspace, reason: Workspace.StopReason, detail: String?, grace: TimeSpan = .seconds(10), by actor: String
    ) async throws(ProvostError) -> Workspace {
        let begun = try await context.store.beginStop(
            workspace.id, start: workspace.start, reason: reason, detail: detail, by: actor, at: context.now())
        guard begun.state == .stopping else {
            tellFree()
            return begun
        }
        guard let run = self[workspace.id], run.start == workspace.start else {
            await settle(workspace.id, start: workspace.start, used: nil, reason: reason, detail: detail)
            return try await context.store.workspace(workspace.id)
        }
        // What stands still cannot take a signal.
        if workspace.state == .frozen { try? await run.kept.thaw() }
        let ending = await run.kept.stop(grace: grace, reason: detail ?? "The workspace is stopped.")
        run.update { $0.usage = ending.usage }
        await settle(workspace.id, start: workspace.start, used: run.use(at: settings.uptime()), reason: reason, detail: detail)
        return try await context.store.workspace(workspace.id)
    }

    /// Records the end, again and again until the store takes it: an end that is not recorded would hold the learner's limits for ever.
    func settle(
        _ id: ID<Workspace>, start: Int, used: RunUse?, reason: Workspace.StopReason, detail: String?
    ) async {
        while true {
            do throws(ProvostError) {
                _ = try await context.store.didStop(
                    id, start: start, used: used, reason: reason, detail: detail, at: context.now())
                break
            } catch {
                if error.code == .conflict || error.code == .notFound { break }
                context.logger.error(
                    "The end of a workspace could not be recorded; it is tried again",
                    metadata: ["workspace": "\(id)", "error": "\(error)"])
                guard (try? await Task.sleep(for: .seconds(5))) != nil else { return }
            }
        }
        running.withLock { running in
            if running[id]?.start == start { running[id] = nil }
        }
        unsafe unlink(meterPath(id))
        tellFree()
    }
}

extension VolumeStore {
    /// Grows, as the limits say. One that is larger stays as it is: shrinking is asked for by name.
    fileprivate func resizeIfNeeded(_ id: String, to size: ByteCount) async throws(ProvostError) {
        guard backend == .image else { return }
        var status = stat()
        guard unsafe stat(mount(of: id).path, &status) == 0, Int64(status.st_size) < size.bytes else { return }
        try await resize(id, to: size)
    }
}
