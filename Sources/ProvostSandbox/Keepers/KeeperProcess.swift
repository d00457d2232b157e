import CLinux
import Glibc
import ProvostCore

/// The keeper of one workspace: the program `provost-keeper`, one thread and one loop.
///
/// It is started ahead of time with its standard input a socket to the daemon, makes all of a room that does not depend on the learner, and
/// waits for its order. Then it owns the room, the volume and the terminals until the room ends or it is told to stop; the daemon may come
/// and go. It believes nothing that comes from the room, and of its clients only root's and its own user's.
package final class KeeperProcess {
    /// POLLRDHUP, which Swift does not import.
    static let peerIsGone: Int32 = 0x2000

    let room: KeeperRoom
    let order: WorkspaceOrder
    let folder: String
    let link: SessionsLink
    let listener: Descriptor
    var clients: [KeeperClient] = []
    var sessions: [KeeperSession] = []
    var forwards: [KeeperForward] = []
    var nextNumber: UInt32 = 1
    var activeAt = monotonicNanoseconds()
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    var outOfMemoryKills = 0
    /// When the counter is looked at again: the kernel's notice can come before its count.
    var checkMemoryAt: Int64?
    var thawVolumeAt: Int64?
    var stop: (deadline: Int64, reason: String)?
    /// Told to whoever comes first.
    var pendingNotice: String?
    var ending: WorkspaceEnding?

    /// The program's main. Ends the process.
    package static func main() -> Never {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        umask(0o077)
        // The kernel must not take the keeper in the place of what a learner runs; the room is given its own score.
        _ = Files.write("-900", to: "/proc/self/oom_score_adj")
        do throws(ProvostError) {
            var rest: [UInt8] = []
            guard let first = try KeeperMessage.receive(on: 0, rest: &rest), first.kind == .setup else { exit(64) }
            var reader = first.reader
            let setup = try KeeperSetup(&reader)
            leaveServiceGroup()
            let room: KeeperRoom
            do throws(ProvostError) { room = try KeeperRoom(setup) } catch {
                try KeeperMessage(failure: error).send(on: 0)
                exit(70)
            }
            try KeeperMessage(.done).send(on: 0)
            guard let second = try? KeeperMessage.receive(on: 0, rest: &rest), second.kind == .order else {
                room.remove()
                exit(0)
            }
            let keeper: KeeperProcess
            do throws(ProvostError) {
                var reader = second.reader
                keeper = try KeeperProcess(room: room, order: try WorkspaceOrder(&reader))
            } catch {
                room.remove()
                try KeeperMessage(failure: error).send(on: 0)
                exit(70)
            }
            try? KeeperMessage(.done).send(on: 0)
            // So that nothing waits at the daemon's end.
            let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
            dup2(null, 0)
            close(null)
            while keeper.ending == nil { keeper.turn() }
            keeper.finish()
            exit(0)
        } catch { exit(70) }
    }

    /// The lines of /proc/self/cgroup that lie in a service of systemd, which ends what is in its cgroup when it stops; empty without root.
    private static var ofService: [Substring] {
        guard geteuid() == 0, let groups = Files.read("/proc/self/cgroup") else { return [] }
        return groups.split(separator: "\n").filter { $0.hasSuffix(".service") || $0.contains(".service/") }
    }

    /// Whether keepers leave this daemon's service, so that the cgroups of version 2 that they make lie below the root and not in it.
    static var leavesService: Bool { ofService.contains { $0.hasPrefix("0::") } }

    /// A workspace goes on when the service stops.
    private static func leaveServiceGroup() {
        for line in ofService {
            let root =
                line.hasPrefix("0::")
                ? (Files.exists("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified")
                : line.contains("name=systemd") ? "/sys/fs/cgroup/systemd" : nil
            guard let root else { continue }
            _ = unsafe mkdir(root + "/provost-keepers", 0o755)
            _ = Files.write("\(getpid())", to: root + "/provost-keepers/cgroup.procs")
        }
    }

    private init(room: KeeperRoom, order: WorkspaceOrder) throws(ProvostError) {
        self.room = room
        self.order = order
        guard !order.id.isEmpty, !order.id.hasPrefix("."), !order.id.utf8.contains(UInt8(ascii: "/")) else {
            throw ProvostError(.invalid, "“\(order.id)” is no name for a workspace.")
        }
        folder = room.setup.directory + "/run/" + order.id
        try Files.makeFolder(folder, mode: 0o711)
        _ = unsafe unlink(folder + "/ending")
        _ = unsafe unlink(folder + "/keeper.sock")
        try room.begin(order, folder: folder)
        try room.waitForHello()
        guard let link = room.link else { throw ProvostError(.internalError, "The workspace's room has no first program.") }
        self.link = link
        let socket = unsafe clinux_listen(folder + "/keeper.sock", 64)
        guard socket >= 0 else { throw .linux("listen at \(folder)/keeper.sock", socket) }
        listener = Descriptor(socket)
        if let starter = order.starter {
            try link.prepare(starter: starter, home: WorkspaceOrder.home)
            // Whoever comes finds it there. A big one goes on being copied.
            var wait = pollfd(fd: link.socket.number, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&wait, 1, 20_000) > 0 { takeEvents() }
        }
    }

    /// Waits for anything, and does it.
    func turn() {
        var waits: [pollfd] = []
        var actions: [(Int16) -> Void] = []
        func watch(_ descriptor: Int32, _ events: Int32, _ action: @escaping (Int16) -> Void) {
            guard descriptor >= 0, events != 0 else { return }
            waits.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
            actions.append(action)
        }
        watch(listener.number, POLLIN) { _ in self.accept() }
        watch(link.socket.number, POLLIN) { _ in self.takeEvents() }
        watch(room.outOfMemoryWatch, POLLIN) { _ in self.memoryRanOut() }
        watch(room.launcher.socket, POLLIN) { _ in self.roomEnded() }
        for session in sessions {
            let reads = session.takesOutput ? POLLIN : 0
            let writes = session.pending.isEmpty ? 0 : POLLOUT
            if session.isTerminal {
                // Without anybody inside, a terminal says so all the time.
                watch(session.output, reads | writes) { events in
                    if Int32(events) & POLLOUT != 0 { session.writeInput() }
                    if Int32(events) & (POLLIN | POLLHUP) != 0, reads != 0 { session.take(false, buffer: &self.buffer) }
                }
            } else {
                watch(session.input, writes) { _ in session.writeInput() }
                watch(session.output, reads) { _ in session.take(false, buffer: &self.buffer) }
                watch(session.error, reads) { _ in session.take(true, buffer: &self.buffer) }
            }
        }
        for client in clients {
            let events = (wantsInput(from: client) ? POLLIN : 0) | (client.backlog > 0 ? POLLOUT : 0)
            // A hang-up is always told; with nothing wanted it is looked for below.
            watch(client.socket.number, events == 0 ? Self.peerIsGone : events) { events in self.serve(client, events) }
        }
        for forward in forwards {
            guard let client = self.client(of: forward) else { continue }
            let reads = forward.outputEnded || client.backlog >= KeeperClient.enough ? 0 : POLLIN
            watch(forward.socket, reads | (forward.input.isEmpty ? 0 : POLLOUT)) { self.serve(forward, client, $0) }
        }
        _ = unsafe poll(&waits, nfds_t(waits.count), timeout())
        for (wait, action) in zip(waits, actions) where wait.revents != 0 { action(wait.revents) }
        tidy()
    }

    private func timeout() -> Int32 {
        var times: [Int64] = [checkMemoryAt, thawVolumeAt, stop?.deadline].compactMap { $0 }
        let now = monotonicNanoseconds()
        if stop != nil { times.append(now + 50_000_000) }
        for session in sessions where session.status != nil { times.append(max(now + 5_000_000, session.endedAt + 101_000_000)) }
        for client in clients {
            if client.lagsSince != nil { times.append(now + 1_000_000_000) }
            if case .new = client.role { times.append(client.since + 10_000_000_000) }
        }
        guard let first = times.min() else { return -1 }
        return Int32(min(max(0, (first - now + 999_999) / 1_000_000), 60_000))
    }

    /// What time and ends bring about.
    private func tidy() {
        let now = monotonicNanoseconds()
        if let time = checkMemoryAt, now >= time { memoryRanOut(again: false) }
        if let time = thawVolumeAt, now >= time {
            thawVolumeAt = nil
            room.volume?.thaw()
        }
        for session in sessions {
            for client in session.clients { session.pump(client) }
            session.checkOver(now: now)
            guard session.isOver else { continue }
            // Before its last word: the kernel's own notice may come after the program's end.
            if session.status == 137 { noteMemory() }
            for client in session.clients where client.place >= session.scrollback.total && !client.isLeaving {
                client.leave(with: [SessionFrame(.outputEnd), .exit(session.status ?? 1)])
            }
        }
        sessions.removeAll { session in session.isOver && session.clients.allSatisfy { $0.isLeaving || $0.isGone } }
        for client in clients {
            if case .new = client.role, now - client.since > 10_000_000_000 { client.isGone = true }
            if client.isGone { drop(client) }
        }
        clients.removeAll { $0.isGone }
        guard let stop else { return }
        let left = room.launcher.cgroup?.current().processes.map { $0 - ownProcesses - ownWorkspaceProcesses } ?? sessions.count
        if now >= stop.deadline || left <= 0 { ending = WorkspaceEnding(reason: stop.reason, asked: true, usage: usage()) }
    }

    func usage() -> WorkspaceUsage {
        var usage = room.usage()
        usage.sessions = sessions.count { !$0.isOver }
        usage.quiet = TimeSpan(milliseconds: (monotonicNanoseconds() - activeAt) / 1_000_000)
        return usage
    }

    func notify(_ text: String) {
        for session in sessions { for client in session.clients { client.add(.text(.notice, text)) } }
    }

    private func memoryRanOut(again: Bool = true) {
        if again {
            var bytes = [UInt8](repeating: 0, count: 4096)
            _ = unsafe bytes.withUnsafeMutableBytes { unsafe read(room.outOfMemoryWatch, $0.baseAddress, $0.count) }
        }
        checkMemoryAt = again ? monotonicNanoseconds() + 200_000_000 : nil
        noteMemory()
    }

    /// Tells of programs that were ended for lack of memory since the last time.
    private func noteMemory() {
        let usage = room.usage()
        guard usage.outOfMemoryKills > outOfMemoryKills else { return }
        outOfMemoryKills = usage.outOfMemoryKills
        let peak = usage.peakMemory.map { ", peak \($0)" } ?? ""
        notify("Out of memory: Linux ended a program of this workspace. Limit \(room.limits.memory)\(peak).")
    }

    private func takeEvents() {
        do throws(ProvostError) {
            while let event = try link.next() {
                switch event {
                case .hello(let folder): if folder >= 0 { close(folder) }
                case .prepared(let error):
                    guard error != 0 else { break }
                    let why = systemWords(error)
                    pendingNotice =
                        "The lab's starter could not be copied into your home: \(why). It lies in \(order.starter ?? "/lab")."
                case .ended(let number, let status):
                    guard let session = sessions.first(where: { $0.number == number }) else { break }
                    session.status = status
                    session.endedAt = monotonicNanoseconds()
                    session.pending = []
                case .connected(let number, let error, let socket): connected(number, error: error, socket: socket)
                }
            }
        } catch { roomEnded() }
    }

    private func roomEnded() {
        guard ending == nil else { return }
        if let stop { return ending = WorkspaceEnding(reason: stop.reason, asked: true, usage: usage()) }
        let usage = usage()
        var reason = "The workspace ended by itself: its first program was ended from inside."
        if usage.outOfMemoryKills > outOfMemoryKills {
            reason =
                "The workspace ended: out of memory, limit \(room.limits.memory)"
                + (usage.peakMemory.map { ", peak \($0)." } ?? ".")
        }
        ending = WorkspaceEnding(reason: reason, asked: false, usage: usage)
    }

    /// Tells everybody, and leaves nothing behind.
    private func finish() {
        guard let ending else { return }
        for session in sessions {
            for client in session.clients {
                if session.isTerminal { session.pump(client) }
                client.leave(with: [.text(.notice, ending.reason), .exit(session.status ?? 129)])
            }
        }
        room.remove()
        Self.save(ending, in: folder)
        for client in clients {
            if case .watcher = client.role { client.leave(with: []) }
            if case .watcher = client.role {
                try? KeeperMessage(.ended) { ending.write(&$0) }.send(on: client.socket.number)
            }
        }
        _ = unsafe unlink(folder + "/keeper.sock")
        // What clients have not read yet: a moment for it.
        for _ in 0..<20 where clients.contains(where: { $0.backlog > 0 && !$0.isGone }) {
            usleep(25_000)
            for client in clients { client.flush() }
        }
    }

    /// For a daemon that is not there now. In hexadecimal, so that it is one line.
    private static func save(_ ending: WorkspaceEnding, in folder: String) {
        var writer = WireWriter()
        ending.write(&writer)
        let digits = Array("0123456789abcdef".utf8)
        let text = writer.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        let file = unsafe open(folder + "/ending.new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        _ = unsafe text.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        fsync(file)
        close(file)
        _ = unsafe rename(folder + "/ending.new", folder + "/ending")
    }
}
