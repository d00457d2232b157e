import GRDB
package import ProvostCore

// Lab versions and grader versions: immutable, named by digest, numbered by name.
extension Store {
    /// Records a grader's content under the next number of its name. The same digest again: what is recorded, `new` false.
    /// The blob must be stored before. Throws `conflict` when the digest belongs to another name.
    package func publishGrader(
        digest: ContentDigest, name: Slug, manifest: GraderManifest, bytes: ByteCount, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> (version: GraderVersion, new: Bool) {
        let published = try await write { db -> Published<GraderVersion> in
            if let version = try db.graderVersionIfAny(digest) {
                try Self.requireSame(version.name, name)
                return Published(version: version, new: false)
            }
            let number = try db.nextNumber(of: name, in: "graderVersion")
            try db.run(
                "INSERT INTO graderVersion (digest, name, number, manifest, publishedAt, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                [digest.hex, name.text, number, try Column.json(manifest), instant.milliseconds, bytes.bytes])
            try db.appendAudit(
                actor: actor, action: "grader.publish", subject: "\(name)/\(number)", details: ["digest": digest.hex], at: instant
            )
            let version = GraderVersion(
                digest: digest, name: name, number: number, manifest: manifest, publishedAt: instant, bytes: bytes)
            return Published(version: version, new: true)
        }
        return (published.version, published.new)
    }

    /// Records a lab's content together with the grader version that scores it. `digest` names both: the same content with a newer
    /// grader has another digest and is another lab version. The same digest again: what is recorded, `new` false.
    /// Throws `notFound` if the grader version does not exist, `conflict` when the digest belongs to another name or grader.
    package func publishLab(
        digest: ContentDigest, content: ContentDigest, name: Slug, manifest: LabManifest, grader: ContentDigest, bytes: ByteCount,
        checked: CheckRecord? = nil, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> (version: LabVersion, new: Bool) {
        let published = try await write { db -> Published<LabVersion> in
            if let version = try db.labVersionIfAny(digest) {
                try Self.requireSame(version.name, name)
                guard version.grader == grader else {
                    throw ProvostError(.conflict, "This lab version is recorded with another grader version; publish it again.")
                }
                return Published(version: version, new: false)
            }
            guard try db.graderVersionIfAny(grader) != nil else { throw Missing.digest("grader version", grader) }
            let number = try db.nextNumber(of: name, in: "labVersion")
            try db.run(
                """
                INSERT INTO labVersion (digest, content, name, number, manifest, points, grader, publishedAt, bytes, checked)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    digest.hex, content.hex, name.text, number, try Column.json(manifest), manifest.points.thousandths,
                    grader.hex,
                    instant.milliseconds, bytes.bytes, try checked.map { try Column.json($0) },
                ])
            try db.appendAudit(
                actor: actor, action: "lab.publish", subject: "\(name)/\(number)",
                details: ["digest": digest.hex, "grader": grader.hex, "check": checked?.outcome.rawValue ?? "unknown"],
                at: instant)
            let version = LabVersion(
                digest: digest, content: content, name: name, number: number, manifest: manifest, grader: grader,
                publishedAt: instant,
                bytes: bytes, checked: checked)
            return Published(version: version, new: true)
        }
        return (published.version, published.new)
    }

    /// The versions of one lab, newest first; nil: the newest version of each lab, by name.
    package func labVersions(_ name: Slug?) async throws(ProvostError) -> [LabVersion] {
        try await read { db in
            guard let name else {
                return try db.rows(
                    """
                    \(LabVersion.selection) v WHERE number = (SELECT max(number) FROM labVersion WHERE name = v.name)
                    ORDER BY name
                    """, StatementArguments(), LabVersion.decoded)
            }
            return try db.rows("\(LabVersion.selection) WHERE name = ? ORDER BY number DESC", [name.text], LabVersion.decoded)
        }
    }

    /// Throws `notFound`.
    package func labVersion(_ digest: ContentDigest) async throws(ProvostError) -> LabVersion {
        try await read { db in try db.labVersion(digest) }
    }

    /// The versions of one grader, newest first; nil: the newest version of each grader, by name.
    package func graderVersions(_ name: Slug?) async throws(ProvostError) -> [GraderVersion] {
        try await read { db in
            guard let name else {
                return try db.rows(
                    """
                    \(GraderVersion.selection) v WHERE number = (SELECT max(number) FROM graderVersion WHERE name = v.name)
                    ORDER BY name
                    """, StatementArguments(), GraderVersion.decoded)
            }
            return try db.rows(
                "\(GraderVersion.selection) WHERE name = ? ORDER BY number DESC", [name.text], GraderVersion.decoded)
        }
    }

    /// Throws `notFound`.
    package func graderVersion(_ digest: ContentDigest) async throws(ProvostError) -> GraderVersion {
        try await read { db in try db.graderVersion(digest) }
    }

    private static func requireSame(_ recorded: Slug, _ name: Slug) throws {
        guard recorded == name else {
            throw ProvostError(.conflict, "This content is published as “\(recorded)” already; change its name in the manifest.")
        }
    }
}

private struct Published<Version: Sendable>: Sendable {
    let version: Version
    let new: Bool
}

extension GraderVersion {
    fileprivate static let selection = "SELECT digest, name, number, manifest, publishedAt, bytes FROM graderVersion"

    fileprivate static func decoded(_ row: Row) throws -> GraderVersion {
        GraderVersion(
            digest: try row.digest(0), name: row.slug(1), number: row[2], manifest: try Column.decoded(row[3]),
            publishedAt: row.instant(4), bytes: ByteCount(row[5]))
    }
}

extension LabVersion {
    fileprivate static let selection =
        "SELECT digest, name, number, manifest, grader, publishedAt, bytes, content, checked FROM labVersion"

    fileprivate static func decoded(_ row: Row) throws -> LabVersion {
        LabVersion(
            digest: try row.digest(0), content: try row.digest(7), name: row.slug(1), number: row[2],
            manifest: try Column.decoded(row[3]),
            grader: try row.digest(4), publishedAt: row.instant(5), bytes: ByteCount(row[6]),
            checked: try (row[8] as String?).map { try Column.decoded($0) })
    }
}

extension Database {
    fileprivate func nextNumber(of name: Slug, in table: String) throws -> Int {
        try row("SELECT coalesce(max(number), 0) + 1 FROM \(table) WHERE name = ?", [name.text]) { $0[0] as Int } ?? 1
    }

    fileprivate func graderVersionIfAny(_ digest: ContentDigest) throws -> GraderVersion? {
        try row("\(GraderVersion.selection) WHERE digest = ?", [digest.hex], GraderVersion.decoded)
    }

    fileprivate func labVersionIfAny(_ digest: ContentDigest) throws -> LabVersion? {
        try row("\(LabVersion.selection) WHERE digest = ?", [digest.hex], LabVersion.decoded)
    }

    func graderVersion(_ digest: ContentDigest) throws -> GraderVersion {
        guard let version = try graderVersionIfAny(digest) else { throw Missing.digest("grader version", digest) }
        return version
    }

    func labVersion(_ digest: ContentDigest) throws -> LabVersion {
        guard let version = try labVersionIfAny(digest) else { throw Missing.digest("lab version", digest) }
        return version
    }
}
