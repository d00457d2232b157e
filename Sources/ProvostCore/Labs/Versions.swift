/// One immutable state of a lab's folder together with the grader version that scores it.
package struct LabVersion: Codable, Sendable, Hashable {
    /// Names the version: it covers the folder's content and the grader's digest, so the same folder with a newer grader is another version.
    package let digest: ContentDigest
    /// The folder alone, packed: the blob of this digest.
    package let content: ContentDigest
    package let name: Slug
    /// 1 for the first published version of this name, and so on.
    package let number: Int
    package let manifest: LabManifest
    /// The grader version that was newest at publishing time.
    package let grader: ContentDigest
    package let publishedAt: Timestamp
    /// Bytes of the stored archive.
    package let bytes: ByteCount
    /// nil for versions from before it was recorded.
    package let checked: CheckRecord?
    package init(
        digest: ContentDigest, content: ContentDigest, name: Slug, number: Int, manifest: LabManifest, grader: ContentDigest,
        publishedAt: Timestamp,
        bytes: ByteCount, checked: CheckRecord? = nil
    ) {
        self.digest = digest
        self.content = content
        self.name = name
        self.number = number
        self.manifest = manifest
        self.grader = grader
        self.publishedAt = publishedAt
        self.bytes = bytes
        self.checked = checked
    }
}

/// One immutable state of a grader's folder.
package struct GraderVersion: Codable, Sendable, Hashable {
    package let digest: ContentDigest
    package let name: Slug
    package let number: Int
    package let manifest: GraderManifest
    package let publishedAt: Timestamp
    package let bytes: ByteCount
    package init(
        digest: ContentDigest, name: Slug, number: Int, manifest: GraderManifest, publishedAt: Timestamp, bytes: ByteCount
    ) {
        self.digest = digest
        self.name = name
        self.number = number
        self.manifest = manifest
        self.publishedAt = publishedAt
        self.bytes = bytes
    }
}
