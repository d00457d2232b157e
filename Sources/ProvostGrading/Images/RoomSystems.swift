import ProvostCore
import ProvostSandbox

/// What the rooms of a grading see as their system: the grader's image, and for the learner's rooms the lab's or else the same.
struct RoomSystems {
    /// nil: the host's own.
    let grader: UsableImage?
    let learner: UsableImage?

    /// As the record keeps it.
    var evidence: String {
        func text(_ image: UsableImage?) -> String { image.map { "sha256:\($0.digest)" } ?? HostSystem.evidence }
        return grader?.digest == learner?.digest ? text(grader) : "grader \(text(grader)); learner \(text(learner))"
    }

    /// Images that are gone are built again, which takes minutes.
    ///
    /// - Parameters:
    ///   - images: nil where none can be had; then a task that asks for one throws `unavailable`.
    ///   - lab: the lab's unpacked folder.
    ///   - grader: the grader's unpacked folder.
    static func find(for task: GradingTask, images: ImageStore?, lab: String, grader: String) async throws(ProvostError)
        -> RoomSystems
    {
        let wanted = [task.grader.image, task.lab.image].contains { $0.map { !$0.isHost } ?? false }
        guard wanted else { return RoomSystems(grader: nil, learner: nil) }
        guard let images else { throw ProvostError(.unavailable, "This program makes no images.") }
        let graders = try await images.image(task.grader.image, tree: grader, content: task.graderContent)
        // A lab that says `base: host` wants the host's system, whatever the grader has.
        guard let image = task.lab.image else { return RoomSystems(grader: graders, learner: graders) }
        return RoomSystems(grader: graders, learner: try await images.image(image, tree: lab, content: task.labContent))
    }
}
