import CLinux
import Foundation
import Glibc
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

/// Real images, mounted on threads with mounts of their own: the machine's never see them.
@Suite(.enabled(if: Capability.loopImages.shouldRun, Comment(rawValue: Capability.loopImages.reason)))
struct VolumeTests {
    private static let size = ByteCount.mebibytes(32)
    private static let user = RoomUser(uid: 330_123)

    private func withStore(
        reserve: ByteCount = ByteCount(0), backend: VolumeBackend = .image, _ body: (VolumeStore, String) async throws -> Void
    ) async throws {
        let folder = "/tmp/provost-volumes-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(VolumeStore(folder: folder + "/v", reserve: reserve, backend: backend), folder))
        } catch {
            result = .failure(error)
        }
        try await removeTree(folder)
        try result.get()
    }

    /// Mounts the volume, runs `body` as its learner, unmounts.
    @discardableResult private func inside<Value: Sendable>(
        _ store: VolumeStore, _ id: String, _ folder: String, user: RoomUser = Self.user, trim: Bool = false,
        _ body: @escaping @Sendable (MountedVolume) -> Value
    ) async throws -> Value {
        try await store.prepare(id)
        let mount = store.mount(of: id)
        return try await MountNamespace.run { () throws(ProvostError) -> Value in
            let volume = try MountedVolume(mount, at: "\(folder)/m-\(id)", user: user)
            clinux_act_as(user.uid)
            let value = body(volume)
            clinux_act_as(0)
            if trim { volume.trim() }
            try volume.unmount()
            return value
        }
    }

    private static func code(_ body: () async throws -> Void) async -> ErrorCode? {
        do {
            try await body()
            return nil
        } catch { return (error as? ProvostError)?.code }
    }

    private static func message(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return ""
        } catch { return (error as? ProvostError)?.message ?? "\(error)" }
    }

    @Test func bytesAndFilesStopTheWriterAndDeletedFilesGiveSpaceBack() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 300)
            let filled = try await inside(store, "one", folder) { volume in
                let written = write(to: volume.home + "/large", bytes: 64 << 20)
                return (written.count, written.error, volume.usage()?.bytes ?? 0)
            }
            #expect(filled.1 == ENOSPC)
            #expect(filled.0 > 20 << 20 && filled.0 < Self.size.bytes)
            #expect(filled.2 < Self.size.bytes)
            let full = await store.accounting()
            #expect(full.committed == Self.size)
            let made = try await inside(store, "one", folder, trim: true) { volume in
                _ = unsafe unlink(volume.home + "/large")
                var made = 0
                while made < 2000, write(to: volume.home + "/f\(made)", bytes: 0).error == 0 { made += 1 }
                return (made, volume.usage()?.filesUsed ?? 0)
            }
            #expect((290...360).contains(made.0))
            #expect(made.1 > made.0)
            let trimmed = await store.accounting()
            #expect(trimmed.real.bytes < full.real.bytes - (15 << 20))
        }
    }

    @Test func filesBelongToUserOneThousandOnDiskAndToTheLeasedUserInARun() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            let first = try await inside(store, "one", folder) { volume -> [UInt32] in
                _ = write(to: volume.home + "/숙제.txt", bytes: 3)
                _ = unsafe symlink("/etc/passwd", volume.home + "/link")
                return [owner(volume.home), owner(volume.home + "/숙제.txt")]
            }
            #expect(first == [330_123, 330_123])
            let other = RoomUser(uid: 330_777)
            let second = try await inside(store, "one", folder, user: other) { volume -> (UInt32, Int, Int64) in
                (
                    owner(volume.home + "/숙제.txt"), FileManager.default.subpaths(atPath: volume.home)?.count ?? 0,
                    write(to: volume.home + "/숙제.txt", bytes: 5).count
                )
            }
            #expect(second.0 == 330_777)
            #expect(second.1 == 2)
            #expect(second.2 == 5)
            let onDisk = try await run("/usr/sbin/debugfs", ["-R", "stat /home/숙제.txt", store.mount(of: "one").path]).output
            #expect(onDisk.contains("User:  1000   Group:  1000"), "\(onDisk)")
            #expect(onDisk.contains("Size: 5"))
        }
    }

    @Test func aVolumeIsMountedOnceAndChangedOnlyWhileStopped() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            let mount = store.mount(of: "one")
            try await MountNamespace.run { () throws(ProvostError) in
                let volume = try MountedVolume(mount, at: folder + "/first", user: Self.user)
                defer { try? volume.unmount() }
                let codes = ErrorCodes()
                let done = DispatchSemaphore(value: 0)
                Task {
                    codes.add(await Self.code { try await store.resize("one", to: .mebibytes(64)) })
                    codes.add(await Self.code { try await store.remove("one") })
                    done.signal()
                }
                done.wait()
                #expect(codes.all == [.conflict, .conflict])
                #expect(throws: ProvostError.self) { _ = try MountedVolume(mount, at: folder + "/second", user: Self.user) }
            }
            try await store.resize("one", to: .mebibytes(64))
        }
    }

    /// What a killed keeper leaves has the image open, also when its lock is gone.
    @Test func whoeverElseHasAnImageOpenIsSeenAtOnce() async throws {
        try await withStore { store, _ in
            try await store.create("one", size: Self.size, files: 100)
            let path = store.mount(of: "one").path
            let image = unsafe open(path, O_RDWR | O_CLOEXEC)
            defer { close(image) }
            // A program that another test starts has our descriptors for a moment.
            func comesToBeAlone() async throws -> Bool {
                for _ in 0..<500 {
                    if clinux_held_alone(image) == 1 { return true }
                    try await Task.sleep(for: .milliseconds(10))
                }
                return false
            }
            #expect(try await comesToBeAlone())
            for way in [O_RDONLY, O_WRONLY] {
                let other = unsafe open(path, way | O_CLOEXEC)
                #expect(clinux_held_alone(image) == 0)
                close(other)
                #expect(try await comesToBeAlone())
            }
            let opened = unsafe open(path, O_RDWR | O_CLOEXEC)
            var number: Int32 = -1
            let device = unsafe clinux_loop_attach(opened, &number)
            close(opened)
            try #require(device >= 0)
            #expect(clinux_held_alone(image) == 0)
            #expect(unsafe clinux_loop_backed_by("/dev/loop\(number)", image) == 1)
            close(device)
            #expect(try await comesToBeAlone())
            // Who opens it in the moment of the question neither ends this process nor waits long.
            let opening = Task.detached { for _ in 0..<2000 { close(unsafe open(path, O_RDONLY | O_CLOEXEC)) } }
            for _ in 0..<2000 { _ = clinux_held_alone(image) }
            await opening.value
            #expect(try await comesToBeAlone())
        }
    }

    @Test func growsAndShrinksWithItsContentAndRefusesToShrinkBelowIt() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 300)
            try await store.resize("one", to: .mebibytes(96))
            let kept = try await inside(store, "one", folder) { volume in
                (write(to: volume.home + "/kept", bytes: 50 << 20), volume.usage()?.bytes ?? 0)
            }
            #expect(kept.0.count == 50 << 20 && kept.0.error == 0)
            #expect(kept.1 > 80 << 20)
            let refusal = await Self.message { try await store.resize("one", to: Self.size) }
            #expect(refusal.contains("cannot become smaller than"))
            #expect(await store.accounting().committed == .mebibytes(96))
            #expect(try await inside(store, "one", folder) { fileSize($0.home + "/kept") } == 50 << 20)
            try await store.resize("one", to: .mebibytes(80))
            #expect(await store.accounting().committed == .mebibytes(80))
            #expect(try await inside(store, "one", folder) { fileSize($0.home + "/kept") } == 50 << 20)
            #expect(try await run("/usr/sbin/e2fsck", ["-f", "-n", store.mount(of: "one").path]).status == 0)
        }
    }

    @Test(arguments: [VolumeBackend.image, .directory])
    func snapshotsKeepTheContentAndComeBack(backend: VolumeBackend) async throws {
        try await withStore(backend: backend) { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            try await inside(store, "one", folder) { _ = write(to: $0.home + "/한글 파일", bytes: 1000) }
            let taken = try await store.snapshot("one", as: "s1")
            #expect(taken.bytes > 0)
            #expect(await Self.code { _ = try await store.snapshot("one", as: "s1") } == .conflict)
            try await inside(store, "one", folder) {
                _ = unsafe unlink($0.home + "/한글 파일")
                _ = write(to: $0.home + "/later", bytes: 10)
            }
            try await store.restore("one", from: "s1")
            let names = try await inside(store, "one", folder) { (fileSize($0.home + "/한글 파일"), fileSize($0.home + "/later")) }
            #expect(names == (1000, -1))
            try await store.copy("one", to: "two")
            #expect(try await inside(store, "two", folder) { fileSize($0.home + "/한글 파일") } == 1000)
            try await store.removeSnapshot("s1")
            #expect(await Self.code { try await store.restore("one", from: "s1") } == .notFound)
            try await store.remove("two")
            #expect(!store.exists("two") && store.exists("one"))
        }
    }

    @Test func aFrozenVolumeIsCopiedWholeWhileItIsMounted() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            let mount = store.mount(of: "one")
            try await MountNamespace.run { () throws(ProvostError) in
                let volume = try MountedVolume(mount, at: folder + "/m", user: Self.user)
                clinux_act_as(Self.user.uid)
                _ = write(to: volume.home + "/work", bytes: 300_000)
                clinux_act_as(0)
                try volume.freeze()
                #expect(throws: ProvostError.self) { try volume.freeze() }
                let done = DispatchSemaphore(value: 0)
                Task {
                    await #expect(throws: Never.self) { _ = try await store.snapshot("one", as: "live") }
                    done.signal()
                }
                done.wait()
                volume.thaw()
                clinux_act_as(Self.user.uid)
                #expect(write(to: volume.home + "/more", bytes: 10).error == 0)
                clinux_act_as(0)
                try volume.unmount()
            }
            try await store.restore("one", from: "live")
            #expect(
                try await inside(store, "one", folder) { (fileSize($0.home + "/work"), fileSize($0.home + "/more")) } == (
                    300_000, -1
                ))
        }
    }

    @Test func anImageThatWasNotUnmountedIsCheckedAndItsFilesAreThere() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            try await inside(store, "one", folder) { _ = write(to: $0.home + "/kept", bytes: 5000) }
            let path = store.mount(of: "one").path
            // As after a loss of power with an error seen by the kernel.
            #expect(try await run("/usr/sbin/debugfs", ["-w", "-R", "set_super_value state 2", path]).status == 0)
            try await store.prepare("one")
            #expect(try await run("/usr/sbin/dumpe2fs", ["-h", path]).output.contains("Filesystem state:         clean"))
            #expect(try await inside(store, "one", folder) { fileSize($0.home + "/kept") } == 5000)
        }
    }

    @Test func whatIsMissingOrCutShortIsRefusedWithTheWayOutAndLeftAsItIs() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            try await inside(store, "one", folder) { _ = write(to: $0.home + "/kept", bytes: 5000) }
            _ = try await store.snapshot("one", as: "s1")
            let path = store.mount(of: "one").path
            #expect(unsafe truncate(path, 20 << 20) == 0)
            let words = await Self.message { try await store.prepare("one") }
            #expect(words.contains("cut short (20 MiB of 32 MiB"))
            #expect(words.contains("provost workspace restore"))
            #expect(fileSize(path) == 20 << 20)
            #expect(await Self.code { _ = try await store.snapshot("one", as: "s2") } == .unavailable)
            _ = unsafe unlink(path)
            #expect(await Self.message { try await store.prepare("one") }.contains("provost workspace restore"))
            #expect(FileManager.default.createFile(atPath: path, contents: Data(count: 1 << 20)))
            #expect(await Self.message { try await store.prepare("one") }.contains("provost workspace restore"))
            try await store.restore("one", from: "s1")
            #expect(try await inside(store, "one", folder) { fileSize($0.home + "/kept") } == 5000)
        }
    }

    @Test func theReserveIsNeverGivenAway() async throws {
        var free = statvfs()
        _ = unsafe statvfs("/tmp", &free)
        let bytes = Int64(free.f_bavail) * Int64(free.f_frsize)
        try await withStore(reserve: ByteCount(bytes - (1 << 30))) { store, _ in
            let words = await Self.message { try await store.create("huge", size: .gibibytes(64), files: 100) }
            #expect(words.contains("kept in reserve"))
            #expect(!store.exists("huge"))
        }
        try await withStore(reserve: ByteCount(bytes * 2)) { store, _ in
            #expect(await Self.code { try await store.create("one", size: Self.size, files: 100) } == .limitReached)
        }
    }

    @Test func manyStartAtOnceFromOneBlank() async throws {
        try await withStore { store, folder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        try await store.create("w\(number)", size: Self.size, files: 100)
                        try await inside(store, "w\(number)", folder) { _ = write(to: $0.home + "/mine", bytes: Int64(number)) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/v/blank").count == 1)
            for number in [0, 11, 23] {
                #expect(try await inside(store, "w\(number)", folder) { fileSize($0.home + "/mine") } == Int64(number))
            }
            #expect(try !String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).contains(folder))
        }
    }

    @Test func whatAKilledDaemonWasMakingIsSwept() async throws {
        try await withStore { store, folder in
            try await store.create("one", size: Self.size, files: 100)
            for name in [".new-1-2", "snapshots/.new-3-4", "blank/.new-5-6"] {
                #expect(FileManager.default.createFile(atPath: "\(folder)/v/\(name)", contents: Data(count: 10)))
            }
            store.sweep()
            let left = FileManager.default.subpaths(atPath: folder + "/v") ?? []
            #expect(left.allSatisfy { !$0.contains(".new-") })
            #expect(store.exists("one"))
        }
    }

    @Test func namesThatAreNoIdsAndSizesThatCannotBeAreRefused() async throws {
        try await withStore { store, _ in
            for name in ["", "..", "a/b", "snapshots", ".new-1"] {
                #expect(await Self.code { try await store.create(name, size: Self.size, files: 10) } == .invalid)
            }
            #expect(await Self.code { try await store.create("one", size: .mebibytes(1), files: 10) } == .invalid)
            #expect(await Self.code { try await store.create("one", size: Self.size, files: 10_000_000) } == .invalid)
            #expect(!store.exists("one"))
        }
    }

    @Test func doctorWritesPastTheVolume() async throws {
        try await withSandbox { sandbox, _ in
            let rows = await sandbox.doctor().filter { $0.subject.hasPrefix("workspace ") }
            #expect(rows.map(\.subject) == ["workspace disk", "workspace files"])
            #expect(rows.allSatisfy { $0.state == .proved }, "\(rows)")
        }
    }

    @Test func doctorTriesToBreakAWorkspaceFromInside() async throws {
        try await withKeepers { bench in
            try await withSandbox { sandbox, _ in
                var rows: [DoctorCheck] = []
                // What hangs on how soon the machine lets a program run, or tells of its end, has five attempts.
                for _ in 0..<5 {
                    rows = await sandbox.doctor(keepers: bench.keepers, volumes: bench.volumes)
                        .filter { $0.subject.hasPrefix("workspace ") }
                    let open = rows.dropLast().filter { $0.state != .proved }.map(\.subject)
                    if open.isEmpty || !open.allSatisfy({ $0 == "workspace memory" || $0 == "workspace cpus" }) { break }
                }
                let proved = ["disk", "files", "memory", "cpus", "network", "processes"].map { "workspace " + $0 }
                #expect(rows.map(\.subject) == proved + ["workspace volumes"])
                #expect(rows.dropLast().allSatisfy { $0.state == .proved }, "\(rows)")
                #expect(
                    rows.last?.mechanism.hasPrefix("ext4 image") == true
                        && rows.last?.evidence.contains("reserve of 1 MiB") == true,
                    "\(rows)")
                #expect(await bench.keepers.found().isEmpty)
            }
        }
    }
}

private final class ErrorCodes: @unchecked Sendable {
    private let lock = NSLock()
    private var codes: [ErrorCode?] = []
    var all: [ErrorCode?] { lock.withLock { codes } }
    func add(_ code: ErrorCode?) { lock.withLock { codes.append(code) } }
}

/// Writes that many bytes to a new or emptied file, to the disk. The bytes taken, and the error that stopped it.
private func write(to path: String, bytes: Int64) -> (count: Int64, error: Int32) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return (0, errno) }
    defer { close(file) }
    let piece = [UInt8](repeating: 0x41, count: 65_536)
    var written: Int64 = 0
    while written < bytes {
        let count = unsafe piece.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, min($0.count, Int(bytes - written))) }
        guard count > 0 else { return (written, errno) }
        written += Int64(count)
    }
    return (written, fsync(file) == 0 ? 0 : errno)
}

private func owner(_ path: String) -> UInt32 {
    var information = stat()
    return unsafe lstat(path, &information) == 0 && information.st_uid == information.st_gid ? information.st_uid : 0
}

private func fileSize(_ path: String) -> Int64 {
    var information = stat()
    return unsafe lstat(path, &information) == 0 ? Int64(information.st_size) : -1
}
