import GRDB
package import ProvostCore

// Published programs. A version never changes.
extension Store {
    /// Keeps a program's file as its newest version, and makes the program if there is none of that name.
    ///
    /// Exactly what was published before is answered with that version, and nothing is written. The program's title follows its newest
    /// version. Throws `notFound` if the organization does not exist, `conflict` if the program is another organization's.
    /// - Parameters:
    ///   - program: names the program if it is new.
    ///   - source: the file, whose digest `digest` is.
    package func publishProgram(
        _ description: ProgramDescription, digest: ContentDigest, source: String, program id: ID<Program>, by actor: String,
        at instant: Timestamp
    ) async throws(ProvostError) -> (version: ProgramVersion, isNew: Bool) {
        try await write { db in
            if let known = try db.programVersion(digest) { return (known, false) }
            let organization = try db.key(of: description.organization, in: "organization")
            let title = description.title.english
            let present = try db.row("SELECT id, organization FROM program WHERE slug = ?", [description.name.text]) {
                (id: $0[0] as String, organization: $0[1] as String)
            }
            if let present {
                guard present.organization == organization else {
                    throw ProvostError(
                        .conflict,
                        "The program “\(description.name)” is not of the organization “\(description.organization)”; programs stay with theirs."
                    )
                }
                try db.run("UPDATE program SET title = ? WHERE id = ?", [title, present.id])
            } else {
                try db.run(
                    "INSERT INTO program (id, organization, slug, title) VALUES (?, ?, ?, ?)",
                    [id.text, organization, description.name.text, title])
                try db.appendAudit(
                    actor: actor, action: "program.create", subject: description.name.text,
                    details: ["id": id.text, "organization": description.organization.text, "title": title], at: instant)
            }
            let program = present?.id ?? id.text
            let number =
                try db.row("SELECT coalesce(max(number), 0) + 1 FROM programVersion WHERE program = ?", [program]) {
                    $0[0] as Int
                }
                ?? 1
            let version = ProgramVersion(digest: digest, number: number, description: description, publishedAt: instant)
            try db.run(
                "INSERT INTO programVersion (digest, program, number, description, source, publishedAt) VALUES (?, ?, ?, ?, ?, ?)",
                [digest.hex, program, number, try Column.json(description), source, instant.milliseconds])
            try db.appendAudit(
                actor: actor, action: "program.publish", subject: description.name.text,
                details: ["number": "\(number)", "version": digest.hex], at: instant)
            return (version, true)
        }
    }

    /// All versions of a program, the newest first; empty for one of which no file was published. Throws `notFound` for no program.
    package func programVersions(_ program: Slug) async throws(ProvostError) -> [ProgramVersion] {
        try await read { db in
            let key = try db.key(of: program, in: "program")
            return try db.rows(
                "\(ProgramVersion.selection) WHERE v.program = ? ORDER BY v.number DESC", [key], ProgramVersion.decoded)
        }
    }

    /// nil: no file of the program was published. Throws `notFound` for no program.
    package func newestProgramVersion(_ program: Slug) async throws(ProvostError) -> ProgramVersion? {
        try await read { db in
            let key = try db.key(of: program, in: "program")
            return try db.row(
                "\(ProgramVersion.selection) WHERE v.program = ? ORDER BY v.number DESC LIMIT 1", [key], ProgramVersion.decoded)
        }
    }

    /// Throws `notFound`.
    package func programVersion(_ digest: ContentDigest) async throws(ProvostError) -> ProgramVersion {
        try await read { db in
            guard let version = try db.programVersion(digest) else { throw Missing.digest("program version", digest) }
            return version
        }
    }
}

extension ProgramVersion {
    fileprivate static let selection = "SELECT v.digest, v.number, v.description, v.publishedAt FROM programVersion v"

    fileprivate static func decoded(_ row: Row) throws -> ProgramVersion {
        ProgramVersion(
            digest: try row.digest(0), number: row[1], description: try Column.decoded(row[2]), publishedAt: row.instant(3))
    }
}

extension Database {
    func programVersion(_ digest: ContentDigest) throws -> ProgramVersion? {
        try row("\(ProgramVersion.selection) WHERE v.digest = ?", [digest.hex], ProgramVersion.decoded)
    }
}
