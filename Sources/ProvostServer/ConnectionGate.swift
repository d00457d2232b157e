import Glibc
import NIOCore
import Synchronization

/// How many connections there may be at one time, and how long one may say nothing.
package struct ConnectionLimits: Sendable {
    /// Of everybody together. The last eighth is for root and the daemon's own user; what comes over TCP leaves another one to the users of
    /// the machine.
    package var total: Int
    /// Of one user of the machine, which a learner's workspace is too. Root and the daemon's own user have no such bound.
    package var user: Int
    /// For the first request, the next one, or more of one that has begun. While an answer is on its way there is no such end.
    package var idle: Duration

    package init(total: Int, user: Int = 128, idle: Duration = .seconds(300)) {
        self.total = total
        self.user = user
        self.idle = idle
    }
}

/// Counts the connections of every address. Without it a program in one workspace could take all descriptors of the daemon, and nobody could submit.
package final class ConnectionGate: Sendable {
    package let limits: ConnectionLimits
    private let ownUser: UInt32
    private struct Counts {
        var total = 0
        var users: [UInt32: Int] = [:]
    }
    private let counts = Mutex(Counts())

    package init(_ limits: ConnectionLimits, ownUser: UInt32) {
        self.limits = limits
        self.ownUser = ownUser
    }

    /// Counts a connection in, or says why not.
    /// - Parameter user: at the other end of a Unix socket; nil over TCP, where everybody may come through one proxy.
    package func enter(user: UInt32?) -> String? {
        let bounded = bounded(user)
        let kept = user == nil ? limits.total / 4 : bounded == nil ? 0 : limits.total / 8
        return counts.withLock { counts in
            guard counts.total < limits.total - kept else {
                return "The daemon has as many connections as it takes (\(limits.total - kept)); try again in a minute."
            }
            if let bounded {
                guard counts.users[bounded, default: 0] < limits.user else {
                    return "You have \(limits.user) connections at one time, which is the most; end some of them."
                }
                counts.users[bounded, default: 0] += 1
            }
            counts.total += 1
            return nil
        }
    }

    /// Counts out what `enter` counted in.
    package func leave(user: UInt32?) {
        let bounded = bounded(user)
        counts.withLock { counts in
            counts.total -= 1
            guard let bounded, let count = counts.users[bounded] else { return }
            counts.users[bounded] = count > 1 ? count - 1 : nil
        }
    }

    private func bounded(_ user: UInt32?) -> UInt32? { user == 0 || user == ownUser ? nil : user }
}

/// The user at the other end of a Unix socket; nil on every other kind.
func peerUser(_ channel: any Channel) -> EventLoopFuture<UInt32?> {
    // The layout of `struct ucred`, which Swift's Glibc does not show.
    struct PeerCredentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
    guard let options = channel as? any SocketOptionProvider else { return channel.eventLoop.makeSucceededFuture(nil) }
    return options.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).map { (peer: PeerCredentials) in
        // unix(7): a socket without a peer that is known has the user −1.
        peer.user == .max ? nil : peer.user
    }
}
