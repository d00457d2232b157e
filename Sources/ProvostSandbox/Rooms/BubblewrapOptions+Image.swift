import ProvostCore

/// The rooms that see an image, and those that make one.
extension BubblewrapOptions {
    /// The image's top, piece by piece. A folder in which a mount point is missing is spread into its own pieces, because nothing can be
    /// made in a read-only one: `/autograder` of an image takes `/autograder/results` so.
    func system(_ image: RoomImage, mounts: [RoomMount]) -> [String] {
        var options: [String] = []
        for (name, entry) in image.entries.sorted(by: { $0.key < $1.key }) {
            guard entry == .bind else {
                options += Self.piece(entry, image.root + "/" + name, "/" + name)
                continue
            }
            let wanted = mounts.compactMap { mount -> String? in
                let parts = mount.room.split(separator: "/")
                return parts.count > 1 && parts[0] == name ? String(parts[1]) : nil
            }
            let path = image.root + "/" + name
            let children = wanted.isEmpty ? [:] : RoomImage.entries(of: path)
            if wanted.allSatisfy({ children[$0] == .bind }) {
                options += ["--ro-bind", path, "/" + name]
            } else {
                options += ["--dir", "/" + name]
                for (child, entry) in children.sorted(by: { $0.key < $1.key }) where !wanted.contains(child) {
                    options += Self.piece(entry, path + "/" + child, "/" + name + "/" + child)
                }
            }
        }
        return options
    }

    private static func piece(_ entry: RoomImage.Entry, _ host: String, _ room: String) -> [String] {
        switch entry {
        case .bind: ["--ro-bind", host, room]
        case .link(let target): ["--symlink", target, room]
        }
    }

    /// What a package manager does as root: give files away, take any identity among the namespace's users, change root.
    private static let capabilities = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SYS_CHROOT",
    ]

    func builder(_ builder: RoomBuilder, for spec: RoomSpec) -> [String] {
        var options = [
            "--userns", "7", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent",
            "--hostname", "room", "--clearenv", "--cap-drop", "ALL",
        ]
        if builder.isTrusted {
            options += ["--cap-add", "ALL"]
        } else {
            for name in Self.capabilities { options += ["--cap-add", "CAP_" + name] }
        }
        options += builder.root.map { ["--bind", $0, "/"] } ?? hostSystem
        options += ["--proc", "/proc", "--dev", "/dev"] + temporary("/tmp", "tmp", spec) + temporary("/dev/shm", "shm", spec)
        // In an image a tmpfs hides what its /run holds; the host's programs find an empty /var.
        options += ["--tmpfs", "/run"]
        if builder.root == nil { options += ["--tmpfs", "/var", "--symlink", "../tmp", "/var/tmp"] }
        for mount in spec.mounts {
            options += [mount.kind == .writable ? "--bind" : "--ro-bind", mount.host, mount.room]
        }
        if builder.root == nil { options += ["--remount-ro", "/"] }
        let defaults = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
        ]
        return options + environment(of: spec, defaults: defaults) + ["--chdir", spec.workingDirectory]
    }
}
