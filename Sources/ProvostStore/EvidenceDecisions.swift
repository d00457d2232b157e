import GRDB
import ProvostCore

// What people decided, held against the audit.
extension Database {
    func markLinks(_ id: String, _ before: Int64?) throws -> [EvidenceLink] {
        let name = "mark \(id)"
        let found = try row(
            """
            SELECT c.slug, \(MarkedWork.slug), p.slug, m.enrollment, m.marker, m.isModeration, m.levels, m.points, m.max, m.at,
              m.sequence, m.assignment, m.markedAssignment, e.person
            FROM mark m JOIN enrollment e ON e.id = m.enrollment JOIN person p ON p.id = e.person JOIN cohort c ON c.id = e.cohort
              \(MarkedWork.joins("m")) WHERE m.id = ?
            """, [id]
        ) { $0.copy() }
        guard let found else { return [EvidenceLink(name, .missing, "The store has no such mark.")] }
        let subject = "\(found[0] as String)/\(found[1] as String)"
        let action = found[5] as Bool ? "mark.moderate" : "mark.set"
        let facts: [String: String] = [
            "at": "\(found.instant(9))", "enrollment": found[3], "id": id,
            "levels": AuditedRow.levels(try Column.decoded(found[6])),
            "marker": found[4], "max": "\(found.points(8))", "person": found[2],
            "points": (found[7] as Int64?).map { "\(Points(thousandths: $0))" } ?? "taken back",
        ]
        guard let entry = try auditEntry(action, subject: subject, naming: id),
            var written = try Column.decoded(entry.details, as: [[String: String]].self).first(where: { $0["id"] == id })
        else { return [EvidenceLink(name, .missing, "No audit entry has recorded it.")] }
        written["at"] = "\(entry.at)"
        written["marker"] = entry.actor
        // What an older version did not write cannot differ, and a person has another name once they are erased.
        var compared = facts.filter { written.keys.contains($0.key) }
        if try isErased(found[13]) {
            compared["person"] = nil
            written["person"] = nil
        }
        return [
            Self.compared(name, compared, with: written, entry, before), try releaseLink(found, subject: subject, of: id, before),
        ]
    }

    /// The earliest release that covers the mark, as its entry has it.
    private func releaseLink(_ mark: Row, subject: String, of id: String, _ before: Int64?) throws -> EvidenceLink {
        let name = "release of \(id)"
        let release = try row(
            """
            SELECT actor, at, through, enrollment FROM markRelease
            WHERE assignment IS ? AND markedAssignment IS ? AND through >= ? AND (enrollment IS NULL OR enrollment = ?)
            ORDER BY sequence LIMIT 1
            """, [mark[11] as String?, mark[12] as String?, mark[10] as Int64, mark[3] as String]
        ) { $0.copy() }
        guard let release else { return EvidenceLink(name, .missing, "Nobody has released it, so that it cannot count.") }
        let at = release.instant(1)
        let isErased = try isErased(mark[13])
        let entry = try auditEntries(subject: subject, action: "mark.release").first { $0.at == at && $0.actor == release[0] }
        guard let entry else { return EvidenceLink(name, .missing, "No audit entry has released it.") }
        let written: [String: String] = try Column.decoded(entry.details)
        let forWhom: String = release[3] as String? == nil ? "everybody" : mark[2]
        let fits =
            (written["person"] == forWhom || isErased && written["person"] != "everybody")
            && (written["through"] == nil || written["through"] == "\(release[2] as Int64)")
            && before.map { entry.sequence < $0 } != false
        return EvidenceLink(
            name, fits ? .matches : .differs,
            fits ? "As audit entry \(entry.sequence) recorded it." : "Audit entry \(entry.sequence) released something else.")
    }

    func attendanceLink(_ id: String, _ before: Int64?) throws -> EvidenceLink {
        let found = try row(
            """
            SELECT t.sequence, t.date, t.state, t.actor, t.at, c.slug, c.id
            FROM attendance t JOIN enrollment e ON e.id = t.enrollment JOIN cohort c ON c.id = e.cohort WHERE t.sequence = ?
            """, [Int64(id.dropFirst("att_".count)) ?? -1]
        ) { $0.copy() }
        guard let found else { return EvidenceLink("attendance \(id)", .missing, "The store has no such row.") }
        let (sequence, date, actor, at) = (found[0] as Int64, found[1] as String, found[3] as String, found.instant(4))
        let name = "attendance \(id) on \(date)"
        let entries = try auditEntries(subject: found[5], action: "attendance.set").filter { $0.at == at && $0.actor == actor }
        var older: (AuditEntry, [String: String])?
        for entry in entries {
            var written: [String: String] = try Column.decoded(entry.details)
            guard written.removeValue(forKey: "date") == date else { continue }
            guard let last = written.removeValue(forKey: "last").flatMap(Int64.init),
                let digest = written.removeValue(forKey: "rows")
            else {
                older = (entry, written)
                continue
            }
            let count = Int64(written.values.compactMap { Int($0) }.reduce(0, +))
            guard (last - count + 1...last).contains(sequence) else { continue }
            let noted = try rows(
                "SELECT enrollment, state FROM attendance WHERE sequence BETWEEN ? AND ?", [last - count + 1, last]
            ) { (enrollment: $0[0] as String, state: $0[1] as String) }
            let fits = AuditedRow.attendance(noted) == digest && before.map { entry.sequence < $0 } != false
            return EvidenceLink(
                name, fits ? .matches : .differs,
                fits
                    ? "“\(found[2] as String)”, as audit entry \(entry.sequence) recorded it."
                    : "It is not what audit entry \(entry.sequence) recorded.")
        }
        guard let (entry, written) = older else { return EvidenceLink(name, .missing, "No audit entry has recorded it.") }
        let counts = try rows(
            """
            SELECT t.state, count(*) FROM attendance t JOIN enrollment e ON e.id = t.enrollment
            WHERE e.cohort = ? AND t.date = ? AND t.at = ? AND t.actor = ? GROUP BY t.state
            """, [found[6] as String, date, at.milliseconds, actor]
        ) { ($0[0] as String, "\($0[1] as Int)") }
        guard Dictionary(uniqueKeysWithValues: counts) == written else {
            return EvidenceLink(name, .differs, "Audit entry \(entry.sequence) recorded other numbers of learners.")
        }
        return EvidenceLink(
            name, .notRecorded,
            "Audit entry \(entry.sequence), of an older version, says how many were there and not who; the numbers are the same.")
    }

    func allowanceLink(_ id: String, _ before: Int64?) throws -> EvidenceLink {
        let name = "allowance \(id)"
        let place = try row(
            """
            SELECT c.slug, c.id, e.person FROM allowance l JOIN enrollment e ON e.id = l.enrollment JOIN cohort c ON c.id = e.cohort
            WHERE l.id = ?
            """, [id]
        ) { ($0.slug(0), $0[1] as String, $0[2] as String) }
        guard let (cohort, key, person) = place,
            let allowance = try allowances(cohort: cohort, key: key, enrollment: nil, id: ID(trusted: id)).first
        else { return EvidenceLink(name, .missing, "The store has no such allowance.") }
        guard let entry = try auditEntry("allowance.add", subject: "\(cohort)/\(allowance.person)", naming: id) else {
            return EvidenceLink(name, .missing, "No audit entry has recorded it.")
        }
        let written: Allowance = try Column.decoded(entry.details)
        let link = Self.compared(
            name, Self.facts(of: allowance, isErased: try isErased(person)),
            with: Self.facts(of: written, isErased: try isErased(person)),
            entry, before)
        guard link.finding == .matches, let withdrawal = allowance.withdrawal else { return link }
        return EvidenceLink(name, .superseded, "\(link.detail) \(withdrawal.by) took it back at \(withdrawal.at).")
    }

    private static func facts(of allowance: Allowance, isErased: Bool) -> [String: String] {
        var facts = [
            "at": "\(allowance.at)", "by": allowance.by, "id": allowance.id.text, "kind": allowance.kind.rawValue,
            "reason": allowance.reason,
        ]
        facts["assignment"] = allowance.assignment?.text
        facts["bonus"] = allowance.bonus.map { "\($0.billionths)" }
        facts["days"] = allowance.days.map { "\($0)" }
        facts["factor"] = allowance.factor?.description
        facts["until"] = allowance.until?.text(withSeconds: true)
        if !isErased { facts["person"] = allowance.person.text }
        return facts
    }
}
