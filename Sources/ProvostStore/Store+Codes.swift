import GRDB
package import ProvostCore

/// A code that was made for an enrollment, by its place in the request.
package struct MadeCode: Sendable {
    package let enrollment: Enrollment
    /// Which of the prepared hashes is theirs.
    package let index: Int
}

/// Some of the codes of a cohort.
package struct MadeCodes: Sendable {
    package var codes: [MadeCode] = []
    /// Where the next call goes on; nil at the end.
    package var next: Int64?
    /// Who is also in a cohort that the caller is not in charge of: a code would open that one as well.
    package var withheld: [Slug] = []
}

extension Store {
    /// Makes codes for the named people, or, without names, for everybody in the cohort after `after` (0: from the first) who is not
    /// suspended and never logged in; as many as there are hashes. Older unused codes stop working. One audit entry.
    ///
    /// `mayTouch`: what the caller is in charge of; nil: everything. Throws `notFound` for a name that is not in the cohort.
    package func makeCodes(
        cohort: Slug, people: [Slug]?, after: Int64, hashes: [String], expires: Timestamp, mayTouch: Authority?, by actor: String,
        at instant: Timestamp
    ) async throws(ProvostError) -> MadeCodes {
        try await write { db in
            let key = try db.key(of: cohort, in: "cohort")
            var made = MadeCodes()
            var enrollments: [Enrollment] = []
            if let people {
                for name in people.prefix(hashes.count) {
                    guard let enrollment = try db.enrollment(person: name, cohort: cohort), !enrollment.suspended else {
                        throw ProvostError(
                            .notFound, "“\(name)” is not in the cohort “\(cohort)”, or is suspended; enrol them first.")
                    }
                    enrollments.append(enrollment)
                }
            } else {
                // By rowid, the last column of the index on the cohort.
                let part = try db.rows(
                    """
                    \(Enrollment.selection) WHERE e.rowid IN (
                      SELECT n.rowid FROM enrollment n WHERE n.cohort = ? AND n.rowid > ? AND n.suspended = 0
                        AND NOT EXISTS (SELECT 1 FROM token t WHERE t.person = n.person)
                      ORDER BY n.rowid LIMIT ?) ORDER BY e.rowid
                    """, [key, after, hashes.count], Enrollment.decoded)
                enrollments = part
                if part.count == hashes.count, let last = part.last {
                    made.next = try db.row("SELECT rowid FROM enrollment WHERE id = ?", [last.id.text]) { $0[0] as Int64 }
                }
            }
            for enrollment in enrollments {
                if let mayTouch, try !db.isWithin(mayTouch, person: enrollment.person.id.text) {
                    made.withheld.append(enrollment.person.slug)
                    continue
                }
                let index = made.codes.count
                try db.voidCodes(of: enrollment.id, at: instant)
                try db.run(
                    "INSERT INTO enrolmentCode (hash, enrollment, createdAt, expiresAt) VALUES (?, ?, ?, ?)",
                    [hashes[index], enrollment.id.text, instant.milliseconds, expires.milliseconds])
                made.codes.append(MadeCode(enrollment: enrollment, index: index))
            }
            if !made.codes.isEmpty {
                try db.appendAudit(
                    actor: actor, action: "enrollment.codes", subject: cohort.text,
                    details: [
                        "codeExpires": expires.description,
                        "enrollments": made.codes.map(\.enrollment.id.text).joined(separator: " "),
                    ], at: instant)
            }
            return made
        }
    }
}
