import Dispatch
import Glibc
import ProvostAPI
import Synchronization

/// Control-C: says what is safe, then ends the process with 130. Until `watch` is called the signal ends the process as usual.
enum Interruption {
    private static let sentence = Mutex("")
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
}
