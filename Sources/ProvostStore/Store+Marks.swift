import GRDB
package import ProvostCore

/// A mark before it is recorded.
package struct NewMark: Sendable {
    package let id: ID<Mark>
    package let person: Slug
    package let levels: [Slug: Slug]
    /// nil: the marker takes their mark back.
    package let points: Points?
    package let max: Points
    package let comment: String?
    package init(id: ID<Mark>, person: Slug, levels: [Slug: Slug] = [:], points: Points?, max: Points, comment: String? = nil) {
        self.id = id
        self.person = person
        self.levels = levels
        self.points = points
        self.max = max
        self.comment = comment
    }
}

extension Store {
    /// Records marks of one marker for one assignment, a team's together: all of them or none. Throws `notFound` if the cohort, the assignment
    /// or a learner does not exist, `invalid` for more points than there are, `conflict` if a mark is taken back that was never given.
    package func addMarks(
        _ marks: [NewMark], cohort: Slug, assignment: Slug, isModeration: Bool, by marker: String, at instant: Timestamp
    ) async throws(ProvostError) {
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            let work = try db.work(cohort: cohort, key: key, slug: assignment)
            var facts: [[String: String]] = []
            for mark in marks {
                guard mark.max > .zero, mark.points.map({ $0 <= mark.max }) != false else {
                    throw ProvostError(
                        .invalid, "A mark is at most the \(mark.max) points that there are; a bonus is an allowance.")
                }
                let enrollment = try db.learnerEnrollment(cohort: cohort, key: key, person: mark.person)
                if mark.points == nil { try db.requireMark(work, enrollment, mark.person, isModeration, marker) }
                try db.run(
                    """
                    INSERT INTO mark (assignment, markedAssignment, id, enrollment, marker, isModeration, levels, points, max, comment, at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    work.arguments + [
                        mark.id.text, enrollment, marker, isModeration, try Column.json(Self.texts(mark.levels)),
                        mark.points?.thousandths, mark.max.thousandths, mark.comment, instant.milliseconds,
                    ])
                facts.append([
                    "enrollment": enrollment, "id": mark.id.text, "levels": AuditedRow.levels(Self.texts(mark.levels)),
                    "max": mark.max.description, "person": mark.person.text,
                    "points": mark.points?.description ?? "taken back",
                ])
            }
            try db.appendAudit(
                actor: marker, action: isModeration ? "mark.moderate" : "mark.set", subject: "\(cohort)/\(assignment)",
                details: facts, at: instant)
        }
    }

    /// Marks of a cohort, oldest first, released or not. Throws `notFound`.
    package func marks(cohort: Slug, assignment: Slug?, person: Slug?) async throws(ProvostError) -> [Mark] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            if let assignment { _ = try db.work(cohort: cohort, key: key, slug: assignment) }
            let enrollment = try person.map { try db.learnerEnrollment(cohort: cohort, key: key, person: $0) }
            return try db.marks(cohort: cohort, key: key, enrollment: enrollment).filter {
                assignment == nil || $0.assignment == assignment
            }
        }
    }

    /// Lets learners see the marks of an assignment that were given so far, or one learner's; they count from then on. Returns how many are
    /// released by it. Throws `notFound`.
    package func releaseMarks(
        cohort: Slug, assignment: Slug, person: Slug?, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Int {
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            let work = try db.work(cohort: cohort, key: key, slug: assignment)
            let enrollment = try person.map { try db.learnerEnrollment(cohort: cohort, key: key, person: $0) }
            let fresh = try db.marks(cohort: cohort, key: key, enrollment: enrollment).filter {
                $0.assignment == assignment && !$0.isReleased
            }
            guard !fresh.isEmpty else { return 0 }
            let through = try db.row("SELECT coalesce(max(sequence), 0) FROM mark") { $0[0] as Int64 } ?? 0
            try db.run(
                """
                INSERT INTO markRelease (assignment, markedAssignment, enrollment, through, actor, at)
                VALUES (?, ?, ?, ?, ?, ?)
                """, work.arguments + [enrollment, through, actor, instant.milliseconds])
            try db.appendAudit(
                actor: actor, action: "mark.release", subject: "\(cohort)/\(assignment)",
                details: ["marks": "\(fresh.count)", "person": person?.text ?? "everybody", "through": "\(through)"], at: instant)
            return fresh.count
        }
    }

    private static func texts(_ levels: [Slug: Slug]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: levels.map { ($0.key.text, $0.value.text) })
    }
}

extension Mark {
    /// 1 where the newest word of some marker about the work of a submission `s` is a mark and not its taking back, released or not: what a
    /// regrading must not overrun unseen.
    static let stands = """
        EXISTS (
          SELECT 1 FROM enrollment e JOIN mark m ON m.enrollment = e.id
          WHERE e.person = s.person AND e.cohort = s.cohort AND m.assignment = s.assignment AND m.points IS NOT NULL
            AND NOT EXISTS (
              SELECT 1 FROM mark n WHERE n.enrollment = m.enrollment AND n.assignment = m.assignment AND n.marker = m.marker
                AND n.isModeration = m.isModeration AND n.sequence > m.sequence))
        """

    /// 1 for a mark `m` that is released.
    static let released = """
        (m.sequence <= coalesce((
           SELECT max(through) FROM markRelease
           WHERE assignment IS m.assignment AND markedAssignment IS m.markedAssignment AND enrollment IS NULL), 0)
         OR m.sequence <= coalesce((
           SELECT max(through) FROM markRelease
           WHERE assignment IS m.assignment AND markedAssignment IS m.markedAssignment AND enrollment = m.enrollment), 0))
        """
}

extension Database {
    /// Oldest first.
    func marks(cohort: Slug, key: String, enrollment: String?) throws -> [Mark] {
        let condition =
            enrollment == nil
            ? "m.enrollment IN (SELECT id FROM enrollment WHERE cohort = ?)" : "m.enrollment = ?"
        return try rows(
            """
            SELECT m.id, \(MarkedWork.slug), p.slug, m.marker, m.isModeration, m.levels, m.points, m.max, m.comment, m.at,
              \(Mark.released)
            FROM mark m JOIN enrollment e ON e.id = m.enrollment JOIN person p ON p.id = e.person \(MarkedWork.joins("m"))
            WHERE \(condition) ORDER BY m.sequence
            """, [enrollment ?? key]
        ) { row in
            let levels: [String: String] = try Column.decoded(row[5])
            return Mark(
                id: row.id(0), cohort: cohort, assignment: row.slug(1), person: row.slug(2), marker: row[3], isModeration: row[4],
                levels: Dictionary(
                    uniqueKeysWithValues: levels.map { (Slug(trusted: $0.key), Slug(trusted: $0.value)) }),
                points: (row[6] as Int64?).map(Points.init(thousandths:)), max: row.points(7), comment: row[8],
                at: row.instant(9),
                isReleased: row[10])
        }
    }

    fileprivate func requireMark(
        _ work: MarkedWork, _ enrollment: String, _ person: Slug, _ isModeration: Bool, _ marker: String
    ) throws {
        let newest = try row(
            """
            SELECT points FROM mark WHERE assignment IS ? AND markedAssignment IS ? AND enrollment = ? AND isModeration = ?
              AND (isModeration = 1 OR marker = ?) ORDER BY sequence DESC LIMIT 1
            """, work.arguments + [enrollment, isModeration, marker]
        ) { $0[0] as Int64? }
        guard let newest, newest != nil else {
            throw ProvostError(.conflict, "There is no mark of yours for \(person) to take back; see: provost mark list")
        }
    }
}
