import ProvostAPI
import ProvostArchive
import ProvostCore

/// Packs a folder with everything in it and publishes it; shared by labs and graders.
enum Publishing {
    static func publish<Version: Codable & Sendable>(
        _ folder: String, to path: String, headers: [(String, String)] = [], as type: Version.Type, _ session: Session
    ) async throws -> Published<Version> {
        let parcel = try Parcel(path: folder, ignoring: .everything, surroundings: session.surroundings)
        guard parcel.packed != nil else {
            throw ProvostError(.invalid, "“\(folder)” is no folder; name the one that holds the manifest.")
        }
        parcel.tell(session)
        return try await parcel.send(to: path, headers: headers, session: session)
    }

    /// What changed since the version before; nothing for the first.
    static func tell(_ changes: VersionChanges?, points: Points? = nil) {
        guard let changes else { return }
        Console.say("Since version \(changes.since):")
        if let before = changes.pointsBefore, let points { Console.say("  points: \(before), now \(points)") }
        if changes.graderMoved { Console.say("  the grader moved to its newest version") }
        for file in changes.files.prefix(40) { Console.say("  \(file.kind.rawValue): \(file.path)") }
        let more = changes.more + max(0, changes.files.count - 40)
        if more > 0 { Console.say("  and \(more) more files") }
    }

    static func tell(_ noun: String, _ name: Slug, _ number: Int, new: Bool) {
        Console.say(
            new
                ? "Published \(noun) \(name), version \(number)."
                : "Exactly this was published before: \(noun) \(name), version \(number).")
    }
}
