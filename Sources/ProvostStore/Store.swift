import GRDB
import Glibc
package import ProvostCore

/// Everything that is recorded, in one SQLite file. One method is one transaction.
///
/// - A method that returned has its change on the disk (WAL, `synchronous=FULL`); one that threw has changed nothing.
/// - Cancelling the caller's task neither undoes nor halves a change: the calls run to their end on the store's own queues.
/// - Every method throws `unavailable` when the disk is full and `internal` when the file itself is at fault.
/// - `by` names who asked, as in ``AuditEntry``; the audit entry is part of the same transaction.
///
/// One store for one file, for the life of the process.
package final class Store: Sendable {
    /// The version that this program writes: how many migrations it knows.
    package static let schemaVersion = Migration.all.count

    let pool: DatabasePool
    private let path: String

    /// Opens the file, makes it (mode 0600) if there is none, and migrates it. Blocks; meant for the start of the program.
    ///
    /// `schemaVersion` is for tests of migrations: stop at an earlier version.
    /// Throws `conflict` when a newer program wrote the file, or when it is some other program's database.
    package init(path: String, schemaVersion: Int = Store.schemaVersion) throws(ProvostError) {
        self.path = path
        do {
            try Self.createPrivateFile(path)
            pool = try DatabasePool(path: path, configuration: Self.configuration())
            try Self.check(pool)
            if schemaVersion > 0 { try Self.migrator().migrate(pool, upTo: Migration.all[schemaVersion - 1].name) }
            try Self.makeDurable(pool)
        } catch {
            throw StoreFailure.translated(error)
        }
    }

    /// Writes a consistent copy of the whole file to a new file (mode 0600) while the store stays in use.
    /// Throws `conflict` if the file exists.
    package func backup(to target: String) async throws(ProvostError) {
        do { try Self.createPrivateFile(target, exclusively: true) } catch { throw StoreFailure.translated(error) }
        let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
            do {
                // A connection of its own: writers go on, and the pool's readers are not kept.
                let connection = try DatabaseQueue(path: path, configuration: Self.configuration())
                connection.asyncWriteWithoutTransaction { db in
                    continuation.resume(
                        returning: Result {
                            try db.execute(sql: "VACUUM INTO ?", arguments: [target])
                            try FileSystem.synchronizeFile(target)
                            try FileSystem.synchronizeFolder(FileSystem.parent(of: target))
                        })
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        if case .failure(let error) = result {
            FileSystem.remove(target)
            throw StoreFailure.translated(error)
        }
    }
}

// MARK: - Transactions

extension Store {
    /// Moves what the write-ahead log holds into the file and empties the log, when no reader is in the way; else it is done later, as always.
    func emptyLog() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            pool.asyncWriteWithoutTransaction { db in
                _ = try? db.checkpoint(.truncate)
                continuation.resume()
            }
        }
    }

    /// One write transaction, run to its end whatever happens to the caller's task.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(ProvostError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncWrite(body) { _, result in continuation.resume(returning: result) }
        }
        return try Self.unwrapped(result)
    }

    /// Reads from one snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(ProvostError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncRead { opened in
                continuation.resume(returning: Result { try body(opened.get()) })
            }
        }
        return try Self.unwrapped(result)
    }

    private static func unwrapped<Value>(_ result: Result<Value, any Error>) throws(ProvostError) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(let error): throw StoreFailure.translated(error)
        }
    }
}

// MARK: - Opening

extension Store {
    /// “PRVS”, set by the first migration.
    private static let applicationID = 0x5052_5653

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "provost-store"
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // Without recursive triggers, INSERT OR REPLACE deletes a row without asking the triggers that guard it.
            try db.execute(sql: "PRAGMA recursive_triggers = ON; PRAGMA cell_size_check = ON")
            // Rows of a million people go into indexes at random places; with the usual 2 MiB each page would be written many times over. Taken
            // only as far as it is used.
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA cache_size = -65536") }
        }
        return configuration
    }

    private static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in Migration.all {
            migrator.registerMigration(migration.name) { db in try db.execute(sql: migration.sql) }
        }
        return migrator
    }

    private static func check(_ pool: DatabasePool) throws {
        try pool.read { db in
            let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard application == applicationID || (application == 0 && tables == 0) else {
                throw ProvostError(.conflict, "The file is another program's database; name a state directory of Provost's own.")
            }
            guard try !migrator().hasBeenSuperseded(db) else {
                let version = try Int.fetchOne(db, sql: "SELECT count(*) FROM grdb_migrations") ?? 0
                throw ProvostError(
                    .conflict,
                    """
                    The state was made by a newer provost (schema \(version), this one knows \(schemaVersion)); \
                    install that version again, or restore a backup from before the upgrade.
                    """)
            }
        }
    }

    /// GRDB lowers its writer to `synchronous=NORMAL` after `prepareDatabase`, which may lose commits at a power cut. The writer
    /// connection is permanent, so setting it once here holds.
    private static func makeDurable(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
            guard synchronous == 2, journal == "wal" else {
                throw ProvostError(
                    .internalError, "The store cannot promise durable writes here; check the state directory's disk.")
            }
        }
    }

    /// SQLite gives its side files the mode of the main file, so that one has to be private from the first moment.
    ///
    /// A file that exists is not opened: closing it again would drop the locks of any other connection in this process.
    private static func createPrivateFile(_ path: String, exclusively: Bool = false) throws(ProvostError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            try FileSystem.synchronizeFolder(FileSystem.parent(of: path))
            return
        }
        let code = errno
        guard code == EEXIST else { throw StoreFailure.system("create \(path)", code: code) }
        guard !exclusively else { throw ProvostError(.conflict, "There is already a file at \(path); name a new one.") }
        guard unsafe chmod(path, 0o600) == 0 else { throw StoreFailure.system("chmod \(path)", code: errno) }
    }
}
