import GRDB
import ProvostCore

// What a regrade set leaves in the tables.
extension Database {
    func insertSet(
        _ id: ID<RegradeSet>, assignment: Assignment, labVersion: ContentDigest, scope: RegradeSet.Scope, undoes: ID<RegradeSet>?,
        leftOut: Int, by actor: String, at instant: Timestamp
    ) throws {
        try run(
            """
            INSERT INTO regradeSet (id, assignment, labVersion, pinned, scope, undoes, state, newest, leftOut, createdBy, createdAt)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open',
              coalesce((SELECT max(sequence) FROM submission WHERE assignment = ?2), 0), ?7, ?8, ?9)
            """,
            [
                id.text, assignment.id.text, labVersion.hex, assignment.labVersion.hex, scope.rawValue, undoes?.text, leftOut,
                actor,
                instant.milliseconds,
            ])
    }

    func insertItem(
        _ set: ID<RegradeSet>, _ submission: ID<Submission>, base: ID<Grading>?, proposed: ID<Grading>?
    ) throws {
        try run(
            "INSERT INTO regradeItem (regradeSet, submission, base, proposed) VALUES (?, ?, ?, ?)",
            [set.text, submission.text, base?.text, proposed?.text])
    }

    /// Writes the decisions and the moves, and counts the verdicts.
    func insertDecisions(
        _ outcomes: [(person: String, outcome: RegradeRule.Outcome)], set: ID<RegradeSet>
    ) throws -> [RegradeVerdict: Int] {
        let newest = try row("SELECT coalesce(max(sequence), 0) FROM score") { $0[0] as Int64 } ?? 0
        var verdicts: [RegradeVerdict: Int] = [:]
        for (person, outcome) in outcomes {
            for decision in outcome.decisions {
                verdicts[decision.verdict, default: 0] += 1
                try run(
                    """
                    INSERT INTO regradeDecision (regradeSet, submission, verdict, taken, before, after, newestScore)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        set.text, decision.submission.text, decision.verdict.rawValue, decision.verdict.isTaken,
                        decision.before?.grading.text, decision.after?.grading.text, newest,
                    ])
            }
            // Those for whom the set had a score, moved or not: they are told.
            guard outcome.decisions.contains(where: { $0.verdict.isTaken || $0.verdict == .lowerKept }) else { continue }
            try run(
                "INSERT INTO regradeMove (regradeSet, person, before, after) VALUES (?, ?, ?, ?)",
                [set.text, person, outcome.before?.score.grading.text, outcome.after?.score.grading.text])
        }
        return verdicts
    }

    func move(_ assignment: Assignment, to version: LabVersion) throws {
        try run(
            "UPDATE assignment SET labVersion = ?, title = ? WHERE id = ?",
            [version.digest.hex, try Column.json(version.manifest.title), assignment.id.text])
    }

    /// Ends what of a set is still in the queue: a grading is never deleted, so it ends as not graded.
    func withdrawQueued(of set: ID<RegradeSet>, at instant: Timestamp) throws {
        let queued = try rows("SELECT id FROM grading WHERE regradeSet = ? AND stage = 'queued'", [set.text]) { $0[0] as String }
        for id in queued {
            try run(
                "UPDATE grading SET stage = 'unpacking', run = run + 1, startedAt = ? WHERE id = ?", [instant.milliseconds, id])
            try run(
                """
                INSERT INTO score (grading, submission, assignment, labVersion, graderVersion, submissionDigest, outcome, refused,
                  isolation, points, max, reason, evidence, messages, image, limits, log, run, recordedAt)
                SELECT g.id, g.submission, g.assignment, g.labVersion, g.graderVersion, s.digest, 'not-graded', 0,
                  coalesce(json_extract(w.manifest, '$.isolation'), 'two-room'), NULL, v.points, 'The regrade set was cancelled.',
                  NULL, '[]', 'none', '{}', NULL, g.run, ?
                FROM grading g JOIN submission s ON s.id = g.submission JOIN labVersion v ON v.digest = g.labVersion
                  JOIN graderVersion w ON w.digest = g.graderVersion
                WHERE g.id = ?
                """, [instant.milliseconds, id])
            try run("UPDATE grading SET stage = 'failed', finishedAt = ? WHERE id = ?", [instant.milliseconds, id])
        }
    }
}
