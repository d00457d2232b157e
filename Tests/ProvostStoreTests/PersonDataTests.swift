import GRDB
import ProvostCore
import ProvostStore
import Testing

@Suite struct PersonDataTests {
    private static let pseudonym = Slug(trusted: "erased-1")

    private func graded() async throws -> World {
        let world = try await World.make()
        for (key, learner) in [("a", 0), ("b", 1)] {
            try await world.submit(key, by: learner, to: 0)
            let job = try #require(try await world.store.claimNextGrading(at: World.now))
            _ = try await world.store.advance(job.grading.id, run: job.grading.run, to: .grading, unpack: UnpackReport())
            let test = TestRecord(number: 1, name: "adds", status: .pass, score: Points(whole: 12), max: Points(whole: 20))
            _ = try await world.record(job, World.graded(12, tests: [test]))
        }
        _ = try await world.store.importRoster(
            [RosterRow(line: 2, login: world.learners[0].slug, number: "0042", name: "김민지", email: "m@x.kr", section: "A")],
            RosterOrder(cohort: world.cohort, role: .learner, mayTouch: nil, actor: "local:0", at: World.now),
            digest: World.digest(7), identifiers: .system)
        return world
    }

    /// What the schema says belongs to a person is there, without secrets and without what is others'.
    @Test func theDataIsWholeAndNobodyElses() async throws {
        let world = try await graded()
        let data = try await world.store.personData(world.learners[0].slug, at: World.now)
        for (table, count) in [
            "person": 1, "enrollment": 1, "enrolmentCode": 1, "personIdentifier": 1, "submission": 1, "grading": 1, "score": 1,
        ] { #expect(data.tables[table]?.count == count, "\(table): \(data.tables[table]?.count ?? 0)") }
        #expect((data.tables["test"]?.count ?? 0) > 0)
        #expect(data.tables["audit"]?.contains { $0["subject"] == "spring/minji" } == true)
        #expect(data.tables["enrolmentCode"]?[0]["hash"] == nil)
        let texts = data.tables.values.flatMap { $0.flatMap { $0.values.compactMap { $0 } } }
        #expect(!texts.contains { $0.contains("jun") })
    }

    @Test func anErasureTakesNamesAndKeepsTheRecord() async throws {
        let world = try await graded()
        let minji = world.learners[0]
        let plan = try await world.store.planErasure(minji.slug, pseudonym: Self.pseudonym)
        #expect(plan.dryRun && plan.kept.contains { $0.what == "score" } && plan.erased.contains { $0.what.contains("archives") })
        #expect(try await world.store.person(minji.slug).name == "김민지")
        let (report, id) = try await world.store.erasePerson(
            minji.slug, pseudonym: Self.pseudonym, reason: "asked", by: "local:0", at: World.now)
        #expect(report.pseudonym == Self.pseudonym && id == minji.id)
        let erased = try await world.store.person(Self.pseudonym)
        #expect(erased.name == "erased-1" && erased.email == nil)
        await #expect(throws: ProvostError.self) { try await world.store.person(minji.slug) }
        // Scores stay, under the pseudonym; the chain holds.
        let results = try await world.results()
        #expect(results.first { $0.person.slug == Self.pseudonym }?.score == Points(whole: 12))
        #expect(try await world.store.verifyAudit().brokenAt == nil)
        #expect(try await world.store.enrollments(cohort: world.cohort).first { $0.person.id == id }?.suspended == true)
        // Twice is the same as once, also under the pseudonym.
        let again = try await world.store.erasePerson(
            Self.pseudonym, pseudonym: Slug(trusted: "erased-2"), reason: "asked", by: "local:0", at: World.now)
        #expect(again.report.pseudonym == Self.pseudonym)
        // Nothing that names the person is left in any table but the audit, which holds the login alone.
        try await DatabaseQueue(path: world.path).read { db in
            for table in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit'") {
                for row in try Row.fetchAll(db, sql: "SELECT * FROM \(table)")
                where row.description.contains("김민지") || row.description.contains("0042") || row.description.contains("m@x.kr") {
                    Issue.record("\(table): \(row)")
                }
            }
        }
    }

    @Test func onlyContentsThatNobodyElseHandedInGo() async throws {
        let world = try await graded()
        let submissions = try await world.store.submissions(cohort: world.cohort, assignment: nil, person: nil, limit: 10)
        let own = try #require(submissions.first { $0.submission.person == world.learners[0].id }?.submission.digest)
        let others = try #require(submissions.first { $0.submission.person == world.learners[1].id }?.submission.digest)
        let (_, id) = try await world.store.erasePerson(
            world.learners[0].slug, pseudonym: Self.pseudonym, reason: "asked", by: "local:0", at: World.now)
        let contents = try await world.store.contentsOfErased(id)
        #expect(contents == (own == others ? [] : [own]))
        // Of somebody who is not erased nothing goes, whatever is asked.
        #expect(try await world.store.contentsOfErased(world.learners[1].id).isEmpty)
    }

    @Test func whatIsBeingGradedIsWaitedFor() async throws {
        let world = try await World.make()
        try await world.submit("a", by: 0, to: 0)
        let error = await #expect(throws: ProvostError.self) {
            try await world.store.erasePerson(
                world.learners[0].slug, pseudonym: Self.pseudonym, reason: "asked", by: "local:0", at: World.now)
        }
        #expect(error?.code == .conflict)
    }

    /// The file name of a living person's submission never changes, and of an erased one's nothing else.
    @Test func theRecordIsGuardedByTriggers() async throws {
        let world = try await graded()
        #expect(throws: (any Error).self) { try World.execute("UPDATE submission SET fileName = 'erased'", in: world.path) }
        _ = try await world.store.erasePerson(
            world.learners[0].slug, pseudonym: Self.pseudonym, reason: "asked", by: "local:0", at: World.now)
        for change in ["fileName = 'other'", "digest = '\(World.digest(9).hex)'", "receivedAt = 1", "late = 1 - late"] {
            #expect(throws: (any Error).self, "\(change)") {
                try World.execute("UPDATE submission SET \(change)", in: world.path)
            }
        }
    }

    /// The words of who is erased may go and nothing else of the rows; the words of the living stay.
    @Test func wordsAreGuardedByTriggers() async throws {
        let world = try await graded()
        let one = Slug(trusted: "one")
        for (index, learner) in world.learners.enumerated() {
            try await world.store.addMarks(
                [
                    NewMark(
                        id: ID(trusted: "mrk_\(index)"), person: learner.slug, levels: [:], points: Points(whole: 3),
                        max: Points(whole: 20), comment: "a word")
                ], cohort: world.cohort, assignment: one, isModeration: false, by: "hana", at: World.now)
            let appeal = Appeal(
                id: ID(trusted: "apl_\(index)"), cohort: world.cohort, person: learner.slug, assignment: one, text: "a word",
                at: World.now)
            try await world.store.addAppeal(appeal)
            _ = try await world.store.replyToAppeal(
                appeal.id, cohort: world.cohort, Appeal.Reply(verdict: .declined, text: "a word", by: "hana", at: World.now))
        }
        let words = ["mark SET comment = NULL", "appeal SET text = 'erased'", "appealReply SET text = 'erased'"]
        for word in words { #expect(throws: (any Error).self, "\(word)") { try World.execute("UPDATE \(word)", in: world.path) } }
        _ = try await world.store.erasePerson(
            world.learners[0].slug, pseudonym: Self.pseudonym, reason: "asked", by: "local:0", at: World.now)
        for word in words + [
            "mark SET comment = 'other' WHERE id = 'mrk_0'", "mark SET points = 20 WHERE id = 'mrk_0'",
            "mark SET levels = '{\"a\":\"b\"}' WHERE id = 'mrk_0'", "mark SET marker = 'x' WHERE id = 'mrk_0'",
            "mark SET rowid = 99 WHERE id = 'mrk_0'", "mark SET at = 1 WHERE id = 'mrk_0'",
            "appeal SET text = 'other' WHERE id = 'apl_0'", "appeal SET at = 1 WHERE id = 'apl_0'",
            "appeal SET rowid = 99 WHERE id = 'apl_0'", "appealReply SET verdict = 'upheld' WHERE appeal = 'apl_0'",
            "appealReply SET text = 'other' WHERE appeal = 'apl_0'", "appealReply SET actor = 'x' WHERE appeal = 'apl_0'",
        ] { #expect(throws: (any Error).self, "\(word)") { try World.execute("UPDATE \(word)", in: world.path) } }
        for table in ["mark", "appeal", "appealReply"] {
            #expect(throws: (any Error).self, "\(table)") { try World.execute("DELETE FROM \(table)", in: world.path) }
        }
        #expect(try World.number("SELECT count(*) FROM mark WHERE comment = 'a word' AND points = 3000", in: world.path) == 1)
        #expect(try World.number("SELECT count(*) FROM mark WHERE comment IS NULL AND points = 3000", in: world.path) == 1)
        #expect(try World.number("SELECT count(*) FROM appeal WHERE text = 'a word'", in: world.path) == 1)
        #expect(try await world.store.verifyAudit().brokenAt == nil)
    }

    @Test func aContentThatArrivedJustNowStays() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: "\(folder.path)/blobs")
        let digest = try blobs.put(Array("work".utf8))
        // Its row may be on its way.
        #expect(try !blobs.remove(digest) && blobs.contains(digest))
        let later = try BlobStore(directory: "\(folder.path)/blobs")
        #expect(try later.remove(digest) && !later.contains(digest))
        #expect(try later.remove(digest))
        #expect(try later.put(Array("work".utf8)) == digest && later.contains(digest))
    }
}
