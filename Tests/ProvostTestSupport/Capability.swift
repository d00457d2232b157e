import Glibc

/// A feature of the machine that some tests need. Missing, it skips them with its reason on a laptop, and fails them where
/// CI=true: a server that tests must not pass by testing nothing.
package struct Capability: Sendable {
    /// What to say when it is missing.
    package let reason: String
    private let probe: @Sendable () -> Bool

    /// True when the test is to run: the feature is there, or its absence is to be seen as a failure.
    package var shouldRun: Bool { isPresent || Self.isCI }
    package var isPresent: Bool { probe() }

    private static var isCI: Bool { unsafe getenv("CI").map { unsafe String(cString: $0) == "true" } ?? false }

    private static func has(_ path: String, _ mode: Int32) -> Bool { unsafe access(path, mode) == 0 }

    /// Rooms with all their limits: root, bubblewrap, and cgroups that are ours to use.
    package static let rooms = Capability(reason: "needs root, bubblewrap and a writable cgroup hierarchy") {
        geteuid() == 0 && has("/usr/bin/bwrap", X_OK)
            && (has("/sys/fs/cgroup/memory/cgroup.procs", W_OK) || has("/sys/fs/cgroup/cgroup.procs", W_OK))
    }
    /// Volumes of workspaces: images, mounted.
    package static let loopImages = Capability(reason: "needs root, loop devices and the package “e2fsprogs”") {
        geteuid() == 0 && has("/dev/loop-control", R_OK | W_OK) && has("/usr/sbin/mkfs.ext4", X_OK)
    }
    /// A way out of a workspace's network.
    package static let egress = Capability(reason: "needs root, /dev/net/tun and the package “slirp4netns”") {
        geteuid() == 0 && has("/dev/net/tun", R_OK | W_OK) && has("/usr/bin/slirp4netns", X_OK)
    }
    /// User-mode Linux, in which cgroup v2 is tested.
    package static let userModeLinux = Capability(reason: "needs the package “user-mode-linux”, and root") {
        geteuid() == 0 && has("/usr/bin/linux.uml", X_OK)
    }
    /// Debian's packages, from which images are made.
    package static let debianPackages = Capability(reason: "needs mmdebstrap, and a network that reaches deb.debian.org") {
        unsafe has("/usr/bin/mmdebstrap", X_OK)
            && system("timeout 20 bash -c 'exec 3<>/dev/tcp/deb.debian.org/80' 2>/dev/null") == 0
    }
    /// Run-time systems and compilers that labs use.
    package static let toolchains = Capability(reason: "needs python3, gcc and make") {
        has("/usr/bin/python3", X_OK) && has("/usr/bin/gcc", X_OK) && has("/usr/bin/make", X_OK)
    }
}
