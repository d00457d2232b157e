import CLinux
import Glibc
package import ProvostCore

/// A workspace's volume while it runs, in the mount namespace of the caller (see `MountNamespace.enter`): when the last process of that
/// namespace is gone, however it ended, the kernel unmounts it and frees its loop device.
package final class MountedVolume: Sendable {
    private let target: String
    private let backend: VolumeBackend
    /// Without a user nothing is mounted for a folder: it is used where it lies.
    private let isMounted: Bool
    /// Locked while it is mounted: nothing else mounts or changes the image.
    private let image: Descriptor
    /// Absolute path of the folder that the workspace sees as its home.
    package let home: String

    /// Mounts it at `target`, a folder that is made when missing: nosuid, nodev, files of user 1000 as those of `user`. Waits in the kernel.
    ///
    /// Throws `conflict` while it is mounted elsewhere, which it waits for up to five seconds: a keeper that was killed is just going.
    /// Call `VolumeStore.prepare` before.
    package init(_ mount: VolumeMount, at target: String, user: RoomUser?) throws(ProvostError) {
        self.target = target
        backend = mount.backend
        let descriptor = unsafe Glibc.open(
            mount.path, O_NOFOLLOW | O_CLOEXEC | (mount.backend == .image ? O_RDWR : O_RDONLY | O_DIRECTORY))
        guard descriptor >= 0 else {
            if errno == ENOENT { throw VolumeImage.damaged("its image file is missing on the server") }
            throw .linux("open the workspace's volume", errno)
        }
        image = Descriptor(descriptor)
        guard mount.backend == .image || user != nil else {
            isMounted = false
            home = mount.path + "/home"
            return
        }
        isMounted = true
        home = target + "/home"
        try Files.makeFolder(target, mode: 0o711)
        var map: Int32 = -1
        if let user {
            map = clinux_user_map(volumeOwner, user.uid)
            guard map >= 0 else { throw .linux("map the volume's owner to the room's user", map, advice: "It needs root.") }
        }
        defer { if map >= 0 { close(map) } }
        let error: Int32
        switch mount.backend {
        case .image: error = try Self.mountImage(image.number, named: mount.path, at: target, users: map)
        case .directory: error = unsafe clinux_mount_folder(mount.path, target, map)
        }
        guard error >= 0 else {
            if mount.backend == .image, [-EUCLEAN, -EINVAL, -EIO, -EBADMSG].contains(error) {
                throw VolumeImage.damaged("Linux refuses to mount it")
            }
            throw .linux(
                "mount the workspace's volume", error, advice: "It needs Linux 5.12 or newer, with ext4 and loop devices.")
        }
    }

    private static func mountImage(_ image: Int32, named path: String, at target: String, users: Int32) throws(ProvostError)
        -> Int32
    {
        guard VolumeLock.takeWaiting(image, named: path) else {
            throw ProvostError(
                .conflict, "The workspace's volume is in use by another run of it; stop that first, or try again in a moment.")
        }
        var number: Int32 = -1
        let attached = unsafe clinux_loop_attach(image, &number)
        guard attached >= 0 else {
            throw .linux(
                "get a loop device", attached,
                advice: "Load the kernel module “loop”; the daemon needs root and /dev/loop-control.")
        }
        // Open until it is mounted: a loop device that nobody has open is taken away.
        let device = Descriptor(attached)
        let error = unsafe clinux_mount_ext4("/dev/loop\(number)", target, users)
        _ = device.number
        return error
    }

    /// What it holds and can hold; nil for a folder, whose size nothing limits.
    package func usage() -> (bytesUsed: Int64, bytes: Int64, filesUsed: Int, files: Int)? {
        guard backend == .image else { return nil }
        var usage = clinux_usage()
        guard unsafe clinux_usage(target, &usage) == 0 else { return nil }
        return (Int64(usage.bytes_used), Int64(usage.bytes), Int(usage.files_used), Int(usage.files))
    }

    /// Stops writers in the kernel, and has everything in the image file: a snapshot taken now is whole. A folder cannot be frozen: its
    /// files are only written to the disk. Throws `conflict` when it is frozen already.
    package func freeze() throws(ProvostError) {
        let folder = try open()
        let error = backend == .image ? clinux_freeze(folder.number) : clinux_syncfs(folder.number)
        if error == -EBUSY { throw ProvostError(.conflict, "The volume is being copied already; try again in a moment.") }
        if error < 0 { throw .linux("hold the workspace's volume still", error) }
    }

    /// Lets writers go on. Does nothing when it is not frozen.
    package func thaw() {
        guard backend == .image, let folder = try? open() else { return }
        _ = clinux_thaw(folder.number)
    }

    /// Gives what deleted files took back to the server's disk, as far as that is possible.
    package func trim() {
        guard backend == .image, let folder = try? open() else { return }
        _ = clinux_trim(folder.number)
    }

    /// Writes everything to the disk and unmounts. When something still uses it after two seconds, it is taken out of sight and unmounted
    /// with its last user, and this throws `conflict`.
    package func unmount() throws(ProvostError) {
        guard isMounted else { return }
        thaw()
        sync()
        for _ in 0..<200 {
            let error = unsafe clinux_unmount_now(target)
            guard error < 0, error != -EINVAL, error != -ENOENT else { return }
            guard error == -EBUSY else { throw .linux("unmount the workspace's volume", error) }
            usleep(10_000)
        }
        _ = unsafe clinux_unmount(target)
        throw ProvostError(
            .conflict, "The workspace's volume is still used by a program that does not end; it is unmounted with it.")
    }

    private func sync() {
        guard let folder = try? open() else { return }
        _ = clinux_syncfs(folder.number)
    }

    private func open() throws(ProvostError) -> Descriptor {
        let path = isMounted ? target : home
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .linux("open the workspace's volume", errno) }
        return Descriptor(descriptor)
    }
}

/// One user of an image at a time: two mounts of one file system destroy it.
enum VolumeLock {
    /// Takes the lock of the open image, which lasts until it is closed. False when another has it, or when a loop device still stands
    /// on the image: one of a keeper that was killed, whose lock went first.
    static func take(_ image: Int32, named path: String) -> Bool {
        flock(image, LOCK_EX | LOCK_NB) == 0 && !hasLoop(image, named: path)
    }

    static func takeWaiting(_ image: Int32, named path: String, most: TimeSpan = .seconds(5)) -> Bool {
        for _ in 0..<max(1, most.milliseconds / 20) {
            if take(image, named: path) { return true }
            usleep(20_000)
        }
        return false
    }

    private static func hasLoop(_ image: Int32, named path: String) -> Bool {
        // A loop device has its file open. Most often nobody has, and then the machine's hundreds of devices need no look each.
        guard clinux_held_alone(image) != 1 else { return false }
        let name = path.split(separator: "/").last.map { "/" + $0 } ?? path
        return Files.names(in: "/sys/block").contains { device in
            guard device.hasPrefix("loop"), let backing = Files.read("/sys/block/\(device)/loop/backing_file") else {
                return false
            }
            guard backing.contains(name) else { return false }
            return unsafe clinux_loop_backed_by("/dev/" + device, image) == 1
        }
    }
}
