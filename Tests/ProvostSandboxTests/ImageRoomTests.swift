import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct ImageRoomTests {
        /// A root file system of one static program, laid out by hand.
        private func withImage(
            _ extra: String = "", _ body: (Sandbox, String) async throws -> Void
        ) async throws {
            try await withSandbox { sandbox, folder in
                let root = folder + "/image"
                let script = """
                    set -e; mkdir -p "$0"/usr/bin "$0"/etc "$0"/opt/tool "$0"/var/tmp "$0"/tmp "$0"/proc "$0"/dev; chmod -R a+rX "$0"
                    cp /bin/busybox "$0"/usr/bin/; ln -s usr/bin "$0"/bin; cd "$0"/usr/bin
                    for name in sh cat ls touch id env dd sleep mkdir; do ln busybox $name; done
                    cd "$0"; echo 'of the image' > etc/marker; echo tool > opt/tool/file
                    """
                #expect(try await run("/bin/sh", ["-c", script + "\n" + extra, root]).status == 0)
                try await body(sandbox, root)
            }
        }

        @Test func aRoomSeesTheImageAndNothingOfTheHost() async throws {
            try await withImage { sandbox, root in
                let image = try RoomImage(root: root, environment: ["TOOL": "here", "PATH": "/bin"])
                let spec = RoomSpec(
                    command: [
                        "/bin/sh", "-c", "cat /etc/marker; ls /opt/tool /usr; ls /usr/lib /etc/debian_version; id -u; env",
                    ],
                    user: try sandbox.leaseUser(), limits: .patient, image: image)
                let result = try await sandbox.run(spec)
                #expect(
                    result.text.hasPrefix("of the image\n/opt/tool:\nfile\n\n/usr:\nbin\n1000\n"),
                    "\(result.text)\(result.errorText)")
                #expect(result.text.contains("TOOL=here\n") && result.text.contains("PATH=/bin\n"))
                #expect(result.text.contains("LANG=C.UTF-8\n"))
            }
        }

        @Test func anImageCannotBeChangedAndTheTemporaryFoldersCan() async throws {
            try await withImage { sandbox, root in
                let spec = RoomSpec(
                    command: [
                        "/bin/sh", "-c",
                        "for d in / /usr /usr/bin /etc /opt /opt/tool /var /run /dev /tmp /var/tmp /dev/shm; do touch $d/x && echo $d; done 2>/dev/null; true",
                    ], user: try sandbox.leaseUser(), limits: .patient, image: try RoomImage(root: root))
                #expect(try await sandbox.run(spec).text == "/tmp\n/var/tmp\n/dev/shm\n")
                #expect(!FileManager.default.fileExists(atPath: root + "/tmp/x"))
            }
        }

        /// The limits are those of every room; one of each kind is attacked here.
        @Test func theLimitsHoldInARoomWithAnImage() async throws {
            try await withImage { sandbox, root in
                let probe = RoomMount.readOnly(host: builtProgram("provost-launch"), at: "/probe")
                let image = try RoomImage(root: root)
                let user = try sandbox.leaseUser()
                func attack(_ words: String..., limits: RoomLimits) async throws -> RoomReport {
                    var limits = limits
                    limits.wallTime = RoomLimits.patient.wallTime
                    return try await sandbox.run(
                        RoomSpec(command: ["/probe"] + words, mounts: [probe], user: user, limits: limits, image: image)
                    ).report
                }
                #expect(
                    try await attack("memory", "\(200 << 20)", limits: RoomLimits(memory: .mebibytes(32))).stoppedBy == .memory)
                #expect(try await attack("forks", "50", limits: RoomLimits(processes: 7)).limitsHit.contains(.processes))
                #expect(try await attack("disk", "\(8 << 20)", limits: RoomLimits(disk: .mebibytes(2))).succeeded)
                let sleep = RoomSpec(
                    command: ["/bin/sleep", "600"], user: user, limits: RoomLimits(wallTime: TimeSpan(milliseconds: 200)),
                    image: image)
                #expect(try await sandbox.run(sleep).report.stoppedBy == .wallTime)
            }
        }

        /// A link at the image's top is made anew in the room, where it leads to the room's own files.
        @Test func aLinkOfTheImageIsNotFollowedOnTheHost() async throws {
            let marker = "/tmp/provost-image-secret-\(getpid())"
            try Data("secret of the host".utf8).write(to: URL(fileURLWithPath: marker))
            defer { try? FileManager.default.removeItem(atPath: marker) }
            try await withImage("ln -s \(marker) \"$0\"/leak; ln -s / \"$0\"/lab2") { sandbox, root in
                let image = try RoomImage(root: root)
                let user = try sandbox.leaseUser()
                let result = try await sandbox.run(
                    RoomSpec(
                        command: ["/bin/sh", "-c", "cat /leak /lab2\(marker); ls /lab2/etc"], user: user, limits: .patient,
                        image: image))
                #expect(!result.text.contains("secret") && result.text.contains("marker"))
                // And nothing is mounted through one.
                let error = await #expect(throws: ProvostError.self) {
                    _ = try await sandbox.run(
                        RoomSpec(
                            command: ["/bin/sh"], mounts: [.readOnly(host: root, at: "/lab2/usr")], user: user, limits: .patient,
                            image: image))
                }
                #expect(error?.code == .invalid)
            }
        }

        @Test func aMountPointThatTheImageLacksIsMadeBesideWhatItHas() async throws {
            try await withImage("mkdir \"$0\"/autograder; echo kept > \"$0\"/autograder/file; ln -s file \"$0\"/autograder/link")
            {
                sandbox, root in
                let user = try sandbox.leaseUser()
                let scratch = try await sandbox.makeScratch("image", size: .mebibytes(1), inodes: 20)
                let folder = try scratch.folder("results", owner: user, mode: 0o700)
                let result = try await sandbox.run(
                    RoomSpec(
                        command: [
                            "/bin/sh", "-c",
                            "cat /autograder/file /autograder/link; touch /autograder/results/x && ls /autograder",
                        ],
                        mounts: [.writable(host: folder, at: "/autograder/results")], user: user, limits: .patient,
                        image: try RoomImage(root: root)
                    ))
                #expect(result.text == "kept\nkept\nfile\nlink\nresults\n", "\(result.errorText)")
                await scratch.remove()
            }
        }

        // MARK: Builders

        private func builder(_ command: String, root: String?, _ sandbox: Sandbox, trusted: Bool = false) async throws
            -> RoomResult
        {
            let users = try #require(sandbox.builderUsers)
            var spec = RoomSpec(
                command: ["/bin/sh", "-c", command], user: RoomUser(uid: users.lowerBound),
                limits: RoomLimits(wallTime: .seconds(120), memory: .mebibytes(128)))
            spec.role = .builder(RoomBuilder(isTrusted: trusted, root: root))
            return try await sandbox.run(spec)
        }

        @Test func aBuilderIsRootOfItsImageAndOfNothingElse() async throws {
            try await withSandbox(users: 300_000..<308_192) { sandbox, folder in
                let users = try #require(sandbox.builderUsers)
                #expect(users == 304_096..<308_192)
                let root = folder + "/image"
                let script = """
                    set -e; mkdir -p "$0"/bin "$0"/etc "$0"/proc "$0"/dev "$0"/tmp "$0"/run; cp /bin/busybox "$0"/bin/
                    for name in sh cat ls touch id chown mount mknod ps hostname unshare stat; do ln "$0"/bin/busybox "$0"/bin/$name; done
                    chown -R \(users.lowerBound):\(users.lowerBound) "$0"
                    """
                #expect(try await run("/bin/sh", ["-c", script, root]).status == 0)
                let attacks = """
                    id -u; touch /etc/mine && chown 42:43 /etc/mine && stat -c %u:%g /etc/mine; touch /etc/nobody; chown 65534 /etc/nobody
                    mount -t tmpfs none /tmp && echo mounted; mknod /etc/disk b 259 0 && echo disk; hostname other && echo named
                    unshare -U true && echo nested; ls \(folder) && echo host; cat /dev/kmsg && echo kmsg
                    echo 1 > /proc/sys/kernel/panic && echo sysctl; true
                    """
                let result = try await builder(attacks, root: root, sandbox)
                #expect(result.text == "0\n42:43\n", "\(result.text)\(result.errorText)")
                // On the host its files belong to users that nobody is.
                let owners = try await run("/usr/bin/stat", ["-c", "%u:%g", root + "/etc/mine", root + "/etc/nobody"]).output
                #expect(
                    owners == "\(users.lowerBound + 42):\(users.lowerBound + 43)\n\(users.upperBound - 1):\(users.lowerBound)\n")
            }
        }

        @Test func aBuildersRoomHasItsLimitsToo() async throws {
            try await withSandbox(users: 310_000..<318_192) { sandbox, _ in
                let bomb = try await builder("perl -e '$x = \"a\" x (400 << 20)'; sleep 60", root: nil, sandbox)
                #expect(bomb.report.stoppedBy == .memory)
                // Nobody else is leased its users.
                let leased = try sandbox.leaseUser()
                #expect(sandbox.builderUsers?.contains(leased.uid) == false)
                var spec = RoomSpec(command: ["/bin/true"], user: leased, limits: .patient)
                spec.role = .builder(RoomBuilder(isTrusted: false))
                await #expect(throws: ProvostError.self) { _ = try await sandbox.run(spec) }
            }
        }

        @Test func withoutEnoughUsersThereIsNoBuilder() async throws {
            try await withSandbox { sandbox, _ in #expect(sandbox.builderUsers == nil) }
        }
    }
}
