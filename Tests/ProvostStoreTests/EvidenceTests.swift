import Foundation
import GRDB
import ProvostCore
import ProvostStore
import Testing

struct EvidenceTests {
    private func submission(_ world: World, before: Int64? = nil) async throws -> EvidenceLink {
        try await world.store.auditedSubmission("sub_a", digest: World.digest(7), before: before)
    }
    private func grading(_ world: World) async throws -> EvidenceLink {
        try #require(
            try await world.store.auditedGrading(
                "gra_a", submission: World.digest(7), grader: world.grader.digest, lab: world.lab.digest, before: nil
            ).first)
    }

    @Test func entriesAreLookedUpByTheirSubject() async throws {
        let world = try await World.make()
        let plan = try await world.raw().read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(Store.auditLookUp)", arguments: ["sub_a", "submission.receive"]).map {
                $0["detail"] as String
            }
        }
        #expect(
            plan.count == 1 && plan.allSatisfy { $0.hasPrefix("SEARCH audit USING INDEX auditSubject (subject=?)") }, "\(plan)")
    }

    @Test func whatIsReceivedAndScoredIsInTheAudit() async throws {
        let world = try await World.make()
        let test = TestRecord(
            number: 1, name: "adds", status: .pass, score: Points(whole: 12), max: Points(whole: 20), visibility: .hidden,
            message: nil)
        try await world.submitAndRecord("a", World.graded(12, tests: [test]))
        #expect(try await submission(world).finding == .matches)
        #expect(try await grading(world).finding == .matches)
        #expect(try await submission(world, before: 1).finding == .differs, "recorded after the certificate")
        #expect(
            try await world.store.auditedSubmission("sub_a", digest: World.digest(8), before: nil).finding == .differs)
        #expect(try await world.store.auditedSubmission("sub_x", digest: World.digest(7), before: nil).finding == .missing)
        let entries = try await world.store.audit(after: 0, limit: 100).filter { $0.details.contains("minji 님") }
        #expect(entries.isEmpty, "no names in the audit")

        for (statement, undo) in [
            ("DROP TRIGGER scoreKept; UPDATE score SET points = 13000", "UPDATE score SET points = 12000"),
            ("DROP TRIGGER testKept; UPDATE test SET status = 'fail'", "UPDATE test SET status = 'pass'"),
            ("UPDATE score SET messages = '[]'", #"UPDATE score SET messages = '["well done"]'"#),
        ] {
            try world.execute(statement)
            let link = try await grading(world)
            #expect(link.finding == .differs, "\(statement): \(link)")
            try world.execute(undo)
            #expect(try await grading(world).finding == .matches)
        }
        try world.execute("DROP TRIGGER submissionKept; UPDATE submission SET receivedAt = receivedAt - 1000")
        #expect(try await submission(world).finding == .differs)
    }

    /// What an older version did not write is unknown; what this one wrote and is gone is missing.
    @Test func anEntryThatIsGoneIsToldFromOneThatNeverWas() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("b", by: 1, World.graded(1))
        try await world.submitAndRecord("a", World.graded(12))
        // The chain cannot show that its newest entries were cut off; a certificate's own entry stands behind what it rests on.
        try await world.store.recordAudit(actor: "hana", action: "x.y", subject: "-", details: "{}", at: World.now)
        try world.execute("DROP TRIGGER auditStays; DELETE FROM audit WHERE subject IN ('sub_a', 'gra_a')")
        #expect(try await submission(world).finding == .missing)
        #expect(try await grading(world).finding == .missing)
        #expect(try await world.store.verifyAudit().brokenAt != nil)
        try world.execute("DELETE FROM audit WHERE subject IN ('sub_b', 'gra_b')")
        #expect(try await submission(world).finding == .notRecorded)
        #expect(try await grading(world).finding == .notRecorded)
    }

    @Test func attendanceOfAnOlderVersionIsHeldAgainstItsNumbers() async throws {
        let world = try await World.make()
        let date = try CivilDate(parsing: "2026-03-02")
        _ = try await world.store.setAttendance(
            cohort: world.cohort, date: date, states: [Slug(trusted: "minji"): .present, Slug(trusted: "jun"): .absent],
            by: "hana", at: World.now)
        #expect(try await world.store.auditedAttendance("att_1", before: nil).finding == .matches)
        // As it was written before: without digest and number.
        try world.execute(
            "DROP TRIGGER auditKept; UPDATE audit SET details = json_remove(details, '$.rows', '$.last') WHERE action = 'attendance.set'"
        )
        #expect(try await world.store.auditedAttendance("att_1", before: nil).finding == .notRecorded)
        try world.execute("DROP TRIGGER attendanceKept; UPDATE attendance SET state = 'present'")
        #expect(try await world.store.auditedAttendance("att_1", before: nil).finding == .differs)
    }

    @Test func aContentIsHashedInPieces() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: "\(folder.path)/blobs")
        let content = (0..<(700 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let name = try blobs.put(content)
        #expect(try blobs.digest(stored: name) == name)
        #expect(throws: ProvostError.self) { try blobs.digest(stored: World.digest(1)) }
        let path = "\(folder.path)/blobs/\(name.hex.prefix(2))/\(name.hex.dropFirst(2))"
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        var changed = content
        changed[600 << 10] ^= 1
        try Data(changed).write(to: URL(fileURLWithPath: path))
        #expect(try blobs.digest(stored: name) != name)
    }
}
