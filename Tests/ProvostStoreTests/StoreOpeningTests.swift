import Foundation
import GRDB
import ProvostCore
import ProvostStore
import Testing

struct StoreOpeningTests {
    @Test func fileAndSideFilesArePrivate() async throws {
        let world = try await World.make()
        for name in ["provost.db", "provost.db-wal", "provost.db-shm"] {
            #expect(try mode(of: "\(world.folder.path)/\(name)") == 0o600)
        }
    }

    @Test func whatWasRecordedIsThereAfterReopening() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        let organization = Organization(id: ID(trusted: "org_1"), slug: try Slug("acme"), title: "에이컴")
        do {
            let store = try Store(path: path)
            try await store.createOrganization(organization, by: "local:0", at: World.now)
        }
        #expect(try await Store(path: path).organizations() == [organization])
    }

    @Test func newerSchemaIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        _ = try Store(path: path)
        try World.execute("INSERT INTO grdb_migrations VALUES ('9999-future')", in: path)
        await expectFailure(.conflict, "made by a newer provost (schema \(Store.schemaVersion + 1)") { _ = try Store(path: path) }
    }

    @Test func anotherProgramsDatabaseIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        try World.execute("CREATE TABLE song (title TEXT)", in: path)
        await expectFailure(.conflict, "another program's database") { _ = try Store(path: path) }
    }

    @Test func fileThatIsNoDatabaseIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
        await expectFailure(.internalError, "restore a backup") { _ = try Store(path: path) }
    }

    @Test func missingFolderIsAnError() async throws {
        let folder = try TemporaryFolder()
        await expectFailure(.internalError) { _ = try Store(path: "\(folder.path)/none/provost.db") }
    }

    @Test func backupIsCompletePrivateAndNeverOverwrites() async throws {
        let world = try await World.make()
        try await world.submitAndRecord("a", World.graded(12))
        let copy = "\(world.folder.path)/copy.db"
        try await world.store.backup(to: copy)
        #expect(try mode(of: copy) == 0o600)
        let restored = try Store(path: copy)
        #expect(try await restored.submission(ID(trusted: "sub_a")) == world.store.submission(ID(trusted: "sub_a")))
        #expect(try await restored.verifyAudit().brokenAt == nil)
        await expectFailure(.conflict, "already a file") { try await world.store.backup(to: copy) }
    }

    @Test func cancelledCallerStillGetsTheWholeChange() async throws {
        let world = try await World.make()
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await world.submit("a")
        }
        #expect(try await task.value.attempt == 1)
        #expect(try await world.store.queueCounts().queued == 1)
    }
}
