import Logging
package import ProvostCore
package import ProvostGrading
import ProvostSandbox
import ProvostStore

/// The systems that rooms see: built when a lab or a grader that asks for one is published, looked after by administrators.
package struct ImageService: Sendable {
    private let context: ServiceContext
    private let images: ImageStore
    private let trees: TreeCache

    package init(_ context: ServiceContext, images: ImageStore, trees: TreeCache) {
        self.context = context
        self.images = images
        self.trees = trees
    }

    /// Builds what a manifest asks for, unless it is there. Takes minutes; publishing waits for it, so that its author hears of every mistake.
    func prepare(_ manifest: ImageManifest?, tree: String, content: ContentDigest) async throws(ProvostError) {
        _ = try await images.image(manifest, tree: tree, content: content)
    }

    /// Every image, newest first, with the published labs and graders that use it.
    package func list(_ principal: Principal) async throws(ProvostError) -> [ImageInfo] {
        try principal.require(.administer)
        var users: [ContentDigest: [String]] = [:]
        func note(_ manifest: ImageManifest?, _ content: ContentDigest, _ name: String) async throws(ProvostError) {
            guard var manifest, !manifest.isHost else { return }
            let tree = try await trees.tree(content, blobs: context.blobs.open)
            while true {
                if let digest = try? images.digest(of: manifest, tree: tree, content: content) {
                    users[digest, default: []].append(name)
                }
                // An image with a setup script stands on the one without it.
                guard manifest.setup != nil else { return }
                manifest.setup = nil
            }
        }
        for grader in try await context.store.graderVersions(nil) {
            try await note(grader.manifest.image, grader.digest, "grader \(grader.name)")
        }
        for lab in try await context.store.labVersions(nil) { try await note(lab.manifest.image, lab.content, "lab \(lab.name)") }
        return images.list().map { info in
            var info = info
            info.usedBy = users[info.digest] ?? []
            return info
        }
    }

    /// One image by the beginning of its digest. Throws `notFound`, or `conflict` when several begin so.
    package func show(_ principal: Principal, _ text: String) async throws(ProvostError) -> ImageInfo {
        try principal.require(.administer)
        let digest = try images.digest(startingWith: text)
        guard let info = try await list(principal).first(where: { $0.digest == digest }) else {
            throw ProvostError(
                .notFound, "The image \(digest.short) was not built; see why: provost image show --log \(digest.short)")
        }
        return info
    }

    /// The log of a build, failed or not, for who publishes.
    package func log(_ principal: Principal, _ text: String) throws(ProvostError) -> [UInt8] {
        try principal.require(.author)
        return try images.log(try images.digest(startingWith: text))
    }

    /// Throws `conflict` while a grading uses it. One that a published lab or grader needs is built again at the next grading.
    package func remove(_ principal: Principal, _ text: String) async throws(ProvostError) {
        try principal.require(.administer)
        let digest = try images.digest(startingWith: text)
        try await images.remove(digest)
        context.logger.notice("An image was removed", metadata: ["image": "\(digest)", "by": "\(principal.name)"])
    }
}
