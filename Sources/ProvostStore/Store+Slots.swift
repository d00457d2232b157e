import GRDB
package import ProvostCore

/// A slot with what is needed to work with it.
package struct PlannedSlot: Hashable, Sendable {
    package let slot: Slot
    package let assignment: ID<Assignment>
    /// The assignment's present one.
    package let labVersion: ContentDigest
    /// The IANA name of the cohort's zone.
    package let timezone: String
}

extension Store {
    /// Puts a slot on its cohort's timetable. Throws `notFound` if the cohort or the assignment does not exist, `conflict` if the assignment
    /// has one that begins then.
    package func addSlot(_ slot: Slot, by actor: String) async throws(ProvostError) {
        try await write { db in
            let cohort = try db.key(of: slot.cohort, in: "cohort")
            let assignment = try db.row(
                "SELECT id FROM assignment WHERE cohort = ? AND slug = ?", [cohort, slot.assignment.text]
            ) { $0[0] as String }
            guard let assignment else {
                throw ProvostError(
                    .notFound,
                    "There is no assignment “\(slot.assignment)” in the cohort “\(slot.cohort)”; list its assignments.")
            }
            let begins = slot.begins.text(withSeconds: true)
            let taken = try db.row("SELECT id FROM slot WHERE assignment = ? AND begins = ?", [assignment, begins]) {
                $0[0] as String
            }
            if let taken {
                throw ProvostError(
                    .conflict, "The slot \(taken) for “\(slot.assignment)” begins at \(slot.begins) already; remove it first.")
            }
            try db.run(
                "INSERT INTO slot (id, assignment, begins, time, warm, createdAt) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    slot.id.text, assignment, begins, slot.time.milliseconds, slot.warm.milliseconds, slot.createdAt.milliseconds,
                ])
            try db.appendAudit(
                actor: actor, action: "slot.create", subject: slot.cohort.text, details: slot, at: slot.createdAt)
        }
    }

    /// Takes a slot off the timetable; what was warmed stays. Throws `notFound`.
    package func removeSlot(
        _ id: ID<Slot>, cohort: Slug, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Slot {
        try await write { db in
            let found = try db.rows("\(PlannedSlot.selection) WHERE s.id = ?", [id.text], PlannedSlot.decoded).first?.slot
            guard let found, found.cohort == cohort else {
                throw ProvostError(
                    .notFound, "There is no slot \(id) on the timetable of \(cohort); see: provost cohort schedule \(cohort)")
            }
            try db.run("DELETE FROM warming WHERE slot = ?", [id.text])
            try db.run("DELETE FROM slot WHERE id = ?", [id.text])
            try db.appendAudit(actor: actor, action: "slot.remove", subject: cohort.text, details: found, at: instant)
            return found
        }
    }

    /// A cohort's timetable, or (nil) everybody's, by the time on the wall clock at which they begin. Throws `notFound` if the cohort does
    /// not exist.
    package func slots(cohort: Slug? = nil) async throws(ProvostError) -> [PlannedSlot] {
        try await read { db in
            guard let cohort else {
                return try db.rows("\(PlannedSlot.selection) ORDER BY s.begins, s.id", [], PlannedSlot.decoded)
            }
            let key = try db.key(of: cohort, in: "cohort")
            return try db.rows(
                "\(PlannedSlot.selection) WHERE c.id = ? ORDER BY s.begins, s.id", [key], PlannedSlot.decoded)
        }
    }

    /// What became of each learner's workspace for a slot; who is not in it was not tried yet.
    package func warmings(of slot: ID<Slot>) async throws(ProvostError) -> [ID<Enrollment>: WarmingRule.Outcome] {
        try await read { db in
            let rows = try db.rows("SELECT enrollment, at, labVersion, reason FROM warming WHERE slot = ?", [slot.text]) { row in
                (
                    row.id(0) as ID<Enrollment>,
                    WarmingRule.Outcome(at: row.instant(1), labVersion: try row.digest(2), reason: row[3])
                )
            }
            return Dictionary(uniqueKeysWithValues: rows)
        }
    }

    /// Records what became of it, in the place of what was recorded before. A slot that was removed meanwhile is no error.
    package func recordWarming(
        _ slot: ID<Slot>, _ enrollment: ID<Enrollment>, _ outcome: WarmingRule.Outcome
    ) async throws(ProvostError) {
        _ = try await write { db in
            try db.run(
                """
                INSERT INTO warming (slot, enrollment, labVersion, at, reason)
                SELECT id, ?2, ?3, ?4, ?5 FROM slot WHERE id = ?1
                ON CONFLICT (slot, enrollment) DO UPDATE SET labVersion = excluded.labVersion, at = excluded.at, reason = excluded.reason
                """,
                [slot.text, enrollment.text, outcome.labVersion.hex, outcome.at.milliseconds, outcome.reason])
        }
    }
}

extension PlannedSlot {
    static let selection = """
        SELECT s.id, c.slug, a.slug, s.begins, s.time, s.warm, s.createdAt, a.id, a.labVersion, c.timezone
        FROM slot s JOIN assignment a ON a.id = s.assignment JOIN cohort c ON c.id = a.cohort
        """

    static func decoded(_ row: Row) throws -> PlannedSlot {
        PlannedSlot(
            slot: Slot(
                id: row.id(0), cohort: row.slug(1), assignment: row.slug(2), begins: try row.civil(3),
                time: TimeSpan(milliseconds: row[4]), warm: TimeSpan(milliseconds: row[5]), createdAt: row.instant(6)),
            assignment: row.id(7), labVersion: try row.digest(8), timezone: row[9])
    }
}
