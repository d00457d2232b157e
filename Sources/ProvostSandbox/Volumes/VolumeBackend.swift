package import ProvostCore

/// What holds a workspace's home.
package enum VolumeBackend: String, Sendable {
    /// An ext4 image file, mounted while the workspace runs: bytes and files are limited by its size. Needs root.
    case image
    /// A plain folder: nothing limits what is written to it.
    case directory
}

/// One workspace's volume, as a keeper gets it.
package struct VolumeMount: Sendable, Hashable {
    package var backend: VolumeBackend
    /// Absolute path of the image file or the folder.
    package var path: String

    package init(backend: VolumeBackend, path: String) {
        self.backend = backend
        self.path = path
    }
}

/// What all volumes of a server take.
package struct VolumeAccounting: Sendable, Hashable {
    /// What volumes may grow to: the sum of the images' sizes.
    package var committed: ByteCount
    /// What volumes, snapshots and blanks take on the disk now. Blocks that two share are counted twice.
    package var real: ByteCount
    /// What is free on the disk for programs without root's rights.
    package var free: ByteCount
    /// What is never given to a volume.
    package var reserve: ByteCount

    package init(committed: ByteCount, real: ByteCount, free: ByteCount, reserve: ByteCount) {
        self.committed = committed
        self.real = real
        self.free = free
        self.reserve = reserve
    }
}

/// The owner of every file on a volume, whoever runs the workspace: user and group 1000, as in a room. The mount maps it to the user
/// that is leased for the run.
let volumeOwner: UInt32 = 1000
