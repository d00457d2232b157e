import ProvostCore
import ProvostSandbox

/// INGInious' `student/`, which its two containers share. Here each room has its own: files go over before a `run_student`, and come back after it, so that
/// the grader never walks through a folder in which the learner can plant a link.
package struct StudentFolder: Sendable {
    /// As the grader's room has it.
    let grader: String
    let graderUser: RoomUser
    /// As the learner's room has it.
    let learner: String
    let learnerUser: RoomUser

    /// Files of one copy; more is refused.
    private static let mostFiles = 2000
    private static let largestFile = 64 << 20

    /// To the learner's room. What is in the way there, the learner put there.
    func send() throws(ProvostError) { try Self.copy(from: grader, to: learner, owner: learnerUser, lenient: false) }

    /// Back to the grader's. What is no regular file stays behind.
    func fetch() throws(ProvostError) { try Self.copy(from: learner, to: grader, owner: graderUser, lenient: true) }

    private static func copy(from source: String, to target: String, owner: RoomUser, lenient: Bool) throws(ProvostError) {
        for entry in try TreeFiles.list(beneath: source, under: nil, atMost: mostFiles) {
            do throws(ProvostError) {
                var file = try TreeFiles.openFile(entry.name, beneath: source, limit: largestFile)
                var copy = try TreeFiles.create(entry.name, beneath: target, owner: owner)
                while let piece = try file.read() { try copy.write(piece) }
                try copy.commit(executable: entry.isExecutable)
            } catch  where lenient && error.code == .invalid {}
        }
    }
}
