import Glibc
import ProvostCore

/// Turns a spec into bubblewrap's options: the mounts and namespaces of a room.
struct BubblewrapOptions: Sendable {
    /// Folder with the room's `/etc`, and the mount point for its `/tmp`.
    let tools: String
    /// As root the launcher makes the network namespace and `/tmp`; otherwise bubblewrap does.
    let privileged: Bool
    /// `/bin`, `/lib` …: links to below `/usr`, or folders of their own.
    private let systemFolders: [[String]]

    init(tools: String, privileged: Bool) {
        self.tools = tools
        self.privileged = privileged
        systemFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].compactMap { path in
            if let target = Files.linkTarget(path) { return ["--symlink", target, path] }
            return Files.exists(path) ? ["--ro-bind", path, path] : nil
        }
    }

    /// Everything but seccomp and status descriptors, which only a launcher has: also what the benchmark gives to a bare
    /// bubblewrap.
    func rooms(for spec: RoomSpec) -> [String] {
        if case .builder(let builder) = spec.role { return self.builder(builder, for: spec) }
        var options = [
            "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns",
            "--die-with-parent", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "room", "--clearenv",
        ]
        if !privileged { options += ["--unshare-net"] }
        if let image = spec.image { options += system(image, mounts: spec.mounts) } else { options += hostSystem }
        options += ["--proc", "/proc", "--dev", "/dev"] + temporary("/tmp", "tmp", spec) + temporary("/dev/shm", "shm", spec)
        options += ["--dir", "/run"]
        if spec.image?.entries["var"] == .bind {
            options += temporary("/var/tmp", "tmp", spec)
        } else if spec.image?.entries["var"] == nil {
            options += ["--dir", "/var", "--symlink", "../tmp", "/var/tmp"]
        }
        for mount in spec.mounts {
            options += [mount.kind == .writable ? "--bind" : "--ro-bind", mount.host, mount.room]
        }
        if spec.terminal != nil { options += ["--ro-bind", tools + "/terminal", Self.terminalProgram] }
        // bubblewrap's own root and /dev are file systems without a size.
        options += ["--remount-ro", "/dev", "--remount-ro", "/"]
        let defaults = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": spec.workingDirectory,
        ]
        return options + environment(of: spec, defaults: defaults) + ["--chdir", spec.workingDirectory]
    }

    var hostSystem: [String] {
        ["--ro-bind", "/usr", "/usr"] + systemFolders.flatMap { $0 } + ["--ro-bind", tools + "/etc", "/etc"]
    }

    /// The sized `/tmp` that the launcher has made, or one of bubblewrap's.
    func temporary(_ place: String, _ name: String, _ spec: RoomSpec) -> [String] {
        if privileged { return ["--bind", tools + "/tmp/" + name, place] }
        return ["--size", "\(max(4096, spec.limits.disk.bytes))", "--perms", "1777", "--tmpfs", place]
    }

    func environment(of spec: RoomSpec, defaults: [String: String]) -> [String] {
        var environment = spec.environment
        environment.merge(spec.image?.environment ?? [:]) { given, _ in given }
        environment.merge(defaults) { given, _ in given }
        return environment.sorted { $0.key < $1.key }.flatMap { ["--setenv", $0.key, $0.value] }
    }

    /// Reads what its own user's files do not let even their owner read. It reaches no file of anybody else: a capability of the room's user
    /// namespace counts for the one user that is mapped into it (user_namespaces(7)).
    static let readingAll = ["--cap-add", "CAP_DAC_READ_SEARCH"]

    /// Where a room with a terminal finds the program that makes it the controlling one; see `run_in_terminal` in
    /// provost-launch/main.c.
    static let terminalProgram = "/run/terminal"

    /// The command that bubblewrap runs.
    static func command(for spec: RoomSpec) -> [String] {
        spec.terminal == nil ? spec.command : [terminalProgram] + spec.command
    }

    /// The descriptors that a launcher gives bubblewrap; see `BWRAP_ARGUMENTS` in provost-launch/main.c.
    static func launched(_ role: RoomRole) -> [String] {
        if case .builder(let builder) = role, builder.isTrusted { return ["--json-status-fd", "6"] }
        return ["--add-seccomp-fd", "3", "--add-seccomp-fd", "4", "--json-status-fd", "6"]
    }
}
