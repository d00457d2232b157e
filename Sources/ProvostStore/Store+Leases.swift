import GRDB
package import ProvostCore

// What happens to a run between its start and its end. Everything is fenced by the number of the start.
extension Store {
    /// The room answers. Twice is the same as once. Throws `conflict` for an old start, or when it is being stopped already.
    package func didStart(_ id: ID<Workspace>, start: Int, at instant: Timestamp) async throws(ProvostError) -> Workspace {
        try await write { db in
            let workspace = try db.current(id, start: start)
            if workspace.state == .running { return workspace }
            guard workspace.state == .starting else { throw Refusal.notRunning(workspace) }
            try db.run(
                "UPDATE workspace SET state = 'running', startedAt = ?1, activeAt = ?1 WHERE id = ?2",
                [instant.milliseconds, id.text])
            try db.appendAudit(
                actor: "provost", action: "workspace.running", subject: id.text, details: ["start": "\(start)"], at: instant)
            return try db.workspace(id)
        }
    }

    /// Somebody, or a policy, decided that it ends. One that waits is stopped at once; one that is stopping or stopped stays as it is.
    /// Throws `conflict` for an old start.
    package func beginStop(
        _ id: ID<Workspace>, start: Int, reason: Workspace.StopReason, detail: String?, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Workspace {
        try await write { db in
            let workspace = try db.current(id, start: start)
            switch workspace.state {
            case .stopping, .stopped, .deleted: return workspace
            case .waiting:
                try db.run(
                    "UPDATE workspace SET state = 'stopped', stoppedAt = ?, stopReason = ?, stopDetail = ? WHERE id = ?",
                    [instant.milliseconds, reason.rawValue, detail, id.text])
            case .starting, .running, .frozen:
                try db.run(
                    "UPDATE workspace SET state = 'stopping', stopReason = ?, stopDetail = ? WHERE id = ?",
                    [reason.rawValue, detail, id.text])
            }
            try db.appendAudit(
                actor: actor, action: "workspace.stop", subject: id.text,
                details: ["detail": detail ?? "", "reason": reason.rawValue, "start": "\(start)"], at: instant)
            return try db.workspace(id)
        }
    }

    /// It is gone: charges what it used since the last charge and ends its hold. `used` nil: nothing is known, so nothing is charged.
    ///
    /// `reason` and `detail` count unless a stop was asked for before. Twice is the same as once. Throws `conflict` for an old start.
    package func didStop(
        _ id: ID<Workspace>, start: Int, used: RunUse?, reason: Workspace.StopReason, detail: String?, at instant: Timestamp
    ) async throws(ProvostError) -> Workspace {
        try await write { db in
            let workspace = try db.current(id, start: start)
            guard workspace.state.isActive else { return workspace }
            try db.stopped(workspace, used: used, reason: reason, detail: detail, at: instant)
            return try db.workspace(id)
        }
    }

    /// Its processes stand still from now on. Twice is the same as once. Throws `conflict` for an old start and unless it runs.
    package func freeze(
        _ id: ID<Workspace>, start: Int, reason: String, at instant: Timestamp
    ) async throws(ProvostError) -> Workspace {
        try await setFrozen(true, id, start: start, reason: reason, at: instant)
    }

    /// Its processes go on. Twice is the same as once. Throws `conflict` for an old start and unless it is frozen.
    package func thaw(
        _ id: ID<Workspace>, start: Int, reason: String, at instant: Timestamp
    ) async throws(ProvostError) -> Workspace {
        try await setFrozen(false, id, start: start, reason: reason, at: instant)
    }

    private func setFrozen(
        _ frozen: Bool, _ id: ID<Workspace>, start: Int, reason: String, at instant: Timestamp
    ) async throws(ProvostError) -> Workspace {
        try await write { db in
            let workspace = try db.current(id, start: start)
            let (from, to): (Workspace.State, Workspace.State) = frozen ? (.running, .frozen) : (.frozen, .running)
            if workspace.state == to { return workspace }
            guard workspace.state == from else { throw Refusal.notRunning(workspace) }
            try db.run("UPDATE workspace SET state = ? WHERE id = ?", [to.rawValue, id.text])
            try db.appendAudit(
                actor: "provost", action: frozen ? "workspace.freeze" : "workspace.thaw", subject: id.text,
                details: ["reason": reason, "start": "\(start)"], at: instant)
            return try db.workspace(id)
        }
    }

    /// Charges what was used since the last charge, which ends the hold, and sets the next lease aside, as much as is left of it.
    ///
    /// `used` is the whole run's: the same again charges nothing more. Returns what is left now; nil without a budget. Throws `conflict`
    /// for an old start and when it does not run any more.
    package func renewLease(
        _ id: ID<Workspace>, start: Int, used: RunUse, next: TimeSpan = LeaseRule.length, at instant: Timestamp
    ) async throws(ProvostError) -> BudgetBalance? {
        try await write { db in
            let workspace = try db.current(id, start: start)
            guard workspace.state.isActive else { throw Refusal.notRunning(workspace) }
            let place = try db.place(cohort: workspace.cohort, person: workspace.person)
            let run = WorkspaceRun(workspace: id, start: start)
            try db.endHold(of: run, enrollment: place.enrollment, used: used, at: instant, reason: "renew")
            let balance = try db.balance(enrollment: place.enrollment)
            let unit = balance?.unit ?? .sessionHours
            let wanted = LeaseRule.hold(next, unit: unit, cpuMillis: workspace.limits.cpuMillis)
            // With nothing left it goes on for as long as the daemon lets it, at a hold of nothing.
            let hold = LeaseRule.granted(hold: wanted, left: balance?.left) ?? 0
            let sequence = try db.appendHold(
                enrollment: place.enrollment, run: run, unit: unit, amount: hold, by: "provost", at: instant, reason: "renew")
            try db.run("UPDATE workspace SET hold = ? WHERE id = ?", [sequence, id.text])
            return try db.balance(enrollment: place.enrollment)
        }
    }

    /// At the start of the daemon: ends in the store what is gone on the machine, and returns it.
    ///
    /// `running` is what was found: it stays, and what had just been starting runs. Of what is gone the last charge stands and the hold
    /// is released, so that at most one lease is lost. What waits keeps its place.
    package func recoverWorkspaces(
        running: Set<WorkspaceRun>, at instant: Timestamp
    ) async throws(ProvostError) -> [Workspace] {
        try await write { db in
            let active = try db.rows(
                "\(Workspace.selection) WHERE w.state IN \(Database.activeStates) ORDER BY w.sequence", StatementArguments(),
                Workspace.decoded)
            var ended: [Workspace] = []
            for workspace in active {
                if running.contains(WorkspaceRun(workspace: workspace.id, start: workspace.start)) {
                    guard workspace.state == .starting else { continue }
                    try db.run(
                        "UPDATE workspace SET state = 'running', startedAt = ?1, activeAt = ?1 WHERE id = ?2",
                        [instant.milliseconds, workspace.id.text])
                    try db.appendAudit(
                        actor: "provost", action: "workspace.running", subject: workspace.id.text,
                        details: ["start": "\(workspace.start)"], at: instant)
                    continue
                }
                let starting = workspace.state == .starting
                try db.stopped(
                    workspace, used: nil, reason: starting ? .failed : .ended,
                    detail: starting
                        ? "The server was restarted while it was starting; start it again."
                        : "The machine or its keeper ended while the server was away; the files are kept, start it again.",
                    at: instant)
                ended.append(try db.workspace(workspace.id))
            }
            return ended
        }
    }
}

extension Database {
    /// What the last charge of a run says.
    static let stopReason = "stop"

    fileprivate func stopped(
        _ workspace: Workspace, used: RunUse?, reason: Workspace.StopReason, detail: String?, at instant: Timestamp
    ) throws {
        let place = try place(cohort: workspace.cohort, person: workspace.person)
        try endHold(
            of: WorkspaceRun(workspace: workspace.id, start: workspace.start), enrollment: place.enrollment, used: used,
            at: instant, reason: used == nil ? "ended, use unknown" : Self.stopReason)
        let asked = workspace.state == .stopping
        try run(
            """
            UPDATE workspace SET state = 'stopped', hold = NULL, stoppedAt = ?, stopReason = ?, stopDetail = ?,
              keepAliveUntil = NULL WHERE id = ?
            """,
            [
                instant.milliseconds, (asked ? workspace.stopReason ?? reason : reason).rawValue,
                asked ? workspace.stopDetail ?? detail : detail, workspace.id.text,
            ])
        try appendAudit(
            actor: "provost", action: "workspace.stopped", subject: workspace.id.text,
            details: [
                "cpu": used.map { "\($0.cpu.milliseconds)" } ?? "unknown", "detail": detail ?? "",
                "reason": (asked ? workspace.stopReason ?? reason : reason).rawValue,
                "session": used.map { "\($0.session.milliseconds)" } ?? "unknown", "start": "\(workspace.start)",
            ], at: instant)
    }

    /// Ends the open hold of a run with a charge, or with a release when nothing was used or nothing is known.
    fileprivate func endHold(
        of run: WorkspaceRun, enrollment: String, used: RunUse?, at instant: Timestamp, reason: String
    ) throws {
        let hold = try row(
            "SELECT l.sequence, l.unit FROM workspace w JOIN ledger l ON l.sequence = w.hold WHERE w.id = ?", [run.workspace.text]
        ) { (sequence: $0[0] as Int64, unit: try Column.value($0[1]) as BudgetUnit) }
        guard let hold else {
            throw ProvostError(.internalError, "The workspace \(run.workspace) runs without a hold in the ledger.")
        }
        var session: Int64 = 0
        var cpu: Int64 = 0
        if let used {
            let charged =
                try row(
                    "SELECT coalesce(sum(sessionTime), 0), coalesce(sum(cpuTime), 0) FROM ledger WHERE workspace = ? AND start = ?",
                    [run.workspace.text, run.start]
                ) { (session: $0[0] as Int64, cpu: $0[1] as Int64) } ?? (session: 0, cpu: 0)
            // Never negative: a count that went back (a keeper that lost its own) is taken as nothing new.
            session = max(0, used.session.milliseconds - charged.session)
            cpu = max(0, used.cpu.milliseconds - charged.cpu)
        }
        let something = session > 0 || cpu > 0
        try self.run(
            """
            INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, hold, sessionTime, cpuTime, price, at, actor, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'provost', ?)
            """,
            [
                enrollment, run.workspace.text, run.start, something ? "charge" : "release", hold.unit.rawValue,
                hold.unit == .cpuSeconds ? cpu : session, hold.sequence, session, cpu, something ? max(0, used?.price ?? 0) : 0,
                instant.milliseconds, reason,
            ])
    }

    /// Returns the entry's number.
    func appendHold(
        enrollment: String, run: WorkspaceRun, unit: BudgetUnit, amount: Int64, by actor: String, at instant: Timestamp,
        reason: String
    ) throws -> Int64 {
        try self.run(
            """
            INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, at, actor, reason)
            VALUES (?, ?, ?, 'hold', ?, ?, ?, ?, ?)
            """,
            [
                enrollment, run.workspace.text, run.start, unit.rawValue, amount, instant.milliseconds, actor, reason,
            ])
        return lastInsertedRowID
    }
}
