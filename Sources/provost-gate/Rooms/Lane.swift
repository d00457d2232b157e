import Foundation
import Glibc
import ProvostCore
import ProvostSandbox

/// A folder and a range of room users that one gate at a time uses.
///
/// Lanes are numbered, so that gates run beside each other and beside a daemon, and a gate that was killed leaves its rooms to the next one in
/// its lane, which sweeps them away.
final class Lane: Sendable {
    private static let most: UInt32 = 8
    private static let usersPerLane: UInt32 = 500
    /// Above the range of daemons (200000 to 264999).
    private static let firstUser: UInt32 = 265_000
    /// Above those of all lanes, for rooms that make images: such rooms see only the image they make, so lanes can share the users.
    static let builderUsers: Range<UInt32> = 269_000..<273_096

    let folder: String
    let users: Range<UInt32>
    private let lock: Int32

    /// Takes the first free lane. Throws `unavailable` when eight gates run already, or the folder cannot be made.
    init() throws(ProvostError) {
        for number in 0..<Self.most {
            let folder = "/var/tmp/provost-gate-\(geteuid())-\(number)"
            guard unsafe mkdir(folder, 0o711) == 0 || errno == EEXIST else {
                throw ProvostError(.unavailable, "\(folder) cannot be made: \(unsafe String(cString: strerror(errno))).")
            }
            var status = stat()
            // In a folder for everyone, another user may have been there first.
            guard unsafe lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
                continue
            }
            unsafe chmod(folder, 0o711)
            let lock = unsafe open(folder + "/lane", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard lock >= 0 else { continue }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 {
                self.folder = folder
                self.lock = lock
                let first = Self.firstUser + number * Self.usersPerLane
                users = first..<first + Self.usersPerLane
                return
            }
            close(lock)
        }
        throw ProvostError(.unavailable, "\(Self.most) checks run on this machine already; wait for one to end.")
    }

    deinit { close(lock) }
}
