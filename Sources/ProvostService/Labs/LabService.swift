import Crypto
import Foundation
package import ProvostCore
package import ProvostGrading
import ProvostManifests
import ProvostSandbox
import ProvostStore

/// Publishing and reading labs and graders.
package struct LabService: Sendable {
    /// A packed lab or grader may be this large.
    package static let archiveLimit = ByteCount.mebibytes(512)

    private let context: ServiceContext
    private let trees: TreeCache
    private let images: ImageService
    package init(_ context: ServiceContext, trees: TreeCache, images: ImageService) {
        self.context = context
        self.images = images
        self.trees = trees
    }

    /// Stores a packed grader folder as a version. The same content again is the same version.
    package func publishGrader(_ principal: Principal, archive: ContentDigest, bytes: ByteCount) async throws(ProvostError) -> (
        version: GraderVersion, new: Bool, changes: VersionChanges?
    ) {
        try principal.require(.author)
        let tree = try await trees.tree(archive, blobs: context.blobs.open)
        guard let text = try TreeFiles.read("grader.yaml", beneath: tree, limit: 64 * 1024) else {
            throw ProvostError(.invalid, "There is no grader.yaml at the top of the folder; see docs/grader.md.")
        }
        let manifest = try ManifestReader.grader(text)
        if let program = manifest.run.first, program.hasPrefix("./"),
            try TreeFiles.read(String(program.dropFirst(2)), beneath: tree, limit: 64 << 20) == nil
        {
            throw ProvostError(.invalid, "grader.yaml: run names \(program), but the folder has no such file.")
        }
        try await images.prepare(manifest.image, tree: tree, content: archive)
        let published = try await context.store.publishGrader(
            digest: archive, name: manifest.name, manifest: manifest, bytes: bytes, by: principal.name, at: context.now())
        guard published.new,
            let before = try await context.store.graderVersions(manifest.name).first(where: {
                $0.number < published.version.number
            })
        else { return (published.version, published.new, nil) }
        let (files, more) = try await differences(before.digest, archive)
        return (published.version, true, VersionChanges(since: before.number, files: files, more: more))
    }

    /// Stores a packed lab folder as a version, pinned to the newest version of its grader. The same content with the same grader again is the
    /// same version.
    ///
    /// - Parameter checked: what the publisher's own check came to, as their command tells it.
    /// - Returns: with a new version, what changed since the one before; nil for the first.
    package func publishLab(
        _ principal: Principal, archive: ContentDigest, bytes: ByteCount, checked: CheckRecord? = nil
    ) async throws(ProvostError) -> (version: LabVersion, new: Bool, changes: VersionChanges?) {
        try principal.require(.author)
        let tree = try await trees.tree(archive, blobs: context.blobs.open)
        guard let text = try TreeFiles.read("lab.yaml", beneath: tree, limit: 64 * 1024) else {
            throw ProvostError(.invalid, "There is no lab.yaml at the top of the folder; see docs/lab.md.")
        }
        let name = try ManifestReader.lab(text).grader
        guard let grader = try await context.store.graderVersions(name).first else {
            throw ProvostError(
                .notFound,
                "lab.yaml names the grader “\(name)”, which is not published yet; run: provost grader publish graders/\(name)"
            )
        }
        let manifest = try ManifestReader.lab(text, grader: grader.manifest)
        try await images.prepare(manifest.image, tree: tree, content: archive)
        let digest = LabVersion.digest(content: archive, grader: grader.digest)
        let published = try await context.store.publishLab(
            digest: digest, content: archive, name: manifest.name, manifest: manifest, grader: grader.digest, bytes: bytes,
            checked: checked, by: principal.name, at: context.now())
        guard published.new,
            let before = try await context.store.labVersions(manifest.name).first(where: { $0.number < published.version.number })
        else { return (published.version, published.new, nil) }
        let (files, more) = try await differences(before.content, archive)
        let changes = VersionChanges(
            since: before.number, files: files, more: more, graderMoved: before.grader != grader.digest,
            pointsBefore: before.manifest.points == manifest.points ? nil : before.manifest.points)
        return (published.version, true, changes)
    }

    private func differences(_ old: ContentDigest, _ new: ContentDigest) async throws(ProvostError) -> (
        files: [FileChange], more: Int
    ) {
        let (before, after) = (
            try await trees.tree(old, blobs: context.blobs.open), try await trees.tree(new, blobs: context.blobs.open)
        )
        return try await TreeComparison.changes(from: before, to: after)
    }

    /// Newest first; without a name the newest of each.
    package func labs(_ principal: Principal, name: Slug?) async throws(ProvostError) -> [LabVersion] {
        try principal.require(.author)
        let versions = try await context.store.labVersions(name)
        if let name, versions.isEmpty { throw ProvostError(.notFound, "No lab “\(name)” is published; see: provost lab list") }
        return versions
    }

    package func graders(_ principal: Principal, name: Slug?) async throws(ProvostError) -> [GraderVersion] {
        try principal.require(.author)
        let versions = try await context.store.graderVersions(name)
        if let name, versions.isEmpty {
            throw ProvostError(.notFound, "No grader “\(name)” is published; see: provost grader list")
        }
        return versions
    }

    /// The handout of an assignment's pinned lab version: `README.ko.md` for `ko` where there is one, else `README.md`. Throws `outsideWindow` for a
    /// learner before the assignment opens for them.
    package func handout(
        _ principal: Principal, of assignment: AssignmentView, language: String
    ) async throws(ProvostError) -> [UInt8] {
        let version = assignment.lab
        if !principal.instructs(assignment.cohort.slug) {
            switch assignment.window.verdict(at: context.now()) {
            case .notOpen, .beforeStudy:
                throw ProvostError(
                    .outsideWindow,
                    "\(assignment.assignment.slug) is not open yet; its handout can be read from then on. See the dates with: provost labs"
                )
            case .onTime, .late, .closed, .afterStudy: break
            }
        }
        let tree = try await trees.tree(version.content, blobs: context.blobs.open)
        let limit = 1 << 20
        if language == "ko", let text = try TreeFiles.read("README.ko.md", beneath: tree, limit: limit) { return text }
        guard let text = try TreeFiles.read("README.md", beneath: tree, limit: limit) else {
            throw ProvostError(.notFound, "The lab “\(version.name)” has no handout.")
        }
        return text
    }
}

extension LabVersion {
    /// The name of a lab's content together with the grader version that scores it.
    static func digest(content: ContentDigest, grader: ContentDigest) -> ContentDigest {
        ContentDigest(bytes: SHA256.hash(data: Array("provost lab version\n\(content)\n\(grader)\n".utf8)))
    }
}
