package import ProvostCore
import Synchronization

/// What happens to one grading, as it happens.
package enum GradingEvent: Sendable {
    case unpacking
    case grading
    case test(TestRecord)
    case message(String)
    /// The run was given back; what was reported before is void.
    case restarted
    /// The record is stored.
    case finished
}

/// Passes events from the running gradings to whoever watches a submission. Holds no truth: the store does.
package final class GradingEvents: Sendable {
    private struct State {
        /// Events of the run in progress, so that a late watcher sees all of it.
        var history: [ID<Submission>: [GradingEvent]] = [:]
        var watchers: [ID<Submission>: [Int: AsyncStream<GradingEvent>.Continuation]] = [:]
        var next = 0
    }
    private let state = Mutex(State())

    package init() {}

    func publish(_ event: GradingEvent, for submission: ID<Submission>) {
        let watchers = state.withLock { state in
            switch event {
            case .finished: state.history[submission] = nil
            case .restarted: state.history[submission] = []
            default: state.history[submission, default: []].append(event)
            }
            return Array(state.watchers[submission, default: [:]].values)
        }
        for watcher in watchers { watcher.yield(event) }
    }

    /// The events of the run in progress so far, then those that follow. Ends when the caller stops reading.
    package func watch(_ submission: ID<Submission>) -> AsyncStream<GradingEvent> {
        AsyncStream(bufferingPolicy: .bufferingNewest(20_000)) { continuation in
            let (number, history) = state.withLock { state in
                state.next += 1
                state.watchers[submission, default: [:]][state.next] = continuation
                return (state.next, state.history[submission] ?? [])
            }
            for event in history { continuation.yield(event) }
            continuation.onTermination = { [self] _ in
                state.withLock { state in
                    state.watchers[submission]?[number] = nil
                    if state.watchers[submission]?.isEmpty == true { state.watchers[submission] = nil }
                }
            }
        }
    }
}
