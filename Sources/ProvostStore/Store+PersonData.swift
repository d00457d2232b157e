import GRDB
package import ProvostCore

extension Store {
    /// Everything about a person, and the entries of the audit in which they act or are named; each mark says whether it is `released`.
    /// What of it the person may see, ``PersonData/asSeen(over:)`` says. Throws `notFound`.
    package func personData(_ slug: Slug, at instant: Timestamp) async throws(ProvostError) -> PersonData {
        try await read { db in
            let person = try db.person(slug)
            var tables: [String: [[String: String?]]] = [:]
            try PersonTables(db).each(of: person.id) { tables[$0, default: []].append(PersonTables.texts($1)) }
            // Whether a mark is released lies in rows that are nobody's own.
            let released = Set(
                try db.rows(
                    """
                    SELECT m.id FROM enrollment e JOIN mark m ON m.enrollment = e.id WHERE e.person = ? AND \(Mark.released)
                    """, [person.id.text]
                ) { $0[0] as String })
            for index in (tables["mark"] ?? []).indices {
                let id = tables["mark"]?[index]["id"] ?? nil
                tables["mark"]?[index]["released"] = .some(id.map(released.contains) == true ? "1" : "0")
            }
            tables["audit"] = try Row.fetchAll(
                db, sql: "SELECT sequence, at, actor, action, subject, details \(Database.auditOfPerson) ORDER BY sequence",
                arguments: ["slug": slug.text]
            ).map(PersonTables.texts)
            return PersonData(person: person, at: instant, tables: tables)
        }
    }

    /// What an erasure would come to. Throws `notFound`, `conflict` while a grading of theirs is not finished.
    package func planErasure(_ slug: Slug, pseudonym: Slug) async throws(ProvostError) -> ErasureReport {
        try await read { db in
            let person = try db.person(slug)
            try db.requireNothingRuns(person)
            return try db.erasureReport(person, pseudonym: pseudonym, dryRun: true)
        }
    }

    /// Puts a pseudonym in the place of the person's names, forgets their identifiers and ends every way in, in one transaction. Who is
    /// erased already stays so, and loses what an earlier version of this program left of their words. Scores, receipts and the audit stay:
    /// none of them can be changed.
    ///
    /// What goes is overwritten in the file, not only let go of; copies that were made before are not touched.
    ///
    /// Throws `notFound`, `conflict` while a grading or workspace of theirs is not finished.
    package func erasePerson(
        _ slug: Slug, pseudonym: Slug, reason: String, by actor: String, at instant: Timestamp
    ) async throws(ProvostError) -> (report: ErasureReport, person: ID<Person>) {
        let done = try await write { db -> (report: ErasureReport, person: ID<Person>) in
            let person = try db.person(slug)
            try db.requireNothingRuns(person)
            let key = person.id.text
            // SQLite leaves what was deleted in the file until something else needs the place.
            let before = try Int.fetchOne(db, sql: "PRAGMA secure_delete") ?? 0
            try db.execute(sql: "PRAGMA secure_delete = 1")
            if let old = try db.row("SELECT pseudonym FROM personErasure WHERE person = ?", [key], { $0.slug(0) }) {
                let report = try db.erasureReport(person, pseudonym: old, dryRun: false)
                try db.eraseWords(of: key)
                try db.execute(sql: "PRAGMA secure_delete = \(before)")
                return (report, person.id)
            }
            guard
                try db.row(
                    """
                    SELECT 1 FROM workspace w JOIN enrollment e ON e.id = w.enrollment WHERE e.person = ? AND w.state <> 'deleted'
                    """, [key], { _ in true }) == nil
            else { throw ProvostError(.conflict, "“\(slug)” still has a workspace; it is deleted first.") }
            let report = try db.erasureReport(person, pseudonym: pseudonym, dryRun: false)
            try db.run(
                "INSERT INTO personErasure (person, pseudonym, reason, actor, at) VALUES (?, ?, ?, ?, ?)",
                [key, pseudonym.text, reason, actor, instant.milliseconds])
            try db.run("UPDATE person SET slug = ?, name = ?, email = NULL WHERE id = ?", [pseudonym.text, pseudonym.text, key])
            try db.run("DELETE FROM personIdentifier WHERE person = ?", [key])
            try db.run("DELETE FROM organizationAdmin WHERE person = ?", [key])
            try db.run(
                "UPDATE token SET label = NULL, revokedAt = coalesce(revokedAt, ?) WHERE person = ?", [instant.milliseconds, key])
            for enrollment in try db.enrollments(person: person.id) { try db.voidCodes(of: enrollment.id, at: instant) }
            try db.run("UPDATE enrollment SET suspended = 1, section = NULL WHERE person = ?", [key])
            try db.run("UPDATE submission SET fileName = 'erased' WHERE person = ?", [key])
            try db.eraseWords(of: key)
            try db.execute(sql: "PRAGMA secure_delete = \(before)")
            // By number and pseudonym alone: the entry itself stays for good.
            try db.appendAudit(
                actor: actor == slug.text ? pseudonym.text : actor, action: "person.erase", subject: pseudonym.text,
                details: ["id": key], at: instant)
            return (report, person.id)
        }
        await emptyLog()
        return done
    }

    /// The contents that an erased person handed in and that nothing else in the store names.
    package func contentsOfErased(_ person: ID<Person>) async throws(ProvostError) -> [ContentDigest] {
        try await read { db in
            try db.rows(
                """
                SELECT DISTINCT s.digest FROM submission s JOIN personErasure x ON x.person = s.person
                WHERE s.person = ?
                  AND NOT EXISTS (
                    SELECT 1 FROM submission o WHERE o.digest = s.digest
                      AND o.person NOT IN (SELECT person FROM personErasure))
                  AND NOT EXISTS (SELECT 1 FROM labVersion v WHERE v.digest = s.digest OR v.content = s.digest)
                  AND NOT EXISTS (SELECT 1 FROM graderVersion v WHERE v.digest = s.digest)
                  AND NOT EXISTS (SELECT 1 FROM score c WHERE c.log = s.digest)
                """, [person.text]
            ) { try $0.digest(0) }
        }
    }
}

extension Database {
    /// As an actor, or as what something was done to: alone or behind a cohort's or organization's name.
    fileprivate static let auditOfPerson = """
        FROM audit WHERE (actor = :slug OR subject = :slug OR substr(subject, -length(:slug) - 1) = '/' || :slug)
        """

    /// What the person wrote about their results, the replies to it, and what markers wrote about their work. Points, levels, verdicts and
    /// dates stay. The triggers allow it for who is erased, and nothing else of these rows.
    fileprivate func eraseWords(of person: String) throws {
        let theirs = "enrollment IN (SELECT id FROM enrollment WHERE person = ?)"
        try run(
            "UPDATE appealReply SET text = 'erased' WHERE text <> 'erased' AND appeal IN (SELECT id FROM appeal WHERE \(theirs))",
            [person])
        try run("UPDATE appeal SET text = 'erased' WHERE text <> 'erased' AND \(theirs)", [person])
        try run("UPDATE mark SET comment = NULL WHERE comment IS NOT NULL AND \(theirs)", [person])
    }

    private func words(of person: Person) throws -> (appeals: Int, comments: Int, reasons: Int) {
        let theirs = "enrollment IN (SELECT id FROM enrollment WHERE person = :person)"
        let count = { (sql: String) in
            try self.row(sql, ["person": person.id.text]) { $0[0] as Int } ?? 0
        }
        let reasons =
            try row(
                "SELECT count(*) \(Self.auditOfPerson) AND json_extract(details, '$.reason') IS NOT NULL",
                ["slug": person.slug.text]
            ) { $0[0] as Int } ?? 0
        return (
            try count("SELECT count(*) FROM appeal WHERE text <> 'erased' AND \(theirs)")
                + count(
                    "SELECT count(*) FROM appealReply WHERE text <> 'erased' AND appeal IN (SELECT id FROM appeal WHERE \(theirs))"
                ),
            try count("SELECT count(*) FROM mark WHERE comment IS NOT NULL AND \(theirs)"), reasons
        )
    }

    fileprivate func requireNothingRuns(_ person: Person) throws {
        let running =
            try row(
                "SELECT count(*) FROM grading WHERE person = ? AND stage IN ('queued', 'unpacking', 'grading')", [person.id.text]
            ) { $0[0] as Int } ?? 0
        guard running == 0 else {
            throw ProvostError(.conflict, "\(running) gradings of “\(person.slug)” are not finished; wait for them, then erase.")
        }
    }

    fileprivate func erasureReport(_ person: Person, pseudonym: Slug, dryRun: Bool) throws -> ErasureReport {
        var counts: [String: Int] = [:]
        try PersonTables(self).each(of: person.id) { table, _ in counts[table, default: 0] += 1 }
        let workspaces =
            try row(
                "SELECT count(*) FROM workspace w JOIN enrollment e ON e.id = w.enrollment WHERE e.person = ? AND w.state <> 'deleted'",
                [person.id.text]
            ) { $0[0] as Int } ?? 0
        let audit = try row("SELECT count(*) \(Self.auditOfPerson)", ["slug": person.slug.text]) { $0[0] as Int } ?? 0
        let named =
            try row(
                "SELECT count(*) FROM audit WHERE action = 'person.create' AND subject = ? AND json_extract(details, '$.name') IS NOT NULL",
                [person.slug.text]
            ) { $0[0] as Int } ?? 0
        var erased = [ErasureReport.Item(what: "name, e-mail address and login", count: 1)]
        let goes = { (what: String, count: Int) in if count > 0 { erased.append(ErasureReport.Item(what: what, count: count)) } }
        goes("student numbers and other identifiers", counts["personIdentifier"] ?? 0)
        goes("logins (tokens, their labels)", counts["token"] ?? 0)
        goes("unused enrolment codes", counts["enrolmentCode"] ?? 0)
        goes("sections, and the right to take part", counts["enrollment"] ?? 0)
        goes("archives that were handed in, and their file names", counts["submission"] ?? 0)
        goes("workspaces with their files and snapshots", workspaces)
        let words = try words(of: person)
        goes("texts of appeals and of the replies to them", words.appeals)
        goes("comments that markers wrote about their work", words.comments)
        var kept: [ErasureReport.Item] = []
        for (table, count) in counts.sorted(by: { $0.key < $1.key }) where !Self.goneTables.contains(table) {
            kept.append(
                ErasureReport.Item(
                    what: table, count: count,
                    reason: Self.keptReasons[table] ?? "part of a record that is never changed; from now on under the pseudonym"))
        }
        if audit > 0 {
            kept.append(
                ErasureReport.Item(
                    what: "audit entries with the login “\(person.slug)”", count: audit,
                    reason:
                        "each entry's hash covers the one before; they hold the login and never a name, an address, an appeal or a comment"
                ))
        }
        if words.reasons > 0 {
            kept.append(
                ErasureReport.Item(
                    what: "audit entries with a reason that somebody gave", count: words.reasons,
                    reason: "the chain cannot be changed; reasons of allowances, integrity cases and exports are part of it"))
        }
        if named > 0 {
            kept.append(
                ErasureReport.Item(
                    what: "audit entries of an older version with the name", count: named,
                    reason: "the chain cannot be changed; older versions wrote the name into it when a person was made"))
        }
        return ErasureReport(person: person.slug, pseudonym: pseudonym, dryRun: dryRun, erased: erased, kept: kept)
    }

    private static let goneTables: Set<String> = ["person", "personIdentifier", "token", "enrolmentCode", "organizationAdmin"]
    private static let keptReasons = [
        "allowance": "results rest on it; its reason stays as it was written",
        "allowanceWithdrawal": "results rest on it; its reason stays as it was written",
        "appeal": "that they appealed, when and about what; the text goes",
        "appealReply": "what was decided, when and by whom; the text goes",
        "attendance": "results and certificates rest on it",
        "certificate":
            "whoever shows one must still be able to have it verified; it is signed, with the name as it was printed",
        "enrollment": "that somebody took part counts in reports; under the pseudonym, suspended",
        "grading": "the record of scores that certificates rest on",
        "integrityCase": "certificates ask about it, and claims may be made of it; its reason stays as it was written",
        "integrityDecision": "certificates ask about it, and claims may be made of it; its reason stays as it was written",
        "ledger": "what was used is accounted for",
        "mark": "results and certificates rest on its points and levels; the comment goes",
        "personErasure": "that the person was erased, when and why",
        "score": "the record of scores that certificates rest on; the grader's messages stay in it",
        "submission": "that something was handed in, when, and its digest; the receipt names the person by number alone",
        "test": "the record of scores that certificates rest on; what the grader showed of outputs stays in it",
    ]
}
