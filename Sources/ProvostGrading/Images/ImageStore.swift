import Foundation
package import ProvostCore
package import ProvostSandbox
import Synchronization

/// Built images, one read-only folder for each digest, shared by all rooms that see it.
///
/// `images/<digest>/` holds `root/`, `image.json` (an `ImageInfo`) and `build.log`; `images/<digest>.log` is the log of a build that
/// failed. A build fills a folder with a dot before its name, which gets its name when all of it is on the disk: what a killed daemon left
/// half-made is removed at the next start. Images can be made again from what was published.
package final class ImageStore: Sendable {
    private struct State {
        var building: [ContentDigest: Task<RoomImage, any Error>] = [:]
        /// The newest build; the next one waits for it: each takes a machine's disk, network and processors.
        var last: Task<Void, Never>?
        /// Gradings and builds that see an image now.
        var uses: [ContentDigest: Int] = [:]
    }

    private let folder: String
    private let sandbox: Sandbox
    private let tools: String
    private let settings: ImageBuild.Settings
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: ours alone, mode 0711.
    ///   - tools: the folder that `Tools.install` filled.
    ///   - setupNetwork: setup scripts get the machine's network.
    ///   - mirror: where Debian's packages come from; nil: mmdebstrap's own choice.
    package init(
        folder: String, sandbox: Sandbox, tools: String, setupNetwork: Bool = false, mirror: String? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.folder = folder
        self.sandbox = sandbox
        self.tools = tools
        settings = ImageBuild.Settings(setupNetwork: setupNetwork, mirror: mirror)
        self.now = now
        for name in Self.names(in: folder) where name.hasPrefix(".") { TreeFiles.remove(folder + "/" + name) }
    }

    /// The image that a manifest asks for, built if it is not there, which may take minutes; nil when it asks for the host's system.
    ///
    /// Hold the answer as long as rooms use it: it keeps the image from being removed. Throws `invalid` with what the instructor can mend,
    /// `unavailable` when the build failed on our side.
    ///
    /// - Parameters:
    ///   - tree: the unpacked folder of the manifest.
    ///   - content: that folder's digest.
    package func image(_ manifest: ImageManifest?, tree: String, content: ContentDigest) async throws(ProvostError)
        -> UsableImage?
    {
        guard let manifest, !manifest.isHost else { return nil }
        do {
            let recipe = try await Blocking.run { try ImageRecipe(manifest, tree: tree, content: content) }
            let use = UsableImage.Use(self, recipe.digest)
            let room: RoomImage
            if manifest.setup == nil {
                room = try await built(recipe, on: nil)
            } else {
                var plain = manifest
                plain.setup = nil
                let below = try await Blocking.run { [plain] in try ImageRecipe(plain, tree: tree, content: content) }
                let belowUse = UsableImage.Use(self, below.digest)
                room = try await built(recipe, on: below)
                withExtendedLifetime(belowUse) {}
            }
            return UsableImage(room: room, digest: recipe.digest, use: use)
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "The image cannot be made.", cause: error)
        }
    }

    private func built(_ recipe: ImageRecipe, on below: ImageRecipe?) async throws -> RoomImage {
        if let room = try? ready(recipe.digest) { return room }
        let base: RoomImage? = if let below { try await built(below, on: nil) } else { nil }
        // One build for all who wait for it; its own task, so that one caller's cancellation does not take it from the others.
        let task = state.withLock { state in
            if let task = state.building[recipe.digest] { return task }
            let before = state.last
            let task = Task {
                await before?.value
                // Only the build itself takes its entry away; see TreeCache.
                defer { self.state.withLock { $0.building[recipe.digest] = nil } }
                if let room = try? self.ready(recipe.digest) { return room }
                return try await self.build(recipe, base: base)
            }
            state.building[recipe.digest] = task
            state.last = Task { _ = try? await task.value }
            return task
        }
        return try await task.value
    }

    private func ready(_ digest: ContentDigest) throws -> RoomImage {
        let info = try info(digest)
        return try RoomImage(root: "\(folder)/\(digest)/root", environment: info.environment)
    }

    private func build(_ recipe: ImageRecipe, base: RoomImage?) async throws -> RoomImage {
        guard let users = sandbox.builderUsers else {
            throw ProvostError(
                .unavailable,
                "Images need a daemon that runs as root with at least 8192 room users; an operator can arrange it (room-users).")
        }
        let user = RoomUser(uid: users.lowerBound)
        let digest = recipe.digest
        let (path, temporary) = ("\(folder)/\(digest)", "\(folder)/.\(digest)")
        TreeFiles.remove(temporary)
        TreeFiles.remove(path)
        TreeFiles.remove(path + ".log")
        try TreeFiles.makePassage(temporary, for: user.uid)
        try TreeFiles.makeFolder(temporary + "/root", owner: user.uid)
        let log = BuildLog()
        let started = ContinuousClock.now
        do {
            let build = ImageBuild(
                recipe: recipe, sandbox: sandbox, tools: tools, settings: settings, log: log, root: temporary + "/root",
                user: user)
            let report = try await build.run(base: base)
            var environment: [String: String] = [:]
            if case .oci(let layout) = recipe.base { environment = layout.environment }
            let info = ImageInfo(
                digest: digest, manifest: recipe.manifest, base: recipe.baseName, size: report.bytes,
                files: report.files + report.folders, builtAt: now(),
                buildTime: TimeSpan(milliseconds: Int64(started.duration(to: .now) / .milliseconds(1))), environment: environment)
            try await Blocking.run {
                try TreeFiles.write("image.json", in: temporary, Array(try JSONEncoder().encode(info)))
                try TreeFiles.write("build.log", in: temporary, Array(log.text.utf8))
                try TreeFiles.open(temporary)
                // Before it gets its name: after a loss of power a folder of that name holds every byte, or is not there.
                try TreeFiles.flush(temporary)
                guard unsafe rename(temporary, path) == 0 else {
                    throw ProvostError(.unavailable, "The image \(digest.short) cannot be put in its place.")
                }
            }
            return try RoomImage(root: path + "/root", environment: environment)
        } catch {
            try? TreeFiles.write("\(digest).log", in: folder, Array(log.text.utf8))
            try? await Blocking.run { TreeFiles.remove(temporary) }
            guard let error = error as? ProvostError else { throw error }
            throw ProvostError(
                error.code, error.message + "\nThe whole log: provost image show --log \(digest.short)", cause: error.cause)
        }
    }

    // MARK: Administration

    /// Every image, newest first; `usedBy` is empty.
    package func list() -> [ImageInfo] {
        Self.names(in: folder).compactMap { name in
            guard let digest = try? ContentDigest(parsing: name) else { return nil }
            return try? info(digest)
        }.sorted { $0.builtAt > $1.builtAt }
    }

    /// Throws `notFound` when there is none of that digest.
    package func info(_ digest: ContentDigest) throws(ProvostError) -> ImageInfo {
        let path = "\(folder)/\(digest)"
        guard unsafe access(path, F_OK) == 0, let bytes = try TreeFiles.read("image.json", beneath: path, limit: 1 << 20),
            let info = try? JSONDecoder().decode(ImageInfo.self, from: Data(bytes))
        else { throw ProvostError(.notFound, "There is no image \(digest.short); see: provost image list") }
        return info
    }

    /// The digest that begins so, of an image or of the log of a failed build. Throws `notFound`, or `conflict` when several do.
    package func digest(startingWith text: String) throws(ProvostError) -> ContentDigest {
        let names = Set(Self.names(in: folder).map { $0.hasSuffix(".log") ? String($0.dropLast(4)) : $0 })
        let found = names.filter { $0.hasPrefix(text) }.compactMap { try? ContentDigest(parsing: $0) }
        guard let only = found.first, !text.isEmpty else {
            throw ProvostError(.notFound, "There is no image “\(text.prefix(70))”; see: provost image list")
        }
        guard found.count == 1 else {
            throw ProvostError(.conflict, "Several images begin with “\(text)”; give more of the digest.")
        }
        return only
    }

    /// The log of a build, failed or not. Throws `notFound` when there is none.
    package func log(_ digest: ContentDigest) throws(ProvostError) -> [UInt8] {
        for name in ["\(digest)/build.log", "\(digest).log"] {
            if let bytes = try TreeFiles.read(name, beneath: folder, limit: 8 << 20) { return bytes }
        }
        throw ProvostError(.notFound, "There is no log of the image \(digest.short).")
    }

    /// Removes an image, or the log of a failed build. Throws `conflict` while a room uses it.
    package func remove(_ digest: ContentDigest) async throws(ProvostError) {
        let path = "\(folder)/\(digest)"
        let doomed = "\(folder)/.removed-\(digest)"
        // Under the lock, so that nobody begins to use it in between: a use is noted before the folder is looked for.
        let isUsed = state.withLock { state in
            if state.uses[digest, default: 0] > 0 || state.building[digest] != nil { return true }
            _ = unsafe rename(path, doomed)
            return false
        }
        guard !isUsed else {
            throw ProvostError(
                .conflict, "The image \(digest.short) is in use by a grading or a build; try again when that is over.")
        }
        let log = path + ".log"
        try? await Blocking.run {
            TreeFiles.remove(doomed)
            TreeFiles.remove(log)
        }
    }

    /// The digest that a manifest's image has, without building it; nil for the host's system.
    package func digest(of manifest: ImageManifest?, tree: String, content: ContentDigest) throws(ProvostError) -> ContentDigest?
    {
        guard let manifest, !manifest.isHost else { return nil }
        return try ImageRecipe(manifest, tree: tree, content: content).digest
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    fileprivate func note(_ digest: ContentDigest, _ change: Int) {
        state.withLock { state in
            let count = state.uses[digest, default: 0] + change
            state.uses[digest] = count > 0 ? count : nil
        }
    }
}

/// An image that cannot be removed while this value lives.
package struct UsableImage: Sendable {
    /// Counts one use from its making to its end.
    final class Use: Sendable {
        private let store: ImageStore
        private let digest: ContentDigest
        init(_ store: ImageStore, _ digest: ContentDigest) {
            self.store = store
            self.digest = digest
            store.note(digest, 1)
        }
        deinit { store.note(digest, -1) }
    }

    package let room: RoomImage
    package let digest: ContentDigest
    private let use: Use

    init(room: RoomImage, digest: ContentDigest, use: Use) {
        self.room = room
        self.digest = digest
        self.use = use
    }
}
