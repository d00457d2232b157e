import GRDB
package import ProvostCore

extension Store {
    /// Notes who was there on a date: all of it or nothing. Somebody noted the same already is not noted again. Returns how many are new or
    /// changed. Throws `notFound` if the cohort or a learner does not exist.
    package func setAttendance(
        cohort: Slug, date: CivilDate, states: [Slug: AttendanceEntry.State], by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> Int {
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            var counts: [String: Int] = [:]
            var noted: [(enrollment: String, state: String)] = []
            var last: Int64 = 0
            for (person, state) in states.sorted(by: { $0.key < $1.key }) {
                let enrollment = try db.learnerEnrollment(cohort: cohort, key: key, person: person)
                let known = try db.row(
                    "SELECT state FROM attendance WHERE enrollment = ? AND date = ? ORDER BY sequence DESC LIMIT 1",
                    [enrollment, date.description]
                ) { $0[0] as String }
                guard known != state.rawValue else { continue }
                try db.run(
                    "INSERT INTO attendance (enrollment, date, state, actor, at) VALUES (?, ?, ?, ?, ?)",
                    [enrollment, date.description, state.rawValue, actor, instant.milliseconds])
                last = db.lastInsertedRowID
                counts[state.rawValue, default: 0] += 1
                noted.append((enrollment, state.rawValue))
            }
            let changed = counts.values.reduce(0, +)
            guard changed > 0 else { return 0 }
            var details = counts.mapValues { "\($0)" }
            details["date"] = date.description
            // Rows of one transaction stand one after the other: the last one's number says which they are.
            details["last"] = "\(last)"
            details["rows"] = AuditedRow.attendance(noted)
            try db.appendAudit(actor: actor, action: "attendance.set", subject: cohort.text, details: details, at: instant)
            return changed
        }
    }

    /// What counts of each learner and date, by date and then name. Throws `notFound`.
    package func attendance(cohort: Slug, date: CivilDate?, person: Slug?) async throws(ProvostError) -> [AttendanceEntry] {
        try await read { db in
            let key = try db.key(of: cohort, in: "cohort")
            let enrollment = try person.map { try db.learnerEnrollment(cohort: cohort, key: key, person: $0) }
            var newest: [String: AttendanceEntry] = [:]
            try db.eachAttendance(cohort: key, enrollment: enrollment) { owner, entry in
                if date == nil || entry.date == date { newest["\(owner) \(entry.date)"] = entry }
            }
            return newest.values.sorted { ($0.date, $0.person) < ($1.date, $1.person) }
        }
    }
}

extension Database {
    /// Oldest first, so that the newest of a date comes last.
    func eachAttendance(
        cohort: String, enrollment: String?, _ body: (_ enrollment: String, AttendanceEntry) throws -> Void
    ) throws {
        let condition =
            enrollment == nil
            ? "t.enrollment IN (SELECT id FROM enrollment WHERE cohort = ?)" : "t.enrollment = ?"
        _ = try rows(
            """
            SELECT t.enrollment, t.sequence, p.slug, t.date, t.state, t.actor, t.at
            FROM attendance t JOIN enrollment e ON e.id = t.enrollment JOIN person p ON p.id = e.person
            WHERE \(condition) ORDER BY t.sequence
            """, [enrollment ?? cohort]
        ) { row in
            try body(
                row[0],
                AttendanceEntry(
                    sequence: row[1], person: row.slug(2), date: try CivilDate(parsing: row[3]), state: try Column.value(row[4]),
                    by: row[5], at: row.instant(6)))
        }
    }
}
