import CLinux
import Glibc
import ProvostCore

/// Tries to write past a volume, as its learner would.
enum VolumeDoctor {
    private static let size = VolumeStore.leastSize
    private static let files = 200

    /// The rows of a workspace's disk and files. `folder` is made, and removed with everything in it.
    static func checks(in folder: String, user: RoomUser, privileged: Bool) async -> [DoctorCheck] {
        guard privileged else {
            return rows(
                mechanism: "plain folder",
                disk: (.notEnforced, "Nothing limits what is written to a folder. Run the daemon as root."),
                files: (.notEnforced, "Nothing counts the files of a folder. Run the daemon as root."))
        }
        let mechanism = "ext4 image on a loop device, owners mapped"
        defer { Files.removeTree(folder) }
        do throws(ProvostError) {
            try Files.makeFolder(folder, mode: 0o711)
            let store = try VolumeStore(folder: folder + "/volumes", reserve: ByteCount(0), backend: .image)
            try await store.create("doctor", size: size, files: files)
            let mount = store.mount(of: "doctor")
            let written = try await MountNamespace.run { () throws(ProvostError) -> (bytes: Attempt, files: Attempt) in
                let volume = try MountedVolume(mount, at: folder + "/mounted", user: user)
                clinux_act_as(user.uid)
                let files = makeFiles(in: volume.home)
                return (fill(volume.home + "/large"), files)
            }
            let bytes = written.bytes
            let made = written.files
            return rows(
                mechanism: mechanism,
                disk: bytes.error == ENOSPC && bytes.count > 0 && bytes.count < size.bytes
                    ? (.proved, "a volume of \(size): stopped after \(ByteCount(bytes.count))")
                    : (.notEnforced, "a volume of \(size): wrote \(ByteCount(bytes.count)), then error \(bytes.error)"),
                files: made.error == ENOSPC && made.count > 0 && made.count < Int64(files) * 2
                    ? (.proved, "a volume of \(files) files: stopped after \(made.count)")
                    : (.notEnforced, "a volume of \(files) files: made \(made.count), then error \(made.error)"))
        } catch {
            return rows(mechanism: mechanism, disk: (.notEnforced, error.message), files: (.notEnforced, error.message))
        }
    }

    private typealias Attempt = (count: Int64, error: Int32)

    private static func rows(
        mechanism: String, disk: (DoctorCheck.State, String), files: (DoctorCheck.State, String)
    ) -> [DoctorCheck] {
        [
            DoctorCheck(subject: "workspace disk", mechanism: mechanism, state: disk.0, evidence: disk.1),
            DoctorCheck(subject: "workspace files", mechanism: mechanism, state: files.0, evidence: files.1),
        ]
    }

    private static func makeFiles(in home: String) -> Attempt {
        var made: Int64 = 0
        while made < Int64(files) * 4 {
            let file = unsafe open("\(home)/\(made)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else {
                let error = errno
                for number in 0..<made { _ = unsafe unlink("\(home)/\(number)") }
                return (made, error)
            }
            close(file)
            made += 1
        }
        return (made, 0)
    }

    private static func fill(_ path: String) -> Attempt {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return (0, errno) }
        defer { close(file) }
        let piece = [UInt8](repeating: 0x5A, count: 65_536)
        var written: Int64 = 0
        while written < size.bytes * 2 {
            let count = unsafe piece.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return (written, errno) }
            written += Int64(count)
        }
        // What the kernel took without writing it down may still be refused.
        return (written, fsync(file) == 0 ? 0 : errno)
    }
}
