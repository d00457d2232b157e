import CLinux
import Glibc
import ProvostCore

/// The room of one workspace, made and removed by its keeper.
final class KeeperRoom {
    let setup: KeeperSetup
    let privileged = geteuid() == 0
    private let cgroups: (any CgroupBackend)?
    let launcher: Launcher
    private let filters: SeccompFilters
    private(set) var volume: MountedVolume?
    private(set) var link: SessionsLink?
    private(set) var outOfMemoryWatch: Int32 = -1
    /// The room's /dev/pts, as its first program found it before anything of the learner's ran; −1: none.
    private(set) var terminals: Int32 = -1
    private(set) var limits = RoomLimits()
    private var order: WorkspaceOrder?
    private var output: Int32 = -1
    private var egress: Egress?

    /// What can be done before it is known for whom: this is what makes a start fast.
    init(_ setup: KeeperSetup) throws(ProvostError) {
        self.setup = setup
        if privileged { try MountNamespace.enter() }
        filters = try SeccompFilters()
        cgroups =
            CgroupV1(cgroupName: setup.cgroupName, instance: setup.instance)
            ?? CgroupV2(cgroupName: setup.cgroupName, instance: setup.instance)
        let slot = try cgroups?.makeSlot(setup.slot)
        var pair: [Int32] = [-1, -1]
        let error = unsafe clinux_socketpair(&pair)
        guard error >= 0 else { throw .linux("make a socket", error) }
        let ours = Descriptor(pair[0])
        let theirs = Descriptor(pair[1])
        let arguments = [setup.launcher, "--serve", "--tied"] + (privileged ? ["--network"] : [])
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        let pid = unsafe clinux_spawn(setup.launcher, pointers, theirs.number, 0)
        guard pid > 0 else {
            _ = slot?.remove()
            throw .linux("start \(setup.launcher)", Int32(pid), advice: "Install provost-launch beside provostd.")
        }
        launcher = Launcher(pid: pid, socket: ours, cgroup: slot)
        do throws(ProvostError) { try slot?.enter(pid) } catch {
            remove()
            throw error
        }
    }

    /// Mounts the volume, puts the limits on and hands the room to its launcher.
    func begin(_ order: WorkspaceOrder, folder: String) throws(ProvostError) {
        self.order = order
        let volume = try MountedVolume(order.volume, at: folder + "/volume", user: privileged ? order.user : nil)
        self.volume = volume
        try setLimits(order.limits)
        outOfMemoryWatch = launcher.cgroup?.outOfMemoryWatch() ?? -1
        var pair: [Int32] = [-1, -1]
        guard unsafe clinux_packetpair(&pair) >= 0 else { throw .linux("make a socket", errno) }
        let link = SessionsLink(socket: Descriptor(pair[0]))
        let theirs = Descriptor(pair[1])
        var pipe: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&pipe) >= 0 else { throw .linux("make a pipe", errno) }
        output = pipe[0]
        _ = clinux_nonblocking(output)
        let writer = Descriptor(pipe[1])
        let network = try openNetwork(order, folder: folder)
        let spec = RoomSpec(
            command: ["/run/sessions"], environment: environment, workingDirectory: "/",
            mounts: [
                order.onlyReads
                    ? .readOnly(host: volume.home, at: WorkspaceOrder.home)
                    : .writable(host: volume.home, at: WorkspaceOrder.home),
                .readOnly(host: setup.tools + "/sessions", at: "/run/sessions"),
            ]
                + order.mounts + (network == nil ? [] : [.readOnly(host: Self.hosts(in: folder), at: "/etc/hosts")]),
            user: order.user, limits: order.limits, image: order.image)
        let calls = try filters.openCalls()
        let arguments = try filters.openArguments()
        var request = LaunchRequest(
            uid: order.user.uid, bubblewrap: setup.bubblewrap, temporaryMountPoint: setup.tools + "/tmp",
            options: BubblewrapOptions(tools: setup.tools, privileged: privileged).rooms(for: spec)
                + (order.onlyReads ? BubblewrapOptions.readingAll : []) + BubblewrapOptions.launched(.guest),
            command: spec.command, openFiles: UInt64(max(16, order.limits.openFiles)),
            // The volume and /tmp have a size; a limit for one file would only be a smaller one.
            fileSize: 0, temporaryBytes: UInt64(max(4096, order.limits.disk.bytes)),
            temporaryInodes: UInt64(max(1, order.limits.inodes)))
        if privileged {
            request.flags = [.user, .temporary]
            if order.network == .loopback { request.flags.insert(.loopback) }
        }
        var descriptors = [theirs.number, writer.number, writer.number, calls.number, arguments.number]
        if let network {
            request.flags.insert(.joinNetwork)
            descriptors.append(network.descriptor)
        }
        let bytes = request.bytes
        var sent = unsafe clinux_send_descriptors(launcher.socket, bytes, bytes.count, descriptors, descriptors.count)
        while sent >= 0, sent < bytes.count {
            let more = unsafe bytes.withUnsafeBytes {
                unsafe clinux_send(launcher.socket, $0.baseAddress! + sent, $0.count - sent)
            }
            sent = more < 0 ? more : sent + more
        }
        // The room has it now; until here its number must stay its own.
        withExtendedLifetime(network) {}
        guard sent >= 0 else { throw .linux("hand the workspace's room to its launcher", Int32(sent)) }
        self.link = link
    }

    private static func hosts(in folder: String) -> String { folder + "/hosts" }

    /// The room's network when it is to have a way out, and `/etc/hosts` for it; nil: it has none. The keeper, which has one thread, is in
    /// its own network again afterwards: that is where the translator reaches from.
    private func openNetwork(_ order: WorkspaceOrder, folder: String) throws(ProvostError) -> NetworkNamespace? {
        guard case .egress(let allow) = order.network else { return nil }
        guard privileged else {
            throw ProvostError(
                .unavailable,
                "This server cannot give workspaces a way out of their network: run the daemon as root, or set the lab's network to loopback."
            )
        }
        let own = try NetworkNamespace.host()
        let room = try NetworkNamespace.entered()
        func goBack() throws(ProvostError) {
            let error = clinux_join_network(own.descriptor)
            guard error >= 0 else { throw .linux("return from the workspace's network", error) }
        }
        try goBack()
        let opened = Result { () throws(ProvostError) -> Egress in try Egress.open(network: room.descriptor, allow: allow) }
        try goBack()
        let egress = try opened.get()
        self.egress = egress
        try RoomFiles.write("127.0.0.1 localhost room\n::1 localhost\n" + egress.hosts, to: Self.hosts(in: folder))
        return room
    }

    /// Waits, at most ten seconds, for the room's first program.
    func waitForHello() throws(ProvostError) {
        guard let link else { return }
        var wait = pollfd(fd: link.socket.number, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&wait, 1, 10_000)
        do throws(ProvostError) {
            if ready == 1, case .hello(let folder)? = try link.next() {
                terminals = folder
                return
            }
        } catch {}
        usleep(20_000)
        var words = [UInt8](repeating: 0, count: 2000)
        let count = unsafe words.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
        var why = count > 0 ? String(decoding: words[..<count], as: UTF8.self) : ""
        var reply = [UInt8](repeating: 0, count: LaunchReply.size)
        let size = unsafe reply.withUnsafeMutableBytes {
            unsafe recv(launcher.socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        if size == LaunchReply.size, let answer = LaunchReply(reply[...]), answer.error != 0 {
            why += " \(answer.step): \(systemWords(answer.error))"
        }
        let said = why.split(separator: "\n").joined(separator: "; ")
        throw ProvostError(
            .unavailable,
            "The workspace's room did not start\(said.isEmpty ? " within ten seconds" : ": \(said)"). Tell the server's operator."
        )
    }

    /// Of every session.
    var environment: [String: String] {
        var environment = order?.environment ?? [:]
        environment.merge(order?.image?.environment ?? [:]) { given, _ in given }
        environment.merge([
            "HOME": WorkspaceOrder.home, "USER": "learner", "LOGNAME": "learner", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin", "SHELL": order?.shell ?? "/bin/sh",
        ]) { given, _ in given }
        return environment
    }

    func setLimits(_ limits: RoomLimits) throws(ProvostError) {
        try launcher.cgroup?.hold(limits)
        self.limits = limits
    }

    func usage() -> WorkspaceUsage {
        var usage = WorkspaceUsage()
        if let cgroup = launcher.cgroup {
            let counted = cgroup.usage()
            let now = cgroup.current()
            usage.cpuTime = counted.cpuNanoseconds.map { TimeSpan(milliseconds: $0 / 1_000_000) }
            usage.memory = now.memory.map { ByteCount($0) }
            usage.peakMemory = counted.peakMemory.map { ByteCount($0) }
            usage.processes = now.processes.map { max(0, $0 - ownProcesses - ownWorkspaceProcesses) }
            usage.peakProcesses = counted.peakProcesses.map { max(0, $0 - ownWorkspaceProcesses) }
            usage.outOfMemoryKills = counted.outOfMemoryKills
            usage.refusedForks = counted.refusedForks
            usage.throttledTime = counted.throttledNanoseconds.map { TimeSpan(milliseconds: $0 / 1_000_000) }
        }
        if let disk = volume?.usage() {
            usage.diskUsed = ByteCount(disk.bytesUsed)
            usage.diskSize = ByteCount(disk.bytes)
            (usage.filesUsed, usage.filesSize) = (disk.filesUsed, disk.files)
        }
        return usage
    }

    /// Ends everything in it, unmounts the volume and removes the cgroup.
    func remove() {
        _ = launcher.cgroup?.freeze(false)
        launcher.cgroup?.unthrottle()
        kill(pid_t(launcher.pid), SIGKILL)
        launcher.cgroup?.kill()
        launcher.reap()
        egress?.stop()
        volume?.thaw()
        if order?.volume.backend == .image { volume?.trim() }
        do throws(ProvostError) { try volume?.unmount() } catch {
            // It goes with this process.
        }
        cgroups?.clear(setup.slot)
    }
}
