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
            var target = [UInt8](repeating: 0, count: 4096)
            let count = unsafe target.withUnsafeMutableBytes { unsafe readlink(path, $0.baseAddress!, $0.count) }
            if count > 0 { return ["--symlink", String(decoding: target[..<count], as: UTF8.self), path] }
            return Files.exists(path) ? ["--ro-bind", path, path] : nil
        }
    }

    /// Everything but seccomp and status descriptors, which only a launcher has: also what the benchmark gives to a bare
    /// bubblewrap.
    func rooms(for spec: RoomSpec) -> [String] {
        var options = [
            "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns",
            "--die-with-parent", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "room", "--clearenv",
            "--ro-bind", "/usr", "/usr",
        ]
        if !privileged { options += ["--unshare-net"] }
        for folder in systemFolders { options += folder }
        options += ["--ro-bind", tools + "/etc", "/etc", "--proc", "/proc", "--dev", "/dev"]
        if privileged {
            options += ["--bind", tools + "/tmp/tmp", "/tmp", "--bind", tools + "/tmp/shm", "/dev/shm"]
        } else {
            let size = "\(max(4096, spec.limits.disk.bytes))"
            options += [
                "--size", size, "--perms", "1777", "--tmpfs", "/tmp", "--size", size, "--perms", "1777", "--tmpfs", "/dev/shm",
            ]
        }
        options += ["--dir", "/run", "--dir", "/var", "--symlink", "../tmp", "/var/tmp"]
        for mount in spec.mounts {
            options += [mount.kind == .writable ? "--bind" : "--ro-bind", mount.host, mount.room]
        }
        if spec.terminal != nil { options += ["--ro-bind", tools + "/terminal", Self.terminalProgram] }
        // bubblewrap's own root and /dev are file systems without a size.
        options += ["--remount-ro", "/dev", "--remount-ro", "/"]
        var environment = spec.environment
        let defaults = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": spec.workingDirectory]
        environment.merge(defaults) { given, _ in given }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { options += ["--setenv", name, value] }
        return options + ["--chdir", spec.workingDirectory]
    }

    /// Where a room with a terminal finds the program that makes it the controlling one; see `run_in_terminal` in
    /// provost-launch/main.c.
    static let terminalProgram = "/run/terminal"

    /// The command that bubblewrap runs.
    static func command(for spec: RoomSpec) -> [String] {
        spec.terminal == nil ? spec.command : [terminalProgram] + spec.command
    }

    /// The descriptors that a launcher gives bubblewrap; see `BWRAP_ARGUMENTS` in provost-launch/main.c.
    static let launched = ["--add-seccomp-fd", "3", "--add-seccomp-fd", "4", "--json-status-fd", "6"]
}
