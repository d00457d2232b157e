import CLinux
import Dispatch
import Glibc
import ProvostCore
import Synchronization

/// A launcher that waits for its one request, already in the cgroup of its one room.
final class Launcher: Sendable {
    let pid: Int64
    let socket: Int32
    let cgroup: (any CgroupSlot)?

    /// Closing the socket ends a launcher that has no room yet, and the room of one that has.
    private let owned: Descriptor

    init(pid: Int64, socket: consuming Descriptor, cgroup: (any CgroupSlot)?) {
        self.pid = pid
        self.socket = socket.number
        self.cgroup = cgroup
        owned = socket
    }

    /// Waits for the launcher's end, which must have been brought about.
    func reap() {
        var status: Int32 = 0
        _ = unsafe clinux_wait(pid, &status, 0)
    }
}

/// Launchers made ahead of time, so that no room waits for a process start or for entering a cgroup.
final class LauncherPool: Sendable {
    private struct State {
        var warm: [Launcher] = []
        var made = 0
        var refilling = false
        var closed = false
        /// Launchers whose removal is not finished.
        var removing = 0
    }
    private let state = Mutex(State())
    private let path: String
    private let size: Int
    private let cgroups: (any CgroupBackend)?
    private let privileged: Bool
    /// Different in every run, so that no slot's name comes again.
    private let run: String
    /// Refills and removals, one after the other, away from the cooperative pool.
    private let queue = DispatchQueue(label: "provost.rooms.housekeeping")

    init(path: String, size: Int, cgroups: (any CgroupBackend)?, privileged: Bool) {
        self.path = path
        self.size = size
        self.cgroups = cgroups
        self.privileged = privileged
        run = String(UInt32(truncatingIfNeeded: monotonicNanoseconds() >> 10), radix: 36) + "-\(getpid())"
    }

    /// A warm launcher, or a new one when there is none. May take 20 ms: never on the cooperative pool.
    func take() throws(ProvostError) -> Launcher {
        if let warm = state.withLock({ $0.warm.popLast() }) { return warm }
        return try make()
    }

    /// Makes the launchers up to `size`, in the background. Called when a room ends rather than when one begins, because
    /// entering a cgroup holds locks that a beginning room needs.
    func refill() {
        let start = state.withLock { state in
            if state.refilling || state.closed || state.warm.count >= size { return false }
            state.refilling = true
            return true
        }
        guard start else { return }
        queue.async { [self] in refillStep() }
    }

    /// One launcher at a time, so that removals and a burst of rooms are not kept waiting.
    private func refillStep() {
        let wanted = state.withLock { state in
            let wanted = !state.closed && state.warm.count < size
            if !wanted { state.refilling = false }
            return wanted
        }
        guard wanted else { return }
        do throws(ProvostError) {
            let launcher = try make()
            let kept = state.withLock { state in
                if state.closed { return false }
                // The oldest is used first: it is surely waiting by now.
                state.warm.insert(launcher, at: 0)
                return true
            }
            if !kept { discard(launcher) }
            queue.async { [self] in refillStep() }
        } catch {
            // The next room makes its own launcher and reports what is wrong.
            state.withLock { $0.refilling = false }
        }
    }

    private func make() throws(ProvostError) -> Launcher {
        let number = state.withLock { state in
            state.made += 1
            return state.made
        }
        let cgroup = try cgroups?.makeSlot("\(run)-\(number)")
        var pair: [Int32] = [-1, -1]
        let error = unsafe clinux_socketpair(&pair)
        guard error >= 0 else {
            _ = cgroup?.remove()
            throw .linux("make a socket", error, advice: "Raise the daemon's open-file limit.")
        }
        let ours = Descriptor(pair[0])
        let theirs = Descriptor(pair[1])
        let arguments = [path, "--serve"] + (privileged ? ["--network"] : [])
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        let pid = unsafe clinux_spawn(path, pointers, theirs.number, 0)
        guard pid > 0 else {
            _ = cgroup?.remove()
            throw .linux("start \(path)", Int32(pid), advice: "Install provost-launch beside provostd.")
        }
        let launcher = Launcher(pid: pid, socket: ours, cgroup: cgroup)
        do throws(ProvostError) {
            try cgroup?.enter(pid)
        } catch {
            discard(launcher)
            throw error
        }
        return launcher
    }

    /// Ends a launcher without a room, in the background.
    private func discard(_ launcher: Launcher) {
        Glibc.kill(pid_t(launcher.pid), SIGKILL)
        launcher.reap()
        removeLater(launcher)
    }

    /// Removes the cgroup of a launcher that has been reaped, in the background, as often as it takes.
    func removeLater(_ launcher: Launcher) {
        guard let cgroup = launcher.cgroup else { return }
        state.withLock { $0.removing += 1 }
        queue.async { [self] in remove(cgroup, attempt: 0) }
    }

    private func remove(_ cgroup: any CgroupSlot, attempt: Int) {
        if cgroup.remove() || attempt > 1000 {
            state.withLock { $0.removing -= 1 }
            return
        }
        if attempt > 2 { cgroup.kill() }
        queue.asyncAfter(deadline: .now() + .milliseconds(attempt < 10 ? 2 : 50)) { [self] in remove(cgroup, attempt: attempt + 1)
        }
    }

    /// Ends the warm launchers and waits until every cgroup is gone, at most ten seconds.
    func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let warm = state.withLock { state in
                    state.closed = true
                    defer { state.warm = [] }
                    return state.warm
                }
                for launcher in warm { discard(launcher) }
                finishClosing(attempt: 0, continuation)
            }
        }
    }

    private func finishClosing(attempt: Int, _ continuation: CheckedContinuation<Void, Never>) {
        if state.withLock({ $0.removing }) == 0 || attempt > 2000 {
            cgroups?.removeInstance()
            return continuation.resume()
        }
        queue.asyncAfter(deadline: .now() + .milliseconds(5)) { [self] in finishClosing(attempt: attempt + 1, continuation) }
    }
}
