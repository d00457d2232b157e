import FoundationEssentials
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
        // The server builds the image before it answers: at most half an hour below a setup script, and half an hour for the script.
        guard asksForImage(folder) else { return try await parcel.send(to: path, headers: headers, session: session) }
        Console.say("The server builds its image now if it does not have it yet; that takes minutes.")
        return try await parcel.send(to: path, headers: headers, session: session, idle: .seconds(3900))
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

    /// A manifest in the folder has the key `image` at its left edge.
    private static func asksForImage(_ folder: String) -> Bool {
        ["grader.yaml", "lab.yaml"].contains { name in
            guard let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) else { return false }
            return text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("image:") }
        }
    }

    static func tell(_ noun: String, _ name: Slug, _ number: Int, new: Bool) {
        Console.say(
            new
                ? "Published \(noun) \(name), version \(number)."
                : "Exactly this was published before: \(noun) \(name), version \(number).")
    }
}
