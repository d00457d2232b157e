import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// A room that runs, or ran. Its own thread supervises it; this is the handle for everyone else.
package final class Room: Sendable {
    private struct State {
        var input: [[UInt8]] = []
        var inputBytes = 0
        var inputClosed = false
        var inputRefused = false
        var stopRequested = false
        var newSize: TerminalSize?
        var started: Result<Void, ProvostError>?
        var report: RoomReport?
        var startWaiters: [CheckedContinuation<Void, Never>] = []
        var reportWaiters: [CheckedContinuation<Void, Never>] = []
        var sendWaiters: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    /// Wakes the room's thread. Readable means: look at what is asked for.
    let wake = Descriptor(clinux_eventfd())

    /// At most this much input waits for a slow reader before `send` waits too.
    private static let inputLimit = 256 << 10

    init() {}

    /// Gives the command more input; waits while it does not read. False once nobody will read it.
    package func send(_ bytes: [UInt8]) async -> Bool {
        while true {
            let accepted: Bool? = state.withLock { state in
                if state.inputClosed || state.inputRefused || state.report != nil { return false }
                if state.inputBytes >= Self.inputLimit { return nil }
                state.input.append(bytes)
                state.inputBytes += bytes.count
                return true
            }
            if let accepted {
                if accepted { poke() }
                return accepted
            }
            await withCheckedContinuation { continuation in
                let now = state.withLock { state in
                    if state.inputBytes < Self.inputLimit || state.inputRefused || state.report != nil { return true }
                    state.sendWaiters.append(continuation)
                    return false
                }
                if now { continuation.resume() }
            }
        }
    }

    /// The command sees the end of its input once it has read what was sent.
    package func closeInput() {
        state.withLock { $0.inputClosed = true }
        poke()
    }

    /// Ends the room; its report says `cancelled`. Does nothing when it has ended.
    package func stop() {
        state.withLock { $0.stopRequested = true }
        poke()
    }

    /// Gives the room's terminal another size; its foreground processes get SIGWINCH. Does nothing in a room without one.
    package func resize(rows: Int, columns: Int) {
        state.withLock { $0.newSize = TerminalSize(rows: rows, columns: columns) }
        poke()
    }

    /// How it ended, once everything in it is gone.
    package func report() async -> RoomReport {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.report != nil { return true }
                state.reportWaiters.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
        return state.withLock { $0.report }
            ?? RoomReport(ending: .failed("the room was lost"), wallTime: TimeSpan(milliseconds: 0))
    }

    // MARK: For the sandbox

    /// Returns when the launcher has its request; throws what kept it from that.
    func waitUntilStarted() async throws(ProvostError) {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.started != nil { return true }
                state.startWaiters.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
        try startError()
    }

    /// Throws when the room could not be started.
    func startError() throws(ProvostError) {
        if case .failure(let error)? = state.withLock({ $0.started }) { throw error }
    }

    // MARK: For the room's thread

    func didStart(_ result: Result<Void, ProvostError>) {
        let waiters = state.withLock { state in
            state.started = result
            defer { state.startWaiters = [] }
            return state.startWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func didEnd(_ report: RoomReport) {
        let waiters = state.withLock { state in
            state.report = report
            state.input = []
            state.inputBytes = 0
            defer { (state.reportWaiters, state.sendWaiters) = ([], []) }
            return state.reportWaiters + state.sendWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    var stopRequested: Bool { state.withLock { $0.stopRequested } }

    /// The size that was asked for since.
    func takeSize() -> TerminalSize? {
        state.withLock { state in
            defer { state.newSize = nil }
            return state.newSize
        }
    }

    /// The input that has come since; nil at its end.
    func takeInput() -> [[UInt8]]? {
        let (input, waiters): ([[UInt8]]?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            defer { (state.input, state.inputBytes, state.sendWaiters) = ([], 0, []) }
            if state.input.isEmpty && state.inputClosed { return (nil, state.sendWaiters) }
            return (state.input, state.sendWaiters)
        }
        for waiter in waiters { waiter.resume() }
        return input
    }

    /// The command closed its input.
    func refuseInput() {
        state.withLock { $0.inputRefused = true }
        _ = takeInput()
    }

    private func poke() { _ = clinux_eventfd_signal(wake.number) }
}
