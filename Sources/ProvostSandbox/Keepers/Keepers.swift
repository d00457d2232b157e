import CLinux
import Glibc
package import ProvostCore
import Synchronization

/// The daemon's side of all workspaces that run here. Keepers outlive the daemon: `found` is how the next one has them again.
package final class Keepers: Sendable {
    private struct Warm {
        var pid: Int64
        var socket: Int32
        var slot: String
    }
    private struct State {
        var warm: [Warm] = []
        var made = 0
        var refilling = 0
        var closed = false
        /// Slots of keepers that are being made or run.
        var slots: Set<String> = []
    }
    private let directory: String
    private let launcher: String
    private let keeper: String
    private let tools: String
    private let cgroupName: String
    private let instance: String
    private let warm: Int
    private let run: String
    private let users: UserLeases
    private let cgroups: (any CgroupBackend)?
    private let state = Mutex(State())

    /// `directory` is the state folder; `provost-relay` lies beside the launcher. `users` are host uids that nothing else has; `warm` keepers
    /// wait for an order. Throws `unavailable` when a program is missing. Call `found` before anything is started.
    package init(
        directory: String, launcher: String, keeper: String, users: Range<UInt32>, warm: Int, cgroupName: String = "provost"
    ) throws(ProvostError) {
        signal(SIGPIPE, SIG_IGN)
        for program in [launcher, keeper, "/usr/bin/bwrap"] where unsafe access(program, X_OK) != 0 {
            throw ProvostError(.unavailable, "The program \(program) is missing; install provost and bubblewrap whole.")
        }
        self.directory = directory
        self.launcher = launcher
        self.keeper = keeper
        self.warm = warm
        self.cgroupName = cgroupName
        // Not the grading rooms' own, which are swept at each start.
        instance = "w-" + Sandbox.instanceName(for: directory)
        run = String(UInt64(truncatingIfNeeded: Timestamp.now.milliseconds), radix: 36) + "-\(getpid())"
        self.users = UserLeases(range: users, only: geteuid() == 0 ? nil : geteuid())
        cgroups =
            CgroupV1(cgroupName: cgroupName, instance: instance)
            ?? CgroupV2(cgroupName: cgroupName, instance: instance, belowRoot: KeeperProcess.leavesService)
        cgroups?.share()
        try Files.makeFolder(directory, mode: 0o711)
        try Files.makeFolder(directory + "/run", mode: 0o711)
        // One for each daemon: a room that runs goes on with the files that it began with.
        try Files.makeFolder(directory + "/run/.tools", mode: 0o711)
        tools = directory + "/run/.tools/" + run + "-\(UInt32.random(in: 0 ..< .max))"
        try RoomFiles.build(in: tools, home: WorkspaceOrder.home)
        let relay =
            launcher.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/provost-relay"
        try RoomFiles.install(relay, as: tools + "/sessions")
    }

    /// A user that no other workspace has. Throws `unavailable` when all are leased.
    package func leaseUser() throws(ProvostError) -> RoomUser { try users.lease() }
    /// For a user whose workspace was not started; one that ran returns its own.
    package func returnUser(_ user: RoomUser) { users.giveBack(user) }

    /// Starts a workspace; returns when its room answers. On any failure nothing is left of it. Throws `conflict` when it runs already,
    /// `unavailable` when it cannot be started.
    package func start(_ order: WorkspaceOrder) async throws(ProvostError) -> KeptWorkspace {
        defer { refill(after: Self.refillDelay) }
        return try await offPool { [self] () throws(ProvostError) -> KeptWorkspace in try startNow(order) }
    }

    private func startNow(_ order: WorkspaceOrder) throws(ProvostError) -> KeptWorkspace {
        let folder = directory + "/run/" + order.id
        let probe = unsafe clinux_connect(folder + "/keeper.sock")
        if probe >= 0 {
            close(probe)
            throw ProvostError(.conflict, "The workspace runs already.")
        }
        let taken = state.withLock { $0.warm.popLast() }
        let ready: Warm
        if let taken { ready = taken } else { ready = try make() }
        do throws(ProvostError) {
            try KeeperMessage(.order) { order.write(&$0) }.send(on: ready.socket)
            try expectDone(ready.socket)
            // As it would tell of itself.
            let workspace = try adopt(
                KeeperStatus(
                    id: order.id, start: order.start, uid: order.user.uid, pid: Int32(ready.pid), slot: ready.slot, tools: tools))
            close(ready.socket)
            return workspace
        } catch {
            discard(ready)
            Files.removeTree(folder)
            throw error
        }
    }

    private func adopt(_ status: KeeperStatus) throws(ProvostError) -> KeptWorkspace {
        try KeptWorkspace(status, folder: directory + "/run/" + status.id) { [self] in
            cgroups?.clear(status.slot)
            users.giveBack(RoomUser(uid: status.uid))
            state.withLock { _ = $0.slots.remove(status.slot) }
        }
    }

    private func make() throws(ProvostError) -> Warm {
        let slot = state.withLock { state in
            state.made += 1
            let slot = "\(run)-\(state.made)"
            state.slots.insert(slot)
            return slot
        }
        var pair: [Int32] = [-1, -1]
        guard unsafe clinux_socketpair(&pair) >= 0 else { throw .linux("make a socket", errno) }
        let theirs = Descriptor(pair[1])
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe [strdup(keeper)]
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        let pid = unsafe clinux_spawn(keeper, pointers, theirs.number, 0)
        // Held here as well, a keeper that ends at once would be waited for.
        close(theirs.take())
        guard pid > 0 else {
            close(pair[0])
            state.withLock { _ = $0.slots.remove(slot) }
            throw .linux("start \(keeper)", Int32(pid))
        }
        let warm = Warm(pid: pid, socket: pair[0], slot: slot)
        do throws(ProvostError) {
            let setup = KeeperSetup(
                directory: directory, launcher: launcher, bubblewrap: "/usr/bin/bwrap", tools: tools, cgroupName: cgroupName,
                instance: instance, slot: slot)
            try KeeperMessage(.setup) { setup.write(&$0) }.send(on: warm.socket)
            try expectDone(warm.socket)
            return warm
        } catch {
            discard(warm)
            throw error
        }
    }

    private func expectDone(_ socket: Int32) throws(ProvostError) {
        var rest: [UInt8] = []
        guard let answer = try KeeperMessage.receive(on: socket, rest: &rest) else {
            throw ProvostError(.unavailable, "A workspace's keeper ended while it was started; look at the machine's log.")
        }
        _ = try answer.answer()
    }

    /// Ends a keeper that keeps nothing, or whose start failed, and removes what it made.
    private func discard(_ warm: Warm) {
        close(warm.socket)
        // By itself first, within two seconds: it knows what it mounted.
        var status: Int32 = 0
        for _ in 0..<200 where unsafe clinux_wait(warm.pid, &status, 1) == 0 { usleep(10_000) }
        kill(pid_t(warm.pid), SIGKILL)
        _ = unsafe clinux_wait(warm.pid, &status, 0)
        cgroups?.clear(warm.slot)
        state.withLock { _ = $0.slots.remove(warm.slot) }
    }

    /// Making the next keeper costs as much processor time as the start that it followed: whoever was started has the machine first.
    private static let refillDelay = TimeSpan(milliseconds: 250)

    /// Makes warm keepers up to the number asked for, in the background.
    private func refill(after delay: TimeSpan = .seconds(0)) {
        let wanted = state.withLock { state in
            guard !state.closed, state.warm.count + state.refilling < warm else { return false }
            state.refilling += 1
            return true
        }
        guard wanted else { return }
        do throws(ProvostError) {
            try onOwnThread { [self] in
                usleep(UInt32(delay.milliseconds) * 1000)
                let made = try? make()
                let kept = state.withLock { state in
                    guard let made, !state.closed else { return false }
                    state.warm.append(made)
                    return true
                }
                if let made, !kept { discard(made) }
                // Last, so that `shutdown` waits for what is discarded as well.
                state.withLock { $0.refilling -= 1 }
                if kept { refill() }
            }
        } catch { state.withLock { $0.refilling -= 1 } }
    }

    /// The workspaces that run, at the start of the daemon: their users are leased from now on. What is left of others is removed, and
    /// `endings` of those that ended meanwhile are read with `lastEnding`.
    package func found() async -> [KeptWorkspace] {
        let kept = await withCheckedContinuation { continuation in
            let work: @Sendable () -> Void = { [self] in continuation.resume(returning: findNow()) }
            do throws(ProvostError) { try onOwnThread(work) } catch { work() }
        }
        refill()
        return kept
    }

    private func findNow() -> [KeptWorkspace] {
        var kept: [KeptWorkspace] = []
        for name in Files.names(in: directory + "/run") where !name.hasPrefix(".") {
            let folder = directory + "/run/" + name
            do throws(ProvostError) {
                var reader = try KeptWorkspace.ask(KeeperMessage(.status), folder: folder)
                let status = try KeeperStatus(&reader)
                state.withLock { _ = $0.slots.insert(status.slot) }
                users.take(RoomUser(uid: status.uid))
                kept.append(try adopt(status))
            } catch {
                // An ending is kept until somebody has read it.
                if !Files.exists(folder + "/ending") { Files.removeTree(folder) }
            }
        }
        let slots = state.withLock { $0.slots }
        for slot in cgroups?.slotNames() ?? [] where !slots.contains(slot) { cgroups?.clear(slot) }
        let used = Set(kept.map(\.tools) + [tools])
        for name in Files.names(in: directory + "/run/.tools") where !used.contains(directory + "/run/.tools/" + name) {
            Files.removeTree(directory + "/run/.tools/" + name)
        }
        return kept
    }

    /// How a workspace ended while no daemon was there; nil when nobody knows. Told once.
    package func lastEnding(of id: String) -> WorkspaceEnding? {
        let folder = directory + "/run/" + id
        guard !Files.exists(folder + "/keeper.sock"), let ending = KeptWorkspace.savedEnding(in: folder) else { return nil }
        Files.removeTree(folder)
        return ending
    }

    /// Ends the keepers that wait for an order; workspaces go on.
    package func shutdown() async {
        let waiting = state.withLock { state in
            state.closed = true
            defer { state.warm = [] }
            return state.warm
        }
        await withCheckedContinuation { continuation in
            let work: @Sendable () -> Void = { [self] in
                for _ in 0..<1000 where state.withLock({ $0.refilling > 0 }) { usleep(10_000) }
                for warm in waiting { discard(warm) }
                continuation.resume()
            }
            do throws(ProvostError) { try onOwnThread(work) } catch { work() }
        }
        // Where none runs, nothing of ours stays.
        if state.withLock({ $0.slots.isEmpty }) { cgroups?.removeInstance() }
    }
}
