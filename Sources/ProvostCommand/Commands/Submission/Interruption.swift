import Dispatch
import Glibc
import ProvostAPI
import Synchronization

/// Control-C: says what is safe, then ends the process with 130. Until `watch` is called the signal ends the process as usual.
enum Interruption {
    private static let sentence = Mutex("")
    private static let handlers = Mutex<[any DispatchSourceSignal]>([])
    private static let source = Mutex<(any DispatchSourceSignal)?>(nil)

    /// From now on an interrupt says this.
    static func watch(saying text: String) {
        sentence.withLock { $0 = text }
        source.withLock { source in
            guard source == nil else { return }
            signal(SIGINT, SIG_IGN)
            let fresh = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
            fresh.setEventHandler {
                Console.say(sentence.withLock { $0 })
                _exit(ExitStatus.interrupted)
            }
            fresh.resume()
            source = fresh
        }
    }

    /// From now on Control-C, and a request to end, call this instead of ending the process.
    static func handle(_ action: @escaping @Sendable () -> Void) {
        handlers.withLock { handlers in
            handlers = [SIGINT, SIGTERM, SIGHUP].map { number in
                signal(number, SIG_IGN)
                let fresh = DispatchSource.makeSignalSource(signal: number, queue: .global())
                fresh.setEventHandler(handler: action)
                fresh.resume()
                return fresh
            }
        }
    }
}
