import CLinux
import Glibc
import ProvostCore

/// Supervises one running room, on a thread of its own: one loop over the launcher's socket, the command's streams, the
/// notice of lack of memory, and what the room's handle asks for.
struct Supervisor: ~Copyable {
    private let room: Room
    private let launcher: Launcher
    private let limits: RoomLimits
    private let writableFolders: [String]
    private var output: Capture
    private var error: Capture
    private var feed: Feed
    private let terminal: Descriptor?
    private let pressure: PressureMeter
    private let pressureBefore: Pressure?

    private let begin: Int64
    private var end: Int64?
    private var ended: LaunchReply?
    private var reaped: LaunchReply?
    private var replies: [UInt8] = []
    private var stoppedBy: RoomReport.Limit?
    private var cancelled = false
    /// When the room was told to end, and how insistently.
    private var killedAt: Int64?
    private var insisted = false
    private var nextCPUCheck: Int64

    init(
        room: Room, launcher: Launcher, spec: RoomSpec, output: consuming Capture, error: consuming Capture, feed: consuming Feed,
        terminal: consuming Descriptor?, pressure: PressureMeter
    ) {
        self.room = room
        self.launcher = launcher
        limits = spec.limits
        writableFolders = spec.mounts.filter { $0.kind == .writable }.map(\.host)
        self.output = output
        self.error = error
        self.feed = feed
        self.terminal = terminal
        self.pressure = pressure
        pressureBefore = pressure.read()
        begin = monotonicNanoseconds()
        nextCPUCheck = begin
    }

    /// Returns when everything in the room is gone and its launcher is reaped.
    mutating func run() -> RoomReport {
        scheduleCPUCheck(used: 0, at: begin)
        // Input that has ended before it began is told at once: nothing else may wake this thread before a deadline.
        while feed.needsMore { feed.write(from: room) }
        while !step() {}
        // Nobody is left to write: what is in the pipes now is all.
        output.drain()
        error.drain()
        launcher.reap()
        return report()
    }

    /// One turn of the loop. True when the launcher is gone.
    private mutating func step() -> Bool {
        let watchesMemory = launcher.cgroup?.outOfMemoryNotice
        var watched = [
            pollfd(fd: launcher.socket, events: Int16(POLLIN), revents: 0),
            pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: error.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: room.wake.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: watchesMemory ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: feed.descriptor, events: feed.wantsToWrite ? Int16(POLLOUT) : 0, revents: 0),
        ]
        _ = unsafe poll(&watched, nfds_t(watched.count), timeout())
        if watched[4].revents != 0, let watchesMemory, clinux_eventfd_clear(watchesMemory) == 1, ended == nil { stop(.memory) }
        if watched[1].revents != 0 { output.read() }
        if watched[2].revents != 0 { error.read() }
        if watched[3].revents != 0 {
            _ = clinux_eventfd_clear(room.wake.number)
            if room.stopRequested, ended == nil, killedAt == nil {
                cancelled = true
                kill()
            }
            resize()
            feed.wakeUp()
        }
        if watched[5].revents != 0 { feed.write(from: room) }
        // Until there is nothing to take: the wake-up that told of the end may be the one that told of the bytes before it.
        while feed.needsMore { feed.write(from: room) }
        let gone = watched[0].revents != 0 && readReplies()
        if !gone { checkDeadlines() }
        return gone
    }

    /// −1 in a room without one.
    private var terminalNumber: Int32 {
        switch terminal {
        case .some(let terminal): terminal.number
        case .none: -1
        }
    }

    private func resize() {
        let number = terminalNumber
        guard number >= 0, let size = room.takeSize() else { return }
        _ = clinux_window_size(number, Int32(size.rows), Int32(size.columns))
    }

    /// Milliseconds until something is due.
    private func timeout() -> Int32 {
        let now = monotonicNanoseconds()
        var due = Int64.max
        if let killedAt {
            due = insisted ? now + 100_000_000 : killedAt + 50_000_000
        } else {
            due = begin + limits.wallTime.milliseconds * 1_000_000
            if launcher.cgroup != nil { due = min(due, nextCPUCheck) }
        }
        return Int32(clamping: max(0, (due - now + 999_999) / 1_000_000))
    }

    private mutating func checkDeadlines() {
        let now = monotonicNanoseconds()
        if let killedAt {
            // The launcher and the process namespace do it in a millisecond; else the cgroup is emptied from here.
            if now >= killedAt + 50_000_000 {
                insisted = true
                launcher.cgroup?.kill()
                Glibc.kill(pid_t(launcher.pid), SIGKILL)
            }
            return
        }
        if now >= begin + limits.wallTime.milliseconds * 1_000_000 { return stop(.wallTime) }
        guard now >= nextCPUCheck, let cgroup = launcher.cgroup, let used = cgroup.cpuNanoseconds() else { return }
        if used >= limits.cpuTime.milliseconds * 1_000_000 { return stop(.cpuTime) }
        scheduleCPUCheck(used: used, at: now)
    }

    /// The soonest that the room could use up what is left, at the most CPUs it may have: no need to look before.
    private mutating func scheduleCPUCheck(used: Int64, at now: Int64) {
        let left = limits.cpuTime.milliseconds * 1_000_000 - used
        nextCPUCheck = now + max(5_000_000, left / Int64(max(1, limits.cpuMillis)) * 1000)
    }

    private mutating func stop(_ limit: RoomReport.Limit) {
        if stoppedBy == nil && !cancelled { stoppedBy = limit }
        kill()
    }

    /// Ends everything: bubblewrap dies, with it pid 1 of the room, and with that, all of its process namespace.
    private mutating func kill() {
        guard killedAt == nil else { return }
        killedAt = monotonicNanoseconds()
        launcher.cgroup?.unthrottle()
        _ = unsafe clinux_send(launcher.socket, [UInt8(ascii: "K")], 1)
    }

    /// True at the end of the socket: the launcher is gone.
    private mutating func readReplies() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(launcher.socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        if count < 0 { return errno != EAGAIN && errno != EINTR }
        if count == 0 { return true }
        replies += buffer[..<count]
        while replies.count >= LaunchReply.size {
            if let reply = LaunchReply(replies[..<LaunchReply.size]) {
                switch reply.kind {
                case .ended:
                    ended = reply
                    end = monotonicNanoseconds()
                    // Nothing outlives the command; from here on the rest of the room is being ended.
                    if killedAt == nil { killedAt = end }
                case .reaped: reaped = reply
                }
            }
            replies.removeFirst(LaunchReply.size)
        }
        return false
    }

    // MARK: Report

    private mutating func report() -> RoomReport {
        let usage = launcher.cgroup?.usage() ?? CgroupUsage()
        // The kernel may have ended the command before its notice reached us.
        if stoppedBy == nil, usage.outOfMemoryKills > 0 { stoppedBy = .memory }
        let cpu = usage.cpuNanoseconds ?? reaped.map { Int64($0.cpuMicroseconds) * 1000 }
        if stoppedBy == nil, !cancelled, let cpu, cpu >= limits.cpuTime.milliseconds * 1_000_000 { stoppedBy = .cpuTime }
        var hit: Set<RoomReport.Limit> = []
        if let stoppedBy { hit.insert(stoppedBy) }
        if usage.refusedForks > 0 { hit.insert(.processes) }
        if output.dropped > 0 || error.dropped > 0 { hit.insert(.output) }
        let ending = ending()
        if ending == .signaled(SIGXFSZ) || isFull() { hit.insert(.disk) }
        return RoomReport(
            ending: ending, stoppedBy: stoppedBy, cancelled: cancelled, limitsHit: hit,
            wallTime: TimeSpan(.nanoseconds((end ?? monotonicNanoseconds()) - begin)),
            cpuTime: cpu.map { TimeSpan(.nanoseconds($0)) },
            peakMemory: usage.peakMemory.map(ByteCount.init), peakProcesses: usage.peakProcesses, droppedOutput: output.dropped,
            droppedError: error.dropped, throttledTime: usage.throttledNanoseconds.map { TimeSpan(.nanoseconds($0)) },
            pressure: pressureBefore.flatMap { before in pressure.read()?.since(before) })
    }

    private func ending() -> RoomReport.Ending {
        if stoppedBy != nil || cancelled { return .stopped }
        guard let ended else { return .failed("its launcher ended unexpectedly; see the kernel log for an out-of-memory kill") }
        if ended.error != 0 {
            return .failed(ProvostError.linux("start the room (\(ended.step))", ended.error).message)
        }
        let status = clinux_exit_status(ended.waitStatus)
        if !ended.started {
            // The command never ran, so these are bubblewrap's own words and nobody else's.
            let heard = terminalNumber >= 0 ? output.first : error.first
            let words = String(decoding: heard, as: UTF8.self).split { $0 == "\n" || $0 == "\r\n" }.last.map(String.init) ?? ""
            guard words.hasPrefix("bwrap: execvp ") else {
                let signal = clinux_term_signal(ended.waitStatus)
                return .failed(
                    words.isEmpty ? "bubblewrap ended with " + (signal > 0 ? "signal \(signal)" : "status \(status)") : words)
            }
            // What a shell answers for a command that is missing, or there and not a program.
            return .exited(words.hasSuffix("No such file or directory") ? 127 : 126)
        }
        // bubblewrap's pid 1 reports a signal as a shell does.
        return (129...159).contains(status) ? .signaled(status - 128) : .exited(status)
    }

    /// Whether a sized folder of the room has no byte or no inode left.
    private func isFull() -> Bool {
        writableFolders.contains { folder in
            var bytes: UInt64 = 0
            var inodes: UInt64 = 0
            var isTemporary: Int32 = 0
            let error = unsafe clinux_filesystem(folder, &bytes, &inodes, &isTemporary)
            return error == 0 && isTemporary != 0 && (bytes == 0 || inodes == 0)
        }
    }
}
