import GRDB
package import ProvostCore

/// A set that is to be made.
package struct NewRegradeSet: Sendable {
    package let id: ID<RegradeSet>
    package let assignment: ID<Assignment>
    /// The version to grade with, of the assignment's lab.
    package let labVersion: ContentDigest
    package let scope: RegradeSet.Scope
    package init(id: ID<RegradeSet>, assignment: ID<Assignment>, labVersion: ContentDigest, scope: RegradeSet.Scope) {
        self.id = id
        self.assignment = assignment
        self.labVersion = labVersion
        self.scope = scope
    }
}

/// How a set is to be applied.
package struct RegradeApplication: Sendable {
    package let options: RegradeOptions
    /// What the learners are told, 1 character or more.
    package let reason: String
    /// Whether the assignment moves to the set's version.
    package let movesAssignment: Bool
    package init(options: RegradeOptions, reason: String, movesAssignment: Bool) {
        self.options = options
        self.reason = reason
        self.movesAssignment = movesAssignment
    }
}

extension Store {
    /// What a set would hold: how many gradings, and how many submissions are left out because they are being graded right now.
    package func regradeScope(
        assignment: ID<Assignment>, scope: RegradeSet.Scope
    ) async throws(ProvostError) -> (gradings: Int, leftOut: Int) {
        let chosen = try await read { db in
            let chosen = try db.regradeChoice(try db.assignment(assignment), scope: scope)
            return [chosen.submissions.count, chosen.leftOut]
        }
        return (chosen[0], chosen[1])
    }

    /// Makes a set and queues its gradings behind everything that learners hand in; nothing that counts is touched.
    ///
    /// Throws `notFound` if the assignment or the version does not exist, `conflict` if the version is of another lab, a set of the
    /// assignment is open already, or there is nothing to grade again.
    package func createRegradeSet(
        _ new: NewRegradeSet, make: @escaping @Sendable () -> ID<Grading>, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> RegradeSet {
        try await write { db in
            let assignment = try db.assignment(new.assignment)
            let version = try db.labVersion(new.labVersion)
            guard version.name == assignment.lab else {
                throw ProvostError(
                    .conflict, "The lab version is of “\(version.name)”, not of “\(assignment.lab)”; name a version of that lab.")
            }
            try db.requireNoOpenSet(of: assignment)
            let chosen = try db.regradeChoice(assignment, scope: new.scope)
            guard !chosen.submissions.isEmpty else {
                let busy = chosen.leftOut > 0 ? " What there is is being graded right now; try again when it is." : ""
                throw ProvostError(.conflict, "“\(assignment.slug)” has nothing to grade again.\(busy)")
            }
            try db.insertSet(
                new.id, assignment: assignment, labVersion: version.digest, scope: new.scope, undoes: nil,
                leftOut: chosen.leftOut,
                by: actor, at: instant)
            for submission in chosen.submissions {
                let found = try db.row("SELECT \(Submission.columns) FROM submission s WHERE s.id = ?", [submission.id.text]) {
                    try Submission.decoded($0, at: 0)
                }
                guard let full = found else { throw Missing.identified("submission", submission.id) }
                let grading = make()
                try db.enqueue(
                    grading, of: full, assignment: assignment, labVersion: version.digest, graderVersion: version.grader,
                    set: new.id, at: instant)
                try db.insertItem(new.id, submission.id, base: submission.counted?.grading, proposed: grading)
            }
            try db.appendAudit(
                actor: actor, action: "regrade.create", subject: new.id.text,
                details: [
                    "assignment": "\(assignment.cohort)/\(assignment.slug)", "labVersion": version.digest.hex,
                    "scope": new.scope.rawValue, "submissions": "\(chosen.submissions.count)",
                ], at: instant)
            return try db.regradeSet(new.id)
        }
    }

    /// Makes a set that takes an applied set's decisions back, to be reviewed and applied like any other. What changed since is left alone.
    ///
    /// Throws `notFound`, and `conflict` if the set is not applied, took nothing, or a set of the assignment is open.
    package func createRegradeUndo(
        _ id: ID<RegradeSet>, of undone: ID<RegradeSet>, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> RegradeSet {
        try await write { db in
            let original = try db.regradeSet(undone)
            guard original.state == .applied else {
                throw ProvostError(.conflict, "\(undone) is \(original.state.rawValue): only an applied set can be undone.")
            }
            let assignment = try db.assignment(db.assignment(of: undone))
            try db.requireNoOpenSet(of: assignment)
            let items = try db.rows(
                "SELECT submission, after, before FROM regradeDecision WHERE regradeSet = ? AND taken = 1 ORDER BY sequence",
                [undone.text]
            ) { ($0.id(0, as: ID<Submission>.self), $0[1] as String?, $0[2] as String?) }
            guard !items.isEmpty else { throw ProvostError(.conflict, "\(undone) changed nothing, so there is nothing to undo.") }
            let returns = original.moved && assignment.labVersion == original.labVersion
            try db.insertSet(
                id, assignment: assignment, labVersion: returns ? original.pinned : assignment.labVersion, scope: original.scope,
                undoes: undone, leftOut: 0, by: actor, at: instant)
            for (submission, base, proposed) in items {
                try db.insertItem(id, submission, base: base.map { ID(trusted: $0) }, proposed: proposed.map { ID(trusted: $0) })
            }
            try db.appendAudit(
                actor: actor, action: "regrade.undo", subject: id.text,
                details: ["assignment": "\(assignment.cohort)/\(assignment.slug)", "undoes": undone.text], at: instant)
            return try db.regradeSet(id)
        }
    }

    /// Decides for every submission of a set, in one transaction with one audit entry; from then on what it took counts.
    ///
    /// Throws `notFound`, and `conflict` if the set was applied or cancelled, is not graded to its end, or the assignment was moved to a
    /// third version since it was made. Of two that apply a set at the same instant one gets that conflict.
    package func applyRegradeSet(
        _ id: ID<RegradeSet>, _ application: RegradeApplication, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> RegradeSet {
        try await write { db in
            let set = try db.openSet(id)
            guard set.state == .ready else {
                throw ProvostError(
                    .conflict,
                    "\(id) is not graded to its end (\(set.finished) of \(set.submissions)); wait for it: provost regrade show \(id)"
                )
            }
            let assignment = try db.assignment(db.assignment(of: id))
            let moves = application.movesAssignment && assignment.labVersion != set.labVersion
            guard !moves || assignment.labVersion == set.pinned else {
                throw ProvostError(
                    .conflict,
                    """
                    “\(assignment.slug)” was moved to another lab version since \(id) was made; make a new set, or apply this one \
                    with --keep-version.
                    """)
            }
            let outcomes = try db.regradeOutcomes(set, assignment: assignment, options: application.options)
            try db.run(
                """
                UPDATE regradeSet SET state = 'applied', endedBy = ?, endedAt = ?, reason = ?, neverLower = ?, keepHumanMarks = ?,
                  moved = ?, arrived = ? WHERE id = ?
                """,
                [
                    actor, instant.milliseconds, application.reason, application.options.neverLower,
                    application.options.keepHumanMarks, moves, set.arrived, id.text,
                ])
            let verdicts = try db.insertDecisions(outcomes, set: id)
            if moves { try db.move(assignment, to: db.labVersion(set.labVersion)) }
            var details = Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key.rawValue, "\($0.value)") })
            details["assignment"] = "\(assignment.cohort)/\(assignment.slug)"
            details["reason"] = application.reason
            details["neverLower"] = "\(application.options.neverLower)"
            details["keepHumanMarks"] = "\(application.options.keepHumanMarks)"
            if moves { details["movedTo"] = set.labVersion.hex }
            try db.appendAudit(actor: actor, action: "regrade.apply", subject: id.text, details: details, at: instant)
            return try db.regradeSet(id)
        }
    }

    /// Ends a set without a trace in what counts. What of it waits leaves the queue; what is running ends, and counts for nothing.
    /// Throws `notFound`, and `conflict` if it was applied or cancelled.
    package func cancelRegradeSet(
        _ id: ID<RegradeSet>, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> RegradeSet {
        try await write { db in
            let set = try db.openSet(id)
            try db.withdrawQueued(of: id, at: instant)
            try db.run(
                "UPDATE regradeSet SET state = 'cancelled', endedBy = ?, endedAt = ?, arrived = ? WHERE id = ?",
                [actor, instant.milliseconds, set.arrived, id.text])
            try db.appendAudit(
                actor: actor, action: "regrade.cancel", subject: id.text,
                details: ["assignment": "\(set.cohort)/\(set.assignment)"], at: instant)
            return try db.regradeSet(id)
        }
    }
}

extension Database {
    /// The submissions that a set is made of: those of the scope that are not being graded.
    fileprivate func regradeChoice(
        _ assignment: Assignment, scope: RegradeSet.Scope
    ) throws -> (submissions: [CountedSubmission], leftOut: Int) {
        let all = try CountedSubmission.all(self, assignment: assignment.id.text)
        let busy = Set(
            try rows(
                """
                SELECT submission FROM grading WHERE assignment = ? AND class = 0 AND stage IN ('queued', 'unpacking', 'grading')
                """, [assignment.id.text]
            ) { $0[0] as String })
        var wanted = all
        if scope == .counting {
            wanted = Dictionary(grouping: all, by: \.person).values.compactMap { own in
                assignment.policy.pick(own.map(\.counted)).map { own[$0] }
            }.sorted { ($0.person, $0.attempt) < ($1.person, $1.attempt) }
        }
        let chosen = wanted.filter { !busy.contains($0.id.text) }
        return (chosen, wanted.count - chosen.count)
    }

    fileprivate func requireNoOpenSet(of assignment: Assignment) throws {
        let open = try row("SELECT id FROM regradeSet WHERE assignment = ? AND state = 'open'", [assignment.id.text]) {
            $0[0] as String
        }
        guard let open else { return }
        throw ProvostError(
            .conflict,
            """
            “\(assignment.slug)” has an open regrade set, \(open); apply it or cancel it first: provost regrade show \(open)
            """)
    }

    fileprivate func openSet(_ id: ID<RegradeSet>) throws -> RegradeSet {
        let set = try regradeSet(id)
        guard set.state == .grading || set.state == .ready else {
            let who = set.endedBy.map { " by \($0)" } ?? ""
            throw ProvostError(
                .conflict, "\(id) was \(set.state.rawValue)\(who) at \(set.endedAt?.description ?? "an unknown time").")
        }
        return set
    }
}
