import GRDB
package import ProvostCore

/// What all batches of one import share.
package struct RosterOrder: Sendable {
    package let cohort: Slug
    package let role: Role
    /// Cohorts whose people may be changed; nil: everybody may. Who is in another one is a mistake of the roster.
    package let mayTouch: Authority?
    package let actor: String
    package let at: Timestamp
    /// How many will be suspended when all rows are taken: their places are free by then.
    package let leaving: Int
    package init(
        cohort: Slug, role: Role, mayTouch: Authority?, actor: String, at: Timestamp, leaving: Int = 0
    ) {
        self.cohort = cohort
        self.role = role
        self.mayTouch = mayTouch
        self.actor = actor
        self.at = at
        self.leaving = leaving
    }

    /// The same, when it is known who leaves.
    package func knowing(leaving: Int) -> Self {
        Self(cohort: cohort, role: role, mayTouch: mayTouch, actor: actor, at: at, leaving: leaving)
    }
}

/// What one batch came to.
package struct RosterOutcome: Sendable {
    package var report: RosterReport
    /// The rows' enrollments that were there before, by the store's own numbers: eight bytes each, for a million.
    package var present: [Int64] = []
    /// Rows that cannot be taken, each a sentence with its line.
    package var mistakes: [String] = []
}

extension Store {
    /// What the rows would do; nothing is changed. Throws `notFound` if the cohort does not exist.
    package func planRoster(_ rows: [RosterRow], _ order: RosterOrder) async throws(ProvostError) -> RosterOutcome {
        try await read { db in
            let place = try db.rosterPlace(order)
            var outcome = RosterOutcome(report: RosterReport(cohort: order.cohort, dryRun: true))
            for row in rows {
                do {
                    let step = try db.rosterStep(row, order, place)
                    outcome.add(step, row)
                } catch let mistake as RosterMistake { outcome.mistakes.append(mistake.sentence) }
            }
            return outcome
        }
    }

    /// Takes one batch: persons who are new are made, the others brought up to date, enrolled, and let in again if they were suspended.
    /// One transaction and one audit entry, which holds the rows' digest and no name. Doing it again changes nothing.
    ///
    /// A higher role than the order's stays: a roster of learners takes no instructor's rights. No codes are made.
    /// Throws `conflict` with the line when a row cannot be taken.
    package func importRoster(
        _ rows: [RosterRow], _ order: RosterOrder, digest: ContentDigest, identifiers: IdentifierGenerator
    ) async throws(ProvostError) -> RosterOutcome {
        try await write { db in
            let place = try db.rosterPlace(order)
            var outcome = RosterOutcome(report: RosterReport(cohort: order.cohort, dryRun: false))
            for row in rows {
                do {
                    let step = try db.rosterStep(row, order, place)
                    let made = try db.apply(step, row, order, place, identifiers)
                    outcome.add(step, row)
                    // Someone who was made just now is not missing from the roster.
                    if let made { outcome.present.append(made) }
                } catch let mistake as RosterMistake { throw ProvostError(.conflict, mistake.sentence + ".") }
            }
            let report = outcome.report
            try db.requirePlaces(order, place)
            if report.new + report.changed + report.returned > 0 {
                try db.appendAudit(
                    actor: order.actor, action: "roster.import", subject: order.cohort.text,
                    details: [
                        "changed": "\(report.changed)", "digest": digest.hex, "new": "\(report.new)",
                        "returned": "\(report.returned)",
                        "role": order.role.rawValue, "rows": "\(report.rows)",
                    ], at: order.at)
            }
            return outcome
        }
    }

    /// Throws `limitReached` when the cohort's program takes fewer learners than there would be with this many more.
    package func requirePlaces(_ order: RosterOrder, adding count: Int) async throws(ProvostError) {
        try await read { db in try db.requirePlaces(order, db.rosterPlace(order), adding: count) }
    }

    /// Who has the order's role in the cohort, is not suspended and is not among `present`: suspended with `apply`, in transactions of
    /// `batch` each with one audit entry. Nobody is deleted.
    package func suspendAbsent(
        _ order: RosterOrder, present: Set<Int64>, apply: Bool, batch: Int = 10_000
    ) async throws(ProvostError) -> RosterReport {
        var report = RosterReport(cohort: order.cohort, dryRun: !apply)
        var after: Int64 = 0
        while true {
            let from = after
            let body: @Sendable (Database) throws -> (last: Int64?, changes: [RosterChange]) = { db in
                try db.suspendAbsent(order, present: present, after: from, batch: batch, apply: apply)
            }
            let part = apply ? try await write(body) : try await read(body)
            for change in part.changes { report.add(change) }
            guard let last = part.last else { return report }
            after = last
        }
    }
}

/// A row that cannot be taken.
private struct RosterMistake: Error {
    let sentence: String
    init(_ row: RosterRow, _ what: String) { sentence = "line \(row.line): \(row.title) \(what)" }
}

/// The cohort as a roster needs it.
private struct RosterPlace {
    let cohort: String
    let organization: String
    let organizationSlug: Slug
}

/// What one row comes to.
private struct RosterStep {
    /// nil: made anew, under `slug`.
    let person: Person?
    let slug: Slug
    let name: String
    let enrollment: (row: Int64, id: String)?
    let role: Role
    let kind: RosterChange.Kind?
    let details: [String]
    let addsNumber: Bool
}

extension RosterOutcome {
    fileprivate mutating func add(_ step: RosterStep, _ row: RosterRow) {
        report.rows += 1
        if let enrollment = step.enrollment { present.append(enrollment.row) }
        if let kind = step.kind {
            report.add(RosterChange(kind: kind, line: row.line, person: step.slug, name: step.name, details: step.details))
        } else {
            report.same += 1
        }
    }
}

extension Database {
    fileprivate func rosterPlace(_ order: RosterOrder) throws -> RosterPlace {
        let found = try row(
            """
            SELECT c.id, o.id, o.slug FROM cohort c JOIN program g ON g.id = c.program
              JOIN organization o ON o.id = coalesce(c.organization, g.organization)
            WHERE c.slug = ?
            """, [order.cohort.text]
        ) { RosterPlace(cohort: $0[0], organization: $0[1], organizationSlug: $0.slug(2)) }
        guard let found else { throw Missing.named("cohort", order.cohort) }
        return found
    }

    fileprivate func requirePlaces(_ order: RosterOrder, _ place: RosterPlace, adding count: Int = 0) throws {
        guard order.role == .learner, let capacity = try capacity(cohort: place.cohort) else { return }
        let learners = try activeLearners(cohort: place.cohort) + count - order.leaving
        guard learners > capacity else { return }
        throw ProvostError(
            .limitReached,
            "The cohort “\(order.cohort)” would have \(learners) learners, and its program takes \(capacity); nothing was changed."
        )
    }

    /// By number first, then by login, then by e-mail address: the first that the row has and the store knows.
    private func rosterPerson(_ row: RosterRow, _ place: RosterPlace) throws -> (person: Person?, isNumberKnown: Bool) {
        if let number = row.number, let person = try person(of: .studentNumber, number, in: place.organization) {
            if let login = row.login, login != person.slug {
                throw RosterMistake(row, "has the student number “\(number)”, which is that of “\(person.slug)”")
            }
            return (person, true)
        }
        if let login = row.login { return (try personIfAny(login), false) }
        if row.number == nil, let email = row.email {
            return (try person(of: .email, email.lowercased(), in: place.organization), false)
        }
        return (nil, false)
    }

    private func person(of kind: IdentifierKind, _ value: String, in organization: String) throws -> Person? {
        try row(
            """
            SELECT p.id, p.slug, p.name, p.email FROM personIdentifier i JOIN person p ON p.id = i.person
            WHERE i.organization = ? AND i.kind = ? AND i.value = ?
            """, [organization, kind.rawValue, value]
        ) { $0.person(0) }
    }

    fileprivate func rosterStep(_ row: RosterRow, _ order: RosterOrder, _ place: RosterPlace) throws -> RosterStep {
        let (known, isNumberKnown) = try rosterPerson(row, place)
        guard let person = known else {
            let slug = try freeSlug(for: row, place)
            return RosterStep(
                person: nil, slug: slug, name: row.name ?? slug.text, enrollment: nil, role: order.role, kind: .new, details: [],
                addsNumber: row.number != nil)
        }
        if let mayTouch = order.mayTouch, try !isWithin(mayTouch, person: person.id.text) {
            throw RosterMistake(
                row,
                "is in a cohort that is not yours, or in charge of an organization; ask an administrator of this server to import them"
            )
        }
        let enrollment = try self.row(
            "SELECT rowid, id, role, suspended, section FROM enrollment WHERE person = ? AND cohort = ?",
            [person.id.text, place.cohort]
        ) { ($0[0] as Int64, $0[1] as String, try Column.value($0[2], as: Role.self), $0[3] as Bool, $0[4] as String?) }
        var details: [String] = []
        let differs = { (what: String, old: String?, new: String?) in
            if let new, new != old { details.append("\(what): \(old ?? "–") → \(new)") }
        }
        differs("name", person.name, row.name)
        differs("email", person.email, row.email)
        if !isNumberKnown { differs("number", nil, row.number) }
        guard let (number, id, role, suspended, section) = enrollment else {
            return RosterStep(
                person: person, slug: person.slug, name: row.name ?? person.name, enrollment: nil, role: order.role, kind: .new,
                details: details, addsNumber: row.number != nil && !isNumberKnown)
        }
        differs("section", section, row.section)
        let kept = max(role, order.role)
        differs("role", role.rawValue, kept.rawValue)
        return RosterStep(
            person: person, slug: person.slug, name: row.name ?? person.name, enrollment: (number, id), role: kept,
            kind: suspended ? .returned : details.isEmpty ? nil : .changed, details: details,
            addsNumber: row.number != nil && !isNumberKnown)
    }

    /// Returns the store's number of an enrollment that was made.
    fileprivate func apply(
        _ step: RosterStep, _ row: RosterRow, _ order: RosterOrder, _ place: RosterPlace, _ identifiers: IdentifierGenerator
    ) throws -> Int64? {
        guard step.kind != nil else { return nil }
        let person: String
        if let known = step.person {
            person = known.id.text
            if (row.name ?? known.name) != known.name || (row.email ?? known.email) != known.email {
                try run(
                    "UPDATE person SET name = ?, email = ? WHERE id = ?",
                    [row.name ?? known.name, row.email ?? known.email, person])
            }
        } else {
            person = identifiers.next("per", as: ID<Person>.self).text
            try run(
                "INSERT INTO person (id, slug, name, email) VALUES (?, ?, ?, ?)", [person, step.slug.text, step.name, row.email])
        }
        if step.addsNumber, let number = row.number {
            // A corrected number replaces the old one.
            try run(
                "DELETE FROM personIdentifier WHERE person = ? AND organization = ? AND kind = 'student-number'",
                [person, place.organization])
            try insertIdentifier(.studentNumber, number, of: person, in: place.organization)
        } else if step.person == nil, row.login == nil, let email = row.email {
            try insertIdentifier(.email, email.lowercased(), of: person, in: place.organization)
        }
        if let enrollment = step.enrollment {
            try run(
                "UPDATE enrollment SET role = ?, suspended = 0, section = coalesce(?, section) WHERE rowid = ?",
                [step.role.rawValue, row.section, enrollment.row])
            if step.kind == .returned { try grantBudget(to: enrollment.id, by: order.actor, at: order.at) }
            return nil
        } else {
            let id = identifiers.next("enr", as: ID<Enrollment>.self).text
            try run(
                "INSERT INTO enrollment (id, person, cohort, role, suspended, section) VALUES (?, ?, ?, ?, 0, ?)",
                [id, person, place.cohort, step.role.rawValue, row.section])
            let made = lastInsertedRowID
            try grantBudget(to: id, by: order.actor, at: order.at)
            return made
        }
    }

    private func insertIdentifier(_ kind: IdentifierKind, _ value: String, of person: String, in organization: String) throws {
        try run(
            "INSERT INTO personIdentifier (organization, kind, value, person) VALUES (?, ?, ?, ?)",
            [organization, kind.rawValue, value, person])
    }

    /// A name that is typed for somebody new: the login, or the student number, or what stands before the `@`; with the organization's
    /// name or a number behind it while somebody else has it.
    private func freeSlug(for row: RosterRow, _ place: RosterPlace) throws -> Slug {
        if let login = row.login { return login }
        let stem = Self.slugText(row.number ?? String(row.email?.prefix { $0 != "@" } ?? "")) ?? "learner"
        if try isFree(stem) { return Slug(trusted: stem) }
        let base = Self.slugText("\(stem.prefix(28))-\(place.organizationSlug.text.prefix(28))") ?? "learner"
        if try isFree(base) { return Slug(trusted: base) }
        var number = 2
        while try !isFree("\(base)-\(number)") { number += 1 }
        return Slug(trusted: "\(base)-\(number)")
    }

    private func isFree(_ slug: String) throws -> Bool {
        try row("SELECT 1 FROM person WHERE slug = ?", [slug]) { _ in true } == nil
    }

    private static func slugText(_ text: String) -> String? {
        var result: [UInt8] = []
        for byte in text.lowercased().utf8 {
            let isPlain = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
            if isPlain { result.append(byte) } else if let last = result.last, last != 0x2D { result.append(0x2D) }
        }
        result = Array(result.prefix(60))
        while result.last == 0x2D { result.removeLast() }
        let slug = String(decoding: result, as: UTF8.self)
        return Slug.isValid(slug) ? slug : nil
    }

    fileprivate func suspendAbsent(
        _ order: RosterOrder, present: Set<Int64>, after: Int64, batch: Int, apply: Bool
    ) throws -> (last: Int64?, changes: [RosterChange]) {
        let cohort = try key(of: order.cohort, in: "cohort")
        var last: Int64?
        var absent: [(row: Int64, id: String)] = []
        // The rowid is the last column of the index on the cohort, so each part goes on where the one before ended.
        let part = try rows(
            "SELECT rowid, id, role, suspended FROM enrollment WHERE cohort = ? AND rowid > ? ORDER BY rowid LIMIT ?",
            [cohort, after, batch]
        ) { ($0[0] as Int64, $0[1] as String, $0[2] as String, $0[3] as Bool) }
        for (row, id, role, suspended) in part {
            last = row
            if role == order.role.rawValue, !suspended, !present.contains(row) { absent.append((row, id)) }
        }
        var changes: [RosterChange] = []
        for (row, id) in absent {
            let person = try self.row(
                "SELECT p.slug, p.name FROM enrollment e JOIN person p ON p.id = e.person WHERE e.rowid = ?", [row]
            ) { ($0.slug(0), $0[1] as String) }
            guard let (slug, name) = person else { continue }
            changes.append(RosterChange(kind: .suspended, line: nil, person: slug, name: name))
            guard apply else { continue }
            try run("UPDATE enrollment SET suspended = 1 WHERE rowid = ?", [row])
            try voidCodes(of: ID(trusted: id), at: order.at)
        }
        if apply, !absent.isEmpty {
            try appendAudit(
                actor: order.actor, action: "roster.suspend", subject: order.cohort.text,
                details: ["enrollments": absent.map(\.id).joined(separator: " ")], at: order.at)
        }
        return (last, changes)
    }
}
