import Crypto
import GRDB
import ProvostCore
import ProvostStore
import Testing

struct AuditTests {
    @Test func everyChangeByAPersonIsAnEntry() async throws {
        let world = try await World.make(learners: ["minji"])
        let entries = try await world.store.audit(after: 0, limit: 100)
        #expect(
            entries.map(\.action) == [
                "organization.create", "program.create", "cohort.create", "grader.publish", "lab.publish", "person.create",
                "enrollment.create", "assignment.create",
            ])
        #expect(entries.map(\.sequence) == Array(1...8))
        #expect(entries.allSatisfy { $0.actor == "local:0" && $0.at == World.now })
        #expect(entries.last?.subject == "spring/one")
        #expect(try await world.store.audit(after: 6, limit: 1).map(\.sequence) == [7])
        #expect(try await world.store.verifyAudit() == (entries: 8, brokenAt: nil))
    }

    @Test func hashesAreThoseOfTheWrittenRule() async throws {
        let folder = try TemporaryFolder()
        let store = try Store(path: "\(folder.path)/provost.db")
        try await store.recordAudit(actor: "provost", action: "daemon.start", subject: "-", details: "{}", at: World.now)
        try await store.recordAudit(actor: "민지", action: "x.y", subject: "z", details: #"{"a":1}"#, at: World.now)
        let entries = try await store.audit(after: 0, limit: 10)
        let zeroes = String(repeating: "0", count: 64)
        let first = "\(zeroes)\n1\n\(World.now)\nprovost\ndaemon.start\n-\n{}"
        #expect(entries[0].hash == ContentDigest(bytes: SHA256.hash(data: Array(first.utf8))))
        let second = "\(entries[0].hash)\n2\n\(World.now)\n민지\nx.y\nz\n{\"a\":1}"
        #expect(entries[1].hash == ContentDigest(bytes: SHA256.hash(data: Array(second.utf8))))
    }

    @Test func failedChangeLeavesNoEntry() async throws {
        let world = try await World.make()
        let before = try await world.store.verifyAudit().entries
        await expectFailure(.conflict) {
            try await world.store.createPerson(World.person("minji"), by: "local:0", at: World.now)
        }
        #expect(try await world.store.verifyAudit().entries == before)
    }

    @Test func lineBreaksAndNonsenseAreRefused() async throws {
        let world = try await World.make()
        await expectFailure(.invalid) {
            try await world.store.recordAudit(actor: "a\nb", action: "x", subject: "y", details: "{}", at: World.now)
        }
        await expectFailure(.invalid) {
            try await world.store.recordAudit(actor: "a", action: "x", subject: "y", details: "{", at: World.now)
        }
    }

    @Test(arguments: [
        "UPDATE audit SET subject = 'other' WHERE sequence = 3",
        "UPDATE audit SET at = at + 1 WHERE sequence = 3",
        "UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 2) WHERE sequence = 3",
        "DELETE FROM audit WHERE sequence = 3",
    ])
    func tamperedEntryIsNamed(sql: String) async throws {
        let world = try await World.make()
        try world.execute("DROP TRIGGER auditKept; DROP TRIGGER auditStays; \(sql)")
        #expect(try await world.store.verifyAudit().brokenAt == 3)
    }

    @Test func racingWritersLeaveNoGap() async throws {
        let world = try await World.make()
        let before = try await world.store.verifyAudit().entries
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    try await world.store.recordAudit(actor: "a", action: "x", subject: "\(index)", details: "{}", at: World.now)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await world.store.verifyAudit() == (entries: before + 40, brokenAt: nil))
    }
}

struct AppendOnlyTests {
    @Test(arguments: [
        "UPDATE submission SET late = 1", "UPDATE submission SET receipt = '{}'", "DELETE FROM submission",
        "UPDATE score SET points = 20000", "DELETE FROM score",
        "UPDATE test SET status = 'pass'", "DELETE FROM test",
        "UPDATE audit SET actor = 'x'", "DELETE FROM audit",
        "UPDATE labVersion SET points = 1", "DELETE FROM labVersion",
        "UPDATE graderVersion SET number = 7", "DELETE FROM graderVersion",
        "UPDATE grading SET stage = 'queued', startedAt = NULL, finishedAt = NULL", "UPDATE grading SET run = run + 1",
        "DELETE FROM grading",
        // Replacing deletes a row; the store's own connections make the triggers see it.
        "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO score SELECT * FROM score",
        "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO submission SELECT * FROM submission",
        // A second score for a finished grading, and an audit entry out of order.
        "INSERT INTO test VALUES ('gra_a', 2, 'more', 'pass', 1, 1, 'visible', NULL)",
        """
        INSERT INTO audit VALUES
          (99, 1, 'a', 'b', 'c', '{}', '0000000000000000000000000000000000000000000000000000000000000000')
        """,
    ])
    func whatIsRecordedNeverChanges(sql: String) async throws {
        let world = try await World.make()
        let test = TestRecord(number: 1, name: "adds", status: .fail, score: .zero, max: Points(whole: 20))
        try await world.submitAndRecord("a", World.graded(0, tests: [test]))
        #expect(throws: DatabaseError.self) { try world.execute(sql) }
        let row = try await world.store.submission(ID(trusted: "sub_a"))
        #expect(row.newest?.record?.score == .zero)
        #expect(row.newest?.record?.tests == [test])
        #expect(row.newest?.run == 1)
        #expect(try await world.store.verifyAudit().brokenAt == nil)
    }

    @Test func gradingCannotEndWithoutItsScore() async throws {
        let world = try await World.make()
        try await world.submit("a")
        _ = try await world.claim()
        #expect(throws: DatabaseError.self) { try world.execute("UPDATE grading SET stage = 'graded', finishedAt = 1") }
    }
}
