import GRDB
package import ProvostCore

extension Store {
    /// One learner's way up with what is set along it. Throws `notFound` if the person is not in the cohort.
    package func limitChain(cohort: Slug, person: Slug) async throws(ProvostError) -> LimitChain {
        try await read { db in try db.limitChain(db.place(cohort: cohort, person: person)) }
    }

    /// What is set at a node, or with nil everywhere: from the organizations down, by name.
    package func limitSettings(_ node: LimitNode? = nil) async throws(ProvostError) -> [LimitSetting] {
        try await read { db in
            let order = """
                ORDER BY (l.enrollment IS NOT NULL) + 2 * (l.cohort IS NOT NULL) + 4 * (l.program IS NOT NULL)
                  + 8 * (l.organization IS NOT NULL) DESC, o.slug, g.slug, c.slug, ec.slug, p.slug, l.dimension, l.scope
                """
            guard let node else {
                return try db.rows("\(LimitSetting.selection) \(order)", StatementArguments(), LimitSetting.decoded)
            }
            return try db.rows(
                "\(LimitSetting.selection) WHERE l.node = ? \(order)", [db.branch(node).key], LimitSetting.decoded)
        }
    }

    /// Sets a limit, in place of the one that was there. Below what runs now is allowed: nothing stops, nothing more starts.
    /// Throws `notFound` for a node that does not exist, `invalid` for a value below 0 and a sum that the dimension does not have.
    package func setLimit(_ setting: LimitSetting, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await change(
            LimitChange(node: setting.node, scope: setting.scope, dimension: setting.dimension, value: setting.value), by: actor,
            at: instant)
    }

    /// Removes a limit; without one it does nothing. Throws `notFound` for a node that does not exist.
    package func clearLimit(
        _ node: LimitNode, scope: LimitScope, dimension: LimitDimension, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await change(LimitChange(node: node, scope: scope, dimension: dimension, value: nil), by: actor, at: instant)
    }

    private func change(_ change: LimitChange, by actor: String, at instant: Timestamp) async throws(ProvostError) {
        try await write { db in try db.changeLimit(change, by: actor, at: instant) }
    }

    /// How much of a dimension is in use below a node, in the dimension's unit: for cpus, memory and processes what active workspaces
    /// may use together, for disk and files what all volumes have, for workspaces how many are active, for submissions per day how many
    /// came in the last 24 hours. 0 for sessions, which only the rooms know.
    package func limitUse(
        _ node: LimitNode, _ dimension: LimitDimension, at instant: Timestamp
    ) async throws(ProvostError) -> Int64 {
        try await read { db in try db.use(db.branch(node), dimension, at: instant) }
    }

    /// Whom a change would touch, and how; nothing is changed. The change is made, looked at and rolled back, so what it says is what
    /// happens. Learners without a change are left out; suspended ones too.
    package func limitEffects(of change: LimitChange, at instant: Timestamp) async throws(ProvostError) -> [LimitEffect] {
        try await write { db in
            let branch = try db.branch(change.node)
            let places = change.scope == .each ? try db.places(below: branch).filter { !$0.suspended } : []
            let before = try db.view(change, places)
            var effects: [LimitEffect] = []
            try db.inSavepoint {
                try db.apply(change, by: "provost", at: instant)
                let after = try db.view(change, places)
                effects = try db.effects(of: change, places, before: before, after: after, at: instant)
                return .rollback
            }
            return effects
        }
    }
}

/// What a change is compared by: for each place, or for the node whose sum it is, what holds.
private struct LimitView {
    var value: Int64?
    var binding: LimitExplanation.Origin?
}

extension Database {
    /// 1 PiB where bytes are meant: far above any machine, and far below where sums overflow.
    private static let largestLimit: Int64 = 1 << 50

    /// As `setLimit` and `clearLimit` say.
    func changeLimit(_ change: LimitChange, by actor: String, at instant: Timestamp) throws {
        let before = try apply(change, by: actor, at: instant)
        guard before != change.value else { return }
        let text = { (value: Int64?) in value.map(String.init) ?? "none" }
        try appendAudit(
            actor: actor, action: change.value == nil ? "limit.clear" : "limit.set", subject: change.node.description,
            details: [
                "after": text(change.value), "before": text(before), "dimension": change.dimension.rawValue,
                "scope": change.scope.rawValue,
            ], at: instant)
    }

    /// Returns the value that was there.
    @discardableResult
    fileprivate func apply(_ change: LimitChange, by actor: String, at instant: Timestamp) throws -> Int64? {
        guard change.scope == .each || change.dimension.hasTotal else {
            throw ProvostError(
                .invalid,
                "\(change.dimension.rawValue) has no total; totals are for \(LimitDimension.allCases.filter(\.hasTotal).map(\.rawValue).joined(separator: ", "))."
            )
        }
        guard change.value.map({ (0...Self.largestLimit).contains($0) }) != false else {
            throw ProvostError(
                .invalid, "A limit is 0 or more, and at most \(change.dimension.text(Self.largestLimit)); “none” is no cap.")
        }
        let key = try branch(change.node).key
        let before = try row(
            "SELECT value FROM limitSetting WHERE node = ? AND scope = ? AND dimension = ?",
            [key, change.scope.rawValue, change.dimension.rawValue]
        ) { $0[0] as Int64 }
        try run(
            "DELETE FROM limitSetting WHERE node = ? AND scope = ? AND dimension = ?",
            [key, change.scope.rawValue, change.dimension.rawValue])
        guard let value = change.value else { return before }
        let column =
            switch change.node {
            case .organization: "organization"
            case .program: "program"
            case .cohort: "cohort"
            case .enrollment: "enrollment"
            }
        try run(
            "INSERT INTO limitSetting (\(column), scope, dimension, value, setBy, setAt) VALUES (?, ?, ?, ?, ?, ?)",
            [key, change.scope.rawValue, change.dimension.rawValue, value, actor, instant.milliseconds])
        return before
    }

    fileprivate func view(_ change: LimitChange, _ places: [LimitPlace]) throws -> [LimitView] {
        guard change.scope == .each else {
            let value = try row(
                "SELECT value FROM limitSetting WHERE node = ? AND scope = 'total' AND dimension = ?",
                [branch(change.node).key, change.dimension.rawValue]
            ) { $0[0] as Int64 }
            return [LimitView(value: value, binding: value.map { _ in .node(change.node) })]
        }
        return try places.map { place in
            let explanation = try limitChain(place).effective(change.dimension)
            return LimitView(value: explanation.value, binding: explanation.binding)
        }
    }

    fileprivate func effects(
        of change: LimitChange, _ places: [LimitPlace], before: [LimitView], after: [LimitView], at instant: Timestamp
    ) throws -> [LimitEffect] {
        guard change.scope == .each else {
            guard before[0].value != after[0].value else { return [] }
            return [
                LimitEffect(
                    node: change.node, scope: .total, dimension: change.dimension, before: before[0].value,
                    after: after[0].value, binding: after[0].binding,
                    used: try use(branch(change.node), change.dimension, at: instant))
            ]
        }
        var effects: [LimitEffect] = []
        for (index, place) in places.enumerated() where before[index].value != after[index].value {
            effects.append(
                LimitEffect(
                    node: place.nodes[3], scope: .each, dimension: change.dimension, before: before[index].value,
                    after: after[index].value, binding: after[index].binding,
                    used: try ownUse(place, change.dimension, binding: after[index].binding, at: instant)))
        }
        return effects
    }

    /// What one learner has of a dimension that is capped for each: of sizes the most that one workspace has.
    func ownUse(
        _ place: LimitPlace, _ dimension: LimitDimension, binding: LimitExplanation.Origin?, at instant: Timestamp
    ) throws -> Int64 {
        let column: String
        switch dimension {
        case .workspaces:
            let node = if case .node(let node) = binding { node } else { place.nodes[0] }
            return try activeCount(branch(node, of: place), person: place.person)
        case .submissionsPerDay, .sessions:
            return try use(LimitBranch(column: LimitBranch.columns[3], key: place.enrollment), dimension, at: instant)
        case .cpus: column = "cpus"
        case .memory: column = "memory"
        case .processes: column = "processes"
        case .disk: column = "disk"
        case .files: column = "files"
        }
        let states = dimension == .disk || dimension == .files ? "state <> 'deleted'" : "state IN \(Self.activeStates)"
        return try row(
            "SELECT coalesce(max(\(column)), 0) FROM workspace WHERE enrollment = ? AND \(states)", [place.enrollment]
        ) { $0[0] } ?? 0
    }

    func use(_ branch: LimitBranch, _ dimension: LimitDimension, at instant: Timestamp) throws -> Int64 {
        switch dimension {
        case .workspaces, .cpus, .memory, .processes: return try activeUse(branch).amount(dimension)
        case .disk: return try diskUse(branch)
        case .files:
            return try row(
                """
                SELECT coalesce(sum(w.files), 0) FROM workspace w \(LimitBranch.joins)
                WHERE w.state <> 'deleted' AND \(branch.column) = ?
                """, [branch.key]
            ) { $0[0] } ?? 0
        case .sessions: return 0
        case .submissionsPerDay:
            return try row(
                """
                SELECT count(*) FROM submission s JOIN enrollment e ON e.person = s.person AND e.cohort = s.cohort
                  JOIN cohort c ON c.id = e.cohort JOIN program g ON g.id = c.program
                WHERE \(branch.column) = ? AND s.receivedAt > ? AND s.receivedAt <= ?
                """, [branch.key, instant.milliseconds - 86_400_000, instant.milliseconds]
            ) { $0[0] } ?? 0
        }
    }
}
