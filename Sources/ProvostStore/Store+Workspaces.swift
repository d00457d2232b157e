import GRDB
package import ProvostCore

extension Store {
    /// Records a workspace that has not been started; its volume's size is taken from the totals of every ancestor at once.
    ///
    /// Throws `conflict` if the learner has one for the assignment (of a copy: if they have one of the same workspace), `notFound` if the assignment, the lab version or the enrollment does
    /// not exist, `denied` if the enrollment is suspended, `limitReached` when a total of disk is used up.
    package func createWorkspace(_ workspace: Workspace, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in
            let place = try db.place(cohort: workspace.cohort, person: workspace.person)
            guard !place.suspended else { throw Refusal.suspended(workspace.person, workspace.cohort) }
            let assignment = try db.row(
                "SELECT id FROM assignment WHERE cohort = ? AND slug = ?", [place.cohort, workspace.assignment.text]
            ) { $0[0] as String }
            guard let assignment else {
                throw ProvostError(
                    .notFound, "There is no assignment “\(workspace.assignment)” in the cohort “\(workspace.cohort)”.")
            }
            let version = try db.labVersion(workspace.labVersion)
            guard version.name == workspace.lab else {
                throw ProvostError(.conflict, "The lab version is of “\(version.name)”, not of “\(workspace.lab)”.")
            }
            let taken = try db.row(
                "SELECT id FROM workspace WHERE enrollment = ? AND assignment = ? AND state <> 'deleted' AND copyOf IS ?",
                [place.enrollment, assignment, workspace.copyOf?.text]
            ) { $0[0] as String }
            if let taken, workspace.copyOf != nil {
                throw ProvostError(
                    .conflict,
                    "You have a copy of this workspace, \(taken); to get the files as they are now, delete it first: provost workspace delete \(taken) --yes"
                )
            }
            if let taken {
                throw ProvostError(
                    .conflict, "\(workspace.person) already has the workspace \(taken) for “\(workspace.assignment)”.")
            }
            try db.requireDisk(
                workspace.limits.disk.bytes, chain: try db.limitChain(place), place: place, besides: workspace.id.text)
            let limits = workspace.limits
            try db.run(
                """
                INSERT INTO workspace (id, enrollment, assignment, labVersion, state, start, cpus, memory, processes, disk, files,
                  network, createdAt, copyOf)
                VALUES (?, ?, ?, ?, 'stopped', 0, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    workspace.id.text, place.enrollment, assignment, workspace.labVersion.hex, limits.cpuMillis,
                    limits.memory.bytes, limits.processes, limits.disk.bytes, limits.files, workspace.network.rawValue,
                    instant.milliseconds, workspace.copyOf?.text,
                ])
            var details = [
                "assignment": "\(workspace.cohort)/\(workspace.assignment)", "disk": "\(limits.disk.bytes)",
                "person": workspace.person.text,
            ]
            details["copyOf"] = workspace.copyOf?.text
            try db.appendAudit(
                actor: actor, action: "workspace.create", subject: workspace.id.text, details: details, at: instant)
        }
    }

    /// Throws `notFound`. A deleted one is found as well.
    package func workspace(_ id: ID<Workspace>) async throws(ProvostError) -> Workspace {
        try await read { db in try db.workspace(id) }
    }

    /// The one that is not deleted, and no copy; nil when there is none.
    package func workspace(
        assignment: ID<Assignment>, person: ID<Person>
    ) async throws(ProvostError) -> Workspace? {
        try await read { db in
            try db.row(
                "\(Workspace.selection) WHERE w.assignment = ? AND e.person = ? AND w.state <> 'deleted' AND w.copyOf IS NULL",
                [assignment.text, person.text], Workspace.decoded)
        }
    }

    /// What matches all that is given, by cohort, person and assignment. Names that do not exist match nothing.
    package func workspaces(_ filter: WorkspaceFilter) async throws(ProvostError) -> [Workspace] {
        try await read { db in
            var conditions: [String] = []
            var arguments = StatementArguments()
            for (column, slug) in [("c.slug", filter.cohort), ("p.slug", filter.person), ("a.slug", filter.assignment)] {
                guard let slug else { continue }
                conditions.append("\(column) = ?")
                arguments += [slug.text]
            }
            if let states = filter.states {
                guard !states.isEmpty else { return [] }
                let names = states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
                conditions.append("w.state IN (\(names))")
            } else {
                conditions.append("w.state <> 'deleted'")
            }
            return try db.rows(
                "\(Workspace.selection) WHERE \(conditions.joined(separator: " AND ")) ORDER BY c.slug, p.slug, a.slug, w.sequence",
                arguments, Workspace.decoded)
        }
    }

    /// What happened to it, oldest first: the entries of the audit that are about it.
    package func workspaceHistory(_ id: ID<Workspace>) async throws(ProvostError) -> [AuditEntry] {
        try await read { db in
            _ = try db.workspace(id)
            return try db.rows(
                "SELECT sequence, at, actor, action, subject, details, hash FROM audit WHERE subject = ? ORDER BY sequence",
                [id.text]
            ) { row in
                AuditEntry(
                    sequence: row[0], at: row.instant(1), actor: row[2], action: row[3], subject: row[4], details: row[5],
                    hash: try row.digest(6))
            }
        }
    }

    /// Records that the learner did something. An instant before the one on record changes nothing: a clock may step back.
    package func touch(_ id: ID<Workspace>, activeAt: Timestamp) async throws(ProvostError) {
        _ = try await write { db in
            try db.run(
                """
                UPDATE workspace SET activeAt = ?1
                WHERE id = ?2 AND state IN ('running', 'frozen') AND (activeAt IS NULL OR activeAt < ?1)
                """, [activeAt.milliseconds, id.text])
        }
    }

    /// Idleness does not stop it before then; nil takes that back. It costs budget like any other time. Throws `conflict` unless it
    /// runs.
    package func keepAlive(
        _ id: ID<Workspace>, until: Timestamp?, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Workspace {
        try await write { db in
            let workspace = try db.workspace(id)
            guard workspace.state.isActive, workspace.state != .stopping else { throw Refusal.notRunning(workspace) }
            try db.run("UPDATE workspace SET keepAliveUntil = ? WHERE id = ?", [until?.milliseconds, id.text])
            try db.appendAudit(
                actor: actor, action: "workspace.keep-alive", subject: id.text,
                details: ["until": until?.description ?? "none"], at: instant)
            return try db.workspace(id)
        }
    }

    /// Changes what a running workspace may use, once the kernel has taken it. Of an older start nothing is taken.
    package func setWorkspaceLimits(
        _ id: ID<Workspace>, start: Int, limits: WorkspaceLimits, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            let before = try db.current(id, start: start)
            guard before.state.isActive else { throw Refusal.notRunning(before) }
            try db.run(
                "UPDATE workspace SET cpus = ?, memory = ?, processes = ? WHERE id = ?",
                [limits.cpuMillis, limits.memory.bytes, limits.processes, id.text])
            try db.appendAudit(
                actor: actor, action: "workspace.limits", subject: id.text,
                details: ["after": limits, "before": before.limits], at: instant)
        }
    }

    /// Records that the volume and the snapshots go; the row stays for the ledger, and those of the snapshots until `forgetSnapshot` says that
    /// their files are gone. Throws `conflict` unless it is stopped.
    package func deleteWorkspace(_ id: ID<Workspace>, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in try db.delete(id, details: DeletionDetails(), by: actor, at: instant) }
    }
}

/// What the audit keeps of a deletion. Numbers are texts there, as in all details.
struct DeletionDetails: Encodable {
    var aside: [String]?
    /// The day that was announced.
    var closing: String?
    var size: String?
    var snapshotSize: String?
    var snapshots = ""
}

extension Database {
    func delete(_ id: ID<Workspace>, details: DeletionDetails, by actor: String, at instant: Timestamp) throws {
        let workspace = try workspace(id)
        guard workspace.state != .deleted else { return }
        guard workspace.state == .stopped else {
            throw ProvostError(.conflict, "The workspace \(id) is \(workspace.state.rawValue); stop it first.")
        }
        var details = details
        let (count, size) =
            try row("SELECT count(*), coalesce(sum(size), 0) FROM snapshot WHERE workspace = ?", [id.text]) {
                ($0[0] as Int64, $0[1] as Int64)
            } ?? (0, 0)
        if details.closing != nil { details.snapshotSize = "\(size)" }
        details.snapshots = "\(count)"
        try run("UPDATE workspace SET state = 'deleted' WHERE id = ?", [id.text])
        try appendAudit(actor: actor, action: "workspace.delete", subject: id.text, details: details, at: instant)
    }
}

// MARK: - Snapshots

extension Store {
    /// Throws `notFound` if the workspace does not exist or is deleted.
    package func addSnapshot(_ snapshot: Snapshot, by actor: String) async throws(ProvostError) {
        try await write { db in
            let workspace = try db.workspace(snapshot.workspace)
            guard workspace.state != .deleted else { throw Missing.identified("workspace", snapshot.workspace) }
            try db.run(
                "INSERT INTO snapshot (id, workspace, cause, createdAt, size) VALUES (?, ?, ?, ?, ?)",
                [
                    snapshot.id.text, snapshot.workspace.text, snapshot.cause.rawValue, snapshot.createdAt.milliseconds,
                    snapshot.size.bytes,
                ])
            try db.appendAudit(
                actor: actor, action: "workspace.snapshot", subject: snapshot.workspace.text,
                details: ["cause": snapshot.cause.rawValue, "snapshot": snapshot.id.text], at: snapshot.createdAt)
        }
    }

    /// Oldest first.
    package func snapshots(of workspace: ID<Workspace>) async throws(ProvostError) -> [Snapshot] {
        try await read { db in
            try db.rows(
                "SELECT id, workspace, cause, createdAt, size FROM snapshot WHERE workspace = ? ORDER BY createdAt, rowid",
                [workspace.text]
            ) { row in
                Snapshot(
                    id: row.id(0), workspace: row.id(1), cause: try Column.value(row[2]), createdAt: row.instant(3),
                    size: ByteCount(row[4]))
            }
        }
    }

    /// Throws `notFound`.
    package func removeSnapshot(_ id: ID<Snapshot>, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in
            let workspace = try db.row("SELECT workspace FROM snapshot WHERE id = ?", [id.text]) { $0[0] as String }
            guard let workspace else { throw Missing.identified("snapshot", id) }
            try db.run("DELETE FROM snapshot WHERE id = ?", [id.text])
            try db.appendAudit(
                actor: actor, action: "workspace.remove-snapshot", subject: workspace, details: ["snapshot": id.text],
                at: instant)
        }
    }

    /// Records that the files are those of a snapshot again. What the files were before is a snapshot of its own.
    package func recordRestore(
        _ id: ID<Workspace>, from snapshot: ID<Snapshot>, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            _ = try db.workspace(id)
            try db.appendAudit(
                actor: actor, action: "workspace.restore", subject: id.text, details: ["snapshot": snapshot.text], at: instant)
        }
    }
}

// MARK: - Rows

extension Workspace {
    static let selection = """
        SELECT w.id, p.slug, c.slug, a.slug, v.name, w.labVersion, w.state, w.start, w.cpus, w.memory, w.processes, w.disk, w.files,
          w.network, w.createdAt, w.askedAt, w.startedAt, w.stoppedAt, w.stopReason, w.stopDetail, w.activeAt, w.keepAliveUntil,
          w.copyOf
        FROM workspace w JOIN enrollment e ON e.id = w.enrollment JOIN person p ON p.id = e.person JOIN cohort c ON c.id = e.cohort
          JOIN assignment a ON a.id = w.assignment JOIN labVersion v ON v.digest = w.labVersion
        """

    static func decoded(_ row: Row) throws -> Workspace {
        Workspace(
            id: row.id(0), person: row.slug(1), cohort: row.slug(2), assignment: row.slug(3), lab: row.slug(4),
            labVersion: try row.digest(5), state: try Column.value(row[6]), start: row[7],
            limits: WorkspaceLimits(
                cpuMillis: row[8], memory: ByteCount(row[9]), processes: row[10], disk: ByteCount(row[11]), files: row[12]),
            network: try Column.value(row[13]), createdAt: row.instant(14), askedAt: row.optionalInstant(15),
            startedAt: row.optionalInstant(16), stoppedAt: row.optionalInstant(17),
            stopReason: try (row[18] as String?).map { try Column.value($0) }, stopDetail: row[19],
            activeAt: row.optionalInstant(20), keepAliveUntil: row.optionalInstant(21),
            copyOf: (row[22] as String?).map { ID(trusted: $0) })
    }
}

/// The sentences for what may not be done with a workspace.
enum Refusal {
    static func suspended(_ person: Slug, _ cohort: Slug) -> ProvostError {
        ProvostError(.denied, "The enrollment of \(person) in \(cohort) is suspended; ask an admin of the cohort.")
    }
    static func notRunning(_ workspace: Workspace) -> ProvostError {
        ProvostError(.conflict, "The workspace \(workspace.id) is \(workspace.state.rawValue); start it first.")
    }
    static func oldStart(_ workspace: Workspace, _ start: Int) -> ProvostError {
        ProvostError(
            .conflict, "Start \(start) of the workspace \(workspace.id) is over; it is at start \(workspace.start) now.")
    }
}

extension Database {
    func workspace(_ id: ID<Workspace>) throws -> Workspace {
        guard let found = try row("\(Workspace.selection) WHERE w.id = ?", [id.text], Workspace.decoded) else {
            throw Missing.identified("workspace", id)
        }
        return found
    }

    /// Throws `conflict` when the workspace is at another start.
    func current(_ id: ID<Workspace>, start: Int) throws -> Workspace {
        let workspace = try workspace(id)
        guard workspace.start == start else { throw Refusal.oldStart(workspace, start) }
        return workspace
    }
}
