package import ProvostCore
package import ProvostStore
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

    package func publish(_ event: GradingEvent, for submission: ID<Submission>) {
        state.withLock { state in
            switch event {
            case .finished, .restarted: state.history[submission] = nil
            default: state.history[submission, default: []].append(event)
            }
            // Under the lock, so that a watcher who comes now sees the history first, and everything once. To yield never waits.
            for watcher in state.watchers[submission, default: [:]].values { watcher.yield(event) }
        }
    }

    /// Publishes for the job's submission, unless a regrade set made the job: nobody hears of those before the set is applied.
    package func publish(_ event: GradingEvent, of job: GradingJob) {
        if job.grading.regradeSet == nil { publish(event, for: job.submission.id) }
    }

    /// The events of the run in progress so far, then those that follow. Ends when the caller stops reading.
    package func watch(_ submission: ID<Submission>) -> AsyncStream<GradingEvent> {
        AsyncStream(bufferingPolicy: .bufferingNewest(20_000)) { continuation in
            let number = state.withLock { state in
                state.next += 1
                state.watchers[submission, default: [:]][state.next] = continuation
                for event in state.history[submission] ?? [] { continuation.yield(event) }
                return state.next
            }
            continuation.onTermination = { [self] _ in
                state.withLock { state in
                    state.watchers[submission]?[number] = nil
                    if state.watchers[submission]?.isEmpty == true { state.watchers[submission] = nil }
                }
            }
        }
    }

    /// Submissions that something is kept for, and watchers: both end at zero when nothing runs and nobody looks.
    package var kept: (histories: Int, watchers: Int) {
        state.withLock { ($0.history.count, $0.watchers.values.reduce(0) { $0 + $1.count }) }
    }
}
