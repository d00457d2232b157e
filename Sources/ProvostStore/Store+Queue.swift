import GRDB
package import ProvostCore

/// A grading that a worker has taken, with all it needs.
package struct GradingJob: Sendable, Hashable {
    package let grading: Grading
    package let submission: Submission
    package let lab: LabVersion
    package let grader: GraderVersion
    /// Whose submission it is.
    package let person: Slug
    package init(grading: Grading, submission: Submission, lab: LabVersion, grader: GraderVersion, person: Slug) {
        self.grading = grading
        self.submission = submission
        self.lab = lab
        self.grader = grader
        self.person = person
    }
}

/// The queries over the whole queue. They name their index, so that none can fall back to reading every grading; in `package` reach
/// for the test of their plans.
package enum QueueQuery {
    package static let next =
        "SELECT id FROM grading INDEXED BY gradingQueue WHERE stage = 'queued' ORDER BY class, turn, dueOrder, sequence LIMIT 1"
    /// The same without gradings of regrade sets.
    package static let nextOrdinary = """
        SELECT id FROM grading INDEXED BY gradingQueue WHERE stage = 'queued' AND class = 0
        ORDER BY class, turn, dueOrder, sequence LIMIT 1
        """
    /// How many stand at or before a class, a turn, a due order and a sequence number.
    package static let position = """
        SELECT count(*) FROM grading INDEXED BY gradingQueue
        WHERE stage = 'queued' AND (class, turn, dueOrder, sequence) <= (?, ?, ?, ?)
        """
    package static let queued = "SELECT count(*) FROM grading INDEXED BY gradingQueue WHERE stage = 'queued'"
    package static let running =
        "SELECT count(*) FROM grading INDEXED BY gradingRunning WHERE stage IN ('unpacking', 'grading')"
    /// Of those, how many are of regrade sets.
    static let runningOfSets = "\(running) AND class = 1"
}

// The grading queue. Progress is the column `stage`; what is to be done is a query; nothing is kept in memory.
//
// The fair order is (class, turn, nearest due, oldest). Class 1 are the gradings of regrade sets: they wait until nothing that a learner
// handed in does, and leave a worker free where there are several. Turn 0 means: none of the person's ordinary gradings of the
// assignment has finished, is running or waits longer. Both stand in the row, so that the next one is the first entry of an index. The
// turn is worked out when a grading enters the queue; nobody's turn falls while they wait, except when a run is given back.
extension Store {
    /// Takes the first grading of the queue: stage `unpacking`, one run more, started now. nil when the queue is empty, or holds nothing but
    /// gradings of regrade sets while `ofSetsAtOnce` of those are running. No two callers get the same run.
    package func claimNextGrading(at instant: Timestamp, ofSetsAtOnce: Int = .max) async throws(ProvostError) -> GradingJob? {
        try await write { db in
            let ofSets = try db.row(QueueQuery.runningOfSets, []) { $0[0] as Int } ?? 0
            let next = ofSets < ofSetsAtOnce ? QueueQuery.next : QueueQuery.nextOrdinary
            guard let id = try db.row(next, [], { $0[0] as String }) else { return nil }
            try db.run(
                "UPDATE grading SET stage = 'unpacking', run = run + 1, startedAt = ? WHERE id = ?", [instant.milliseconds, id])
            guard let grading = try db.grading("WHERE g.id = ?", [id]),
                let submission = try db.row(
                    "SELECT \(Submission.columns) FROM submission s WHERE s.id = ?", [grading.submission.text],
                    { try Submission.decoded($0, at: 0) }),
                let person = try db.row(
                    "SELECT slug FROM person WHERE id = ?", [submission.person.text], { $0.slug(0) })
            else { throw Missing.identified("grading", ID<Grading>(trusted: id)) }
            return GradingJob(
                grading: grading, submission: submission, lab: try db.labVersion(grading.labVersion),
                grader: try db.graderVersion(grading.graderVersion), person: person)
        }
    }

    /// Moves a run on to `unpacking` or `grading`, with what unpacking reported if it did.
    /// false: fenced off, because there is a newer run, it was given back, or it has ended. Throws `internal` for another stage.
    package func advance(
        _ grading: ID<Grading>, run: Int, to stage: Grading.Stage, unpack: UnpackReport?
    ) async throws(ProvostError) -> Bool {
        guard stage == .unpacking || stage == .grading else {
            throw ProvostError(.internalError, "A run cannot be moved on to “\(stage.rawValue)”.")
        }
        return try await write { db in
            try db.run(
                """
                UPDATE grading SET stage = ?, unpack = coalesce(?, unpack)
                WHERE id = ? AND run = ? AND stage IN ('unpacking', 'grading')
                """, [stage.rawValue, try unpack.map { try Column.json($0) }, grading.text, run]) == 1
        }
    }

    /// Gives a run back to the queue through no fault of the learner. Its late result is fenced off: by the stage until the next
    /// claim, by that claim's run number afterwards.
    /// false: it was fenced off already or has ended.
    package func requeue(_ grading: ID<Grading>, run: Int) async throws(ProvostError) -> Bool {
        try await write { db in
            let changed = try db.run(
                """
                UPDATE grading SET stage = 'queued', startedAt = NULL, unpack = NULL
                WHERE id = ? AND run = ? AND stage IN ('unpacking', 'grading')
                """, [grading.text, run])
            guard changed == 1 else { return false }
            try db.settleTurns(of: [grading.text])
            return true
        }
    }

    /// Puts everything back into the queue that a previous life of the daemon was working on, and says how many. Only for the
    /// start, before any worker. The next claim counts one run more, so a survivor's result is fenced off.
    package func requeueInterrupted() async throws(ProvostError) -> Int {
        try await write { db in
            let interrupted = try db.rows("SELECT id FROM grading WHERE stage IN ('unpacking', 'grading')") { $0[0] as String }
            try db.run(
                """
                UPDATE grading SET stage = 'queued', startedAt = NULL, unpack = NULL
                WHERE stage IN ('unpacking', 'grading')
                """)
            try db.settleTurns(of: interrupted)
            return interrupted.count
        }
    }

    /// The place in the fair order, 1 is next; nil when it is not queued.
    package func queuePosition(_ grading: ID<Grading>) async throws(ProvostError) -> Int? {
        try await read { db in
            let place = try db.row(
                "SELECT class, turn, dueOrder, sequence FROM grading WHERE id = ? AND stage = 'queued'", [grading.text]
            ) { ($0[0] as Int, $0[1] as Int, $0[2] as String, $0[3] as Int64) }
            guard let (group, turn, due, sequence) = place else { return nil }
            return try db.row(QueueQuery.position, [group, turn, due, sequence]) { $0[0] as Int }
        }
    }

    /// How many wait and how many are being worked on.
    package func queueCounts() async throws(ProvostError) -> (queued: Int, running: Int) {
        let counts = try await read { db in
            [
                try db.row(QueueQuery.queued, []) { $0[0] as Int } ?? 0,
                try db.row(QueueQuery.running, []) { $0[0] as Int } ?? 0,
            ]
        }
        return (counts[0], counts[1])
    }

    /// How long the newest graded runs of an assignment took, in seconds, newest first, at most `last`: for estimates.
    package func recentGradingSeconds(assignment: ID<Assignment>, last: Int) async throws(ProvostError) -> [Double] {
        try await read { db in
            try db.rows(
                """
                SELECT g.finishedAt - g.startedAt FROM score s JOIN grading g ON g.id = s.grading
                WHERE s.assignment = ? AND s.outcome = 'graded' ORDER BY s.sequence DESC LIMIT ?
                """, [assignment.text, last]
            ) { TimeSpan(milliseconds: $0[0]).seconds }
        }
    }
}

extension Database {
    /// Works out the turn of everything queued for the persons and assignments of these gradings.
    fileprivate func settleTurns(of gradings: [String]) throws {
        for id in gradings {
            try run(
                """
                UPDATE grading AS mine SET turn = EXISTS (
                  SELECT 1 FROM grading other
                  WHERE other.assignment = mine.assignment AND other.person = mine.person AND other.id <> mine.id
                    AND other.class = 0 AND (other.stage <> 'queued' OR other.sequence < mine.sequence))
                WHERE (assignment, person) = (SELECT assignment, person FROM grading WHERE id = ?) AND stage = 'queued'
                """, [id])
        }
    }
}
