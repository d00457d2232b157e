import ProvostCore
import Synchronization

/// Hands host uids to rooms, each to one holder at a time, the longest unused first.
final class UserLeases: Sendable {
    private struct State {
        var next: UInt32
        var returned: [UInt32] = []
        var leased: Set<UInt32> = []
    }
    private let range: Range<UInt32>
    /// Without root there is one user, ours, and every room has it.
    private let only: UInt32?
    private let state: Mutex<State>

    init(range: Range<UInt32>, only: UInt32?) {
        self.range = range
        self.only = only
        state = Mutex(State(next: range.lowerBound))
    }

    func lease() throws(ProvostError) -> RoomUser {
        if let only { return RoomUser(uid: only) }
        let uid: UInt32? = state.withLock { state in
            let uid: UInt32
            if state.next < range.upperBound {
                uid = state.next
                state.next += 1
            } else if !state.returned.isEmpty {
                uid = state.returned.removeFirst()
            } else {
                return nil
            }
            state.leased.insert(uid)
            return uid
        }
        guard let uid else {
            throw ProvostError(.unavailable, "All \(range.count) room users are in use; try again, or widen the user range.")
        }
        return RoomUser(uid: uid)
    }

    /// Marks a user as leased that somebody has from an earlier lease of this range.
    func take(_ user: RoomUser) {
        guard only == nil, range.contains(user.uid) else { return }
        state.withLock { state in
            // What lies between was never handed out by this object.
            if user.uid >= state.next {
                state.returned += (state.next..<user.uid).map { $0 }
                state.next = user.uid + 1
            } else {
                state.returned.removeAll { $0 == user.uid }
            }
            state.leased.insert(user.uid)
        }
    }

    func giveBack(_ user: RoomUser) {
        state.withLock { state in
            if state.leased.remove(user.uid) != nil { state.returned.append(user.uid) }
        }
    }
}
