import GRDB
package import ProvostCore

// Starting: everything that a start needs is checked and taken in one transaction.
extension Store {
    /// Takes what a start needs, or a place among those who wait.
    ///
    /// Checked in this order: the workspace is stopped or waits (`conflict`), the enrollment is not suspended (`denied`), it may run now
    /// (`outsideWindow`), its limits are still within the chain (`unavailable`), the learner's number of workspaces below every node that caps it, every ancestor's totals, the budget (each
    /// `limitReached`), and last the machine: when that is full, or others waited first, the answer is a place, or `unavailable`
    /// without `queue`. A workspace that waits keeps its place when it is refused; stop it to give the place up.
    package func beginStart(
        _ id: ID<Workspace>, _ request: StartRequest, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> StartDecision {
        try await write { db in
            let workspace = try db.workspace(id)
            guard workspace.state == .stopped || workspace.state == .waiting else {
                throw ProvostError(.conflict, "The workspace \(id) is \(workspace.state.rawValue) already.")
            }
            let place = try db.place(cohort: workspace.cohort, person: workspace.person)
            guard !place.suspended else { throw Refusal.suspended(workspace.person, workspace.cohort) }
            guard request.mayRun else {
                throw ProvostError(
                    .outsideWindow,
                    "Outside the study window of \(workspace.cohort) nothing starts; ask an admin of the cohort for an extension."
                )
            }
            let chain = try db.limitChain(place)
            try Self.requireLimits(request.limits, chain)
            try db.requireCount(of: workspace, chain: chain, place: place)
            try db.requireTotals(request.limits, of: workspace, chain: chain, place: place)
            let balance = try db.balance(enrollment: place.enrollment)
            let unit = balance?.unit ?? .sessionHours
            let wanted = LeaseRule.hold(request.lease, unit: unit, cpuMillis: request.limits.cpuMillis)
            guard let hold = LeaseRule.granted(hold: wanted, left: balance?.left) else {
                throw Refusal.budgetUsedUp(workspace, balance)
            }
            if let queued = try db.place(workspace, request, by: actor, at: instant) { return queued }
            try db.begin(workspace, request, place: place, hold: hold, unit: unit, by: actor, at: instant)
            return .begin(start: workspace.start + 1, hold: hold)
        }
    }

    /// The caller worked the limits out before this transaction: one that was lowered since must not be got round by that.
    private static func requireLimits(_ limits: WorkspaceLimits, _ chain: LimitChain) throws(ProvostError) {
        let asked: [(LimitDimension, Int64)] = [
            (.cpus, Int64(limits.cpuMillis)), (.memory, limits.memory.bytes), (.processes, Int64(limits.processes)),
        ]
        for (dimension, amount) in asked {
            guard let most = chain.effective(dimension).value, amount > most else { continue }
            throw ProvostError(
                .unavailable,
                "The limit of \(dimension.rawValue) became \(dimension.text(most)) while the workspace was starting; start it again."
            )
        }
    }

    /// All that wait, the next one first. One that cannot start for reasons of its own (a limit, the budget, a suspension) has to be
    /// stopped by the caller, or it holds up those behind it.
    package func waitingWorkspaces(slots: Set<ID<Assignment>> = []) async throws(ProvostError) -> [Workspace] {
        try await read { db in
            try db.waitingOrder(slots: slots).map { try db.workspace($0.workspace) }
        }
    }

    /// How many runs came to an end since an instant, as far as they are known to have used anything: what ``WaitingRule/estimate`` goes by.
    package func placesFreed(since instant: Timestamp) async throws(ProvostError) -> Int {
        try await read { db in
            try db.row(
                "SELECT count(*) FROM ledger WHERE kind = 'charge' AND at > ? AND reason = ?",
                [instant.milliseconds, Database.stopReason]
            ) { $0[0] } ?? 0
        }
    }

    /// The place of one that waits; 1 is next. nil: it does not wait.
    package func waitingPlace(
        _ id: ID<Workspace>, slots: Set<ID<Assignment>> = []
    ) async throws(ProvostError) -> (position: Int, of: Int)? {
        let place = try await read { db -> [Int]? in
            let order = try db.waitingOrder(slots: slots)
            return order.firstIndex { $0.workspace == id }.map { [$0 + 1, order.count] }
        }
        return place.map { ($0[0], $0[1]) }
    }
}

extension Refusal {
    static func budgetUsedUp(_ workspace: Workspace, _ balance: BudgetBalance?) -> ProvostError {
        if let balance, balance.ownLeft > 0, let cohort = balance.cohort {
            let held = cohort.held > 0 ? " (\(TimeSpan(milliseconds: cohort.held)) of it set aside for what runs)" : ""
            return ProvostError(
                .limitReached,
                "The \(TimeSpan(milliseconds: cohort.total)) that all learners of \(workspace.cohort) have together are used up\(held); ask an admin of the cohort for more."
            )
        }
        let granted = balance.map { TimeSpan(milliseconds: max(0, $0.granted + $0.adjusted)) } ?? .seconds(0)
        let held = balance.map { $0.held > 0 ? " (\(TimeSpan(milliseconds: $0.held)) of it set aside for what runs)" : "" } ?? ""
        let what = balance?.unit == .cpuSeconds ? "CPU time" : "workspace time"
        return ProvostError(
            .limitReached,
            "The budget of \(granted) \(what) that \(workspace.cohort) grants is used up\(held); ask an admin of the cohort for more."
        )
    }
}

extension Database {
    /// The learner's own cap on how many run: counted below each node that sets it, or below the organization for the standard.
    fileprivate func requireCount(of workspace: Workspace, chain: LimitChain, place: LimitPlace) throws {
        var caps = place.nodes.compactMap { node in
            chain.setting(node, .each, .workspaces).map { (origin: LimitExplanation.Origin.node(node), node: node, value: $0) }
        }
        if caps.isEmpty, let value = LimitDimension.workspaces.standard { caps = [(.standard, place.nodes[0], value)] }
        for cap in caps {
            let used = try activeCount(branch(cap.node, of: place), person: place.person, besides: workspace.id.text)
            guard used < cap.value else {
                throw LimitObstacle(
                    node: cap.origin, scope: .each, dimension: .workspaces, value: cap.value, used: used, wanted: 1
                ).error
            }
        }
    }

    fileprivate func requireTotals(
        _ limits: WorkspaceLimits, of workspace: Workspace, chain: LimitChain, place: LimitPlace
    ) throws {
        let wanted: [(LimitDimension, Int64)] = [
            (.workspaces, 1), (.cpus, Int64(limits.cpuMillis)), (.memory, limits.memory.bytes),
        ]
        for (dimension, amount) in wanted {
            for (node, value) in chain.totals(dimension) {
                let used = try activeUse(branch(node, of: place), besides: workspace.id.text).amount(dimension)
                guard amount <= value - used else {
                    throw LimitObstacle(
                        node: .node(node), scope: .total, dimension: dimension, value: value, used: used, wanted: amount
                    ).error
                }
            }
        }
        // A volume that exists is paid for already: a lower total stops what is new or grows, and nothing else.
        if limits.disk > workspace.limits.disk {
            try requireDisk(limits.disk.bytes, chain: chain, place: place, besides: workspace.id.text)
        }
    }

    /// nil: there is room, and nobody waited first.
    fileprivate func place(
        _ workspace: Workspace, _ request: StartRequest, by actor: String, at instant: Timestamp
    ) throws -> StartDecision? {
        if let memory = request.capacity.memory, request.limits.memory > memory {
            throw ProvostError(
                .limitReached,
                "The workspace may use \(request.limits.memory), more than the \(memory) that this server gives all workspaces together; ask an admin to lower its memory limit."
            )
        }
        let full = try isFull(request)
        var order = try waitingOrder(slots: request.slots)
        if workspace.state != .waiting {
            if !full, order.isEmpty { return nil }
            guard request.queue else {
                throw ProvostError(.unavailable, "The server is full; wait for a place, or try again later.")
            }
            // After all who wait, also when the clock was set back since they asked.
            let asked = max(instant.milliseconds, (order.map(\.askedAt.milliseconds).max() ?? .min / 2) + 1)
            try run("UPDATE workspace SET state = 'waiting', askedAt = ? WHERE id = ?", [asked, workspace.id.text])
            try appendAudit(
                actor: actor, action: "workspace.wait", subject: workspace.id.text, details: ["before": "\(order.count)"],
                at: instant)
            order = try waitingOrder(slots: request.slots)
        }
        let position = (order.firstIndex { $0.workspace == workspace.id } ?? order.count - 1) + 1
        if !full, position == 1 { return nil }
        return .waiting(position: position, of: order.count)
    }

    private func isFull(_ request: StartRequest) throws -> Bool {
        let use =
            try row(
                """
                SELECT count(*), coalesce(sum(memory), 0), coalesce(sum(state = 'starting'), 0) FROM workspace
                WHERE state IN \(Self.activeStates)
                """
            ) { (workspaces: $0[0] as Int, memory: $0[1] as Int64, starting: $0[2] as Int) } ?? (
                workspaces: 0, memory: 0, starting: 0
            )
        let capacity = request.capacity
        return capacity.memory.map { request.limits.memory.bytes > $0.bytes - use.memory } == true
            || capacity.workspaces.map { use.workspaces >= $0 } == true
            || capacity.starting.map { use.starting >= $0 } == true
    }

    func waitingOrder(slots: Set<ID<Assignment>>) throws -> [WaitingRule.Ticket] {
        let tickets = try rows(
            """
            SELECT w.id, p.slug, w.askedAt, w.sequence, w.assignment, w.copyOf IS NOT NULL FROM workspace w
            JOIN enrollment e ON e.id = w.enrollment JOIN person p ON p.id = e.person WHERE w.state = 'waiting'
            """
        ) { row in
            // A copy is for looking at somebody's files, not for taking part.
            WaitingRule.Ticket(
                workspace: row.id(0), person: row.slug(1), askedAt: row.instant(2), sequence: row[3],
                inSlot: slots.contains(row.id(4)) && !(row[5] as Bool))
        }
        guard tickets.count > 1 else { return tickets }
        let running = try rows(
            """
            SELECT p.slug, count(*) FROM workspace w
            JOIN enrollment e ON e.id = w.enrollment JOIN person p ON p.id = e.person
            WHERE w.state IN \(Self.activeStates) GROUP BY p.slug
            """
        ) { ($0.slug(0), $0[1] as Int) }
        return WaitingRule.order(tickets, running: Dictionary(uniqueKeysWithValues: running))
    }

    fileprivate func begin(
        _ workspace: Workspace, _ request: StartRequest, place: LimitPlace, hold: Int64, unit: BudgetUnit, by actor: String,
        at instant: Timestamp
    ) throws {
        let start = workspace.start + 1
        let sequence = try appendHold(
            enrollment: place.enrollment, run: WorkspaceRun(workspace: workspace.id, start: start), unit: unit, amount: hold,
            by: actor, at: instant, reason: "start")
        let limits = request.limits
        try run(
            """
            UPDATE workspace SET state = 'starting', start = ?, hold = ?, labVersion = ?, cpus = ?, memory = ?, processes = ?,
              disk = ?, files = ?, network = ?, askedAt = ?, startedAt = NULL, stoppedAt = NULL, stopReason = NULL,
              stopDetail = NULL, activeAt = NULL, keepAliveUntil = NULL
            WHERE id = ?
            """,
            [
                start, sequence, request.labVersion.hex, limits.cpuMillis, limits.memory.bytes, limits.processes,
                limits.disk.bytes, limits.files, request.network.rawValue,
                (workspace.state == .waiting ? workspace.askedAt ?? instant : instant).milliseconds, workspace.id.text,
            ])
        try appendAudit(
            actor: actor, action: "workspace.start", subject: workspace.id.text,
            details: ["hold": "\(hold)", "start": "\(start)"], at: instant)
    }
}
