import Foundation
package import ProvostCore

/// The one directory that everything lies in, held under a lock for the life of the daemon.
///
/// ```
/// provost.db    the store          blobs/   archives, versions, logs, by digest
/// keys/         signing keys       trees/   unpacked lab and grader versions, by digest (can be made again)
/// rooms/        scratch of rooms   tools/   what rooms need of us, copied at start
/// images/       systems of rooms, by digest (can be made again)
/// volumes/      the files of workspaces   run/     what keepers of running workspaces need
/// door/         the socket that running workspaces see at /run/provost
/// ```
/// The directory itself may be entered (not listed) by the rooms' users; `provost.db`, `blobs` and `keys` may not be read by them.
package final class StateDirectory: Sendable {
    package let path: String
    private let lock: Int32

    package var database: String { path + "/provost.db" }
    package var blobs: String { path + "/blobs" }
    package var keys: String { path + "/keys" }
    package var trees: String { path + "/trees" }
    package var images: String { path + "/images" }
    package var tools: String { path + "/tools" }
    package var socket: String { path + "/provost.sock" }
    package var volumes: String { path + "/volumes" }
    /// The folder of the second socket, and the socket: callers are known by their user alone.
    package var doorFolder: String { path + "/door" }
    package var door: String { doorFolder + "/provost.sock" }

    /// Makes the directory if it is not there, checks it, and takes the lock.
    ///
    /// Throws `conflict` when another daemon runs on it, `denied` when others could write to it, `invalid` when the rooms' users could not
    /// enter it.
    package init(path: String) throws(ProvostError) {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        if unsafe mkdir(absolute, 0o711) != 0, errno != EEXIST {
            throw ProvostError(.unavailable, "The state directory \(absolute) cannot be made: \(Self.reason()).")
        }
        self.path = absolute
        try Self.check(absolute)
        lock = unsafe open(absolute + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw ProvostError(.unavailable, "\(absolute)/lock cannot be opened: \(Self.reason()).") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw ProvostError(
                .conflict, "Another provostd already runs on \(absolute); stop it first, or give this one another --state.")
        }
        for (folder, mode) in [
            ("blobs", 0o700), ("keys", 0o700), ("keys/issuers", 0o700), ("trees", 0o711), ("tools", 0o711), ("images", 0o711),
            ("door", 0o711),
        ]
            as [(String, mode_t)]
        {
            let folder = absolute + "/" + folder
            // The mode is set apart: mkdir's is cut by the umask.
            guard unsafe mkdir(folder, mode) == 0 || errno == EEXIST, unsafe chmod(folder, mode) == 0 else {
                throw ProvostError(.unavailable, "\(folder) cannot be made: \(Self.reason()).")
            }
        }
    }

    deinit { close(lock) }

    private static func check(_ path: String) throws(ProvostError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ProvostError(.invalid, "\(path) is not a directory; give --state a folder.")
        }
        guard status.st_uid == geteuid() else {
            throw ProvostError(
                .denied, "\(path) belongs to another user (uid \(status.st_uid)); give --state a folder of your own.")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw ProvostError(.denied, "Others can write to \(path); run: chmod go-w \(path)")
        }
        guard geteuid() == 0 else { return }
        // Rooms run as users of their own and must be able to pass through to their scratch.
        if status.st_mode & 0o001 == 0 { unsafe chmod(path, status.st_mode & 0o777 | 0o011) }
        var parent = URL(fileURLWithPath: path).deletingLastPathComponent()
        while true {
            guard unsafe stat(parent.path, &status) == 0, status.st_mode & 0o001 != 0 else {
                throw ProvostError(
                    .invalid,
                    "Rooms cannot pass through \(parent.path); choose a state directory elsewhere, or run: chmod o+x \(parent.path)"
                )
            }
            if parent.path == "/" { return }
            parent = parent.deletingLastPathComponent()
        }
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
