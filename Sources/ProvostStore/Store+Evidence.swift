import GRDB
package import ProvostCore

// What certificates rest on, held against the audit. Each look-up goes by the audit's index over subjects; only what was renamed since is
// looked for in the whole of it.
extension Store {
    /// How entries are looked up: a subject, an action.
    package static let auditLookUp = """
        SELECT sequence, at, actor, action, subject, details, hash FROM audit WHERE subject = ? AND action = ? ORDER BY sequence
        """

    /// The audit's entries of one action on one subject, oldest first.
    package func auditEntries(subject: String, action: String) async throws(ProvostError) -> [AuditEntry] {
        try await read { db in try db.auditEntries(subject: subject, action: action) }
    }

    /// Whether the person asked to be erased, so that what they handed in is kept no longer.
    package func isErased(_ person: ID<Person>) async throws(ProvostError) -> Bool {
        try await read { db in try db.isErased(person.text) }
    }

    /// Whether, after an entry of the audit, somebody changed what a cohort's results follow from: its plan, or one assignment's terms.
    package func rulesChanged(cohort: Slug, assignment: Slug, after sequence: Int64) async throws(ProvostError) -> Bool {
        try await read { db in
            try db.row(
                """
                SELECT 1 FROM audit WHERE subject = ? AND sequence > ? AND action = 'cohort.advance'
                UNION ALL SELECT 1 FROM audit WHERE subject = ? AND sequence > ? AND action LIKE 'assignment.%' LIMIT 1
                """, [cohort.text, sequence, "\(cohort)/\(assignment)", sequence]
            ) { _ in true } ?? false
        }
    }

    /// What was received, as the audit recorded it.
    ///
    /// - Parameter before: the number of the certificate's own entry; what it rests on was recorded before it.
    package func auditedSubmission(
        _ id: String, digest: ContentDigest, before: Int64?
    ) async throws(ProvostError) -> EvidenceLink {
        try await read { db in
            let facts = try AuditedRow.submission(id, in: db)
            guard facts == nil || facts?["digest"] == digest.hex else {
                return EvidenceLink("submission \(id)", .differs, "The store names another archive than the certificate.")
            }
            let at = try db.row("SELECT queuedAt FROM grading WHERE submission = ? ORDER BY sequence LIMIT 1", [id]) {
                $0.instant(0)
            }
            return try db.link("submission \(id)", AuditedRow.submission, id, facts, at, before)
        }
    }

    /// The score of a grading with all its tests, as the audit recorded it; and where an applied set of regradings made it count, that set.
    /// The digests are those that the certificate names. `before` as of a submission.
    package func auditedGrading(
        _ id: String, submission: ContentDigest?, grader: ContentDigest?, lab: ContentDigest?, before: Int64?
    ) async throws(ProvostError) -> [EvidenceLink] {
        try await read { db in
            let name = "grading \(id)"
            let facts = try AuditedRow.grading(id, in: db)
            if let facts, [submission, grader, lab].map(\.?.hex) != ["submissionDigest", "grader", "lab"].map({ facts[$0] }) {
                return [EvidenceLink(name, .differs, "Its score was made from something else than the certificate says.")]
            }
            let at = try db.row("SELECT recordedAt FROM score WHERE grading = ?", [id]) { $0.instant(0) }
            var links = [try db.link(name, AuditedRow.grading, id, facts, at, before)]
            let set = try db.row(
                "SELECT r.id, r.endedAt, r.state FROM grading g JOIN regradeSet r ON r.id = g.regradeSet WHERE g.id = ?", [id]
            ) { row in (row[0] as String, row.optionalInstant(1), row[2] as String) }
            if let (set, at, state) = set {
                let entry = try db.auditEntries(subject: set, action: "regrade.apply").first
                let fits = state == "applied" && entry?.at == at
                links.append(
                    EvidenceLink(
                        "regrade set \(set)", entry == nil ? .missing : fits ? .matches : .differs,
                        entry.map {
                            fits
                                ? "Applied by \($0.actor), audit entry \($0.sequence)."
                                : "It was not applied as audit entry \($0.sequence) says."
                        }
                            ?? "No audit entry has applied it."))
            }
            return links
        }
    }

    /// A mark as its entry in the audit has it, and the release by which it counts. `before` as of a submission.
    package func auditedMark(_ id: String, before: Int64?) async throws(ProvostError) -> [EvidenceLink] {
        try await read { db in try db.markLinks(id, before) }
    }

    /// Who was there on one date: the rows of the transaction that noted it, as their entry has them. `before` as of a submission.
    package func auditedAttendance(_ id: String, before: Int64?) async throws(ProvostError) -> EvidenceLink {
        try await read { db in try db.attendanceLink(id, before) }
    }

    /// An allowance as its entry in the audit has it. `before` as of a submission.
    package func auditedAllowance(_ id: String, before: Int64?) async throws(ProvostError) -> EvidenceLink {
        try await read { db in try db.allowanceLink(id, before) }
    }

    /// The publication of a grader version. `before` as of a submission.
    package func auditedGrader(_ digest: ContentDigest, before: Int64?) async throws(ProvostError) -> EvidenceLink {
        try await read { db in
            let found = try db.row("SELECT name, number FROM graderVersion WHERE digest = ?", [digest.hex]) {
                "\($0[0] as String)/\($0[1] as Int)"
            }
            return try db.publication("grader", digest, found, ["digest": digest.hex], before)
        }
    }

    /// The publication of a lab version. `before` as of a submission.
    package func auditedLab(_ digest: ContentDigest, before: Int64?) async throws(ProvostError) -> EvidenceLink {
        try await read { db in
            let found = try db.row("SELECT name, number, grader FROM labVersion WHERE digest = ?", [digest.hex]) {
                ("\($0[0] as String)/\($0[1] as Int)", $0[2] as String)
            }
            return try db.publication("lab", digest, found?.0, ["digest": digest.hex, "grader": found?.1 ?? ""], before)
        }
    }
}

extension Database {
    /// By the index over subjects.
    func auditEntries(subject: String, action: String) throws -> [AuditEntry] {
        try rows(Store.auditLookUp, [subject, action], Self.auditEntry)
    }

    /// The entry of an action that names an identifier in its details: on its subject, and where that was renamed since, on any.
    func auditEntry(_ action: String, subject: String, naming id: String) throws -> AuditEntry? {
        if let found = try auditEntries(subject: subject, action: action).first(where: { $0.details.contains("\"\(id)\"") }) {
            return found
        }
        return try row(
            """
            SELECT sequence, at, actor, action, subject, details, hash FROM audit WHERE action = ? AND instr(details, ?) > 0
            ORDER BY sequence LIMIT 1
            """, [action, "\"\(id)\""], Self.auditEntry)
    }

    private static func auditEntry(_ row: Row) throws -> AuditEntry {
        AuditEntry(
            sequence: row[0], at: row.instant(1), actor: row[2], action: row[3], subject: row[4], details: row[5],
            hash: try row.digest(6))
    }

    func isErased(_ person: String) throws -> Bool {
        try row("SELECT 1 FROM personErasure WHERE person = ?", [person]) { _ in true } ?? false
    }

    /// Compares facts with the entry of one action on the row.
    ///
    /// - Parameter at: when the row was written; before the first entry of its kind nothing recorded it.
    fileprivate func link(
        _ name: String, _ action: String, _ id: String, _ facts: [String: String]?, _ at: Timestamp?, _ before: Int64?
    ) throws -> EvidenceLink {
        guard let facts else { return EvidenceLink(name, .missing, "The store has no such row.") }
        guard let entry = try auditEntries(subject: id, action: action).first else {
            let first = try row("SELECT at FROM audit WHERE action = ? ORDER BY sequence LIMIT 1", [action]) { $0.instant(0) }
            if let at, let first, first <= at { return EvidenceLink(name, .missing, "No audit entry has recorded it.") }
            return EvidenceLink(name, .notRecorded, "It was recorded before entries of this kind were written.")
        }
        return Self.compared(name, facts, with: try Column.decoded(entry.details), entry, before)
    }

    static func compared(
        _ name: String, _ facts: [String: String], with written: [String: String], _ entry: AuditEntry, _ before: Int64?
    ) -> EvidenceLink {
        if let before, entry.sequence >= before {
            return EvidenceLink(name, .differs, "Audit entry \(entry.sequence) recorded it after the certificate was made.")
        }
        let keys = Set(facts.keys).union(written.keys).sorted().filter { facts[$0] != written[$0] }
        guard let key = keys.first(where: { $0 != "record" }) ?? keys.first else {
            return EvidenceLink(name, .matches, "As audit entry \(entry.sequence) recorded it.")
        }
        return EvidenceLink(
            name, .differs,
            "Audit entry \(entry.sequence) has \(key) \(written[key] ?? "none"), the store has \(facts[key] ?? "none").")
    }

    fileprivate func publication(
        _ what: String, _ digest: ContentDigest, _ subject: String?, _ facts: [String: String], _ before: Int64?
    ) throws -> EvidenceLink {
        guard let subject else {
            return EvidenceLink("\(what) \(digest.short)", .missing, "The store has no such version.")
        }
        let name = "\(what) \(subject)"
        guard let entry = try auditEntries(subject: subject, action: "\(what).publish").first else {
            return EvidenceLink(name, .missing, "No audit entry has published it.")
        }
        let written: [String: String] = try Column.decoded(entry.details)
        return Self.compared(name, facts, with: written.filter { facts.keys.contains($0.key) }, entry, before)
    }
}
