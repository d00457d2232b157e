import Synchronization

/// Lets gradings run beside each other, and one that is repeated run alone. First come, first served, so that neither kind starves.
final class Turns: Sendable {
    private struct State {
        var running = 0
        var isAlone = false
        var waiting: [(alone: Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    /// A turn that is taken; to be given back once.
    struct Turn {
        fileprivate let turns: Turns
        fileprivate let alone: Bool
        func giveBack() { turns.end(alone: alone) }
    }

    /// Waits for a turn.
    func take(alone: Bool) async -> Turn {
        await begin(alone: alone)
        return Turn(turns: self, alone: alone)
    }

    private func begin(alone: Bool) async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.waiting.isEmpty, Self.enter(alone, &state) { return true }
                state.waiting.append((alone, continuation))
                return false
            }
            if now { continuation.resume() }
        }
    }

    fileprivate func end(alone: Bool) {
        let next = state.withLock { state in
            if alone { state.isAlone = false } else { state.running -= 1 }
            var next: [CheckedContinuation<Void, Never>] = []
            while let first = state.waiting.first, Self.enter(first.alone, &state) {
                next.append(state.waiting.removeFirst().continuation)
            }
            return next
        }
        for continuation in next { continuation.resume() }
    }

    private static func enter(_ alone: Bool, _ state: inout State) -> Bool {
        guard !state.isAlone, !alone || state.running == 0 else { return false }
        if alone { state.isAlone = true } else { state.running += 1 }
        return true
    }
}
