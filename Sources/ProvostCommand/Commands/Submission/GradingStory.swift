import Glibc
import ProvostAPI
import ProvostCore
import Synchronization

/// Tells on standard error what happens to a submission while it happens. What a renewed stream repeats is told once.
package final class GradingStory: Sendable {
    private struct State {
        var lastLine = ""
        var testsTold = 0
        var messages: [String] = []
        /// How many of `messages` the present stream has brought again.
        var heard = 0
    }
    private let surroundings: Surroundings
    private let say: @Sendable (_ line: String, _ transient: Bool) -> Void
    private let state = Mutex(State())

    /// `say` gets each line; a transient one is replaced by the next (on a terminal).
    package init(
        surroundings: Surroundings, say: @escaping @Sendable (_ line: String, _ transient: Bool) -> Void = GradingStory.console
    ) {
        self.surroundings = surroundings
        self.say = say
    }

    /// On standard error.
    package static let console: @Sendable (String, Bool) -> Void = { line, transient in
        if transient, let columns = Console.columns(of: STDERR_FILENO), DisplayWidth.of(line) < columns {
            Console.transient(line)
        } else {
            Console.say(line)
        }
    }

    /// Takes what a watcher hears, in order.
    package func hear(_ heard: Client.Heard) {
        let lines: [(String, Bool)] = state.withLock { state in
            switch heard {
            case .linkLost: return [(surroundings.text(.connectionLost), false)]
            case .linkBack:
                state.heard = 0
                state.lastLine = ""
                return [(surroundings.text(.connectionBack), false)]
            case .event(let event): return tell(event, &state)
            }
        }
        for (line, transient) in lines { say(line, transient) }
    }

    private func tell(_ event: SubmissionEvent, _ state: inout State) -> [(String, Bool)] {
        switch event.kind {
        case .queued: return once(.queued(position: event.position ?? 1, estimate: event.estimate), &state)
        case .unpacking: return once(.unpacking, &state)
        case .grading: return once(.grading, &state)
        case .restarted:
            state = State()
            return [(surroundings.text(.restarted), false)]
        case .test:
            guard let test = event.test, test.number > state.testsTold else { return [] }
            state.testsTold = test.number
            let message = test.message.map { "  \($0.split(whereSeparator: \.isNewline).first ?? "")" } ?? ""
            return [
                ("\(OutcomeReport.mark(test.status)) \(test.number) \(test.name)  \(test.score)/\(test.max)\(message)", false)
            ]
        case .message:
            guard let message = event.message else { return [] }
            if state.heard < state.messages.count, state.messages[state.heard] == message {
                state.heard += 1
                return []
            }
            state.messages.append(message)
            state.heard = state.messages.count
            return [(surroundings.text(.graderSays(message)), false)]
        default: return []
        }
    }

    private func once(_ message: Message, _ state: inout State) -> [(String, Bool)] {
        let line = surroundings.text(message)
        guard line != state.lastLine else { return [] }
        state.lastLine = line
        return [(line, true)]
    }
}
