import GRDB
import Glibc
import ProvostCore

/// Where errors of SQLite and of the file system become the project's own.
enum StoreFailure {
    /// One sentence for a disk that cannot take more, whichever part of the store met it.
    static func diskFull(_ cause: (any Error)? = nil) -> ProvostError {
        ProvostError(.unavailable, "the server's disk is full; nothing was recorded, try again later", cause: cause)
    }

    static func translated(_ error: any Error) -> ProvostError {
        switch error {
        case let error as ProvostError: error
        case let error as DatabaseError: translated(error)
        default:
            ProvostError(
                .internalError, "The store failed; the server's log names the cause under this request's id.", cause: error)
        }
    }

    private static func translated(_ error: DatabaseError) -> ProvostError {
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR:
            diskFull(error)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            ProvostError(.unavailable, "The store is busy; nothing was recorded, try again.", cause: error)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            ProvostError(
                .internalError, "The store's file is damaged or is no database; stop the daemon and restore a backup.",
                cause: error)
        case .SQLITE_CONSTRAINT:
            constraint(error)
        default:
            ProvostError(
                .internalError, "The store failed; the server's log names the cause under this request's id.", cause: error)
        }
    }

    /// The methods check first and say it better; these sentences are for what slips between.
    private static func constraint(_ error: DatabaseError) -> ProvostError {
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            ProvostError(.conflict, "That name or identifier is taken; choose another.", cause: error)
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            ProvostError(
                .notFound, "Something that this refers to does not exist; list what there is and try again.", cause: error)
        case .SQLITE_CONSTRAINT_TRIGGER:
            ProvostError(.conflict, "The record forbids it: \(error.message ?? "it never changes").", cause: error)
        default:
            ProvostError(.invalid, "A value is out of its range; nothing was recorded.", cause: error)
        }
    }

    /// A failed system call: a full disk is nobody's mistake, anything else is ours.
    static func system(_ what: String, code: Int32) -> ProvostError {
        let cause = SystemCallFailure(what: what, code: code)
        return code == ENOSPC || code == EDQUOT
            ? diskFull(cause)
            : ProvostError(
                .internalError, "The store failed; the server's log names the cause under this request's id.", cause: cause)
    }
}

/// For the log: which call failed, and the system's number for why.
struct SystemCallFailure: Error, CustomStringConvertible {
    let what: String
    let code: Int32
    var description: String { "\(what): errno \(code)" }
}
