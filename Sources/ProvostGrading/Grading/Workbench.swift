import ProvostCore
package import ProvostSandbox

/// The folders and users of one grading, taken as they are needed and given back together.
package struct Workbench {
    package struct Learner: Sendable {
        package let user: RoomUser
        /// As unpacked; the grader reads it.
        package let submission: String
        /// The learner's own copy; their programs may change it.
        package let work: String

        package init(user: RoomUser, submission: String, work: String) {
            self.user = user
            self.submission = submission
            self.work = work
        }
    }
    struct Grader {
        let user: RoomUser
        let work: String
        let channel: String
        /// Ours: what the grading is about.
        let settings: String
        /// For the folders of a foreign format.
        let extra: String
        /// For a second one.
        let student: String
    }

    private let sandbox: Sandbox
    private var users: [RoomUser] = []
    private var scratches: [Scratch] = []

    package init(sandbox: Sandbox) { self.sandbox = sandbox }

    mutating func learnerFolders(for task: GradingTask) async throws(ProvostError) -> Learner {
        let user = try lease()
        let lab = task.lab
        let size = ByteCount(lab.unpack.bytes.bytes * 2 + lab.learnerLimits.disk.bytes)
        let scratch = try await scratch(
            "learner-\(task.name)", size: size, inodes: lab.unpack.entries * 2 + lab.learnerLimits.inodes)
        return Learner(
            user: user, submission: try scratch.folder("submission", owner: user, mode: 0o755),
            work: try scratch.folder("work", owner: user, mode: 0o755))
    }

    mutating func graderFolders(for task: GradingTask) async throws(ProvostError) -> Grader {
        let user = try lease()
        let limits = task.lab.graderLimits
        let scratch = try await scratch(
            "grader-\(task.name)", size: ByteCount(limits.disk.bytes + Self.settingsSize.bytes), inodes: limits.inodes + 16)
        let settings = try scratch.folder("settings", owner: nil, mode: 0o755)
        do { try GradingSettings.write(task, into: settings) } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "The grading's settings cannot be written.", cause: error)
        }
        return Grader(
            user: user, work: try scratch.folder("work", owner: user, mode: 0o700),
            channel: try scratch.folder("channel", owner: user, mode: 0o700), settings: settings,
            extra: try scratch.folder("extra", owner: user, mode: 0o700),
            student: try scratch.folder("student", owner: user, mode: 0o700))
    }

    /// Room for the settings beside what the lab grants the grader; 64 KiB of parameters is all that a lab.yaml can hold.
    private static let settingsSize = ByteCount.kibibytes(256)

    private mutating func lease() throws(ProvostError) -> RoomUser {
        let user = try sandbox.leaseUser()
        users.append(user)
        return user
    }

    private mutating func scratch(_ name: String, size: ByteCount, inodes: Int) async throws(ProvostError) -> Scratch {
        let scratch = try await sandbox.makeScratch(name, size: size, inodes: inodes)
        scratches.append(scratch)
        return scratch
    }

    /// Takes the folders away, then gives the users back: nobody gets a user whose files are still there.
    package mutating func clear() async {
        for scratch in scratches { await scratch.remove() }
        for user in users { sandbox.returnUser(user) }
        (scratches, users) = ([], [])
    }
}
