package import ProvostCore
import Synchronization

/// So many at one time; the others wait in the order in which they came.
package final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>
    private let longestQueue: Int

    /// - Parameter longestQueue: how many may wait; one more is sent away.
    package init(_ count: Int, longestQueue: Int = .max) {
        state = Mutex(State(free: max(1, count)))
        self.longestQueue = longestQueue
    }

    /// Runs it once there is a place. Throws `unavailable` when too many wait already, and what it throws.
    package func run<Value: Sendable>(
        _ body: () async throws(ProvostError) -> Value
    ) async throws(ProvostError) -> Value {
        try await take()
        defer { give() }
        return try await body()
    }

    /// To be given back with ``give()``. Throws `unavailable` when too many wait already.
    func take() async throws(ProvostError) {
        var isFull = false
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                isFull = state.waiting.count >= longestQueue
                if !isFull { state.waiting.append(continuation) }
                return isFull
            }
            if now { continuation.resume() }
        }
        if isFull { throw ProvostError(.unavailable, "Too many ask for this at the same time; try again in a minute.") }
    }

    func give() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
