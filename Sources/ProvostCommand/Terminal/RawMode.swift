import Glibc
import Synchronization

/// A terminal that hands on every key as it is. Whatever ends the process puts it back: returning, a signal, a crash; and so does being
/// stopped (SIGTSTP) until it goes on. SIGKILL alone cannot be caught.
enum RawMode {
    /// What the signal handlers need, at an address that never moves.
    private struct Kept {
        var descriptor: Int32
        var before: termios
        var raw: termios
    }
    private nonisolated(unsafe) static let kept: UnsafeMutablePointer<Kept> = {
        let space = UnsafeMutablePointer<Kept>.allocate(capacity: 1)
        unsafe space.initialize(to: Kept(descriptor: -1, before: termios(), raw: termios()))
        return unsafe space
    }()
    private static let active = Atomic(false)

    private static let ending = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE]

    /// False when the descriptor is no terminal, or not ours to change.
    static func enter(_ descriptor: Int32) -> Bool {
        var before = termios()
        guard !active.load(ordering: .sequentiallyConsistent), unsafe tcgetattr(descriptor, &before) == 0 else { return false }
        var raw = before
        unsafe cfmakeraw(&raw)
        unsafe kept.pointee = Kept(descriptor: descriptor, before: before, raw: raw)
        active.store(true, ordering: .sequentiallyConsistent)
        for number in ending { signal(number, putBackAndEnd) }
        signal(SIGTSTP, putBackAndStop)
        guard unsafe tcsetattr(descriptor, TCSADRAIN, &raw) == 0 else {
            leave()
            return false
        }
        return true
    }

    /// Puts the terminal back. Safe to call at any time, also when it is not raw.
    static func leave() {
        guard putBack() else { return }
        active.store(false, ordering: .sequentiallyConsistent)
        for number in ending { signal(number, SIG_DFL) }
        signal(SIGTSTP, SIG_DFL)
    }

    /// Calls nothing but what POSIX allows in a signal handler.
    @discardableResult
    fileprivate static func putBack() -> Bool {
        guard active.load(ordering: .sequentiallyConsistent) else { return false }
        unsafe tcsetattr(kept.pointee.descriptor, TCSADRAIN, &kept.pointee.before)
        return true
    }

    fileprivate static func rawAgain() { unsafe tcsetattr(kept.pointee.descriptor, TCSADRAIN, &kept.pointee.raw) }
}

private func putBackAndEnd(_ number: Int32) {
    RawMode.putBack()
    signal(number, SIG_DFL)
    // Held back until this handler returns: then the process ends by it, as its parent expects.
    raise(number)
}

private func putBackAndStop(_ number: Int32) {
    RawMode.putBack()
    raise(SIGSTOP)
    RawMode.rawAgain()
}
