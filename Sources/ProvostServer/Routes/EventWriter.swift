import FoundationEssentials
import HummingbirdCore
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostService
import ServiceLifecycle

/// Turns what happens to one submission into wire events: first the state as it is, then what follows, then the end.
///
/// Events are hints and may be missed; the store is asked again at every quiet second, so the end is always seen.
struct EventWriter {
    let provost: Provost
    let principal: Principal
    let submission: ID<Submission>

    @concurrent func write(to writer: inout any ResponseBodyWriter) async throws {
        let watch = provost.events.watch(submission)
        let (signals, continuation) = AsyncStream<GradingEvent?>.makeStream()
        // One stream of both: events, and a tick (nil) each second.
        let pump = Task {
            await withTaskGroup { group in
                group.addTask { for await event in watch { continuation.yield(event) } }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .seconds(1))
                        continuation.yield(nil)
                    }
                }
            }
        }
        defer { pump.cancel() }

        var position: Int?
        var quiet = 0
        if try await sendState(&position, &writer) { return }
        for await signal in signals.cancelOnGracefulShutdown() {
            switch signal {
            case .unpacking: try await send(SubmissionEvent(kind: .unpacking), &writer)
            case .grading: try await send(SubmissionEvent(kind: .grading), &writer)
            case .test(let test): try await send(SubmissionEvent(kind: .test, test: test), &writer)
            case .message(let text): try await send(SubmissionEvent(kind: .message, message: text), &writer)
            case .restarted: try await send(SubmissionEvent(kind: .restarted), &writer)
            case .finished: if try await sendState(&position, &writer) { return }
            case nil:
                if try await sendState(&position, &writer) { return }
                quiet += 1
                // Also how a client that went away is noticed.
                if quiet % 10 == 0 { try await writer.write(ByteBuffer(string: ": still here\n\n")) }
            }
        }
    }

    @concurrent private func send(_ event: SubmissionEvent, _ writer: inout any ResponseBodyWriter) async throws {
        let bytes = try WireCoding.encoder().encode(event)
        try await writer.write(ByteBuffer(string: "data: \(String(decoding: bytes, as: UTF8.self))\n\n"))
    }

    /// Sends the queue position when it changed, and the end when it is there. True: nothing follows.
    @concurrent private func sendState(_ position: inout Int?, _ writer: inout any ResponseBodyWriter) async throws -> Bool {
        let view = try await provost.submissions.view(principal, submission)
        if view.grading?.stage.isFinal == true {
            try await send(SubmissionEvent(kind: .finished, info: SubmissionInfo(view)), &writer)
            return true
        }
        if let now = view.position, now != position {
            let estimate = await provost.queue.estimate(position: now, assignment: view.submission.assignment)
            try await send(SubmissionEvent(kind: .queued, position: now, estimate: estimate), &writer)
        }
        position = view.position
        return false
    }
}
